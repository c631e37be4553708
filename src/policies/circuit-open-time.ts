/**
 * How long a circuit stays open: longer each time it opens again, and spread, so that a crowd of processes which
 * opened together does not come back together.
 */
import type { Outcome } from '../call/outcome.js';
import { OptionError } from '../errors.js';
import type { Ms } from '../time/duration.js';
import { type WaitScope, type Waits, nextWait, startWaits } from '../wait/waits.js';
import type { CircuitSettings } from './circuit-settings.js';

/** Where waits or jitter give nothing to go by. */
const usualOpenTime: Ms = 5000;

export class OpenTime {
  readonly #settings: CircuitSettings;
  readonly #scope: WaitScope;
  #waits: Waits | undefined;
  #latest: Ms = usualOpenTime;
  #kind: 'server' | 'spread' | undefined;

  constructor(settings: CircuitSettings) {
    const { clock, random } = settings;
    this.#settings = settings;
    // A circuit belongs to no call: an option given as a function is called without the details of one.
    const read = (option: unknown): any =>
      typeof option === 'function' ? (option as () => unknown)() : option;
    this.#scope = { clock, random, read };
  }

  /**
   * The next open time, jitter included.
   *
   * @param reopened  How often the circuit has opened since it was last closed.
   * @param outcome   How the call ended that opens it. Waits may look at it (`retryAfter`).
   * @param report    Told of waits or jitter that fail; the time before jitter, or the one before it, stands then.
   */
  next(reopened: number, outcome: Outcome, report: (error: unknown) => void): Ms {
    try {
      this.#latest = this.#bound(reopened, outcome);
      return this.#spread(this.#latest);
    } catch (error) {
      report(error);
      return this.#latest;
    }
  }

  #bound(reopened: number, outcome: Outcome): Ms {
    const { open } = this.#settings;
    if (!('wait' in open)) return Math.min(open.max, open.first * 2 ** Math.min(reopened, 100));
    if (reopened === 0) this.#waits = undefined;
    this.#waits ??= startWaits(open.wait, outcome, this.#scope);
    const next = nextWait(this.#waits, outcome, open.wait);
    if (next === undefined) return this.#latest; // a sequence that has ended stays at its last wait
    this.#kind = next.kind;
    return next.value;
  }

  // The bound is limited first and spread afterwards, so that its longest is spread too.
  #spread(bound: Ms): Ms {
    const { jitter, random } = this.#settings;
    if (jitter === null || (jitter === undefined && this.#kind === 'spread')) return bound;
    if (this.#kind === 'server') return bound * (1 + 0.2 * random()); // never shorter than was asked for
    const ms: unknown = jitter === undefined ? bound * (0.8 + 0.4 * random()) : jitter(bound, random);
    if (typeof ms === 'number' && ms >= 0) return ms;
    throw new OptionError('jitter', ms, 'must give a number of milliseconds');
  }
}
