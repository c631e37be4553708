/**
 * Time that passes when you say so: tests of hours of backoff run in a moment.
 */
import { type Clock } from './clock.js';
import { type Duration, type Ms, toMs } from './duration.js';
import { afterOtherWork } from './host.js';
import { type Sleeper, TimerQueue } from './timers.js';

/**
 * A clock for tests and simulations. It stands still until it is told to go.
 *
 *     const clock = new VirtualClock();
 *     const ping = withRetry(flaky, { wait: constant('1m'), jitter: null, clock });
 *     const answer = await clock.run(() => ping());
 *     clock.now();   // 120000 after two retries, though no real time has passed
 *
 * @param start  Where `now()` begins, in milliseconds. Default 0. `date()` reads the same number as time since 1970.
 */
export class VirtualClock implements Clock {
  readonly #queue = new TimerQueue();
  #now: Ms;

  constructor(start: Ms = 0) {
    this.#now = start;
  }

  /** Milliseconds: `start`, and what has passed since. */
  now(): Ms {
    return this.#now;
  }

  /** The same number, as milliseconds since 1970. */
  date(): Ms {
    return this.#now;
  }

  /** How many waits are pending: 0 once nothing is left behind. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Wakes `sleeper` once `wait` milliseconds have passed; `Infinity`: never. For policies, as all of {@link Clock}. */
  schedule(sleeper: Sleeper, wait: Ms): void {
    this.#queue.add(sleeper, this.#now + wait);
  }

  /** Forgets `sleeper`. Nothing happens if it does not sleep. */
  cancel(sleeper: Sleeper): void {
    this.#queue.remove(sleeper);
  }

  /**
   * A sync wait of `wait` milliseconds: the time passes at once, and nobody else is woken meanwhile, as on a real blocked
   * thread; who was due is woken by the next `advance` or `run`.
   */
  block(wait: Ms): void {
    this.#now += wait;
  }

  /**
   * Lets `time` pass, waking whoever is due on the way, each at its moment, and lets promises settle in between.
   *
   *     await clock.advance('1m');   // now() is 60000 more
   *     await clock.advance(0);      // only lets promises settle
   *
   * @param time  Milliseconds, or a string with a unit; not `Infinity`.
   * @throws {OptionError} when `time` is not a time.
   */
  async advance(time: Duration): Promise<void> {
    const until = this.#now + toMs('time', time);
    await settled();
    for (let next = this.#queue.next; next !== undefined && next <= until; next = this.#queue.next) {
      await this.#wakeAt(next);
    }
    this.#now = Math.max(this.#now, until);
  }

  /**
   * Lets time pass until a promise has settled, and gives its result. Of time no more passes than is needed. Where nobody
   * sleeps on this clock, real work is waited for in real time, for ever if it never ends.
   *
   *     const answer = await clock.run(() => ping());
   *
   * @param work  The promise, or a function that starts the work and gives it.
   * @returns What the promise gives. A rejection is passed on, and so is what the function throws.
   */
  async run<T>(work: PromiseLike<T> | (() => T | PromiseLike<T>)): Promise<T> {
    let pending = true;
    const result = Promise.resolve(typeof work === 'function' ? work() : work);
    const settle = (): void => void (pending = false);
    result.then(settle, settle);
    await settled();
    while (pending) {
      const { next } = this.#queue;
      // Nobody sleeps, or nobody ever wakes: real work, such as I/O, is under way.
      if (next === undefined || next === Infinity) await settled();
      else await this.#wakeAt(next);
    }
    return result;
  }

  async #wakeAt(moment: Ms): Promise<void> {
    this.#now = Math.max(this.#now, moment);
    for (let sleeper = this.#queue.due(moment); sleeper !== undefined; sleeper = this.#queue.due(moment)) {
      sleeper.wake(this.#now - moment);
    }
    await settled();
  }
}

/** Every promise that could settle without the passing of time has. */
function settled(): Promise<void> {
  return new Promise(afterOtherWork);
}
