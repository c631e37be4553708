/**
 * How many retries there is something to pay with: a token bucket that successes fill.
 *
 * `Bucket` is a thinker. A success is one addition; what it earned is reckoned when somebody wants to take. Its size
 * is a stretch of the traffic it sees, not a constant: a constant that is right for one process is wrong for a fleet
 * of ten thousand.
 */
import type { RetryKind } from '../retry/attempts.js';
import type { Ms } from '../time/duration.js';

export interface BucketRules {
  /** Tokens that each success earns. */
  readonly ratio: number;
  /** Tokens that a retry costs, by what it answers. */
  readonly cost: Readonly<Record<RetryKind, number>>;
  /** The bucket holds what successes earn in this time. */
  readonly window: Ms;
  /** The least it holds, in tokens; what it starts with. */
  readonly minimum: number;
  /** The most it holds, in tokens. */
  readonly maximum: number;
}

// Room for sums such as 0.1 + 0.2: ten successes at a ratio of 0.1 pay for one retry.
const rounding = 1e-9;

/** After so many successes that nobody reckoned the owner should `settle`, so that the measured rate stays fresh. */
export const successesBetweenLooks = 1024;

export class Bucket {
  /** Successes that have not been reckoned yet. */
  unsettled = 0;
  readonly #rules: BucketRules;
  #tokens: number;
  #traffic = 0; // calls in a window, by the rate of late
  #settledAt: Ms;

  constructor(rules: BucketRules, now: Ms) {
    this.#rules = rules;
    this.#tokens = rules.minimum;
    this.#settledAt = now;
  }

  /** A call has succeeded. */
  earn(): void {
    this.unsettled += 1;
  }

  /**
   * Pays for a retry, if there is enough to pay with.
   *
   * @param ends  Whether a call that cannot pay ends here.
   */
  take(kind: RetryKind, now: Ms, ends = true): boolean {
    this.settle(now);
    const price = this.#rules.cost[kind];
    if (this.#tokens + rounding < price) {
      if (ends) this.#traffic += 1; // it is traffic too
      return false;
    }
    this.#tokens = Math.max(0, this.#tokens - price);
    return true;
  }

  /** Gives back what a retry has cost that was not sent. */
  refund(kind: RetryKind, now: Ms): void {
    this.settle(now);
    this.#tokens = Math.min(this.#capacity, this.#tokens + this.#rules.cost[kind]);
  }

  /** Tokens there are. */
  level(now: Ms): number {
    this.settle(now);
    return this.#tokens;
  }

  /** Tokens there may be, by the traffic of late. */
  capacity(now: Ms): number {
    this.settle(now);
    return this.#capacity;
  }

  /**
   * Reckons what was earned since the last time. Nothing was taken meanwhile, so capping the sum once is the same as
   * capping after each success.
   */
  settle(now: Ms): void {
    const { ratio } = this.#rules;
    const passed = Math.max(0, now - this.#settledAt) / this.#rules.window; // a clock that runs backwards stands still
    const share = -Math.expm1(-passed);
    // A rate that is smoothed over the window. Where no time has passed the calls count as they are.
    const fresh = passed === 0 ? this.unsettled : (this.unsettled * share) / passed;
    this.#traffic = this.#traffic * (1 - share) + fresh;
    this.#settledAt = Math.max(this.#settledAt, now);
    this.#tokens = Math.min(this.#capacity, this.#tokens + ratio * this.unsettled);
    this.unsettled = 0;
  }

  get #capacity(): number {
    const { ratio, minimum, maximum } = this.#rules;
    return Math.min(maximum, Math.max(minimum, ratio * this.#traffic));
  }
}
