/**
 * Making the attempts: the one place where a wrapped function is called and a wait is waited.
 *
 * The function that `driven` gives makes the first attempt. If that succeeds and nobody watches, it is all that
 * happens. Otherwise a `DrivenCall` takes over: in a loop that blocks for sync functions, in callbacks for async ones. Both do what
 * `Attempts` decides.
 */
import { type Frame, currentFrame, enterFrame, isInCall } from '../call/context.js';
import { type Outcome, asPromise, isThenable } from '../call/outcome.js';
import type { AnyFunction } from '../call/wrapper.js';
import { GiveUpError, OptionError, UsageError } from '../errors.js';
import { isObserved, warnOnce } from '../events.js';
import type { Ms } from '../time/duration.js';
import { afterOtherWork } from '../time/host.js';
import type { Sleeper } from '../time/timers.js';
import { causeOf } from '../wait/waits.js';
import type { GiveUpReason, GiveUpStep, Step, WaitStep } from './attempts.js';
import type { Plan } from './plan.js';
import { RetriedCall } from './retried-call.js';
import { type Rule, ignore, ruleFor } from './rules.js';

type Found = Rule | undefined | PromiseLike<Rule | undefined>;

/**
 * The function that users hold in place of the one that a plan is for: it makes the first attempt, and that is all,
 * if it succeeds and nobody watches.
 *
 * It gives what the function gives in the end: a promise where the function gives one.
 */
export function driven(plan: Plan): AnyFunction {
  const { target } = plan;
  const onBareError = onFirstError(plan, undefined, [], undefined); // of a call without `this`, arguments or a clock
  // Not an async function, and one body: a call through it must cost little more than the bare one.
  return function (this: unknown, ...args: unknown[]): unknown {
    if (plan.attended || isInCall() || isObserved()) return makeAttended(plan, this, args);
    const startedAt = plan.keepsTime ? plan.policy.clock.now() : undefined;
    let result: unknown;
    enterFrame(plan, startedAt);
    try {
      result = target.apply(this, args);
    } catch (error) {
      enterFrame(undefined);
      return throwFirst(plan, takeOver(plan, this, args, startedAt), error);
    }
    enterFrame(undefined);
    if (!plan.watchesValues) {
      if (plan.kind === 'async' && result instanceof Promise) {
        const isBare = args.length === 0 && this === undefined && startedAt === undefined;
        return result.then(undefined, isBare ? onBareError : onFirstError(plan, this, args, startedAt));
      }
      if (plan.kind === 'sync' && !isThenable(result)) return result;
    }
    return plan.kind === 'async' || isThenable(result)
      ? followFirst(plan, this, args, startedAt, undefined, result)
      : returnFirst(plan, this, args, startedAt, undefined, result);
  };
}

function onFirstError(
  plan: Plan,
  thisArg: unknown,
  args: readonly unknown[],
  startedAt: Ms | undefined,
): (error: unknown) => unknown {
  return (error) => takeOver(plan, thisArg, args, startedAt).resume({ ok: false, error });
}

/** The first attempt of a call that somebody attends to, so that it is an object from the start. */
function makeAttended(plan: Plan, thisArg: unknown, args: readonly unknown[]): unknown {
  const startedAt = plan.keepsTime ? plan.policy.clock.now() : undefined;
  const call = new DrivenCall(plan, thisArg, args, startedAt);
  const outer = currentFrame();
  const refusal = call.begin(outer);
  if (refusal !== undefined) return refuse(plan, refusal);
  let result: unknown;
  enterFrame(call);
  try {
    result = plan.target.apply(thisArg, args as unknown[]);
  } catch (error) {
    enterFrame(outer);
    return throwFirst(plan, call, error);
  }
  enterFrame(outer);
  return plan.kind === 'async' || isThenable(result)
    ? followFirst(plan, thisArg, args, startedAt, call, result)
    : returnFirst(plan, thisArg, args, startedAt, call, result);
}

/** The first attempt threw at once. */
function throwFirst(plan: Plan, call: DrivenCall, error: unknown): unknown {
  return plan.kind === 'async' ? call.follow(rejectLater(error)) : call.driveSync({ ok: false, error });
}

/** The first attempt gave a promise. */
function followFirst(
  plan: Plan,
  thisArg: unknown,
  args: readonly unknown[],
  startedAt: Ms | undefined,
  call: DrivenCall | undefined,
  result: unknown,
): unknown {
  if (plan.policy.mode === 'sync') refuseThenable(result, plan.nameFor(thisArg));
  plan.kind = 'async';
  const promise = asPromise(result);
  if (call?.isAbortable === true) return call.follow(promise);
  const onError = (error: unknown): unknown =>
    (call ?? takeOver(plan, thisArg, args, startedAt)).resume({ ok: false, error });
  if (!plan.watchesValues && call?.isWatched !== true) return promise.then(undefined, onError);
  return promise.then((value) => {
    if (call !== undefined) return call.resume({ ok: true, value });
    return judgeFirst(plan, thisArg, args, startedAt, { ok: true, value }, (made, outcome, found) =>
      made.resume(outcome, { found }),
    );
  }, onError);
}

/** The first attempt gave a plain value. */
function returnFirst(
  plan: Plan,
  thisArg: unknown,
  args: readonly unknown[],
  startedAt: Ms | undefined,
  call: DrivenCall | undefined,
  value: unknown,
): unknown {
  if (plan.kind === 'unknown') plan.kind = 'sync';
  if (call !== undefined) return plan.watchesValues || call.isWatched ? call.driveSync({ ok: true, value }) : value;
  if (!plan.watchesValues) return value;
  return judgeFirst(plan, thisArg, args, startedAt, { ok: true, value }, (made, outcome, found) =>
    made.driveSync(outcome, { found }),
  );
}

/** Looks at the value of a first attempt that nobody attends to; makes a call only where one is needed. */
function judgeFirst(
  plan: Plan,
  thisArg: unknown,
  args: readonly unknown[],
  startedAt: Ms | undefined,
  outcome: Outcome & { ok: true },
  goOn: (call: DrivenCall, outcome: Outcome, found: Found) => unknown,
): unknown {
  let made: DrivenCall | undefined;
  const call = (): DrivenCall => (made ??= takeOver(plan, thisArg, args, startedAt));
  const { limits } = plan.policy;
  const found = limits === undefined ? call().look(outcome) : ruleFor(plan.policy.rules, outcome, { told: () => call().told() });
  if (found !== undefined || limits === undefined || plan.tellsSuccess) return goOn(call(), outcome, found);
  limits.budget?.earn();
  return outcome.value;
}

/** A call that takes over after its first attempt. */
function takeOver(plan: Plan, thisArg: unknown, args: readonly unknown[], startedAt: Ms | undefined): DrivenCall {
  const call = new DrivenCall(plan, thisArg, args, startedAt);
  call.start();
  return call;
}

function refuse(plan: Plan, { reason }: { readonly reason: unknown }): unknown {
  if (plan.kind === 'async') return rejectLater(reason);
  throw reason;
}

/** A promise that is rejected one microtask late, when its caller has had the time to look after it. */
function rejectLater(reason: unknown): Promise<never> {
  return Promise.resolve().then(() => {
    throw reason;
  });
}

function refuseThenable(result: unknown, name: string): never {
  if (isThenable(result)) ignore(result);
  throw new OptionError('mode', 'sync', `does not fit ${name}, which gives promises (leave it out, or say "async")`);
}

/** Stands for an outcome that is dealt with elsewhere: whoever adopts it waits for ever, and is forgotten. */
const elsewhere: PromiseLike<never> = { then: () => elsewhere as never };

/** Rejects whoever adopts it. A promise of ours keeps just its `resolve`: it may wait a hundred thousand times. */
class Rejection implements PromiseLike<never> {
  constructor(readonly error: unknown) {}

  then(_resolve: unknown, reject: unknown): never {
    (reject as (error: unknown) => void)(this.error);
    return elsewhere as never;
  }
}

type Resolve = (value: unknown) => void;

/** A call whose attempts are being made. It is itself the thenable that its caller's promise adopts. */
export class DrivenCall extends RetriedCall implements Sleeper, PromiseLike<unknown> {
  place = -1;
  #resolve: Resolve | undefined; // while the call is under way

  get unref(): boolean {
    return this.plan.policy.unref;
  }

  /** Whether a signal can end this call. */
  get isAbortable(): boolean {
    return this.aside !== undefined && this.aside.signals.length > 0;
  }

  /** Whether somebody outside wants to know how it ends. */
  get isWatched(): boolean {
    return this.aside?.observed === true;
  }

  /** The rule for an outcome, with the options of the call read. */
  look(outcome: Outcome): Found {
    return this.match(outcome);
  }

  /** Before the first attempt. @returns Why there will be none. */
  begin(outer: Frame | undefined): { readonly reason: unknown } | undefined {
    try {
      this.open(outer);
    } catch (reason) {
      return { reason };
    }
    const signal = this.abortedBy();
    if (signal === undefined) {
      this.start();
      this.tellAttempt();
      return undefined;
    }
    this.tellAbort(signal.reason);
    this.tellEnd('abort');
    return { reason: signal.reason };
  }

  // Sync: a loop that blocks.

  /** Goes on after an attempt of a sync function has ended. @throws what the call ends with. */
  driveSync(first: Outcome, known?: { readonly found: Found }): unknown {
    let outcome = first;
    let found = known;
    for (;;) {
      this.end(outcome, this.moment());
      const rule = this.#atOnce(found === undefined ? this.match(outcome) : found.found, 'predicate', outcome);
      found = undefined;
      if (rule === undefined) return this.#leaveSync(outcome);
      const step = this.#atOnce(this.decide(rule, outcome), 'giveup', outcome);
      if (step.kind === 'giveup') return this.#giveUpSync(step, outcome, rule);
      const refused = this.#blockFor(step, outcome, rule);
      if (refused !== undefined) return this.#giveUpSync(refused, outcome, rule);
      const result = this.#attemptSync();
      if (result.ok && isThenable(result.value)) {
        if (this.plan.policy.mode === 'sync') refuseThenable(result.value, this.plan.nameFor(this.thisArg));
        this.plan.kind = 'async';
        return this.follow(asPromise(result.value));
      }
      outcome = result;
    }
  }

  #atOnce<T>(answer: T | PromiseLike<T>, option: string, outcome: Outcome): T {
    if (!isThenable(answer)) return answer as T;
    ignore(answer);
    const name = this.plan.nameFor(this.thisArg);
    throw new OptionError(option, answer, `must answer at once, as ${name} is sync`, {
      ...causeOf(outcome),
      got: 'a promise',
    });
  }

  #blockFor(step: WaitStep, outcome: Outcome, rule: Rule): GiveUpStep | undefined {
    void this.tellBackoff(step, outcome, rule);
    const { plan } = this;
    const fitted = this.afterHandlers(step);
    if (fitted.kind === 'giveup') return fitted;
    this.#checkSignal();
    if (plan.kind === 'unknown') warnOfBlocking(plan, plan.nameFor(this.thisArg));
    const before = this.clock.now();
    try {
      this.clock.block(fitted.ms);
    } catch {
      this.refund();
      const what = `${plan.nameFor(this.thisArg)} cannot wait here: this thread may not be blocked. Make the function async.`;
      throw new UsageError(what, causeOf(outcome));
    }
    this.#checkSignal();
    return this.afterWake(this.clock.now() - before - fitted.ms);
  }

  #attemptSync(): Outcome {
    this.spend();
    this.start();
    this.tellAttempt();
    const outer = currentFrame();
    enterFrame(this);
    try {
      return { ok: true, value: this.plan.target.apply(this.thisArg, this.args as unknown[]) as unknown };
    } catch (error) {
      return { ok: false, error };
    } finally {
      enterFrame(outer);
    }
  }

  // A blocked thread hears no abort; one that happened before or in a handler is seen here.
  #checkSignal(): void {
    const signal = this.abortedBy();
    if (signal === undefined) return;
    this.refund();
    this.tellAbort(signal.reason);
    this.tellEnd('abort');
    throw signal.reason;
  }

  #leaveSync(outcome: Outcome): unknown {
    if (outcome.ok) {
      void this.tellSuccess(outcome.value);
      this.tellEnd('success');
      return outcome.value;
    }
    this.keepHistory(outcome.error);
    this.tellEnd('passed');
    throw outcome.error;
  }

  #giveUpSync(step: GiveUpStep, outcome: Outcome, rule: Rule): unknown {
    void this.tellGiveUp(step.because, outcome, rule);
    const end = this.#endOf(step.because, outcome);
    this.tellEnd('giveup');
    if (end.ok) return end.value;
    throw end.error;
  }

  // Async: callbacks. No promise of ours stands between that of an attempt and that of the caller, so that the
  // engine can follow an error's stack from one to the other.

  /** The caller's promise adopts this call: goes on after the attempt that has ended. */
  then<A>(resolve: ((value: unknown) => A) | null | undefined): never {
    this.#resolve = resolve as Resolve;
    this.#judge(this.latest as Outcome);
    return elsewhere as never;
  }

  /** An attempt of an async function has ended. @returns What the caller's promise is to adopt. */
  resume(outcome: Outcome, known?: { readonly found: Found }): PromiseLike<unknown> {
    this.end(outcome, this.moment());
    if (known === undefined) return this;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#guard(() => {
        this.#apply(known.found, outcome);
      });
    });
  }

  /** Goes on with the promise of an attempt, in a promise of its own. */
  follow(promise: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      for (const signal of this.aside?.signals ?? []) signal.addEventListener('abort', this);
      this.#wait(promise);
    });
  }

  /** A signal has aborted. */
  handleEvent(): void {
    const { reason } = this.abortedBy() as AbortSignal;
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.clock.cancel(this);
    this.refund();
    this.tellAbort(reason);
    this.aside?.controller?.abort(reason);
    this.#over();
    this.tellEnd('abort');
    resolve(new Rejection(reason));
  }

  /** The wait is over. */
  wake(late: Ms): void {
    this.#guard(() => {
      const step = this.afterWake(late);
      if (step === undefined) this.#attempt();
      else this.#perform(step, this.latest as Outcome, undefined);
    });
  }

  #attempt(): void {
    this.spend();
    this.start();
    this.tellAttempt();
    if (this.#resolve === undefined) return; // a handler aborted the call
    const outer = currentFrame();
    enterFrame(this);
    let promise: Promise<unknown>;
    try {
      promise = asPromise(this.plan.target.apply(this.thisArg, this.args as unknown[]));
    } catch (error) {
      promise = rejectLater(error);
    } finally {
      enterFrame(outer);
    }
    this.#wait(promise);
  }

  #wait(promise: Promise<unknown>): void {
    const reject = (error: unknown): unknown => this.#took({ ok: false, error });
    if (!this.plan.watchesValues && this.aside === undefined) {
      promise.then(this.#resolve, reject);
      return;
    }
    // The value is looked at, so the promise's own `resolve` comes second; nothing ever reaches it.
    promise.then((value) => this.#took({ ok: true, value }), reject).then(this.#resolve);
  }

  #took(outcome: Outcome): PromiseLike<never> {
    if (this.#resolve !== undefined) {
      this.end(outcome, this.moment());
      this.#judge(outcome);
    }
    return elsewhere;
  }

  #judge(outcome: Outcome): void {
    try {
      this.#apply(this.match(outcome), outcome);
    } catch (error) {
      this.#fail(error);
    }
  }

  #apply(found: Found, outcome: Outcome): void {
    if (found === undefined) this.#leave(outcome);
    else if (!isThenable(found)) this.#answer(found, outcome);
    else {
      this.#when(found, (rule) => {
        this.#apply(rule, outcome);
      });
    }
  }

  #answer(rule: Rule, outcome: Outcome): void {
    const step = this.decide(rule, outcome);
    if (!isThenable(step)) this.#perform(step, outcome, rule);
    else {
      this.#when(step, (late) => {
        this.#perform(late, outcome, rule);
      });
    }
  }

  #perform(step: Step, outcome: Outcome, rule: Rule | undefined): void {
    if (step.kind === 'giveup') {
      this.#afterwards(this.tellGiveUp(step.because, outcome, rule), () => {
        this.#settle(this.#endOf(step.because, outcome), 'giveup');
      });
      return;
    }
    const told = this.tellBackoff(step, outcome, rule as Rule);
    if (told === undefined) {
      this.#sleep(step);
      return;
    }
    this.#when(told, () => {
      const fitted = this.afterHandlers(step);
      if (fitted.kind === 'wait') this.#sleep(fitted);
      else this.#perform(fitted, outcome, rule);
    });
  }

  #sleep({ ms }: WaitStep): void {
    if (this.#resolve === undefined) return; // a handler aborted the call
    if (ms > 0) this.clock.schedule(this, ms);
    else if (this.tries % turnsBeforeYield !== 0) this.#attempt();
    else {
      afterOtherWork(() => {
        if (this.#resolve !== undefined) this.wake(0);
      });
    }
  }

  #leave(outcome: Outcome): void {
    if (!outcome.ok) {
      this.#settle(outcome, 'passed');
      return;
    }
    this.#afterwards(this.tellSuccess(outcome.value), () => {
      this.#settle(outcome, 'success');
    });
  }

  #settle(outcome: Outcome, ended: 'success' | 'giveup' | 'passed'): void {
    const resolve = this.#resolve;
    this.#over();
    if (ended === 'passed' && !outcome.ok) this.keepHistory(outcome.error);
    this.tellEnd(ended);
    resolve?.(outcome.ok ? outcome.value : new Rejection(outcome.error));
  }

  /** An option has failed: its error reaches the caller. */
  #fail(error: unknown): void {
    if (this.#resolve === undefined) return;
    this.refund();
    this.#settle({ ok: false, error }, 'passed');
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Goes on when an answer is there, unless the call has ended meanwhile. */
  #when<T>(answer: PromiseLike<T>, goOn: (answer: T) => void): void {
    answer.then(
      (late) => {
        if (this.#resolve === undefined) return;
        this.#guard(() => {
          goOn(late);
        });
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  /** Goes on when handlers are done, at once where none has to be waited for. */
  #afterwards(told: Promise<void> | undefined, goOn: () => void): void {
    if (told === undefined) goOn();
    else this.#when(told, goOn);
  }

  #over(): void {
    this.#resolve = undefined;
    for (const signal of this.aside?.signals ?? []) signal.removeEventListener('abort', this);
  }

  // Both: what the caller gets when the call gives up.

  #endOf(reason: GiveUpReason, outcome: Outcome): Outcome {
    const { raiseOnGiveup } = this.plan.policy;
    if (!outcome.ok) {
      this.keepHistory(outcome.error);
      return raiseOnGiveup === false ? { ok: true, value: undefined } : outcome;
    }
    if (raiseOnGiveup !== true) return outcome;
    const error = new GiveUpError(this.plan.nameFor(this.thisArg), outcome.value, reason, this.tries);
    this.keepHistory(error);
    return { ok: false, error };
  }
}

/** So many attempts without a wait between them are made in a row; then other work has its turn. */
const turnsBeforeYield = 8;

function warnOfBlocking(plan: Plan, name: string): void {
  const text =
    `${name} threw before it was known whether it is async, so Stampede waits as for a sync function and blocks the ` +
    `thread. If it returns promises, say mode: 'async'.`;
  warnOnce(plan.target, text, 'STAMPEDE_BLOCKING');
}
