/**
 * Who may go in, and who stands in line.
 *
 * `Semaphore` is a thinker: so many at once, so many waiting, first come first served. Nobody overtakes those who
 * wait. It calls nobody; whoever owns it asks `next` after each change until there is no next.
 */
import type { Ms } from '../time/duration.js';

/** A place in the line. */
export interface Place<W> {
  readonly waiter: W;
  /** The last moment at which the waiter still wants to go in. */
  readonly until: Ms;
  before: Place<W> | undefined;
  after: Place<W> | undefined;
  isInLine: boolean;
}

/** Whose turn it is; `late`: the waiter has waited too long, and was taken out of the line without a slot. */
export interface Turn<W> {
  readonly waiter: W;
  readonly late: boolean;
}

export class Semaphore<W> {
  /** How many may be in at once. When it changes, ask `next`. */
  limit: number;
  /** How many may wait. */
  readonly queue: number;
  #inFlight = 0;
  #queued = 0;
  // A linked list, so that those who leave the middle of a long line cost nothing.
  #head: Place<W> | undefined;
  #tail: Place<W> | undefined;

  constructor(limit: number, queue: number) {
    this.limit = limit;
    this.queue = queue;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Takes a slot, unless all are taken or somebody waits. */
  enter(): boolean {
    if (this.#inFlight >= this.limit || this.#queued > 0) return false;
    this.#inFlight += 1;
    return true;
  }

  /** Stands in line. @returns The place, for `remove`; `undefined` when the line is full. */
  line(waiter: W, until: Ms = Infinity): Place<W> | undefined {
    if (this.#queued >= this.queue) return undefined;
    const place: Place<W> = { waiter, until, before: this.#tail, after: undefined, isInLine: true };
    if (this.#tail === undefined) this.#head = place;
    else this.#tail.after = place;
    this.#tail = place;
    this.#queued += 1;
    return place;
  }

  /** Gives a slot back. */
  leave(): void {
    this.#inFlight -= 1;
  }

  /** The first in line, with a slot where one is free. Those who have waited too long come without one. */
  next(now: Ms): Turn<W> | undefined {
    const place = this.#head;
    if (place === undefined) return undefined;
    const late = now > place.until;
    if (!late && this.#inFlight >= this.limit) return undefined;
    this.remove(place);
    if (!late) this.#inFlight += 1;
    return { waiter: place.waiter, late };
  }

  /** Leaves the line. @returns Whether the place was still in it. */
  remove(place: Place<W>): boolean {
    if (!place.isInLine) return false;
    const { before, after } = place;
    if (before === undefined) this.#head = after;
    else before.after = after;
    if (after === undefined) this.#tail = before;
    else after.before = before;
    place.isInLine = false;
    this.#queued -= 1;
    return true;
  }
}
