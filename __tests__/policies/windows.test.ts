import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CountWindow, TimeWindow, type Window } from '../../src/policies/windows.js';

interface Call {
  readonly bucket: number;
  failed: boolean;
  readonly slow: boolean;
}

type Told =
  | { readonly kind: 'add'; readonly failed: boolean; readonly slow: boolean; readonly now: number }
  | { readonly kind: 'addFailure'; readonly which: number; readonly now: number }
  | { readonly kind: 'roll' | 'clear'; readonly now: number };

/** Counts by going through everything that it was ever told. */
class BruteForce {
  #calls: Call[] = [];
  readonly #all: Call[] = [];
  #latest = -Infinity;

  constructor(
    readonly bucketOf: (now: number) => number,
    readonly keep: (calls: Call[], latest: number) => Call[],
  ) {}

  tell(told: Told): void {
    const bucket = this.bucketOf(told.now);
    if (Number.isFinite(bucket) && told.kind !== 'clear') this.#latest = Math.max(this.#latest, bucket);
    if (told.kind === 'add') {
      const call = { bucket: this.#latest, failed: told.failed, slow: told.slow };
      this.#calls.push(call);
      this.#all.push(call);
    }
    this.#calls = this.keep(this.#calls, this.#latest);
    if (told.kind === 'clear') this.#calls = [];
    const call = told.kind === 'addFailure' ? this.#all[told.which % this.#all.length] : undefined;
    if (call && this.#calls.includes(call) && !call.failed) call.failed = true;
  }

  get counts(): object {
    return {
      calls: this.#calls.length,
      failures: this.#calls.filter(({ failed }) => failed).length,
      slow: this.#calls.filter(({ slow }) => slow).length,
    };
  }
}

const moment = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.double({ min: -1e6, max: 1e12, noNaN: true }),
  fc.constantFrom(0, -1, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER),
);
const told: fc.Arbitrary<Told[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('add' as const),
        failed: fc.boolean(),
        slow: fc.boolean(),
        now: moment,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('addFailure' as const), which: fc.nat(), now: moment }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('roll' as const), now: moment }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('clear' as const), now: moment }) },
  ),
  { maxLength: 80 },
);

/** Plays the same to a window and to the brute force, and compares after each step. */
function compare(window: Window, brute: BruteForce, list: readonly Told[]): void {
  const places: number[] = [];
  const amended = new Set<number>();
  let start = 0;
  for (const one of list) {
    if (one.kind === 'addFailure') {
      const which = one.which % places.length;
      // A call fails once, in the period in which it was counted: the circuit sees to that.
      if (places.length === 0 || amended.has(which) || which < start) continue;
      amended.add(which);
      window.addFailure(places[which]!, one.now);
      brute.tell({ ...one, which });
    } else {
      if (one.kind === 'add') {
        if (one.failed) amended.add(places.length);
        places.push(window.add(one.failed, one.slow, one.now));
      } else if (one.kind === 'roll') window.roll(one.now);
      else {
        window.clear(one.now);
        start = places.length;
      }
      brute.tell(one);
    }
    const { calls, failures, slow } = window;
    expect({ calls, failures, slow }).toEqual(brute.counts);
  }
}

/** Whether no rounding comes between a moment and its bucket. One step of a float from an edge, either side will do. */
function isClear(now: number, width: number): boolean {
  if (!Number.isFinite(now)) return true;
  const bucket = Math.floor(now / width);
  return bucket * width <= now && now < (bucket + 1) * width;
}

describe('CountWindow', () => {
  it('counts as a brute-force count of the last calls does', () => {
    fc.assert(
      fc.property(told, fc.integer({ min: 1, max: 8 }), (list, size) => {
        const brute = new BruteForce(
          () => 0,
          (calls) => calls.slice(-size),
        );
        compare(new CountWindow(size), brute, list);
      }),
      { numRuns: 500 },
    );
  });

  it('forgets everything when it is cleared, late failures included', () => {
    const window = new CountWindow(3);
    const place = window.add(false, true);
    window.clear();

    window.addFailure(place);

    expect(window).toMatchObject({ calls: 0, failures: 0, slow: 0 });
  });
});

describe('TimeWindow', () => {
  it('counts as a brute-force count does, whatever the moments it is told', () => {
    fc.assert(
      fc.property(
        told,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: -1000, max: 1000 }),
        (list, span, size, start) => {
          const width = span / size;
          const brute = new BruteForce(
            (now) => Math.floor(now / width),
            (calls, latest) => calls.filter(({ bucket }) => bucket > latest - size),
          );
          const timely: Told[] = [{ kind: 'roll', now: (start + 0.5) * width }, ...list];
          compare(
            new TimeWindow(span, size),
            brute,
            timely.filter(({ now }) => isClear(now, width)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('counts a moment one float before the end of a bucket in that bucket', () => {
    const window = new TimeWindow(2, 1);
    window.add(false, false, -1);

    window.add(false, false, -Number.MIN_VALUE); // over the width of 2 it is -0, and so would begin the next

    expect(window.calls).toBe(2);
    window.roll(0);
    expect(window.calls).toBe(0);
  });

  it('T1: ignores a clock that runs backwards', () => {
    const window = new TimeWindow(1000);
    window.add(true, false, 5000);

    window.add(true, false, 100);
    window.roll(0);

    expect(window.failures).toBe(2);
    window.roll(5900);
    expect(window.failures).toBe(2);
    window.roll(6000);
    expect(window.failures).toBe(0);
  });

  it('T2: clears everything after a gap longer than itself, at the cost of its buckets', () => {
    const window = new TimeWindow(1000, 10);
    window.add(true, true, 0);

    const start = performance.now();
    window.roll(1e15);

    expect(window).toMatchObject({ calls: 0, failures: 0, slow: 0 });
    expect(performance.now() - start).toBeLessThan(100);
    window.add(true, false, 1e15);
    expect(window.failures).toBe(1);
  });

  it('T4: covers its span but for at most one bucket, never more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 3000 }), (at, later) => {
        const window = new TimeWindow(1000, 10);
        window.add(true, false, at);

        window.roll(at + later);

        if (later >= 1000) expect(window.failures).toBe(0);
        if (later <= 900) expect(window.failures).toBe(1);
      }),
    );
  });

  it('tells how many calls it would hold at the rate that it has seen', () => {
    const window = new TimeWindow(10_000);
    window.clear(50_000);
    for (let now = 50_000; now < 51_000; now += 10) window.add(false, false, now);

    expect(window.expected(51_000)).toBe(1000);
    expect(window.expected(60_000)).toBe(100);
  });
});
