/**
 * What has happened lately: windows that count calls, failures and slow calls.
 *
 * Both answer in constant time however many calls they hold. They keep no clock: they are told the time, and look at
 * it when they are read too, so that what is old does not count because nothing has happened since.
 */
import type { Ms } from '../time/duration.js';

/** Counters of the latest calls. */
export interface Window {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  /** How many calls a full window holds, at the rate at which they have come since it was cleared. */
  expected(now: Ms): number;
  /** Forgets what is too old at `now`. */
  roll(now: Ms): void;
  /** Counts a call. @returns Its place, for `addFailure`. */
  add(failed: boolean, slow: boolean, now: Ms): number;
  /** A call that was counted when it became slow has failed in the end. Nothing happens if it is forgotten. */
  addFailure(place: number, now: Ms): void;
  /** Forgets everything. */
  clear(now: Ms): void;
}

const failedBit = 1;
const slowBit = 2;

/** The last `size` calls. Never looks at the time. */
export class CountWindow implements Window {
  calls = 0;
  failures = 0;
  slow = 0;
  readonly #size: number;
  readonly #ring: Uint8Array;
  #next = 0; // calls since the start; its place in the ring is the remainder
  #slot = 0;

  /** @param size  How many calls are remembered, 1 or more. */
  constructor(size: number) {
    this.#size = size;
    this.#ring = new Uint8Array(size);
  }

  expected(): number {
    return this.#size;
  }

  roll(): void {
    // calls do not grow old
  }

  add(failed: boolean, slow: boolean): number {
    const slot = this.#slot;
    const old = this.#ring[slot] as number;
    if (old !== 0) {
      if ((old & failedBit) !== 0) this.failures -= 1;
      if ((old & slowBit) !== 0) this.slow -= 1;
    }
    if (this.calls < this.#size) this.calls += 1;
    this.#ring[slot] = (failed ? failedBit : 0) | (slow ? slowBit : 0);
    if (failed) this.failures += 1;
    if (slow) this.slow += 1;
    this.#slot = slot + 1 === this.#size ? 0 : slot + 1;
    return this.#next++;
  }

  addFailure(place: number): void {
    if (place < this.#next - this.calls) return;
    const slot = place % this.#size;
    this.#ring[slot] = (this.#ring[slot] as number) | failedBit;
    this.failures += 1;
  }

  clear(): void {
    this.#ring.fill(0);
    this.calls = this.failures = this.slow = 0;
    this.#next += this.#size - (this.#next % this.#size); // places from before are never taken for new ones
    this.#slot = 0;
  }
}

/**
 * The calls of the last `span` milliseconds, in buckets: what leaves, leaves a bucket at a time.
 *
 * The oldest bucket is dropped when a new one begins, so the window covers between `span - span / buckets` and `span`.
 * A clock that runs backwards is ignored: what it brings counts in the newest bucket.
 */
export class TimeWindow implements Window {
  calls = 0;
  failures = 0;
  slow = 0;
  readonly #span: Ms;
  readonly #width: Ms;
  readonly #size: number;
  readonly #calls: Float64Array;
  readonly #failures: Float64Array;
  readonly #slow: Float64Array;
  #head = -Infinity; // the number of the newest bucket, counted from moment 0
  #until: Ms = -Infinity; // when the newest bucket ends
  #slot = 0;
  #since: Ms = -Infinity;

  /** @param span  Milliseconds, more than 0.  @param buckets  How many parts, 1 or more. */
  constructor(span: Ms, buckets = 10) {
    this.#span = span;
    this.#width = span / buckets;
    this.#size = buckets;
    this.#calls = new Float64Array(buckets);
    this.#failures = new Float64Array(buckets);
    this.#slow = new Float64Array(buckets);
  }

  expected(now: Ms): number {
    const seen = (now - this.#since) / this.#span;
    return seen < 1 ? this.calls / Math.max(seen, 1 / 1000) : this.calls;
  }

  roll(now: Ms): void {
    if (now < this.#until) return;
    const bucket = Math.floor(now / this.#width);
    if (bucket <= this.#head || !Number.isFinite(bucket)) return;
    if (this.#since === -Infinity) this.#since = now;
    this.#rollTo(bucket);
  }

  add(failed: boolean, slow: boolean, now: Ms): number {
    this.roll(now);
    const slot = this.#slot;
    this.calls += 1;
    this.#calls[slot] = (this.#calls[slot] as number) + 1;
    if (failed) this.#fail(slot);
    if (slow) {
      this.slow += 1;
      this.#slow[slot] = (this.#slow[slot] as number) + 1;
    }
    return this.#head;
  }

  addFailure(place: number, now: Ms): void {
    this.roll(now);
    if (place > this.#head - this.#size) this.#fail(this.#slotOf(place));
  }

  clear(now: Ms): void {
    this.#forget();
    this.#since = now;
  }

  #fail(slot: number): void {
    this.failures += 1;
    this.#failures[slot] = (this.#failures[slot] as number) + 1;
  }

  #slotOf(bucket: number): number {
    const rest = bucket % this.#size;
    return rest < 0 ? rest + this.#size : rest;
  }

  #rollTo(bucket: number): void {
    const gone = bucket - this.#head;
    this.#head = bucket;
    this.#until = (bucket + 1) * this.#width;
    const newest = this.#slotOf(bucket);
    if (gone >= this.#size) this.#forget();
    else {
      for (let slot = this.#slot; slot !== newest;) {
        slot = slot + 1 === this.#size ? 0 : slot + 1;
        this.calls -= this.#calls[slot] as number;
        this.failures -= this.#failures[slot] as number;
        this.slow -= this.#slow[slot] as number;
        this.#calls[slot] = this.#failures[slot] = this.#slow[slot] = 0;
      }
    }
    this.#slot = newest;
  }

  #forget(): void {
    this.#calls.fill(0);
    this.#failures.fill(0);
    this.#slow.fill(0);
    this.calls = this.failures = this.slow = 0;
  }
}
