/**
 * When the next call may be made, for a rate that is kept to.
 *
 * The generic cell rate algorithm: one number says when the next call would come if all of them came evenly. A thinker;
 * `rate-limit.ts` holds the clock.
 *
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
import type { Ms } from '../time/duration.js';

// Moments in milliseconds since the machine started have about seven digits behind the point.
const rounding: Ms = 1e-6;

/** When the next call may be made. */
export class Gcra {
  readonly #spacing: Ms;
  readonly #slack: Ms; // how far the calls may be ahead of an even stream
  #next: Ms = -Infinity; // when the next call of an even stream would come
  #taken = 0;
  #started: Ms = -Infinity; // when the next call would come by those that have really been made
  #seen: Ms = -Infinity; // the latest moment it was told of
  readonly #returned = new Set<number>(); // moments given back behind which others are still taken

  /**
   * @param spacing  Milliseconds from one call to the next.
   * @param burst    Calls that may be made at once after a silence, 1 or more.
   */
  constructor(spacing: Ms, burst: number) {
    this.#spacing = spacing;
    this.#slack = (burst - 1) * spacing;
  }

  /** Milliseconds until a call may be made; 0: now. */
  wait(now: Ms): Ms {
    this.#see(now);
    const ahead = this.#next - this.#slack - now;
    return ahead > rounding ? ahead : 0;
  }

  /**
   * Takes the next free moment, if it comes within `patience`.
   *
   * @returns Milliseconds until then; `undefined`, and nothing is taken, when it comes later.
   */
  take(now: Ms, patience: Ms = 0): Ms | undefined {
    const wait = this.wait(now);
    if (wait > patience) return undefined;
    if (this.#next <= now) this.#returned.clear(); // all that was taken has passed
    this.#next = Math.max(now, this.#next) + this.#spacing;
    this.#taken += 1;
    return wait;
  }

  /**
   * A call that had to wait for its moment is about to be made. After a blocked thread many moments have come at once;
   * then the calls are spaced anew.
   *
   * @returns Milliseconds that it has to wait still; 0: it is made now.
   */
  start(now: Ms): Ms {
    this.#see(now);
    const ahead = this.#started - this.#slack - now;
    // A timer that comes a little late makes the next one look early.
    const wait = ahead > this.#spacing / 2 ? ahead : 0;
    this.#started = Math.max(now, this.#started) + this.#spacing;
    return wait;
  }

  /** Gives back the moment that was taken last; `last` is what `mark` gave after taking it. An earlier one is lost. */
  giveBack(last: number): void {
    this.#returned.add(last);
    while (this.#returned.delete(this.#taken)) {
      this.#taken -= 1;
      this.#next -= this.#spacing;
    }
  }

  /** When the next call of an even stream would come. */
  get next(): Ms {
    return this.#next;
  }

  /** Tells one taking from another. */
  get mark(): number {
    return this.#taken;
  }

  /** A clock that was set back takes all moments back with it: nobody waits longer because of it. */
  #see(now: Ms): void {
    if (now < this.#seen) {
      this.#next -= this.#seen - now;
      this.#started -= this.#seen - now;
    }
    this.#seen = now;
  }
}
