/**
 * Making the attempts: the one place where a wrapped function is called and a wait is waited.
 *
 * The function that `driven` gives makes the first attempt. If that succeeds and nobody watches, it is all that
 * happens. Otherwise a `DrivenCall` takes over: in a loop that blocks for sync functions, in callbacks for async ones. Both do what
 * `Attempts` decides.
 */
import { type Abortable, stopWatching, watchSignal } from '../call/abort.js';
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
import type { EndDetails } from './details.js';
import type { Plan } from './plan.js';
import { tellBudget } from './handlers.js';
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
  if (refusal !== undefined) return throwAs(plan, refusal.reason);
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
  if (plan.policy.mode === 'sync') return (call ?? takeOver(plan, thisArg, args, startedAt)).refusePromise(result);
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
  if (limits.budget !== undefined) tellBudget(plan.nameFor(thisArg), limits.budget, 'earn');
  return outcome.value;
}

/** A call that takes over after its first attempt. */
function takeOver(plan: Plan, thisArg: unknown, args: readonly unknown[], startedAt: Ms | undefined): DrivenCall {
  const call = new DrivenCall(plan, thisArg, args, startedAt);
  call.start();
  return call;
}

function throwAs(plan: Plan, error: unknown): unknown {
  if (plan.kind === 'async') return rejectLater(error);
  throw error;
}

/** A promise that is rejected one microtask late, when its caller has had the time to look after it. */
function rejectLater(reason: unknown): Promise<never> {
  return Promise.resolve().then(() => {
    throw reason;
  });
}

/** Stands for an outcome that is dealt with elsewhere: whoever adopts it waits for ever, and is forgotten. */
const elsewhere: PromiseLike<never> = { then: () => elsewhere as never };

/** In place of an error where there is none. */
const none = Symbol('none');

/** Carries what a sync call ends with out of its loop. */
class Ended {
  readonly #own = true;

  constructor(
    readonly as: EndDetails['ended'],
    readonly error: unknown,
  ) {}

  /** Unlike `instanceof`, this asks nothing of what was thrown: it may be a Proxy that throws. */
  static of(error: unknown): Ended {
    return typeof error === 'object' && error !== null && #own in error ? error : new Ended('passed', error);
  }
}

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
export class DrivenCall extends RetriedCall implements Abortable, Sleeper, PromiseLike<unknown> {
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
      this.#close(reason, 'passed');
      return { reason };
    }
    if (this.abortedBy() === undefined) {
      this.start();
      this.tellAttempt();
    }
    const signal = this.abortedBy();
    if (signal === undefined) return undefined;
    this.tellAbort(signal.reason);
    this.#close(signal.reason, 'abort');
    return { reason: signal.reason };
  }

  /** The function gave a promise in `mode: 'sync'`. */
  refusePromise(result: unknown): never {
    const error = this.#noPromise(result);
    this.#close(error, 'passed');
    throw error;
  }

  #noPromise(result: unknown): OptionError {
    if (isThenable(result)) ignore(result);
    const name = this.plan.nameFor(this.thisArg);
    return new OptionError('mode', 'sync', `does not fit ${name}, which gives promises (leave it out, or say "async")`);
  }

  // Sync: a loop that blocks.

  /** Goes on after an attempt of a sync function has ended. @throws what the call ends with. */
  driveSync(first: Outcome, known?: { readonly found: Found }): unknown {
    let outcome = first;
    let found = known;
    try {
      for (;;) {
        this.end(outcome, this.moment());
        if (!outcome.ok) this.#throwIfAborted();
        const rule = this.#atOnce(found === undefined ? this.match(outcome) : found.found, 'predicate', outcome);
        found = undefined;
        if (rule === undefined) return this.#leaveSync(outcome);
        const step = this.#atOnce(this.decide(rule, outcome), 'giveup', outcome);
        const refusal = step.kind === 'giveup' ? step : this.#blockFor(step, outcome, rule);
        if (refusal !== undefined) return this.#giveUpSync(refusal, outcome, rule);
        outcome = this.#attemptSync();
        if (outcome.ok && isThenable(outcome.value)) return this.#becomeAsync(outcome.value);
      }
    } catch (thrown) {
      const { as, error } = Ended.of(thrown);
      this.refund();
      this.#close(error, as);
      throw error;
    }
  }

  #becomeAsync(promise: PromiseLike<unknown>): unknown {
    if (this.plan.policy.mode === 'sync') throw this.#noPromise(promise);
    this.plan.kind = 'async';
    return this.follow(asPromise(promise));
  }

  #atOnce<T>(answer: T | PromiseLike<T>, option: string, outcome: Outcome): T {
    if (!isThenable(answer)) return answer as T;
    ignore(answer);
    const name = this.plan.nameFor(this.thisArg);
    const allowed = `must answer at once, as ${name} is sync`;
    throw new OptionError(option, answer, allowed, { ...causeOf(outcome), got: 'a promise' });
  }

  #blockFor(step: WaitStep, outcome: Outcome, rule: Rule): GiveUpStep | undefined {
    const { plan } = this;
    void this.tellBackoff(step, outcome, rule);
    this.#throwIfAborted();
    const fitted = this.afterHandlers(step);
    if (fitted.kind === 'giveup') return fitted;
    const name = plan.nameFor(this.thisArg);
    if (plan.kind === 'unknown') warnOfBlocking(plan, name);
    const before = this.clock.now();
    try {
      this.clock.block(fitted.ms);
    } catch {
      throw new UsageError(
        `${name} cannot wait here: this thread may not be blocked. Make the function async.`,
        causeOf(outcome),
      );
    }
    this.#throwIfAborted();
    return this.afterWake(this.clock.now() - before - fitted.ms);
  }

  #attemptSync(): Outcome {
    this.spend();
    this.start();
    this.tellAttempt();
    this.#throwIfAborted();
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

  // A blocked thread hears no abort; one that happened in an attempt or a handler is seen here.
  #throwIfAborted(): void {
    const signal = this.abortedBy();
    if (signal === undefined) return;
    this.tellAbort(signal.reason);
    throw new Ended('abort', signal.reason);
  }

  #leaveSync(outcome: Outcome): unknown {
    if (!outcome.ok) throw new Ended('passed', outcome.error);
    void this.tellSuccess(outcome.value);
    this.#close(none, 'success');
    return outcome.value;
  }

  #giveUpSync(step: GiveUpStep, outcome: Outcome, rule: Rule): unknown {
    void this.tellGiveUp(step.because, outcome, rule);
    const end = this.#endOf(step.because, outcome);
    if (!end.ok) throw new Ended('giveup', end.error);
    this.#close(none, 'giveup');
    return end.value;
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
      this.#wait(promise);
      for (const signal of this.aside?.signals ?? []) watchSignal(signal, this);
      const aborted = this.abortedBy();
      if (aborted !== undefined) this.abort(aborted);
    });
  }

  /** A signal has aborted. */
  abort({ reason }: AbortSignal): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    this.clock.cancel(this);
    this.refund();
    this.aside?.controller?.abort(reason);
    this.tellAbort(reason);
    this.#close(reason, 'abort');
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
    if (this.#resolve === undefined) return; // a handler has aborted the call
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
    if (this.#resolve === undefined) return; // a handler has aborted the call
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
    this.#resolve = undefined;
    this.#close(outcome.ok ? none : outcome.error, ended);
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

  // Both: how a call ends.

  /** The call is over: its history goes with its error, nothing is left behind, the hub is told. */
  #close(error: unknown, ended: EndDetails['ended']): void {
    if (error !== none) this.keepHistory(error);
    for (const signal of this.aside?.signals ?? []) stopWatching(signal, this);
    this.tellEnd(ended);
  }

  #endOf(reason: GiveUpReason, outcome: Outcome): Outcome {
    const { raiseOnGiveup } = this.plan.policy;
    if (!outcome.ok) {
      if (raiseOnGiveup !== false) return outcome;
      this.keepHistory(outcome.error);
      return { ok: true, value: undefined };
    }
    if (raiseOnGiveup !== true) return outcome;
    return { ok: false, error: new GiveUpError(this.plan.nameFor(this.thisArg), outcome.value, reason, this.tries) };
  }
}

/** So many attempts without a wait between them are made in a row; then other work has its turn. */
const turnsBeforeYield = 8;

function warnOfBlocking(plan: Plan, name: string): void {
  const text =
    `${name} threw before it was known whether it is async, so Stampede waits as for a sync function and blocks the ` +
    `thread. If it returns promises, say mode: 'async'.`;
  warnOnce(plan.original, text, 'STAMPEDE_BLOCKING');
}
