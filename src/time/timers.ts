/**
 * Who is to be woken, and when: a queue of sleepers, soonest first.
 *
 * A binary heap in three parallel arrays, so that a waiting call costs three slots and no timer of its own.
 * It holds no clock: `clock.ts` and `virtual-clock.ts` tell it the time.
 */
import type { Ms } from './duration.js';

/** Something that waits. `place` belongs to the queue: -1 while the sleeper is in none. */
export interface Sleeper {
  place: number;
  /** Whether this wait may be forgotten when the process has nothing else to do. */
  readonly unref: boolean;
  /** Called when the time has come. Must not throw. @param late  Milliseconds past the moment asked for. */
  wake(late: Ms): void;
}

/** The sleepers of one clock, soonest first; those of the same moment in the order in which they came. */
export class TimerQueue {
  readonly #sleepers: Sleeper[] = [];
  readonly #moments: Ms[] = [];
  readonly #orders: number[] = []; // first come, first woken among equals
  #order = 0;
  #referenced = 0;

  /** The moment of the soonest wake; `undefined` when nobody sleeps. */
  get next(): Ms | undefined {
    return this.#moments[0];
  }

  get size(): number {
    return this.#sleepers.length;
  }

  /** Whether a sleeper is waiting that the process has to stay alive for. */
  get keepsAlive(): boolean {
    return this.#referenced > 0;
  }

  add(sleeper: Sleeper, moment: Ms): void {
    if (!sleeper.unref) this.#referenced += 1;
    const place = this.#sleepers.length;
    this.#sleepers.push(sleeper);
    this.#moments.push(moment);
    this.#orders.push((this.#order += 1));
    this.#rise(place, sleeper, moment, this.#order);
  }

  /** Takes a sleeper out. @returns Whether it was in. */
  remove(sleeper: Sleeper): boolean {
    const { place } = sleeper;
    if (this.#sleepers[place] !== sleeper) return false;
    this.#take(place);
    return true;
  }

  /** Takes out the soonest sleeper if its moment is not after `now`. */
  due(now: Ms): Sleeper | undefined {
    const moment = this.#moments[0];
    return moment !== undefined && moment <= now ? this.#take(0) : undefined;
  }

  #take(place: number): Sleeper {
    const taken = this.#sleepers[place] as Sleeper;
    const last = this.#sleepers.pop() as Sleeper;
    const moment = this.#moments.pop() as Ms;
    const order = this.#orders.pop() as number;
    if (!taken.unref) this.#referenced -= 1;
    taken.place = -1;
    if (taken !== last) {
      if (!this.#rise(place, last, moment, order)) this.#sink(place, last, moment, order);
    }
    return taken;
  }

  #rise(from: number, sleeper: Sleeper, moment: Ms, order: number): boolean {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(moment, order, parent)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, sleeper, moment, order);
    return place !== from;
  }

  #sink(from: number, sleeper: Sleeper, moment: Ms, order: number): void {
    const size = this.#sleepers.length;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && this.#isBefore(this.#moments[right] as Ms, this.#orders[right] as number, child))
        child = right;
      if (this.#isBefore(moment, order, child)) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, sleeper, moment, order);
  }

  #isBefore(moment: Ms, order: number, place: number): boolean {
    const other = this.#moments[place] as Ms;
    return moment < other || (moment === other && order < (this.#orders[place] as number));
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#sleepers[from] as Sleeper, this.#moments[from] as Ms, this.#orders[from] as number);
  }

  #put(place: number, sleeper: Sleeper, moment: Ms, order: number): void {
    this.#sleepers[place] = sleeper;
    this.#moments[place] = moment;
    this.#orders[place] = order;
    sleeper.place = place;
  }
}
