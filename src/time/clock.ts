/**
 * Time: the one door by which it enters.
 *
 * `systemClock` is the real one. All waits of the process share one timer, which is armed for the soonest of them.
 */
import type { Ms } from './duration.js';
import { afterOtherWork, blockThread } from './host.js';
import { type Sleeper, TimerQueue } from './timers.js';

/** What the engine asks of a clock. `VirtualClock` is another one; pass it as the option `clock`. */
export interface Clock {
  /** Milliseconds since some moment in the past. Never runs backwards. */
  now(): Ms;
  /** Milliseconds since 1970, for dates that others wrote. May jump. */
  date(): Ms;
  /**
   * Wakes `sleeper` after `wait` milliseconds (`Infinity`: never). Several may sleep; each once at a time.
   *
   * @param now  What `now()` has just given, where it has been asked: to read the time costs more than to wait.
   */
  schedule(sleeper: Sleeper, wait: Ms, now?: Ms): void;
  /** Forgets `sleeper`. Nothing happens if it does not sleep. */
  cancel(sleeper: Sleeper): void;
  /** Stops the thread, for sync functions. @throws where that is impossible. */
  block(wait: Ms): void;
}

// setTimeout keeps 31 bits; past that it fires at once. Longer waits are waited in slices.
const longestSlice: Ms = 2 ** 31 - 1;

// To know a timer that a test has replaced from a clock that it has not.
const realSetTimeout = globalThis.setTimeout;
const realNow: unknown = Reflect.get(globalThis.performance, 'now');

// What floating point adds to a wait of whole milliseconds; without it, 60000.00000000001 would be set as 60001.
const sliver: Ms = 1e-6;

type SetTimeout = typeof globalThis.setTimeout;
type Handle = ReturnType<SetTimeout> | number;

/** One queue on one `setTimeout`. */
class Alarm {
  readonly #queue = new TimerQueue();
  readonly #clear = globalThis.clearTimeout;
  #handle: Handle | undefined;
  #setFor: Ms = Infinity;
  #ringsAt: Ms = 0; // sooner than `#setFor` where a wait is waited in slices
  #isRinging = false;
  #isResting = false;
  #keepsAlive = true; // whether the timer does
  #ahead: Ms = 0;

  constructor(readonly setTimeout: SetTimeout) {}

  get idle(): boolean {
    return this.#queue.size === 0;
  }

  add(sleeper: Sleeper, wait: Ms, read: Ms): void {
    const now = read + this.#ahead;
    const moment = now + wait;
    this.#queue.add(sleeper, moment);
    if (this.#isRinging) return; // armed when all are awake
    if (this.#handle === undefined || moment < this.#setFor) this.#arm(now);
    else this.#refer();
  }

  remove(sleeper: Sleeper): boolean {
    if (!this.#queue.remove(sleeper)) return false;
    if (this.idle) this.#rest();
    else this.#refer();
    return true;
  }

  #arm(now: Ms): void {
    this.#disarm();
    const next = this.#queue.next;
    if (next === undefined) return;
    this.#setFor = next;
    // Called as a plain function, the way a browser demands.
    const { setTimeout } = this;
    const slice = Math.min(Math.max(0, Math.ceil(next - now - sliver)), longestSlice);
    this.#ringsAt = now + slice;
    this.#handle = setTimeout(this.#ring, slice);
    this.#keepsAlive = true;
    this.#refer();
  }

  // Calls that follow one another would set and clear the timer for each; it is let go of when other work has had
  // its turn and still nobody sleeps.
  #rest(): void {
    if (this.setTimeout !== realSetTimeout) {
      this.#disarm();
      return;
    }
    if (this.#isResting) return;
    this.#refer();
    this.#isResting = true;
    afterOtherWork(() => {
      this.#isResting = false;
      if (this.idle) this.#disarm();
      else this.#refer();
    });
  }

  #disarm(): void {
    const clear = this.#clear;
    if (this.#handle !== undefined) clear(this.#handle);
    this.#handle = undefined;
    this.#setFor = Infinity;
  }

  /** Lets the timer keep the process alive just where a sleeper does. */
  #refer(): void {
    const { keepsAlive } = this.#queue;
    // While the alarm rests, something else keeps the process alive until it has made up its mind.
    if (keepsAlive === this.#keepsAlive || this.#isResting || typeof this.#handle !== 'object') return;
    this.#keepsAlive = keepsAlive;
    if (keepsAlive) this.#handle.ref();
    else this.#handle.unref();
  }

  #now(): Ms {
    return systemClock.now() + this.#ahead;
  }

  #isFake(): boolean {
    return this.setTimeout !== realSetTimeout && Reflect.get(performance, 'now') === realNow;
  }

  readonly #ring = (): void => {
    const early = this.#ringsAt - this.#now();
    // A timer that comes a moment early is set again. A fake one is right: its time has passed beside a real clock.
    if (early > 0 && this.#isFake()) this.#ahead += early;
    this.#handle = undefined;
    this.#isRinging = true;
    const now = this.#now();
    try {
      for (let moment = this.#queue.next; moment !== undefined; moment = this.#queue.next) {
        const sleeper = this.#queue.due(now);
        if (sleeper === undefined) break;
        sleeper.wake(now - moment);
      }
    } finally {
      this.#isRinging = false;
      this.#arm(this.#now());
    }
  };
}

class SystemClock implements Clock {
  #alarms: Alarm[] = [];

  now(): Ms {
    return performance.now();
  }

  date(): Ms {
    return Date.now();
  }

  schedule(sleeper: Sleeper, wait: Ms, now = this.now()): void {
    this.#alarm().add(sleeper, wait, now);
  }

  cancel(sleeper: Sleeper): void {
    for (const alarm of this.#alarms) if (alarm.remove(sleeper)) return;
  }

  block(wait: Ms): void {
    const until = this.now() + wait;
    // Atomics.wait may return a little early.
    for (let left = wait; left > 0; left = until - this.now()) blockThread(left);
  }

  // A test may replace setTimeout (fake timers) and put it back; each kind of time has an alarm of its own.
  #alarm(): Alarm {
    const { setTimeout } = globalThis;
    const last = this.#alarms.at(-1);
    if (last?.setTimeout === setTimeout) return last;
    const alarm = new Alarm(setTimeout);
    this.#alarms = [...this.#alarms.filter((other) => !other.idle), alarm];
    return alarm;
  }
}

/** The real clock. Looks up `performance` and `setTimeout` when it needs them, so fake timers are honoured. */
export const systemClock: Clock = /* @__PURE__ */ new SystemClock();
