/**
 * The two faces that litl/backoff made famous: retry on an error, retry on a value.
 *
 * Both give a `Retry`: a decorator for class methods that also wraps any function.
 */
import { type WaitMaker, checkWaitMaker } from '../wait/waits.js';
import { refuseBareUse } from '../call/make-wrapper.js';
import { OptionError } from '../errors.js';
import type { CallDetails } from '../call/details.js';
import type { Promised } from '../call/wrapper.js';
import type {
  AcceptsFor,
  AddsFor,
  ErrorMatcher,
  ExceptionOptions,
  MatchedError,
  Mode,
  PredicateOptions,
  ResultOptions,
  Verdict,
} from './options.js';
import { type GivenOptions, checkPolicy } from './policy.js';
import { type Retry, type RetryThatAdds, type SilentRetry, makeRetry } from './with-retry.js';

/**
 * Retries when an attempt throws one of `errors`.
 *
 *     class Api {
 *       @onException(expo, [HttpError, ConnectionError], { maxTime: '10s' })
 *       async load(id: number) { ... }
 *     }
 *
 * @param wait     Makes the waits: `expo`, `fibo({ maxValue: '13s' })`, any `function*` of milliseconds.
 * @param errors   An error class, a test `(error) => boolean`, or an array of both.
 * @param options  Limits, `giveup`, handlers. Default ten tries, full jitter.
 * @throws {OptionError} when an option is unknown or not allowed.
 * @see litl/backoff's `on_exception`
 */
export function onException<
  M extends ErrorMatcher,
  Answer extends Verdict = boolean,
  Raise extends boolean | undefined = true,
  Kind extends Mode | undefined = 'auto',
>(
  wait: WaitMaker,
  errors: M,
  options?: ExceptionOptions<MatchedError<M>, Answer> & ResultOptions<Raise, Kind>,
): RetryThatAdds<AcceptsFor<unknown, Answer, Kind>, AddsFor<Raise, Kind>>;
export function onException(wait: unknown, errors: unknown, options: GivenOptions = {}): unknown {
  refuseBareUse('onException', [wait, errors, options], '@onException(expo, Error)');
  if (errors === undefined) {
    const allowed = 'must be given to onException, after the waits: onException(expo, HttpError)';
    throw new OptionError('errors', errors, allowed);
  }
  return makeRetry(checkPolicy('onException', options, { wait: required(wait), errors }));
}

/**
 * Retries while `predicate` is true for the value: polling. Without a predicate, while the value is falsy.
 * Goes on for ever unless `maxTries` or `maxTime` is given.
 *
 *     class Queue {
 *       @onPredicate(fibo, (jobs: Job[]) => jobs.length === 0, { maxTime: '2m' })
 *       async poll(): Promise<Job[]> { ... }
 *     }
 *
 * @param wait       Makes the waits.
 * @param predicate  True for a value that is not good enough yet. May be async in async calls.
 * @param options    Limits and handlers. Giving up gives the last value; `raiseOnGiveup: true` throws a `GiveUpError`.
 * @throws {OptionError} when an option is unknown or not allowed.
 * @see litl/backoff's `on_predicate`
 */
export function onPredicate<V = unknown>(
  wait: WaitMaker,
  predicate: ((value: V, details: CallDetails) => Verdict) | undefined,
  options: PredicateOptions<V> & { readonly mode: 'async' },
): SilentRetry<V | PromiseLike<V>, Promised>;
export function onPredicate<V = unknown>(
  wait: WaitMaker,
  predicate?: (value: V, details: CallDetails) => boolean,
  options?: PredicateOptions<V>,
): Retry<V | PromiseLike<V>>;
export function onPredicate<V = unknown>(
  wait: WaitMaker,
  predicate: (value: V, details: CallDetails) => PromiseLike<boolean>,
  options?: PredicateOptions<V>,
): Retry<PromiseLike<V>>;
export function onPredicate(
  wait: unknown,
  predicate: unknown = isFalsy,
  options: GivenOptions = {},
): unknown {
  refuseBareUse('onPredicate', [wait, predicate, options], '@onPredicate(fibo)');
  if (typeof predicate !== 'function') {
    throw new OptionError('predicate', predicate, 'must be a function of the value; options come third');
  }
  return makeRetry(
    checkPolicy('onPredicate', options, { wait: required(wait), predicate, maxTries: Infinity }),
  );
}

function isFalsy(value: unknown): boolean {
  return !value;
}

// `undefined` would mean the default waits of `retry`; these two ask for waits by position.
function required(wait: unknown): unknown {
  checkWaitMaker(wait);
  return wait;
}
