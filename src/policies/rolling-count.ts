/**
 * How many there were in the last so many seconds.
 *
 * A ring of slots: adding and asking cost the same however many were counted. What has left the window is dropped
 * when somebody asks as well as when somebody adds, so that a silence ends what was before it.
 */
import type { Ms } from '../time/duration.js';

export class RollingCount {
  readonly #counts: number[];
  readonly #width: Ms;
  #head = -Infinity; // the number of the newest slot
  #sum = 0;

  /**
   * @param span   How far back it looks, in milliseconds.
   * @param slots  Into how many steps that is cut: the count is exact to one of them.
   */
  constructor(span: Ms, slots: number) {
    this.#counts = Array.from({ length: slots }, () => 0);
    this.#width = span / slots;
  }

  /** Counts one at `now`. A clock that runs backwards stands still. @returns Its slot. */
  add(now: Ms): number {
    this.#roll(now);
    this.#put(this.#head, 1);
    return this.#head;
  }

  /** Takes back one that was counted in `slot`, if that is still in the window. */
  takeBack(slot: number, now: Ms): void {
    this.#roll(now);
    if (slot > this.#head - this.#counts.length) this.#put(slot, -1);
  }

  sum(now: Ms): number {
    this.#roll(now);
    return this.#sum;
  }

  #put(slot: number, change: number): void {
    const index = this.#index(slot);
    this.#counts[index] = (this.#counts[index] as number) + change;
    this.#sum += change;
  }

  #roll(now: Ms): void {
    const slot = Math.floor(now / this.#width);
    if (slot <= this.#head) return;
    const { length } = this.#counts;
    for (let next = Math.max(this.#head + 1, slot - length + 1); next <= slot; next++) {
      const index = this.#index(next);
      this.#sum -= this.#counts[index] as number;
      this.#counts[index] = 0;
    }
    this.#head = slot;
  }

  #index(slot: number): number {
    const { length } = this.#counts;
    return ((slot % length) + length) % length;
  }
}
