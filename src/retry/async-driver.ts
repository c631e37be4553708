/**
 * Retrying an async function: callbacks, and one object for each call that has failed.
 *
 * No promise of ours stands between that of an attempt and that of the caller, so that the JavaScript engine can
 * follow an error's stack from one to the other. What is done here, `attempts.ts` has said.
 */
import { Rejection, elsewhere, rejectLater } from '../call/adoption.js';
import type { Abortable, Aborted } from '../call/abort.js';
import { type Frame, currentFrame, enterFrame } from '../call/context.js';
import { markGivenUp } from '../call/nesting.js';
import { type Outcome, asPromise, isThenable } from '../call/outcome.js';
import { type WayBack, wayBack } from '../call/way-back.js';
import { afterOtherWork } from '../time/host.js';
import type { Ms } from '../time/duration.js';
import type { Sleeper } from '../time/timers.js';
import type { Step, WaitStep } from './attempts.js';
import type { EndDetails } from './details.js';
import type { FirstFrame } from './first-frame.js';
import { RetriedCall } from './retried-call.js';
import type { Found, Rule } from './rules.js';
import {
  isAbortWanted,
  tellAbort,
  tellAttempt,
  tellBackoff,
  tellEnd,
  tellGiveUp,
  tellSuccess,
} from './telling.js';

type Resolve = (value: unknown) => void;

/** So many attempts without a wait between them are made in a row; then other work has its turn. */
const turnsBeforeYield = 8;

/** A call whose attempts are being made. It is itself the thenable that its caller's promise adopts. */
export class DrivenCall extends RetriedCall implements Abortable, Sleeper, PromiseLike<unknown> {
  place = -1;
  #resolve: Resolve | undefined; // while an async call is under way
  #back: WayBack | undefined; // while it sleeps

  get unref(): boolean {
    return this.plan.policy.unref;
  }

  /** A call that takes over after its first attempt, or while that is under way. */
  static after(frame: FirstFrame, thisArg: unknown, args: readonly unknown[]): DrivenCall {
    const call = new DrivenCall(frame.plan, thisArg, args, frame.startedAt);
    call.join(frame);
    return call;
  }

  /** Whether somebody outside wants to know how it ends. */
  get isWatched(): boolean {
    return this.aside?.observed === true;
  }

  /** Before the first attempt. @returns Why there will be none. */
  begin(outer: Frame | undefined): { readonly reason: unknown } | undefined {
    try {
      this.open(outer);
    } catch (reason) {
      this.finish('passed', { error: reason });
      return { reason };
    }
    if (this.aborted === undefined) {
      this.start();
      tellAttempt(this);
    }
    const { aborted } = this;
    if (aborted === undefined) return undefined;
    tellAbort(this, aborted.reason);
    this.finish('abort', { error: aborted.reason });
    return { reason: aborted.reason };
  }

  /** The call is over: its history goes with its error, nothing is left behind, the hub is told. */
  finish(ended: EndDetails['ended'], thrown?: { readonly error: unknown }): void {
    if (thrown !== undefined) {
      this.keepHistory(thrown.error);
      const isSpent = ended === 'giveup' || this.isSpent({ ok: false, error: thrown.error });
      if (isSpent) markGivenUp(thrown.error, this.outer, this.began);
    }
    this.unwatch(this);
    tellEnd(this, ended);
  }

  /** The caller's promise adopts this call: goes on after the attempt that has ended. */
  then(resolve: ((value: unknown) => any) | null | undefined): never {
    this.#resolve = resolve as Resolve;
    this.#listen();
    if (this.#resolve !== undefined) this.#judge(this.latest as Outcome);
    return elsewhere as never;
  }

  /** An attempt of an async function has ended. @returns What the caller's promise is to adopt. */
  resume(outcome: Outcome, looked?: { readonly found: Found }): PromiseLike<unknown> {
    this.end(outcome, this.moment());
    if (looked === undefined) return this;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#guard(() => {
        this.#apply(looked.found, outcome);
      });
    });
  }

  /** Goes on with the promise of an attempt, in a promise of its own. */
  follow(promise: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#wait(promise);
      this.#listen();
    });
  }

  #listen(): void {
    if (!this.isAbortable) return;
    this.watch(this);
    if (this.aside !== undefined && isAbortWanted(this)) this.aside.back = wayBack();
    const { aborted } = this;
    if (aborted !== undefined) this.abort(aborted);
  }

  /** Its own signal, or a call around it, has aborted. */
  abort({ reason }: Aborted): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    this.#back = undefined;
    this.clock.cancel(this);
    this.refund();
    this.unwatch(this);
    this.aside?.controller?.abort(reason);
    const end = (): void => {
      tellAbort(this, reason);
      this.finish('abort', { error: reason });
    };
    if (this.aside?.back === undefined) end();
    else this.aside.back(end); // still before the caller hears of it
    resolve(new Rejection(reason));
  }

  /** The wait is over. The call goes on in its own asynchronous context, not in that of the timer. */
  wake(late: Ms): void {
    const back = this.#back;
    this.#back = undefined;
    back?.(() => {
      if (this.#resolve !== undefined) this.#goOn(late);
    });
  }

  #goOn(late: Ms): void {
    this.#guard(() => {
      const step = this.afterWake(late);
      if (step === undefined) this.#attempt();
      else
        this.#perform(
          step,
          this.latest as Outcome,
          this.plan.policy.rules.find(({ alone }) => alone),
        );
    });
  }

  #attempt(): void {
    this.start();
    tellAttempt(this);
    if (this.#resolve === undefined) return; // a handler has aborted the call
    this.spend();
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
    if (!this.plan.watchesValues && this.aside === undefined) {
      void promise.then(this.#resolve, (error: unknown) => {
        void this.#took({ ok: false, error });
      });
      return;
    }
    // The value is looked at, so the promise's own `resolve` comes second; nothing ever reaches it.
    void promise
      .then(
        (value) => this.#took({ ok: true, value }),
        (error: unknown) => this.#took({ ok: false, error }),
      )
      .then(this.#resolve);
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
    if (this.#resolve === undefined) {
      this.refund(); // a callback has aborted the call while it was asked
      return;
    }
    if (step.kind === 'giveup') {
      this.#afterwards(tellGiveUp(this, step.because, outcome, rule), () => {
        this.#settle(this.endOf(step.because, outcome), 'giveup');
      });
      return;
    }
    const told = tellBackoff(this, step, outcome, rule as Rule);
    if (told === undefined) this.#sleepIfItFits(step, outcome, rule);
    else {
      this.#when(told, () => {
        this.#sleepIfItFits(step, outcome, rule);
      });
    }
  }

  #sleepIfItFits(step: WaitStep, outcome: Outcome, rule: Rule | undefined): void {
    if (this.#resolve === undefined) return; // a handler has aborted the call
    const fitted = this.afterHandlers(step);
    if (fitted.kind === 'wait') this.#sleep(fitted);
    else this.#perform(fitted, outcome, rule);
  }

  #sleep({ ms }: WaitStep): void {
    if (ms <= 0 && this.tries % turnsBeforeYield !== 0) {
      this.#attempt();
      return;
    }
    this.#back = wayBack();
    if (ms > 0) this.clock.schedule(this, ms);
    else {
      afterOtherWork(() => {
        this.wake(0);
      });
    }
  }

  #leave(outcome: Outcome): void {
    if (!outcome.ok) {
      this.#settle(outcome, 'passed');
      return;
    }
    this.#afterwards(tellSuccess(this, outcome.value), () => {
      this.#settle(outcome, 'success');
    });
  }

  #settle(outcome: Outcome, ended: 'success' | 'giveup' | 'passed'): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    this.finish(ended, outcome.ok ? undefined : outcome);
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
    if (told !== undefined) this.#when(told, goOn);
    else if (this.#resolve !== undefined) goOn(); // unless a handler has aborted the call
  }
}
