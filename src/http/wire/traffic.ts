/**
 * What is under way for a session: its calls, and the exchanges whose bodies have not come to their end.
 *
 * So it can be closed: nothing new begins, what is under way ends as it would have, and what nobody reads does not hold
 * it up. Or destroyed: all of it ends now.
 */
import { clearInterval, setInterval } from 'node:timers';
import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, type Ms, UsageError } from '../../core.js';
import { ConnectionError, type RequestName } from '../http-errors.js';
import { ignore } from './ignore.js';
import { type Pause, PausingClock } from './pauses.js';
import { type Linked, Ring } from './ring.js';

/** An exchange, as its owner sees it. */
export interface Traveller extends Linked<Traffic> {
  /** How many bytes have come, while it waits for a reader or is read to no purpose; `undefined` while it moves. */
  readonly restsAt: number | undefined;
  /** Lets go of a body that is the caller's to read, and for which nobody has asked. */
  release(why: string): void;
  /** Ends it: nobody reads it. */
  abandon(why: string): void;
  /** Ends it with a ConnectionError. */
  cut(why: string): void;
}

/** A body may rest so long while its session waits to be closed, and at most twice as long. */
const patience: Ms = 1000;

const closedWhy = 'because its session was closed';
const destroyedWhy = 'the session was destroyed';

/**
 * A call that is under way. Whoever awaits it gets what is made of it, or what `reject` is given before that.
 *
 * It is a thenable and not a promise around that other, so that V8 finds the way from what fails to who awaits it: the
 * stack of an error leads to the caller.
 */
class Call<T = unknown> implements Linked<Traffic>, PromiseLike<T> {
  before: Linked<Traffic> | undefined;
  after: Linked<Traffic> | undefined;
  owner: Traffic | undefined;
  made: Promise<T> | undefined;
  reject: (error: unknown) => void = ignore; // until somebody awaits it

  constructor(
    readonly method: string,
    readonly url: string | URL,
  ) {}

  then(resolve?: ((value: T) => any) | null, reject?: ((error: unknown) => any) | null): never {
    this.reject = reject as Call['reject'];
    return this.made?.then(resolve, reject) as never;
  }
}

export class Traffic {
  readonly #parent: Traffic | undefined;
  /** All that is under way for the first of its parents and those who borrow of it. */
  readonly #calls: Ring<Traffic, Call>;
  readonly #travellers: Ring<Traffic, Traveller>;
  readonly #pauses: Ring<Traffic, Pause<Traffic>>;
  /** How much of it is under way here. */
  #size = 0;
  #isClosed = false;
  #whenIdle: (() => void) | undefined;
  #ended: Promise<void> | undefined;

  /** @param parent  What is under way here is so there: its owner waits for it, too. */
  constructor(parent?: Traffic) {
    this.#parent = parent;
    this.#calls = parent === undefined ? new Ring() : parent.#calls;
    this.#travellers = parent === undefined ? new Ring() : parent.#travellers;
    this.#pauses = parent === undefined ? new Ring() : parent.#pauses;
  }

  /** Whether no call may begin any more. */
  get isClosed(): boolean {
    return this.#isClosed || this.#parent?.isClosed === true;
  }

  /**
   * A call is under way until its promise is settled.
   *
   * @throws {UsageError} when this is closed; and what `make` throws. The promise is rejected.
   */
  async call<T>(method: string, url: string | URL, make: () => Promise<T>): Promise<T> {
    if (this.isClosed) throw sessionClosed();
    const call = new Call<T>(method, url);
    this.#calls.add(call, this);
    this.#count(1);
    try {
      call.made = make();
      return await call;
    } finally {
      this.#end(call);
    }
  }

  add(traveller: Traveller): void {
    this.#travellers.add(traveller, this);
    this.#count(1);
  }

  delete(traveller: Traveller): void {
    if (this.#travellers.delete(traveller) !== undefined) this.#count(-1);
  }

  /** A clock for the waits between attempts, which are over when this is destroyed. */
  clockOf(clock: Clock): Clock {
    return new PausingClock(clock, this.#pauses, this);
  }

  /** Nothing new begins. @returns When nothing is under way any more. */
  close(): Promise<void> {
    this.#isClosed = true;
    return (this.#ended ??= this.#drained());
  }

  /** Ends all. Calls that are between two attempts, or wait for their user, end too. */
  async destroy(): Promise<void> {
    this.#isClosed = true;
    for (const traveller of this.#own(this.#travellers)) traveller.cut(destroyedWhy);
    await turn(); // so that a call tells in its own words how it ended
    for (const call of this.#own(this.#calls)) {
      call.reject(new ConnectionError(nameOf(call), destroyedWhy, { phase: 'started', isPermanent: true }));
      this.#end(call);
    }
    // Their next attempt finds that nothing can be sent.
    for (const pause of this.#own(this.#pauses)) pause.end();
  }

  #end(call: Call): void {
    const owner = this.#calls.delete(call);
    if (owner !== undefined) owner.#count(-1);
  }

  #count(change: 1 | -1): void {
    this.#size += change;
    if (this.#parent !== undefined) this.#parent.#count(change);
    if (this.#size === 0 && this.#whenIdle !== undefined) this.#whenIdle();
  }

  /** What is under way here, or for one who borrows of this. */
  #own<T extends Linked<Traffic>>(ring: Ring<Traffic, T>): T[] {
    return ring.all().filter(({ owner }) => owner !== undefined && owner.#isWithin(this));
  }

  #isWithin(other: Traffic): boolean {
    return this === other || (this.#parent !== undefined && this.#parent.#isWithin(other));
  }

  async #drained(): Promise<void> {
    for (const traveller of this.#own(this.#travellers)) traveller.release(closedWhy);
    if (this.#size === 0) return;
    const rested = new Map<Traveller, number>();
    const timer = setInterval(() => {
      this.#sweep(rested);
    }, patience);
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
    clearInterval(timer);
  }

  /** Ends what rests where it rested before. */
  #sweep(rested: Map<Traveller, number>): void {
    for (const traveller of this.#own(this.#travellers)) {
      const { restsAt } = traveller;
      if (restsAt === undefined) rested.delete(traveller);
      else if (rested.get(traveller) === restsAt) traveller.abandon(closedWhy);
      else rested.set(traveller, restsAt);
    }
  }
}

/** A request of a session that has been closed. */
export function sessionClosed(): UsageError {
  return new UsageError('The session has been closed, so it sends nothing more; make a new one.');
}

function nameOf({ method, url }: Call): RequestName {
  const text = String(url);
  if (!URL.canParse(text)) return { method, url: text.replace(/[?#].*$/s, '') };
  const { origin, pathname } = new URL(text);
  return { method, url: `${origin}${pathname}` };
}
