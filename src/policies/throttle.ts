/**
 * Sending less to a service that says it cannot take more.
 *
 * Google's adaptive throttling, repaired: a share of calls is always sent to find out when the service is well again,
 * only signs of overload count, calls in flight count for neither side, and what is long past is dropped when somebody
 * asks. `Throttler` is the thinker; `throttle()` holds the clock and the dice.
 *
 * @see https://sre.google/sre-book/handling-overload/
 */
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { Wrapper } from '../call/wrapper.js';
import { checkKeys } from '../checks.js';
import { RefusalError } from '../errors.js';
import { isObserved, publish } from '../events.js';
import { type Handlers, checkHandlers, tellAtOnce } from '../retry/handlers.js';
import { checkBoolean, checkClock, checkFunction, checkName } from '../retry/option-checks.js';
import type { Clock } from '../time/clock.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { type Random, systemRandom } from '../time/random.js';
import { Guarded, type KeyOption, States, checkKey, checkMaxKeys, checkNumber } from './guard.js';
import { type LoadVerdict, type OverloadTest, isOverload, verdictOf } from './overload.js';
import { refusalOf } from './refusal.js';
import { RollingCount } from './rolling-count.js';

/** Thrown in place of a call that was held back because the service is overloaded. Nothing was sent. */
export class ThrottledError extends RefusalError {
  override readonly name = 'ThrottledError';

  /** @param share  The share of calls that are held back now, from 0 to 1. */
  constructor(
    throttle: string,
    readonly share: number,
  ) {
    super(
      'ERR_THROTTLED',
      `"${throttle}" holds back ${Math.round(share * 100)} % of calls, because the service is overloaded; ` +
        'nothing was sent.',
    );
  }
}

export interface ThrottleRules {
  /** Calls are held back once there are more than this many for each that was accepted. */
  readonly multiplier: number;
  readonly window: Ms;
  /** The share of calls that is always sent. */
  readonly floor: number;
  /** So many calls a second are always sent, where that is more. */
  readonly probesPerSecond: number;
}

/** The window is exact to one part in this many. */
const slots = 30;

/** Which share of calls to hold back. Told of each call when it starts and when it has ended. */
export class Throttler {
  readonly #rules: ThrottleRules;
  readonly #requests: RollingCount; // calls by their start, those that were held back included
  readonly #undecided: RollingCount; // those of them that say nothing: in flight, or ended neutrally
  readonly #accepts: RollingCount; // by the answer
  #startedAt: Ms | undefined;

  constructor(rules: ThrottleRules) {
    this.#rules = rules;
    this.#requests = new RollingCount(rules.window, slots);
    this.#undecided = new RollingCount(rules.window, slots);
    this.#accepts = new RollingCount(rules.window, slots);
  }

  /** Calls in the window, held back ones included. */
  requests(now: Ms): number {
    return this.#requests.sum(now);
  }

  /** Calls in the window that the service took. */
  accepts(now: Ms): number {
    return this.#accepts.sum(now);
  }

  /** The share of calls to hold back now. */
  share(now: Ms): number {
    const requests = this.#requests.sum(now);
    const known = requests - this.#undecided.sum(now);
    const excess = known - this.#rules.multiplier * this.#accepts.sum(now);
    if (excess <= 0) return 0;
    return Math.max(0, Math.min(excess / (known + 1), 1 - this.#floor(requests, now)));
  }

  /** A call wants to start. @param draw  From 0 up to 1. @returns A ticket for `end`; `undefined`: hold it back. */
  start(now: Ms, draw: number): number | undefined {
    this.#startedAt ??= now;
    const isHeld = draw < this.share(now);
    const ticket = this.#requests.add(now);
    if (isHeld) return undefined;
    this.#undecided.add(now);
    return ticket;
  }

  /** A call has ended. */
  end(ticket: number, verdict: LoadVerdict, now: Ms): void {
    if (verdict === 'neutral') return; // stays among those that say nothing
    this.#undecided.takeBack(ticket, now);
    if (verdict === 'accept') this.#accepts.add(now);
  }

  #floor(requests: number, now: Ms): number {
    const { floor, probesPerSecond, window: span } = this.#rules;
    if (probesPerSecond === 0) return floor;
    const seconds = Math.min(span, Math.max(span / slots, now - (this.#startedAt ?? now))) / 1000;
    return Math.max(floor, (probesPerSecond * seconds) / Math.max(1, requests));
  }
}

/** A call was held back. */
export interface ThrottleDetails {
  readonly event: 'refuse';
  readonly name: string;
  readonly error: ThrottledError;
}

export interface ThrottleOptions {
  /** Calls are held back once there are more than this many for each that was accepted. @default 2 */
  readonly multiplier?: number | undefined;
  /** How far back the throttle looks. At least as long as the slowest answers take. @default '30s' */
  readonly window?: Duration | undefined;
  /** The share of calls that is always sent, so that the throttle sees when the service is well again. @default 0.05 */
  readonly floor?: number | undefined;
  /** So many calls a second are always sent, where that is more. Per process: mind the size of the fleet. @default 0 */
  readonly probesPerSecond?: number | undefined;
  /** Which outcomes are signs of overload. @default 429, 503, RESOURCE_EXHAUSTED, timeouts, refused connections */
  readonly isOverload?: OverloadTest | undefined;
  readonly key?: KeyOption | undefined;
  /** How many keys are remembered. @default 1000 */
  readonly maxKeys?: number | undefined;
  /** Whether refusals capture their stacks, which costs more than all the rest. @default false */
  readonly stack?: boolean | undefined;
  /** @default 'throttle' */
  readonly name?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Called for each call that is held back. */
  readonly onRefuse?: Handlers<ThrottleDetails> | undefined;
}

export interface ThrottleState {
  /** Calls in the window, held back ones included. */
  readonly requests: number;
  /** Calls in the window that the service took. */
  readonly accepts: number;
  /** The share of calls that is held back now. */
  readonly share: number;
}

export interface Throttle extends Wrapper {
  readonly state: ThrottleState;
  /** The state of one key; `undefined` for a key that was not seen, or is forgotten. */
  stateOf(key: string): ThrottleState | undefined;
}

const names = [
  'multiplier',
  'window',
  'floor',
  'probesPerSecond',
  'isOverload',
  'key',
  'maxKeys',
  'stack',
  'name',
  'clock',
  'random',
  'onRefuse',
];

/**
 * Holds back calls to a service that is overloaded, each by chance, so that what it accepts stays near what it is sent.
 *
 *     const polite = throttle();
 *     const search = polite(fetchSearch);   // ThrottledError for some of the calls while the service says 429 or 503
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function throttle(options: ThrottleOptions = {}): Throttle {
  checkKeys('throttle', options, names);
  const rules: ThrottleRules = {
    multiplier: checkNumber('multiplier', options.multiplier ?? 2, { least: 1 }),
    window: toMs('window', options.window ?? '30s', { least: 1 }),
    floor: checkNumber('floor', options.floor ?? 0.05, { least: 0, most: 1 }),
    probesPerSecond: checkNumber('probesPerSecond', options.probesPerSecond ?? 0, { least: 0 }),
  };
  const test = checkFunction('isOverload', options.isOverload, isOverload) as OverloadTest;
  const clock = checkClock(options.clock);
  const random = checkFunction('random', options.random, systemRandom) as Random;
  const name = checkName(options.name) ?? 'throttle';
  const stack = checkBoolean('stack', options.stack ?? false);
  const onRefuse = checkHandlers('onRefuse', options.onRefuse);
  const states = new States(
    checkKey(options.key),
    checkMaxKeys(options.maxKeys),
    () => new Throttler(rules),
    (throttler) => throttler.share(clock.now()) > 0,
  );

  const refusal = (share: number): ThrottledError => {
    const error = refusalOf(stack, () => new ThrottledError(name, share));
    if (onRefuse.length > 0 || isObserved()) {
      const details: ThrottleDetails = Object.freeze({ event: 'refuse', name, error });
      if (isObserved()) publish('throttle:refuse', name, details);
      tellAtOnce(onRefuse, name, details);
    }
    return error;
  };

  const wrap: Wrap = (target, nameOf) => {
    const guarded = new Guarded(target, nameOf);
    return {
      fn(this: unknown, ...args: unknown[]): unknown {
        const throttler = states.of(guarded, this, args);
        const now = clock.now();
        const ticket = throttler.start(now, random());
        if (ticket === undefined) return guarded.refuse(refusal(throttler.share(now)));
        return guarded.call(this, args, (outcome) => {
          throttler.end(ticket, verdictOf(outcome, test), clock.now());
        });
      },
    };
  };
  const stateOf = (throttler: Throttler | undefined): ThrottleState | undefined => {
    const now = clock.now();
    return (
      throttler && {
        requests: throttler.requests(now),
        accepts: throttler.accepts(now),
        share: throttler.share(now),
      }
    );
  };
  return makePolicy('throttle', wrap, {
    get state() {
      return stateOf(states.peek());
    },
    stateOf: (key: string) => stateOf(states.peek(key)),
  }) as Throttle;
}
