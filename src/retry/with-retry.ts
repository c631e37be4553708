/**
 * Retrying any function: `withRetry(fn, options)`, and the same as a wrapper, `retry(options)`.
 *
 * From here a call goes to `drivers.ts`, which makes the attempts, and to `attempts.ts`, which decides.
 */
import { type CallContext, currentCall } from '../call/context.js';
import {
  type AnyFunction,
  type ForeignThenable,
  type Substitute,
  type Wrap,
  type Widened,
  type Wrapper,
  makeWrapper,
  policyKey,
  wrapFunction,
} from '../call/wrapper.js';
import { driven } from './drivers.js';
import type { LimitOptions, RetryOptions, ValueOf, Verdict, VerdictFor } from './options.js';
import { Plan } from './plan.js';
import { type GivenOptions, type RetryPolicy, checkPolicy } from './policy.js';

/** What a call under `retry(...)` may return, by what its callbacks need: an async callback needs a promise. */
export type AcceptsFor<V, Answer> = [Answer] extends [boolean] ? V | PromiseLike<V> : PromiseLike<V>;

/** A retry as a wrapper. It holds no state of any call. */
export interface Retry<in Accepts = unknown> extends Wrapper<Accepts> {
  /** A changed copy. @throws {OptionError} as `retry` does. */
  with(overrides: LimitOptions): Retry<Accepts>;
  /** Makes one call now. `overrides` hold for this call. */
  run<Result extends Accepts>(call: (context: CallContext) => Result, overrides?: LimitOptions): Result;
}

/** A retry that may give `undefined` instead of a result: `raiseOnGiveup: false`. */
export interface SilentRetry<in Accepts> extends Substitute<Accepts, undefined> {
  /** A changed copy. @throws {OptionError} as `retry` does. */
  with(overrides: LimitOptions): SilentRetry<Accepts>;
}

/** The type of a function under `withRetry`: its own, or with a promise where it gives a foreign thenable. */
export type Retried<F extends AnyFunction> = ReturnType<F> extends ForeignThenable
  ? ReturnType<F> extends Promise<unknown>
    ? F
    : (this: ThisParameterType<F>, ...args: Parameters<F>) => Promise<ValueOf<F>>
  : F;

/**
 * Wraps a function so that its failures are retried. Sync functions stay sync, async ones async.
 *
 *     const getUser = withRetry(fetchUser, { wait: expo, maxTries: 5, maxTime: '10s' });
 *     await getUser(42);   // the user, or the last error exactly as fetchUser threw it
 *
 * By default: any error, ten tries, waits of up to 100, 200, 400 ms ... 10 s, each spread down to 0 (full jitter).
 *
 * @throws {OptionError} when an option is unknown or not allowed. {UsageError} when `fn` cannot be wrapped.
 * @returns A function of the same type. With `raiseOnGiveup: false` its result may also be `undefined`.
 * @see litl/backoff, whose words these are
 */
export function withRetry<F extends AnyFunction, M, const Rules extends readonly unknown[] = []>(
  fn: F,
  options: RetryOptions<M, ValueOf<F>, VerdictFor<F>, Rules, ThisParameterType<F>> & { readonly raiseOnGiveup: false },
): Widened<F, undefined>;
export function withRetry<F extends AnyFunction, M, const Rules extends readonly unknown[] = []>(
  fn: F,
  options?: RetryOptions<M, ValueOf<F>, VerdictFor<F>, Rules, ThisParameterType<F>>,
): Retried<F>;
export function withRetry(fn: AnyFunction, options: GivenOptions = {}): AnyFunction {
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
export function retry<M, V = unknown, Answer extends Verdict = boolean, const Rules extends readonly unknown[] = []>(
  options: RetryOptions<M, V, Answer, Rules> & { readonly raiseOnGiveup: false },
): SilentRetry<AcceptsFor<V, Answer>>;
export function retry<M, V = unknown, Answer extends Verdict = boolean, const Rules extends readonly unknown[] = []>(
  options?: RetryOptions<M, V, Answer, Rules>,
): Retry<AcceptsFor<V, Answer>>;
export function retry(options: GivenOptions = {}): unknown {
  return makeRetry(checkPolicy('retry', options));
}

/** The wrapper of a checked policy. */
export function makeRetry(policy: RetryPolicy): unknown {
  const { owner, options } = policy;
  const changed = (overrides: GivenOptions): RetryPolicy => checkPolicy(owner, overrides, options);
  const run = (call: (context: CallContext) => unknown, overrides?: GivenOptions): unknown => {
    const wrap = wrapUnder(overrides === undefined ? policy : changed(overrides), call);
    const once = (): unknown => call(currentCall());
    return wrap(once, () => (call.name === '' ? 'run' : call.name)).fn();
  };
  return Object.assign(makeWrapper(owner, wrapUnder(policy)), {
    with: (overrides: GivenOptions = {}) => makeRetry(changed(overrides)),
    run,
  });
}

/** How functions are wrapped under a policy. `seen`: the function to look at for its kind, where it is another one. */
function wrapUnder(policy: RetryPolicy, seen?: AnyFunction): Wrap {
  return (target, name) => {
    const plan = new Plan(policy, target, name, seen);
    return { fn: driven(plan), policy: policy.options };
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
