/**
 * The waits between the attempts of a session's calls, which end when it is destroyed: else their timers would keep the
 * process alive for calls that nobody waits for any more.
 */
import type { Clock, Ms, Sleeper } from '../../core.js';
import type { Linked, Ring } from './ring.js';

/** A wait that is under way. */
export class Pause<Owner> implements Sleeper, Linked<Owner> {
  place = -1;
  before: Linked<Owner> | undefined;
  after: Linked<Owner> | undefined;
  owner: Owner | undefined;

  constructor(
    readonly clock: Clock,
    readonly sleeper: Sleeper,
    readonly wake: (late: Ms) => void,
  ) {}

  get unref(): boolean {
    return this.sleeper.unref;
  }

  /** Ends it now. */
  end(): void {
    this.clock.cancel(this);
    this.wake(0);
  }
}

/** A clock whose sleepers stand in a ring, for somebody who may end their sleep. */
export class PausingClock<Owner extends object> implements Clock {
  readonly #clock: Clock;
  readonly #ring: Ring<Owner, Pause<Owner>>;
  readonly #owner: Owner;
  readonly #pauses = new Map<Sleeper, Pause<Owner>>();

  constructor(clock: Clock, ring: Ring<Owner, Pause<Owner>>, owner: Owner) {
    this.#clock = clock;
    this.#ring = ring;
    this.#owner = owner;
  }

  now(): Ms {
    return this.#clock.now();
  }

  date(): Ms {
    return this.#clock.date();
  }

  block(wait: Ms): void {
    this.#clock.block(wait);
  }

  schedule(sleeper: Sleeper, wait: Ms): void {
    const pause: Pause<Owner> = new Pause(this.#clock, sleeper, (late) => {
      this.#forget(pause);
      sleeper.wake(late);
    });
    this.#pauses.set(sleeper, pause);
    this.#ring.add(pause, this.#owner);
    this.#clock.schedule(pause, wait);
  }

  cancel(sleeper: Sleeper): void {
    const pause = this.#pauses.get(sleeper);
    if (pause === undefined) return;
    this.#clock.cancel(pause);
    this.#forget(pause);
  }

  #forget(pause: Pause<Owner>): void {
    this.#pauses.delete(pause.sleeper);
    this.#ring.delete(pause);
  }
}
