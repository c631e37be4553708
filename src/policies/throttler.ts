/**
 * Which share of calls to hold back from a service that says it cannot take more.
 *
 * Google's adaptive throttling, repaired: a share of calls is always sent to find out when the service is well again,
 * only signs of overload count, calls in flight count for neither side, and what is long past is dropped when somebody
 * asks. A thinker; `throttle.ts` holds the clock and the dice.
 *
 * @see https://sre.google/sre-book/handling-overload/
 */
import type { Ms } from '../time/duration.js';
import type { LoadVerdict } from './overload.js';
import { RollingCount } from './rolling-count.js';

export interface ThrottleRules {
  /** Calls are held back once there are more than this many for each that was accepted. */
  readonly multiplier: number;
  readonly window: Ms;
  /** The share of calls that is always sent. */
  readonly floor: number;
  /** So many calls a second are always sent, where that is more. */
  readonly probesPerSecond: number;
}

/** The window is exact to one part in this many. */
const slots = 30;

/** Which share of calls to hold back. Told of each call when it starts and when it has ended. */
export class Throttler {
  readonly #rules: ThrottleRules;
  readonly #requests: RollingCount; // calls by their start, those that were held back included
  readonly #undecided: RollingCount; // those of them that say nothing: in flight, or ended neutrally
  readonly #accepts: RollingCount; // by the answer
  #startedAt: Ms | undefined;

  constructor(rules: ThrottleRules) {
    this.#rules = rules;
    this.#requests = new RollingCount(rules.window, slots);
    this.#undecided = new RollingCount(rules.window, slots);
    this.#accepts = new RollingCount(rules.window, slots);
  }

  /** Calls in the window, held back ones included. */
  requests(now: Ms): number {
    return this.#requests.sum(now);
  }

  /** Calls in the window that the service took. */
  accepts(now: Ms): number {
    return this.#accepts.sum(now);
  }

  /** The share of calls to hold back now. */
  share(now: Ms): number {
    const requests = this.#requests.sum(now);
    const known = requests - this.#undecided.sum(now);
    const excess = known - this.#rules.multiplier * this.#accepts.sum(now);
    if (excess <= 0) return 0;
    return Math.max(0, Math.min(excess / (known + 1), 1 - this.#floor(requests, now)));
  }

  /** A call wants to start. @param draw  From 0 up to 1. @returns A ticket for `end`; `undefined`: hold it back. */
  start(now: Ms, draw: number): number | undefined {
    this.#startedAt ??= now;
    const isHeld = draw < this.share(now);
    const ticket = this.#requests.add(now);
    if (isHeld) return undefined;
    this.#undecided.add(now);
    return ticket;
  }

  /** A call has ended. */
  end(ticket: number, verdict: LoadVerdict, now: Ms): void {
    if (verdict === 'neutral') return; // stays among those that say nothing
    this.#undecided.takeBack(ticket, now);
    if (verdict === 'accept') this.#accepts.add(now);
  }

  #floor(requests: number, now: Ms): number {
    const { floor, probesPerSecond, window: span } = this.#rules;
    if (probesPerSecond === 0) return floor;
    const seconds = Math.min(span, Math.max(span / slots, now - (this.#startedAt ?? now))) / 1000;
    return Math.max(floor, (probesPerSecond * seconds) / Math.max(1, requests));
  }
}
