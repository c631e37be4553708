/**
 * A second attempt before the first has failed: for the few calls that are much slower than the rest.
 *
 * Extra attempts are extra load when there is least room for it, so a budget bounds them, and only calls that may be
 * made twice are hedged. `hedged-call.ts` makes the calls, `quantile.ts` knows what is slow.
 */
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { Wrapper } from '../call/wrapper.js';
import { checkKeys } from '../checks.js';
import { OptionError } from '../errors.js';
import type { Budget } from '../retry/attempts.js';
import { type Handlers, checkHandlers } from '../retry/handlers.js';
import { checkBudget, checkClock, checkFunction, checkName } from '../retry/option-checks.js';
import type { Clock } from '../time/clock.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { hedged } from './hedged-call.js';
import { type HedgeDetails, type Hedging, delayOf } from './hedging.js';
import { RunningQuantile } from './quantile.js';
import { kindOf } from './timed-call.js';
import { checkAsyncMode, nameFrom } from './timeout.js';

/** Options of `hedge`. */
export interface HedgeOptions {
  /**
   * How long an attempt is waited for before another is sent: a time, or `'p95'` for the time that 95 of 100 calls of
   * this policy stay below.
   */
  readonly after: Duration | `p${number}`;
  /** Says that the call may be made twice. Nothing is hedged without it. */
  readonly idempotent: true;
  /** Attempts in all, the first included: 2 to 10. @default 2 */
  readonly max?: number | undefined;
  /** With a quantile: how many calls have to be known before it is trusted. @default 100 */
  readonly minCalls?: number | undefined;
  /** Pays for each attempt but the first; earns by a call that succeeds. @default one of its own: 10 % of the calls */
  readonly budget?: Budget | undefined;
  /** Whether an error is final: then the call ends with it, whoever else is still under way. @default never */
  readonly isFatal?: ((error: any) => boolean) | undefined;
  /**
   * Given the value of each attempt that succeeds after the call has ended, to release what it holds: a body, a
   * connection. Nobody waits for it; an error in it is reported once.
   */
  readonly dispose?: ((value: any) => unknown) | undefined;
  /** Whether the function is known to give promises. A value that comes at once needs no hedge. @default 'auto' */
  readonly mode?: 'auto' | 'async' | undefined;
  /** What the function is called in events. @default the function's name (`Class.method`) */
  readonly name?: string | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** Told of each attempt but the first. Nobody waits for it. */
  readonly onHedge?: Handlers<HedgeDetails> | undefined;
}

const names = [
  'after',
  'idempotent',
  'max',
  'minCalls',
  'budget',
  'isFatal',
  'dispose',
  'mode',
  'name',
  'clock',
  'onHedge',
] as const;

/** A hedge as a wrapper. Its estimate of how long calls take is shared by all that it wraps. */
export interface Hedge extends Wrapper<PromiseLike<unknown>> {
  /** Milliseconds after which another attempt is sent; `undefined` while too few calls are known. */
  readonly delay: Ms | undefined;
}

/**
 * Sends another attempt when one is slow, and gives the answer that comes first.
 *
 *     const search = hedge({ after: 'p95', idempotent: true })(async (query: string) => {
 *       const { signal } = currentCall();
 *       return fetch(`/search?q=${query}`, { signal });
 *     });
 *
 * An attempt that fails makes way for the next at once. Losers are aborted through their own signals; the winner's
 * is not. When all have failed, the call ends with the last error. For functions that return promises; a plain value
 * passes through.
 *
 * @throws {OptionError} when an option is unknown or not allowed, or `idempotent: true` is missing.
 * @see https://research.google/pubs/the-tail-at-scale/
 */
export function hedge(options: HedgeOptions): Hedge {
  checkKeys('hedge', options, names);
  if ((options.idempotent as unknown) !== true) {
    throw new OptionError(
      'idempotent',
      options.idempotent,
      'must be true: a hedged call is made twice, and only you know whether it may be',
    );
  }
  checkName(options.name);
  const max = checkMax(options.max);
  const isAsync = checkAsyncMode(options.mode);
  const after = checkAfter(options.after, options.minCalls);
  const common = {
    after,
    max,
    budget: checkBudget(options.budget) ?? new HedgeBudget(max - 1),
    isFatal: checkFunction('isFatal', options.isFatal, undefined) as Hedging['isFatal'],
    dispose: checkFunction('dispose', options.dispose, undefined) as Hedging['dispose'],
    clock: checkClock(options.clock),
    onHedge: checkHandlers('onHedge', options.onHedge),
  };
  const wrap: Wrap = (target, nameOf, original) => ({
    fn: hedged({
      ...common,
      target,
      nameFor: nameFrom(options.name, nameOf),
      // Each call by `run` is of a function of its own, and one warning is enough for all of them.
      subject: original === undefined ? target : common,
      kind: isAsync ? 'async' : kindOf(target),
    }),
    repeats: true,
  });
  const offers = {
    get delay(): Ms | undefined {
      return delayOf(after);
    },
  };
  return makePolicy('hedge', wrap, offers) as Hedge;
}

function checkMax(value: unknown = 2): number {
  if (Number.isSafeInteger(value) && (value as number) >= 2 && (value as number) <= 10)
    return value as number;
  throw new OptionError('max', value, 'must be a whole number from 2 to 10, the first attempt included');
}

function checkAfter(after: unknown, minCalls: unknown): Ms | RunningQuantile {
  const percent = typeof after === 'string' ? /^p(\d+(?:\.\d+)?)$/i.exec(after)?.[1] : undefined;
  if (percent === undefined) {
    if (minCalls !== undefined) {
      throw new OptionError('minCalls', minCalls, 'is for a quantile, such as after: "p95"');
    }
    const ms = toMs('after', after);
    if (ms === 0 || ms >= 1) return ms;
    throw new OptionError('after', after, `is in milliseconds (did you mean ${ms * 1000} ms?)`);
  }
  const quantile = Number(percent) / 100;
  if (!(quantile > 0 && quantile < 1)) {
    throw new OptionError('after', after, 'must be a quantile between p0 and p100, such as "p95"');
  }
  return new RunningQuantile(quantile, minCalls === undefined ? 100 : (minCalls as number));
}

/** The budget of a hedge that was given none: a tenth of the calls that succeed, at most ten in a row. */
class HedgeBudget implements Budget {
  #tenths: number; // whole numbers, as ten times 0.1 is less than 1

  /** @param attempts  What it starts with: enough for one call. */
  constructor(attempts: number) {
    this.#tenths = 10 * attempts;
  }

  take(): boolean {
    if (this.#tenths < 10) return false;
    this.#tenths -= 10;
    return true;
  }

  refund(): void {
    this.#tenths = Math.min(100, this.#tenths + 10);
  }

  earn(): void {
    this.#tenths = Math.min(100, this.#tenths + 1);
  }
}
