/**
 * The first attempt of a call: the function that users hold in place of their own.
 *
 * If it succeeds and nobody watches, it is all that happens. Otherwise a `DrivenCall` takes over, in
 * `sync-driver.ts` or `async-driver.ts`.
 */
import { frameAround, isInside } from '../call/around.js';
import { currentFrame, enterFrame } from '../call/context.js';
import type { CallDetails } from '../call/details.js';
import { type Outcome, asPromise, isThenable } from '../call/outcome.js';
import type { AnyFunction } from '../call/wrapper.js';
import { areCallsObserved } from '../events.js';
import type { Ms } from '../time/duration.js';
import { rejectLater } from '../call/adoption.js';
import { DrivenCall } from './async-driver.js';
import { FirstFrame } from './first-frame.js';
import { tellBudget } from './handlers.js';
import type { Plan } from './plan.js';
import { type Found, type Rule, type Teller, ruleFor } from './rules.js';
import { isScoped } from './scope.js';
import { driveSync, refusePromise } from './sync-driver.js';

/**
 * The function under a plan: it makes the first attempt.
 *
 * It gives what the function gives in the end: a promise where the function gives one.
 */
export function driven(plan: Plan): AnyFunction {
  return plan.kind === 'async' ? drivenAsync(plan) : drivenAny(plan);
}

// Neither is an async function: a call through them must cost little more than the bare one.

function drivenAny(plan: Plan): AnyFunction {
  const { target } = plan;
  return function (this: unknown, ...args: unknown[]): unknown {
    if (plan.attended || areCallsObserved()) return attendedCall(plan, this, args);
    if (plan.isFramed || isInside()) return framedCall(plan, this, args);
    const startedAt = plan.keepsTime ? plan.policy.clock.now() : undefined;
    let result: unknown;
    enterFrame(plan, startedAt);
    try {
      result = target.apply(this, args);
    } catch (error) {
      enterFrame(undefined);
      return new FirstAttempt(plan, this, args, startedAt).threw(error);
    }
    enterFrame(undefined);
    if (!plan.watchesValues) {
      if (plan.kind === 'sync' && !isThenable(result)) return result;
      if (plan.kind === 'async' && result instanceof Promise) {
        return result.then(undefined, whenListFailed(plan, this, startedAt, args));
      }
    }
    return new FirstAttempt(plan, this, args, startedAt).gave(result);
  };
}

/**
 * The same for a function that is known to be async and takes up to three arguments. They are kept for a retry one by
 * one: to keep them as a list would cost as much as all the rest.
 */
function drivenAsync(plan: Plan): AnyFunction {
  const { target } = plan;
  const whenMore = drivenAny(plan);
  const whenBare = whenListFailed(plan, undefined, undefined, []);
  return function (this: unknown, a?: unknown, b?: unknown, c?: unknown): unknown {
    const count = arguments.length;
    if (count > 3 || plan.isLookedAt || isInside() || areCallsObserved()) {
      // eslint-disable-next-line prefer-rest-params -- a rest parameter would be made on every call
      return whenMore.apply(this, arguments as unknown as unknown[]);
    }
    const startedAt = plan.keepsTime ? plan.policy.clock.now() : undefined;
    let result: unknown;
    enterFrame(plan, startedAt);
    try {
      if (count === 0) result = target.call(this);
      else if (count === 1) result = target.call(this, a);
      else if (count === 2) result = target.call(this, a, b);
      else result = target.call(this, a, b, c);
    } catch (error) {
      enterFrame(undefined);
      return new FirstAttempt(plan, this, [a, b, c].slice(0, count), startedAt).threw(error);
    }
    enterFrame(undefined);
    const promise = asPromise(result);
    if (count === 0 && this === undefined && startedAt === undefined)
      return promise.then(plan.earned, whenBare);
    return promise.then(plan.earned, whenFailed(plan, this, startedAt, count, a, b, c));
  };
}

// Functions of their own, so that a call which keeps nothing does not pay for a closure's variables.

function whenListFailed(
  plan: Plan,
  thisArg: unknown,
  startedAt: Ms | undefined,
  args: readonly unknown[],
): (error: unknown) => unknown {
  return (error) => takeOver(plan, thisArg, args, startedAt).resume({ ok: false, error });
}

function whenFailed(
  plan: Plan,
  thisArg: unknown,
  startedAt: Ms | undefined,
  count: number,
  a: unknown,
  b: unknown,
  c: unknown,
): (error: unknown) => unknown {
  return (error) =>
    takeOver(plan, thisArg, [a, b, c].slice(0, count), startedAt).resume({ ok: false, error });
}

/** A call with a frame of its own. If its function is async and it succeeds, the frame is all it needs. */
function framedCall(plan: Plan, thisArg: unknown, args: readonly unknown[]): unknown {
  const outer = frameAround();
  const isPlain = plan.kind === 'async' && (!plan.watchesValues || plan.earned !== undefined);
  if (!isPlain || outer?.aborted !== undefined) return attendedCall(plan, thisArg, args);
  const frame = new FirstFrame(plan, outer, plan.keepsTime ? plan.policy.clock.now() : undefined);
  const before = outer === undefined ? undefined : currentFrame();
  let promise: Promise<unknown>;
  enterFrame(frame);
  try {
    promise = asPromise(plan.target.apply(thisArg, args as unknown[]));
  } catch (error) {
    promise = rejectLater(error);
  }
  enterFrame(before);
  if (outer?.isAbortable === true && !plan.isPrompt)
    return DrivenCall.after(frame, thisArg, args).follow(promise);
  return promise.then(plan.earned, (error: unknown) =>
    DrivenCall.after(frame, thisArg, args).resume({ ok: false, error }),
  );
}

/** A call that somebody attends to before its first attempt, so that it is an object from the start. */
function attendedCall(plan: Plan, thisArg: unknown, args: readonly unknown[]): unknown {
  const startedAt = plan.keepsTime ? plan.policy.clock.now() : undefined;
  const call = new DrivenCall(plan, thisArg, args, startedAt);
  const outer = currentFrame();
  const refusal = call.begin(frameAround());
  if (refusal !== undefined) {
    if (plan.kind === 'async') return rejectLater(refusal.reason);
    throw refusal.reason;
  }
  const first = new FirstAttempt(plan, thisArg, args, startedAt, call);
  let result: unknown;
  enterFrame(call);
  try {
    result = plan.target.apply(thisArg, args as unknown[]);
  } catch (error) {
    enterFrame(outer);
    return first.threw(error);
  }
  enterFrame(outer);
  return first.gave(result);
}

/** A call that takes over after its first attempt. */
function takeOver(
  plan: Plan,
  thisArg: unknown,
  args: readonly unknown[],
  startedAt: Ms | undefined,
): DrivenCall {
  const call = new DrivenCall(plan, thisArg, args, startedAt);
  call.start();
  return call;
}

/** A first attempt that has ended in a way that somebody looks at. */
class FirstAttempt implements Teller {
  readonly #plan: Plan;
  readonly #thisArg: unknown;
  readonly #args: readonly unknown[];
  readonly #startedAt: Ms | undefined;
  /** The call, where somebody attended to it. */
  readonly #attended: DrivenCall | undefined;
  #made: DrivenCall | undefined;

  constructor(
    plan: Plan,
    thisArg: unknown,
    args: readonly unknown[],
    startedAt: Ms | undefined,
    attended?: DrivenCall,
  ) {
    this.#plan = plan;
    this.#thisArg = thisArg;
    this.#args = args;
    this.#startedAt = startedAt;
    this.#attended = attended;
  }

  told(rule?: Rule): CallDetails {
    return this.#call().told(rule);
  }

  /** The function threw instead of returning. */
  threw(error: unknown): unknown {
    const call = this.#call();
    return this.#plan.kind === 'async'
      ? call.follow(rejectLater(error))
      : driveSync(call, { ok: false, error });
  }

  /** The promise of the function was rejected. @returns What the caller's promise is to adopt. */
  failed(error: unknown): unknown {
    return this.#call().resume({ ok: false, error });
  }

  /** The function returned. */
  gave(result: unknown): unknown {
    return this.#plan.kind === 'async' || isThenable(result)
      ? this.#promised(result)
      : this.#returned(result);
  }

  #promised(result: unknown): unknown {
    const plan = this.#plan;
    if (plan.policy.mode === 'sync') refusePromise(this.#call(), result);
    plan.kind = 'async';
    const promise = asPromise(result);
    if (this.#attended?.isAbortable === true) return this.#attended.follow(promise);
    const failed = (error: unknown): unknown => this.failed(error);
    if (!this.#isWatched()) return promise.then(undefined, failed);
    return promise.then(
      (value) => this.#judge({ ok: true, value }, (call, outcome, found) => call.resume(outcome, found)),
      failed,
    );
  }

  #returned(value: unknown): unknown {
    if (this.#plan.kind === 'unknown') this.#plan.kind = 'sync';
    return this.#isWatched() ? this.#judge({ ok: true, value }, driveSync) : value;
  }

  #isWatched(): boolean {
    return this.#plan.watchesValues || this.#attended?.isWatched === true;
  }

  /** Looks at a value; makes a call only where one is needed. */
  #judge(
    outcome: Outcome & { ok: true },
    goOn: (call: DrivenCall, outcome: Outcome, found?: Looked) => unknown,
  ): unknown {
    const { policy, tellsSuccess } = this.#plan;
    const { limits, rules } = policy;
    if (this.#attended !== undefined || limits === undefined || policy.tellsDetails || isScoped())
      return goOn(this.#call(), outcome);
    const found = ruleFor(rules, outcome, this);
    if (found !== undefined || tellsSuccess) return goOn(this.#call(), outcome, { found });
    if (limits.budget !== undefined) tellBudget(this.#plan.nameFor(this.#thisArg), limits.budget, 'earn');
    return outcome.value;
  }

  #call(): DrivenCall {
    if (this.#attended !== undefined) return this.#attended;
    this.#made ??= takeOver(this.#plan, this.#thisArg, this.#args, this.#startedAt);
    return this.#made;
  }
}

/** What the rules have said of an outcome already. */
interface Looked {
  readonly found: Found;
}
