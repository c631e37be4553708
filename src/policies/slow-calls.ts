/**
 * Which running calls have become slow: one timer for all of them, however many there are.
 *
 * All calls of a breaker become slow after the same time, so they do so in the order in which they started: a list.
 * The timer stays set when the list runs empty, for setting it anew with each call would cost more than the call; it
 * does not keep the process alive.
 */
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import { afterOtherWork } from '../time/host.js';
import type { Sleeper } from '../time/timers.js';

/** A call that is watched. The list's own links are in it. */
export abstract class WatchedCall {
  previous: WatchedCall | undefined;
  next: WatchedCall | undefined;
  isWatched = false;

  /** @param due  The moment at which it becomes slow. Stays while it is watched. */
  constructor(public due: Ms) {}

  /** It is still running when it should have ended. Must not throw. */
  abstract becameSlow(now: Ms): void;
}

// A timer that comes so late comes from a thread that was blocked: answers may have arrived that nobody has read yet.
const late: Ms = 10;

export class SlowCalls implements Sleeper {
  place = -1;
  readonly unref = true;
  readonly #clock: Clock;
  readonly #after: Ms;
  #first: WatchedCall | undefined;
  #last: WatchedCall | undefined;
  #isSet = false;

  /** @param after  How long a call may take. */
  constructor(clock: Clock, after: Ms) {
    this.#clock = clock;
    this.#after = after;
  }

  /** A call has started. */
  watch(call: WatchedCall): void {
    call.isWatched = true;
    call.previous = this.#last;
    if (this.#last === undefined) this.#first = call;
    else this.#last.next = call;
    this.#last = call;
    if (this.#isSet) return;
    this.#isSet = true;
    this.#clock.schedule(this, this.#after);
  }

  /** A call has ended. */
  forget(call: WatchedCall): void {
    if (!call.isWatched) return;
    const { previous, next } = call;
    call.isWatched = false;
    call.previous = call.next = undefined;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
  }

  wake(lateBy: Ms): void {
    const now = this.#clock.now();
    if (this.#first === undefined) this.#isSet = false;
    else if (lateBy < late) this.#sweep(now);
    else {
      afterOtherWork(() => {
        this.#sweep(now);
      });
    }
  }

  #sweep(now: Ms): void {
    for (let call = this.#first; call !== undefined && call.due <= now; call = this.#first) {
      this.forget(call);
      call.becameSlow(now);
    }
    this.#isSet = this.#first !== undefined;
    if (this.#first !== undefined)
      this.#clock.schedule(this, Math.max(0, this.#first.due - this.#clock.now()));
  }
}
