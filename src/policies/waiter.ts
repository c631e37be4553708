/**
 * A call that waits for its turn: in the queue of a bulkhead, or for the next free moment of a rate limit.
 *
 * It ends in one of three ways: it is started, it is refused, or the call around it is aborted and it leaves.
 */
import type { Abortable, Aborted } from '../call/abort.js';
import { frameAround } from '../call/around.js';
import { type Frame, currentFrame, enterFrame } from '../call/context.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import type { Sleeper } from '../time/timers.js';

export interface WaiterRules {
  readonly clock: Clock;
  /** The call. It is made in the context in which it was asked for. */
  readonly run: () => unknown;
  /** The time that the waiter asked to be woken after has passed. */
  readonly onWake: (waiter: Waiter) => void;
  /** The call around it was aborted: it does not wait any more. */
  readonly onLeave: (waiter: Waiter) => void;
}

export class Waiter implements Sleeper, Abortable {
  place = -1;
  readonly unref = false;
  /** What the caller gets. */
  readonly promise: Promise<unknown>;
  readonly #rules: WaiterRules;
  readonly #frame: Frame | undefined;
  readonly #around: Frame | undefined;
  #start!: (work: () => unknown) => void;
  #refuse!: (error: unknown) => void;

  constructor(rules: WaiterRules) {
    this.#rules = rules;
    this.#frame = currentFrame();
    this.#around = frameAround(); // past an `await` the slot is empty, and yet an ambient deadline may end the wait
    const turn = new Promise<() => unknown>((resolve, reject) => {
      this.#start = resolve;
      this.#refuse = reject;
    });
    // A reaction has the asynchronous context of whoever waits; from `start` it would be that of whoever left.
    this.promise = turn.then((work) => this.#make(work));
  }

  /** Starts to wait. @param wait  Milliseconds after which it wants to be woken. `Infinity`: never. */
  sleep(wait: Ms): void {
    const aborted = this.#around?.aborted;
    if (aborted !== undefined) {
      this.abort(aborted);
      return;
    }
    this.#around?.watch(this);
    if (wait < Infinity) this.#rules.clock.schedule(this, wait);
  }

  wake(): void {
    this.#rules.onWake(this);
  }

  abort({ reason }: Aborted): void {
    this.refuse(reason);
    this.#rules.onLeave(this);
  }

  /** Its turn has come: the call is made, as soon as what runs now is done. */
  start(): void {
    this.#close();
    this.#start(this.#rules.run);
  }

  /** Ends the call with what `work` gives or throws, as it is to be told of where the call was asked for. */
  end(work: () => never): void {
    this.#close();
    this.#start(work);
  }

  /** Ends the call without making it. */
  refuse(error: unknown): void {
    this.#close();
    this.#refuse(error);
  }

  #make(work: () => unknown): unknown {
    const before = currentFrame();
    enterFrame(this.#frame);
    try {
      return work();
    } finally {
      enterFrame(before);
    }
  }

  #close(): void {
    this.#rules.clock.cancel(this);
    this.#around?.unwatch(this);
  }
}

/** Milliseconds that the calls around the running function leave it. */
export function timeLeft(): Ms {
  return frameAround()?.remaining() ?? Infinity;
}
