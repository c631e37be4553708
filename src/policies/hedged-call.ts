/**
 * One call that may have several attempts under way at once: what `hedge` makes of each call.
 *
 * Whoever answers first wins; the others hear of it by their signals.
 */
import { elsewhere, rejectLater } from '../call/adoption.js';
import type { Abortable, Aborted } from '../call/abort.js';
import { frameAround } from '../call/around.js';
import { type Frame, currentFrame, enterFrame } from '../call/context.js';
import { notePrompt } from '../call/layers.js';
import { asPromise, isThenable } from '../call/outcome.js';
import { type WayBack, wayBack } from '../call/way-back.js';
import type { AnyFunction } from '../call/wrapper.js';
import { isRefusal, isStampedeError } from '../errors.js';
import { warnOnce } from '../events.js';
import { tellBudget } from '../retry/handlers.js';
import type { Ms } from '../time/duration.js';
import { afterOtherWork } from '../time/host.js';
import type { Sleeper } from '../time/timers.js';
import { announce } from './announce.js';
import { HedgeAttempt } from './hedge-attempt.js';
import { type HedgeDetails, type Hedging, delayOf, discard } from './hedging.js';

class HedgedCall implements Sleeper, Abortable {
  place = -1;
  readonly unref = false;
  readonly #attempts: HedgeAttempt[] = [];
  readonly #startedAt: Ms;
  #flying = 0;
  #hasFailed = false; // the first attempt
  #mayHedge = true;
  #error: unknown;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;
  #back: WayBack | undefined; // while it waits for a slow attempt

  constructor(
    readonly hedging: Hedging,
    readonly thisArg: unknown,
    readonly args: readonly unknown[],
    readonly outer: Frame | undefined,
  ) {
    this.#startedAt = hedging.clock.now();
  }

  /** Makes the call. @returns What the function gives, or a promise of the first answer. */
  make(): unknown {
    const { hedging } = this;
    const aborted = this.outer?.aborted;
    if (aborted !== undefined) return refuse(hedging, aborted.reason);
    const first = new HedgeAttempt(1, this.outer);
    let result: unknown;
    try {
      result = this.#call(first);
    } catch (error) {
      if (hedging.kind !== 'async') throw error;
      result = rejectLater(error);
    }
    if (hedging.kind !== 'async' && !isThenable(result)) {
      if (hedging.kind === 'unknown') hedging.kind = 'sync';
      const text = `${hedging.nameFor(this.thisArg)} gave a plain value; hedge() can only hedge what returns a promise.`;
      warnOnce(hedging.subject, text, 'STAMPEDE_SYNC');
      return result;
    }
    hedging.kind = 'async';
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.outer?.watch(this);
      this.#follow(first, asPromise(result));
      this.#sleep();
      const late = this.outer?.aborted;
      if (late !== undefined) this.abort(late); // by the function itself
    });
  }

  /** The attempts are slow. An answer that arrived while the thread was blocked has its turn first. */
  wake(): void {
    const { length } = this.#attempts;
    const back = this.#back;
    afterOtherWork(() => {
      back?.(() => {
        const isSame = this.#attempts.length === length; // one that failed meanwhile has sent the next already
        if (this.#resolve !== undefined && isSame) this.#hedge({ because: 'slow' });
      });
    });
  }

  /** A call around this one was aborted. */
  abort({ reason }: Aborted): void {
    this.#learn(undefined);
    this.#settle(() => this.#reject?.(reason), undefined, reason);
  }

  #call(attempt: HedgeAttempt): unknown {
    const { target } = this.hedging;
    this.#attempts.push(attempt);
    const before = currentFrame();
    enterFrame(attempt);
    try {
      return target.apply(this.thisArg, this.args as unknown[]);
    } finally {
      enterFrame(before);
    }
  }

  #follow(attempt: HedgeAttempt, promise: Promise<unknown>): void {
    this.#flying += 1;
    // The promise's own `resolve` and `reject` come last, though little reaches them: by them the engine follows an
    // error's stack to the caller.
    void promise
      .then(
        (value) => this.#won(attempt, value),
        (error: unknown) => this.#lost(attempt, error),
      )
      .then(this.#resolve, this.#reject);
  }

  #sleep(): void {
    const delay = delayOf(this.hedging.after);
    const isLast = this.#attempts.length >= this.hedging.max;
    if (this.#resolve === undefined) return; // the attempt itself has aborted the call
    if (delay === undefined || !this.#mayHedge || isLast) return;
    this.#back = wayBack();
    this.hedging.clock.schedule(this, delay);
  }

  /** Sends another attempt, if it may be. @returns Whether it was sent. */
  #hedge(
    why: { readonly because: 'slow' } | { readonly because: 'error'; readonly error: unknown },
  ): boolean {
    const { hedging } = this;
    const tries = this.#attempts.length + 1;
    if (!this.#mayHedge || tries > hedging.max) return false;
    if (this.outer !== undefined && this.outer.remaining() <= 0) return false;
    try {
      this.#mayHedge = hedging.budget.take('error') === true; // what must wait is no hedge
    } catch (error) {
      this.#settle(() => this.#reject?.(error), undefined);
      return true;
    }
    if (!this.#mayHedge) return false;
    hedging.clock.cancel(this);
    this.#tell(tries, why);
    if (this.#resolve === undefined) {
      tellBudget(hedging.nameFor(this.thisArg), hedging.budget, 'refund', 'error'); // a handler has aborted the call
      return true;
    }
    const attempt = new HedgeAttempt(tries, this.outer);
    let promise: Promise<unknown>;
    try {
      promise = asPromise(this.#call(attempt));
    } catch (error) {
      promise = rejectLater(error);
    }
    this.#follow(attempt, promise);
    this.#sleep();
    return true;
  }

  #won(attempt: HedgeAttempt, value: unknown): unknown {
    const { hedging } = this;
    if (this.#resolve === undefined) {
      discard(hedging, value, this.thisArg);
      return elsewhere;
    }
    tellBudget(hedging.nameFor(this.thisArg), hedging.budget, 'earn');
    this.#learn(attempt);
    this.#settle(() => this.#resolve?.(value), attempt);
    return elsewhere;
  }

  /** Tells the estimate how long the first attempt has taken; the others tell it nothing. */
  #learn(winner: HedgeAttempt | undefined): void {
    const { after, clock } = this.hedging;
    if (typeof after === 'number' || this.#hasFailed) return;
    const elapsed = clock.now() - this.#startedAt;
    if (winner?.tries === 1) after.add(elapsed);
    else after.addAtLeast(elapsed);
  }

  #lost(attempt: HedgeAttempt, error: unknown): PromiseLike<never> {
    if (this.#resolve === undefined) return elsewhere;
    this.#flying -= 1;
    if (attempt.tries === 1) this.#hasFailed = true;
    if (isRefusal(error)) this.#mayHedge = false; // who refuses one refuses two
    if (this.#error === undefined || !isRefusal(error)) this.#error = error;
    let isFatal: boolean;
    try {
      isFatal = this.#isFatal(error);
    } catch (thrown) {
      this.#settle(() => this.#reject?.(thrown), attempt);
      return elsewhere;
    }
    if (!isFatal && (this.#hedge({ because: 'error', error }) || this.#flying > 0)) return elsewhere;
    const end = isFatal ? error : this.#error;
    if (this.#flying > 0 || end !== error) {
      this.#settle(() => this.#reject?.(end), attempt);
      return elsewhere;
    }
    this.#settle(() => {}, attempt);
    throw error;
  }

  #isFatal(error: unknown): boolean {
    if (isStampedeError(error) && (error.code === 'ERR_OPTION' || error.code === 'ERR_USAGE')) return true;
    return this.hedging.isFatal?.(error) === true;
  }

  /** The call is over. All attempts but `but` are aborted. */
  #settle(end: () => void, but: HedgeAttempt | undefined, reason?: unknown): void {
    if (this.#resolve === undefined) return;
    end();
    this.#resolve = undefined;
    this.#reject = undefined;
    this.hedging.clock.cancel(this);
    this.outer?.unwatch(this);
    for (const attempt of this.#attempts) if (attempt !== but) attempt.abort(reason);
  }

  #tell(tries: number, why: { readonly because: 'slow' | 'error' }): void {
    const { onHedge, target, clock, nameFor } = this.hedging;
    const { args, thisArg } = this;
    const name = nameFor(thisArg);
    announce('hedge', onHedge, name, (): HedgeDetails => {
      const elapsed = clock.now() - this.#startedAt;
      return { event: 'hedge', target, args, thisArg, name, tries, elapsed, ...why };
    });
  }
}

function refuse({ kind }: Hedging, reason: unknown): unknown {
  if (kind === 'sync') throw reason;
  return rejectLater(reason);
}

/** Makes hedged calls. */
export function hedged(hedging: Hedging): AnyFunction {
  const fn = function (this: unknown, ...args: unknown[]): unknown {
    return new HedgedCall(hedging, this, args, frameAround()).make();
  };
  notePrompt(fn);
  return fn;
}
