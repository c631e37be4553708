/**
 * How long most calls take: a quantile that runs along with the traffic.
 *
 * A thinker: it is told durations, and keeps three numbers however many it is told. Every duration moves the estimate
 * a little: up if it was longer, down if it was shorter, in the proportion that balances at the quantile.
 */
import { OptionError } from '../errors.js';
import type { Ms } from '../time/duration.js';

/** How far one duration moves the estimate, in units of how far durations lie from it. */
const pace = 0.05;

/** How fast the idea of how far durations lie from the estimate follows. */
const memory = 0.05;

/**
 * A running quantile.
 *
 *     const p95 = new RunningQuantile(0.95, 100);
 *     p95.add(12);
 *     p95.value   // undefined until 100 durations are known, then about what 95 of 100 stay below
 *
 * It rises fast when calls become slow and sinks slowly when they become fast again, so a hedge that waits for it errs
 * towards waiting too long.
 *
 * @param quantile  Between 0 and 1, neither included.
 * @param atLeast   How many durations have to be known before there is an estimate. They are kept until then.
 * @see Ma, Muthukrishnan and Sandler, "Frugal Streaming for Estimating Quantiles" (2014); the step here scales itself
 */
export class RunningQuantile {
  #first: Ms[] | undefined = [];
  #estimate: Ms = 0;
  #distance: Ms = 0;

  constructor(
    readonly quantile: number,
    readonly atLeast: number,
  ) {
    if (!(quantile > 0 && quantile < 1)) {
      throw new OptionError('quantile', quantile, 'must be a number between 0 and 1');
    }
    if (!Number.isSafeInteger(atLeast) || atLeast < 1) {
      throw new OptionError('minCalls', atLeast, 'must be a whole number of 1 or more');
    }
  }

  /** The estimate, in milliseconds; `undefined` while too little is known. */
  get value(): Ms | undefined {
    return this.#first === undefined ? this.#estimate : undefined;
  }

  /** A call took so long. What is no duration is not counted. */
  add(duration: Ms): void {
    if (!(duration >= 0 && duration < Infinity)) return;
    if (this.#first !== undefined) {
      this.#first.push(duration);
      if (this.#first.length >= this.atLeast) this.#begin(this.#first);
      return;
    }
    const away = Math.abs(duration - this.#estimate);
    this.#distance += memory * (away - this.#distance);
    // Never past the duration itself, so that one answer cannot throw the estimate out of what was seen.
    if (duration > this.#estimate) this.#estimate += Math.min(away, this.#step(this.quantile));
    else this.#estimate -= Math.min(away, this.#step(1 - this.quantile));
  }

  /**
   * A call took longer than this, nobody knows how much: it was given up. Says something only where that is as long as
   * the estimate. To leave the slow ones out would make the estimate sink, and hedges ever more frequent.
   */
  addAtLeast(duration: Ms): void {
    // Whoever has waited for as long as the estimate may have waited a sliver less, by floating point.
    if (this.#first !== undefined || !(duration >= this.#estimate * 0.999)) return;
    this.#estimate += this.#step(this.quantile);
  }

  #step(weight: number): Ms {
    return pace * this.#distance * weight;
  }

  #begin(first: Ms[]): void {
    const sorted = first.sort((a, b) => a - b);
    const place = Math.min(sorted.length - 1, Math.ceil(this.quantile * sorted.length) - 1);
    this.#estimate = sorted[place] as Ms;
    this.#distance = sorted.reduce((sum, one) => sum + Math.abs(one - this.#estimate), 0) / sorted.length;
    this.#first = undefined;
  }
}
