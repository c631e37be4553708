/**
 * One call that may take only so long: what `timeout` and `deadline` make of each call.
 *
 * The call is its own timer, its own frame and its own listener, so that one that ends in time costs one object. The
 * function hears of the end by the signal of its frame, which is made when it asks for it.
 */
import { isAsync } from '../call/kind.js';
import { notePrompt, noteRefusal } from '../call/layers.js';
import { AbortSource, type Abortable, type Aborted } from '../call/abort.js';
import { frameAround } from '../call/around.js';
import { type Frame, currentFrame, enterFrame } from '../call/context.js';
import { asPromise, isThenable } from '../call/outcome.js';
import { type WayBack, wayBack } from '../call/way-back.js';
import type { AnyFunction } from '../call/wrapper.js';
import { TimeoutError } from '../errors.js';
import { isObserved, publish } from '../events.js';
import { rejectLater } from '../call/adoption.js';
import { type Handler, tellAtOnce } from '../retry/handlers.js';
import type { Kind } from '../retry/plan.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import { afterOtherWork } from '../time/host.js';
import type { Sleeper } from '../time/timers.js';

/** What `onTimeout` is told. Frozen. */
export interface TimeoutDetails {
  readonly event: 'timeout';
  /** The function as it was before it was wrapped. */
  readonly target: AnyFunction;
  readonly args: readonly unknown[];
  readonly thisArg: unknown;
  readonly name: string;
  /** The limit that was passed, in milliseconds: the policy's own, or what a call around it had left. */
  readonly timeout: Ms;
  /** Milliseconds since the call started. */
  readonly elapsed: Ms;
  /** What the caller gets. */
  readonly error: TimeoutError;
}

/** A checked time limit, joined with the function that it is for. */
export interface TimeLimit {
  readonly target: AnyFunction;
  readonly ms: Ms;
  readonly clock: Clock;
  readonly unref: boolean;
  readonly onTimeout: readonly Handler<never>[];
  readonly nameFor: (thisArg: unknown) => string;
  /** Warns of a value that came at once; `undefined` where that is as good. */
  readonly warnOfValue: ((name: string) => void) | undefined;
  /** Runs the function in the asynchronous context of the call, where it is in use. */
  readonly within: (<T>(call: TimedCall, run: () => T) => T) | undefined;
  /** What the function has been seen to give. */
  kind: Kind;
}

type Settle = (value: unknown) => void;

export class TimedCall extends AbortSource implements Frame, Sleeper, Abortable {
  place = -1;
  /** Whether the call has ended in time, so that its limit binds nobody any more. */
  isOver = false;
  readonly tries: number;
  readonly #startedAt: Ms;
  readonly #ms: Ms;
  #resolve: Settle | undefined;
  #reject: Settle | undefined;
  /** Where somebody is to hear of the end, for the timer has another asynchronous context. */
  #back: WayBack | undefined;

  constructor(
    readonly limit: TimeLimit,
    readonly thisArg: unknown,
    readonly args: readonly unknown[],
    readonly outer: Frame | undefined,
  ) {
    super();
    const { clock, ms } = limit;
    const now = clock.now();
    this.tries = outer === undefined ? 1 : outer.tries;
    this.#ms = outer === undefined ? ms : Math.min(ms, outer.remaining(undefined, now, clock));
    this.#startedAt = now;
  }

  get unref(): boolean {
    return this.limit.unref;
  }

  remaining(_startedAt?: Ms, read?: Ms, readFrom?: Clock): Ms {
    const { clock } = this.limit;
    const now = read === undefined || readFrom !== clock ? clock.now() : read;
    return Math.max(0, this.#ms - (now - this.#startedAt));
  }

  /** Makes the call. @returns What the function gives, in time, or a promise that is rejected. */
  make(): unknown {
    const { limit } = this;
    const aborted = this.outer?.aborted;
    if (aborted !== undefined) return this.#refuse(aborted.reason);
    if (this.#ms <= 0) return this.#refuse(this.#error({ sent: false }));
    const before = this.outer === undefined ? undefined : currentFrame();
    // From the start, so that what the function does before its first `await` counts.
    const sleeps = limit.kind !== 'sync';
    if (sleeps) limit.clock.schedule(this, this.#ms, this.#startedAt);
    if (limit.onTimeout.length > 0 || isObserved('timeout')) this.#back = wayBack();
    let result: unknown;
    enterFrame(this);
    try {
      result =
        limit.within === undefined
          ? limit.target.apply(this.thisArg, this.args as unknown[])
          : this.#within();
    } catch (error) {
      enterFrame(before);
      this.#leave(sleeps);
      if (limit.kind !== 'async') throw error;
      return rejectLater(error);
    }
    enterFrame(before);
    if (limit.kind !== 'async' && !isThenable(result)) {
      this.#leave(sleeps);
      return this.#pass(result);
    }
    if (!sleeps) limit.clock.schedule(this, this.remaining());
    return this.#follow(asPromise(result));
  }

  // Apart from `make`, whose variables would be put on the heap for the closure.
  #within(): unknown {
    const { target, within } = this.limit;
    return within?.(this, () => target.apply(this.thisArg, this.args as unknown[]) as unknown);
  }

  /** The time is over. An answer that arrived while the thread was blocked has its turn first. */
  wake(): void {
    afterOtherWork(() => {
      this.#expire();
    });
  }

  /** A call around this one was aborted. */
  abort({ reason }: Aborted): void {
    const reject = this.#reject;
    if (reject === undefined) return;
    this.#end();
    this.abortInside(reason);
    reject(reason);
  }

  #follow(promise: Promise<unknown>): Promise<unknown> {
    this.limit.kind = 'async';
    const took = (value: unknown): unknown => {
      this.#answered();
      return value;
    };
    const failed = (error: unknown): never => {
      this.#answered();
      throw error;
    };
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.outer?.watch(this);
      // The promise's own `resolve` and `reject` come last, so that the engine can follow an error's stack to the
      // caller. After the end of the time they do nothing; that is how a late rejection is dealt with.
      promise.then(took, failed).then(resolve, reject);
      const aborted = this.outer?.aborted;
      if (aborted !== undefined) this.abort(aborted); // by the function itself
    });
  }

  /** There is no promise to wait for. */
  #leave(sleeps: boolean): void {
    this.isOver = true;
    if (sleeps) this.limit.clock.cancel(this);
  }

  #answered(): void {
    if (this.#resolve === undefined) return;
    this.isOver = true;
    this.#end();
  }

  #end(): void {
    this.#resolve = undefined;
    this.#reject = undefined;
    this.limit.clock.cancel(this);
    this.outer?.unwatch(this);
  }

  #expire(): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#end();
    // The error is made where its promise leads to the caller, so that its stack does too.
    const ended = Promise.resolve()
      .then(pass)
      .then(() => {
        const error = this.#error();
        if (this.#back === undefined) this.#tell(error);
        else {
          this.#back(() => {
            this.#tell(error);
          });
        }
        this.abortInside(error);
        throw error;
      });
    resolve(ended);
  }

  #error(options: { readonly sent?: boolean } = {}): TimeoutError {
    return new TimeoutError(this.limit.nameFor(this.thisArg), this.#ms, options);
  }

  /** There is no time to make the call. */
  #refuse(reason: unknown): unknown {
    if (reason instanceof TimeoutError) noteRefusal(reason, this.limit.target);
    if (reason instanceof TimeoutError && this.#ms <= 0) this.#tell(reason);
    const { kind, warnOfValue } = this.limit;
    // What nobody has seen a promise of may be sync; only where a promise is needed it is taken to be async.
    if (kind === 'sync' || (kind === 'unknown' && warnOfValue === undefined)) throw reason;
    return rejectLater(reason);
  }

  #pass(value: unknown): unknown {
    const { limit } = this;
    if (limit.kind === 'unknown') limit.kind = 'sync';
    limit.warnOfValue?.(limit.nameFor(this.thisArg));
    return value;
  }

  #tell(error: TimeoutError): void {
    const { onTimeout, target, clock } = this.limit;
    const observed = isObserved('timeout');
    if (onTimeout.length === 0 && !observed) return;
    const details: TimeoutDetails = Object.freeze({
      event: 'timeout',
      target,
      args: this.args,
      thisArg: this.thisArg,
      name: this.limit.nameFor(this.thisArg),
      timeout: this.#ms,
      elapsed: clock.now() - this.#startedAt,
      error,
    });
    if (observed) publish('timeout', details.name, details);
    tellAtOnce(onTimeout, details.name, details);
  }
}

function pass(): void {}

/** Makes calls under a limit. */
export function timed(limit: TimeLimit): AnyFunction {
  const fn = function (this: unknown, ...args: unknown[]): unknown {
    return new TimedCall(limit, this, args, frameAround()).make();
  };
  notePrompt(fn);
  return fn;
}

/** What a function gives, as far as it can be seen before it is called. */
export function kindOf(target: AnyFunction): Kind {
  return isAsync(target) ? 'async' : 'unknown';
}
