import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RetryKind } from '../../src/core.js';
import { Bucket, type BucketRules } from '../../src/policies/bucket.js';

const usual: BucketRules = {
  ratio: 0.1,
  cost: { throttle: 0.5, error: 1, timeout: 2, value: 1 },
  window: 10_000,
  minimum: 3,
  maximum: 100,
};

/** Plays successes at an even rate. @returns The moment after them. */
function traffic(bucket: Bucket, from: number, seconds: number, perSecond: number): number {
  for (let call = 1; call <= seconds * perSecond; call++) {
    bucket.earn();
    bucket.settle(from + (call * 1000) / perSecond);
  }
  return from + seconds * 1000;
}

function taken(bucket: Bucket, now: number, kind: RetryKind = 'error'): number {
  let count = 0;
  while (bucket.take(kind, now)) count += 1;
  return count;
}

describe('Bucket', () => {
  it('starts with the minimum, and no more', () => {
    const bucket = new Bucket(usual, 0);

    expect(bucket.level(0)).toBe(3);
    expect(taken(bucket, 0)).toBe(3);
  });

  it.each([
    ['throttle', 6],
    ['error', 3],
    ['value', 3],
    ['timeout', 1],
  ] as const)('costs by kind: %s', (kind, count) => {
    expect(taken(new Bucket(usual, 0), 0, kind)).toBe(count);
  });

  it('earns by success: ten pay for one retry', () => {
    const bucket = new Bucket(usual, 0);
    taken(bucket, 0);

    for (let success = 0; success < 9; success++) bucket.earn();
    expect(bucket.take('error', 0)).toBe(false);
    bucket.earn();
    expect(bucket.take('error', 0)).toBe(true);
    expect(bucket.take('error', 0)).toBe(false);
  });

  it('gives back what a retry has cost, never above the capacity', () => {
    const bucket = new Bucket(usual, 0);

    bucket.take('timeout', 0);
    bucket.refund('timeout', 0);
    bucket.refund('timeout', 0);

    expect(bucket.level(0)).toBe(3);
  });

  it('holds ten seconds of what its own traffic earns, whether it is looked at or not', () => {
    const looked = new Bucket(usual, 0);
    const unlooked = new Bucket(usual, 0);
    traffic(looked, 0, 120, 50);
    for (let call = 0; call < 120 * 50; call++) unlooked.earn();

    expect(looked.capacity(120_000)).toBeCloseTo(50, 0);
    expect(unlooked.capacity(120_000)).toBeCloseTo(50, 0);
    expect(looked.level(120_000)).toBeCloseTo(50, 0);
  });

  it('forgets the rate of yesterday', () => {
    const bucket = new Bucket(usual, 0);
    const now = traffic(bucket, 0, 60, 100);

    expect(bucket.capacity(now)).toBeCloseTo(100, 0);
    expect(bucket.capacity(now + 60_000)).toBe(3);
  });

  it('keeps its size in an outage: calls that it ends are traffic too', () => {
    const bucket = new Bucket(usual, 0);
    let now = traffic(bucket, 0, 60, 100);
    taken(bucket, now);

    for (let call = 0; call < 6000; call++) bucket.take('error', (now += 10));

    expect(bucket.capacity(now)).toBeGreaterThan(90);
  });

  it('takes a clock that runs backwards for one that stands still', () => {
    const bucket = new Bucket(usual, 1000);
    bucket.earn();

    bucket.settle(0);

    expect(bucket.take('error', 500)).toBe(true);
    expect(bucket.capacity(1000)).toBeGreaterThanOrEqual(3);
  });

  it('T23: holds seconds of own traffic: the same load over a larger fleet does not pay for a larger burst', () => {
    const burst = (processes: number, perSecond: number): number => {
      const bucket = new Bucket(usual, 0);
      const now = traffic(bucket, 0, 1000, perSecond / processes);
      return processes * taken(bucket, now);
    };

    expect(burst(1, 800)).toBe(100); // not 800: the maximum
    expect(burst(8, 800)).toBeLessThanOrEqual(800);
    expect(burst(100, 800)).toBeLessThanOrEqual(800); // ten seconds of a tenth of 800 calls a second
    expect(burst(100, 800)).toBeGreaterThan(700);
    expect(burst(10_000, 800) / 10_000).toBe(3); // 500, where the quota is a constant
  });

  it('T24: can be used to the last token', () => {
    const bucket = new Bucket({ ...usual, minimum: 10 }, 0);

    expect(taken(bucket, 0)).toBe(10);
    expect(bucket.level(0)).toBe(0);
  });

  it('never pays for more than capacity / cost + ratio × successes, whatever the interleaving', () => {
    const kinds = fc.constantFrom<RetryKind>('throttle', 'error', 'timeout', 'value');
    const happening = fc.oneof(
      fc.record({ what: fc.constant('earn' as const), times: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ what: fc.constant('take' as const), kind: kinds }),
      fc.record({ what: fc.constant('refund' as const) }),
      fc.record({ what: fc.constant('pass' as const), ms: fc.integer({ min: -50, max: 30_000 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 20 }),
        (happenings, ratio, minimum) => {
          const bucket = new Bucket({ ...usual, ratio, minimum }, 0);
          const open: RetryKind[] = [];
          let now = 0;
          let successes = 0;
          let spent = 0;
          for (const one of happenings) {
            if (one.what === 'pass') now += one.ms;
            else if (one.what === 'earn') {
              successes += one.times;
              for (let time = 0; time < one.times; time++) bucket.earn();
            } else if (one.what === 'take') {
              if (!bucket.take(one.kind, now)) continue;
              open.push(one.kind);
              spent += usual.cost[one.kind];
            } else {
              const kind = open.pop();
              if (kind === undefined) continue;
              bucket.refund(kind, now);
              spent -= usual.cost[kind];
            }
            expect(spent).toBeLessThanOrEqual(minimum + ratio * successes + 1e-6);
            expect(bucket.level(now)).toBeGreaterThanOrEqual(0);
            expect(bucket.level(now)).toBeLessThanOrEqual(bucket.capacity(now));
            expect(bucket.capacity(now)).toBeLessThanOrEqual(100);
          }
        },
      ),
    );
  });

  it('never pays for more than the capacity in any interval without a success', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 60 }), (perSecond, seconds) => {
        const bucket = new Bucket(usual, 0);
        const now = traffic(bucket, 0, seconds, perSecond);
        const capacity = bucket.capacity(now);

        expect(taken(bucket, now)).toBeLessThanOrEqual(capacity);
      }),
      { numRuns: 30 },
    );
  });
});
