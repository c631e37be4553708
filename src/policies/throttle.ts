/**
 * Sending less to a service that says it cannot take more.
 *
 * `throttler.ts` says which share of calls to hold back; `throttle()` holds the clock and the dice.
 */
import type { Wrapper } from '../call/wrapper.js';
import { checkNumber } from '../checks.js';
import { RefusalError } from '../errors.js';
import { type Handlers, checkHandlers } from '../retry/handlers.js';
import { checkFunction } from '../retry/option-checks.js';
import type { Mode } from '../retry/options.js';
import { type Duration, toMs } from '../time/duration.js';
import { type Random, systemRandom } from '../time/random.js';
import { announce } from './announce.js';
import { type GuardOptions, checkGuardOptions, waitingBy } from './guard-options.js';
import { refusalOf } from './refusal.js';
import { type GuardFor, type GuardOffers, makeGuard } from './make-guard.js';
import { type OverloadTest, isOverload, verdictOf } from './overload.js';
import { type ThrottleRules, Throttler } from './throttler.js';

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

/** A call was held back. */
export interface ThrottleDetails {
  readonly event: 'refuse';
  readonly name: string;
  readonly error: ThrottledError;
}

export interface ThrottleOptions<M extends Mode = 'auto' | 'sync'> extends GuardOptions<M> {
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
  /** Gives numbers from 0 up to, not including, 1. @default Math.random */
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

export interface Throttle extends Wrapper, GuardOffers<ThrottleState> {}

const own = ['multiplier', 'window', 'floor', 'probesPerSecond', 'isOverload', 'random', 'onRefuse'];

/**
 * Holds back calls to a service that is overloaded, each by chance, so that what it accepts stays near what it is sent.
 *
 *     const polite = throttle();
 *     const search = polite(fetchSearch);   // ThrottledError for some of the calls while the service says 429 or 503
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function throttle<M extends Mode = 'auto'>(options?: ThrottleOptions<M>): GuardFor<Throttle, M>;
export function throttle(options: ThrottleOptions<Mode> = {}): unknown {
  const common = waitingBy(undefined, checkGuardOptions('throttle', options, own));
  const rules: ThrottleRules = {
    multiplier: checkNumber('multiplier', options.multiplier ?? 2, { least: 1 }),
    window: toMs('window', options.window ?? '30s', { least: 1 }),
    floor: checkNumber('floor', options.floor ?? 0.05, { least: 0, most: 1 }),
    probesPerSecond: checkNumber('probesPerSecond', options.probesPerSecond ?? 0, { least: 0 }),
  };
  const test = checkFunction('isOverload', options.isOverload, isOverload) as OverloadTest;
  const random = checkFunction('random', options.random, systemRandom) as Random;
  const onRefuse = checkHandlers('onRefuse', options.onRefuse);
  const { name, clock, stack } = common;
  const refusal = (share: number): ThrottledError => {
    const error = refusalOf(stack, () => new ThrottledError(name, share));
    announce('throttle:refuse', onRefuse, name, (): ThrottleDetails => ({ event: 'refuse', name, error }));
    return error;
  };
  return makeGuard<Throttler, ThrottleState>('throttle', common, {
    make: () => new Throttler(rules),
    show: (throttler) => {
      const now = clock.now();
      return {
        requests: throttler.requests(now),
        accepts: throttler.accepts(now),
        share: throttler.share(now),
      };
    },
    isKept: (throttler) => throttler.share(clock.now()) > 0,
    admit: (throttler, guarded, thisArg, args) => {
      const now = clock.now();
      const ticket = throttler.start(now, random());
      if (ticket === undefined) return guarded.refuse(refusal(throttler.share(now)), thisArg);
      return guarded.call(thisArg, args, (outcome) => {
        throttler.end(ticket, verdictOf(outcome, test), clock.now());
      });
    },
  });
}
