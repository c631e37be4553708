/**
 * What a call gives instead of failing.
 *
 * A value, what a function makes of the failure, or the last good value where that is young enough. Keep it outermost:
 * what stands outside of a fallback never hears of the failure. `cover.ts` makes the calls.
 */
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { Substitute } from '../call/wrapper.js';
import { checkKeys } from '../checks.js';
import { type Handlers, checkHandlers } from '../retry/handlers.js';
import { checkCallback, checkClock, checkName } from '../retry/option-checks.js';
import { checkErrors } from '../retry/rules.js';
import type { Clock } from '../time/clock.js';
import type { Duration } from '../time/duration.js';
import {
  Cover,
  type CoverRules,
  type FallbackDetails,
  type FallbackErrors,
  type Substituting,
  covered,
} from './cover.js';
import type { FailedCall } from './ending.js';
import { LastGood, type StaleOptions, checkStale } from './last-good.js';
import { nameFrom } from './timeout.js';

/** Options of `fallback`. */
export interface FallbackOptions {
  /** Which errors it stands in for: a class, a test `(error, call) => boolean`, or an array. @default any */
  readonly errors?: FallbackErrors | undefined;
  /** Whether a value is as bad as an error. @default never */
  readonly predicate?: { call(value: any, call: FailedCall): boolean }['call'] | undefined;
  /** Give the last good value where there is one: how old it may be, or all there is to say. @default never */
  readonly staleIfError?: Duration | StaleOptions | undefined;
  /** What the function is called in events. @default the function's name (`Class.method`) */
  readonly name?: string | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** Told of each failure that is covered. Nobody waits for it. */
  readonly onFallback?: Handlers<FallbackDetails> | undefined;
}

// A promise can only stand in for one.
type AcceptsFor<T> = 0 extends 1 & T
  ? unknown
  : [Extract<T, PromiseLike<unknown>>] extends [never]
    ? unknown
    : PromiseLike<unknown>;

const names = ['errors', 'predicate', 'staleIfError', 'name', 'clock', 'onFallback'] as const;

/**
 * Gives something else instead of a failure.
 *
 *     const getUser = fallback(null)(fetchUser);                  // Promise<User | null>
 *     const news    = fallback([], { staleIfError: '10m' })(loadNews);
 *     const price   = fallback(({ ok, error }, { args }) => priceFromTable(args[0]))(fetchPrice);
 *
 * A function that is given is always called; what it throws reaches the caller. Errors that say that Stampede itself is
 * used wrongly (`OptionError`, `UsageError`) are never covered, nor is a call inside another that was aborted.
 *
 * @param substitute  A value, or a function of the outcome and the call.
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function fallback<T>(
  substitute: Substituting<T>,
  options?: FallbackOptions,
): Substitute<AcceptsFor<T>, Awaited<T>>;
export function fallback<T>(substitute: T, options?: FallbackOptions): Substitute<AcceptsFor<T>, Awaited<T>>;
export function fallback(substitute: unknown, options: FallbackOptions = {}): unknown {
  checkKeys('fallback', options, names);
  checkName(options.name);
  const rules: CoverRules = {
    substitute,
    matchers: checkErrors(options.errors),
    predicate: checkCallback('predicate', options.predicate) as CoverRules['predicate'],
    clock: checkClock(options.clock),
    stale: checkStale(options.staleIfError),
    onFallback: checkHandlers('onFallback', options.onFallback),
  };
  const shared = rules.stale?.key === undefined ? undefined : new LastGood(rules.stale);
  const wrap: Wrap = (target, nameOf, original) => {
    // Each call by `run` is of a function of its own; what a key of the user's says is the same, is.
    const lastGood = original === undefined ? rules.stale && new LastGood(rules.stale) : shared;
    return { fn: covered(new Cover(rules, target, nameFrom(options.name, nameOf), lastGood)) };
  };
  return makePolicy('fallback', wrap);
}
