/**
 * Retrying any function: `withRetry(fn, options)`, and the same as a wrapper, `retry(options)`.
 *
 * From here a call goes to `first-attempt.ts`, and if that fails to a driver, which does what `attempts.ts` decides.
 */
import { UsageError, show } from '../errors.js';
import { type CallContext, currentCall } from '../call/context.js';
import { policyKey } from '../call/dress.js';
import { keepKind } from '../call/kind.js';
import { type Wrap, makeWrapper, refuseBareUse, wrapFunction, checkRun } from '../call/make-wrapper.js';
import type {
  AnyFunction,
  IsForeign,
  Promised,
  Substitute,
  Substituted,
  Widened,
  Wrapper,
} from '../call/wrapper.js';
import { driven } from './first-attempt.js';
import type {
  AcceptsFor,
  AddsFor,
  AnswerOf,
  ErrorMatcher,
  HandlerOptions,
  LimitOptions,
  Mode,
  ResultOptions,
  RetryOptions,
  RuleList,
  ValueOf,
  VerdictFor,
} from './options.js';
import { Plan } from './plan.js';
import { type GivenOptions, type RetryPolicy, checkPolicy } from './policy.js';

/** What may be changed for a copy of a retry, or for one call. */
export interface Overrides<M extends Mode = 'auto' | 'sync'> extends LimitOptions<any, M>, HandlerOptions {}

/** A retry as a wrapper. It holds no state of any call. */
export interface Retry<in Accepts = unknown> extends Wrapper<Accepts> {
  /** A changed copy. @throws {OptionError} as `retry` does. */
  with<Kind extends Mode = 'auto'>(overrides: Overrides<Kind>): RetryThatAdds<Accepts, AddsFor<true, Kind>>;
  /** Makes one call now. `overrides` hold for this call. */
  run<Result extends Accepts>(
    call: (context: CallContext) => Result,
    overrides?: Overrides<ModeFor<Result>>,
  ): Result;
}

/** A retry that may give something else: `undefined` (`raiseOnGiveup: false`), or a promise (`mode: 'async'`). */
export interface SilentRetry<in Accepts, Adds = undefined> extends Substitute<Accepts, Adds> {
  /** A changed copy. @throws {OptionError} as `retry` does. */
  with<Kind extends Mode = 'auto'>(
    overrides: Overrides<Kind>,
  ): SilentRetry<Accepts, Adds | AddsFor<true, Kind>>;
  /** Makes one call now. `overrides` hold for this call. */
  run<Result extends Accepts>(
    call: (context: CallContext) => Result,
    overrides?: Overrides<ModeFor<Result>>,
  ): Substituted<Result, Adds>;
}

// Asking for a promise must not change the type of the result.
type ModeFor<Result> = Result extends PromiseLike<unknown> ? Mode : 'auto' | 'sync';

/** The retry whose options ask for `Adds`. */
export type RetryThatAdds<Accepts, Adds> = [Adds] extends [never]
  ? Retry<Accepts>
  : SilentRetry<Accepts, Adds>;

/**
 * The type of a function under `withRetry`: its own; with a promise where it gives a thenable that is none; widened
 * where the retry may give `Adds`.
 */
export type Retried<F extends AnyFunction, Adds = never> = [Adds] extends [never]
  ? IsForeign<ReturnType<F>> extends true
    ? Widened<F, Promised> & F
    : F
  : Widened<F, Adds>;

/**
 * Wraps a function so that its failures are retried. Sync functions stay sync, async ones async.
 *
 *     const getUser = withRetry(fetchUser, { wait: expo, maxTries: 5, maxTime: '10s' });
 *     await getUser(42);   // the user, or the last error exactly as fetchUser threw it
 *
 * By default: any error, ten tries, waits of up to 100, 200, 400 ms ... 10 s, each spread down to 0 (full jitter).
 *
 * What the wrapped function throws, or rejects with, is the last error of `fn` itself, or the reason of the `signal`; an
 * `OptionError` where a wait or a callback misbehaves during the call; a `GiveUpError` where `raiseOnGiveup: true` turns
 * a value into an error; a `UsageError` where a sync function would have to wait on a thread that may not be blocked.
 *
 * @param fn       The function. It is called with the `this` and the arguments of each call, at every attempt.
 * @param options  What is retried, how long, how often, and who is told; `retry.md` in `docs/` explains each.
 * @returns A function of the same type. With `raiseOnGiveup: false` its result may also be `undefined`; with
 *   `mode: 'async'` it gives a promise.
 * @throws {OptionError} when an option is unknown or not allowed.
 * @throws {UsageError} when `fn` cannot be wrapped: a class, a generator function, or no function at all.
 * @see litl/backoff, whose words these are
 */
export function withRetry<
  F extends AnyFunction,
  M extends ErrorMatcher,
  Raise extends boolean | undefined = true,
  Kind extends Mode | undefined = 'auto',
  M0 = unknown,
  M1 = unknown,
  M2 = unknown,
  M3 = unknown,
  M4 = unknown,
  M5 = unknown,
>(
  fn: F,
  options?: RetryOptions<
    M,
    ValueOf<F>,
    VerdictFor<F, Kind>,
    RuleList<ValueOf<F>, VerdictFor<F, Kind>, M0, M1, M2, M3, M4, M5>,
    ThisParameterType<F>
  > &
    ResultOptions<Raise, Kind>,
): Retried<F, AddsFor<Raise, Kind>>;
export function withRetry(fn: unknown, options: GivenOptions = {}): AnyFunction {
  refuseBareUse('withRetry', [fn, options], 'withRetry(fn, options), or @retry(options) above a method');
  if (typeof fn === 'object') {
    throw new UsageError(
      `withRetry wraps a function; got ${show(fn)}. For a decorator or a wrapper write retry(options).`,
    );
  }
  return wrapFunction('withRetry', wrapUnder(checkPolicy('withRetry', options)), fn);
}

/**
 * The same as a wrapper: a decorator for class methods, a function for functions, a part of `compose`.
 *
 *     const patient = retry({ errors: HttpError, maxTries: 5 });
 *
 *     class Api {
 *       @patient async load(id: number) { ... }
 *     }
 *     const load = patient(fetchUser);
 *     const user = await patient.run(({ signal }) => fetchUser(42, signal));
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function retry<
  M extends ErrorMatcher,
  V = unknown,
  Later extends boolean = never,
  Raise extends boolean | undefined = true,
  Kind extends Mode | undefined = 'auto',
  M0 = unknown,
  M1 = unknown,
  M2 = unknown,
  M3 = unknown,
  M4 = unknown,
  M5 = unknown,
>(
  options?: RetryOptions<
    M,
    V,
    boolean | PromiseLike<Later>,
    RuleList<V, boolean | PromiseLike<Later>, M0, M1, M2, M3, M4, M5>
  > &
    ResultOptions<Raise, Kind>,
): RetryThatAdds<AcceptsFor<V, AnswerOf<Later>, Kind>, AddsFor<Raise, Kind>>;
export function retry(...args: readonly unknown[]): unknown {
  const [options = {}] = args;
  refuseBareUse('retry', args, '@retry() or @retry(options)');
  if (typeof options === 'function' || args.length > 1) {
    throw new UsageError(
      'retry takes options; write withRetry(fn, options), retry(options)(fn) or retry(options).run(fn).',
    );
  }
  return makeRetry(checkPolicy('retry', options as GivenOptions));
}

/** The wrapper of a checked policy. */
export function makeRetry(policy: RetryPolicy): unknown {
  const { owner, options } = policy;
  const changed = (overrides: GivenOptions): RetryPolicy => checkPolicy(owner, overrides, options);
  const run = (call: (context: CallContext) => unknown, overrides?: GivenOptions): unknown => {
    checkRun(call);
    const wrap = wrapUnder(overrides === undefined ? policy : changed(overrides));
    const once = (): unknown => call(currentCall());
    keepKind(once, call);
    return wrap(once, () => (call.name === '' ? 'run' : call.name), call).fn();
  };
  return Object.assign(makeWrapper(owner, wrapUnder(policy)), {
    with: (overrides: GivenOptions = {}) => makeRetry(changed(overrides)),
    run,
  });
}

function wrapUnder(policy: RetryPolicy): Wrap {
  return (target, name, original) => {
    const plan = new Plan(policy, target, name, original);
    return { fn: driven(plan), policy: policy.options, repeats: true };
  };
}

/**
 * The options that a function was wrapped with, frozen; `undefined` for a function that is not retried.
 *
 *     retryPolicyOf(withRetry(fetchUser, { maxTries: 5 }))?.maxTries   // 5
 */
export function retryPolicyOf(fn: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof fn !== 'function') return undefined;
  return (fn as { [policyKey]?: Readonly<Record<string, unknown>> })[policyKey];
}
