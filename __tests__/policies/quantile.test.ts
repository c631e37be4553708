import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seeded } from '../../src/core.js';
import { RunningQuantile } from '../../src/policies/quantile.js';

/** Durations as they are found in the wild: most about `scale`, some much longer. */
function longTailed(random: () => number, scale: number): number {
  return scale * (0.5 - Math.log(1 - random())) * (random() < 0.02 ? 10 : 1);
}

function shareBelow(limit: number, durations: readonly number[]): number {
  return durations.filter((one) => one < limit).length / durations.length;
}

describe('a running quantile', () => {
  it('knows nothing until so many durations are known', () => {
    const median = new RunningQuantile(0.5, 3);

    const known = [3, 1, 2].map((duration) => {
      median.add(duration);
      return median.value;
    });

    expect(known).toEqual([undefined, undefined, 2]);
  });

  it('begins with the exact quantile', () => {
    const p90 = new RunningQuantile(0.9, 100);
    for (let duration = 1; duration <= 100; duration++) p90.add(duration);

    expect(p90.value).toBe(90);
  });

  it.each([0.5, 0.9, 0.95, 0.99])('finds the share %d of a long-tailed load within 3 points', (quantile) => {
    const random = seeded(7);
    const running = new RunningQuantile(quantile, 100);
    const all: number[] = [];
    const values: number[] = [];

    for (let count = 0; count < 20_000; count++) {
      const duration = longTailed(random, 20);
      all.push(duration);
      running.add(duration);
      if (running.value !== undefined) values.push(running.value);
    }

    const shares = values.filter((_, index) => index % 500 === 0).map((value) => shareBelow(value, all));
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(Math.abs(mean - quantile)).toBeLessThan(0.03);
  });

  it('follows within 200 calls when calls become ten times slower', () => {
    const random = seeded(3);
    const p95 = new RunningQuantile(0.95, 100);
    for (let count = 0; count < 2000; count++) p95.add(longTailed(random, 10));
    const before = p95.value as number;

    for (let count = 0; count < 200; count++) p95.add(longTailed(random, 100));

    expect((p95.value as number) / before).toBeGreaterThan(3);
  });

  it('sinks when calls become ten times faster', () => {
    const random = seeded(3);
    const p95 = new RunningQuantile(0.95, 100);
    for (let count = 0; count < 2000; count++) p95.add(longTailed(random, 100));
    const before = p95.value as number;

    for (let count = 0; count < 5000; count++) p95.add(longTailed(random, 10));

    expect((p95.value as number) / before).toBeLessThan(0.3);
  });

  it('counts a call that was given up only where it was longer than the estimate', () => {
    const median = new RunningQuantile(0.5, 3);
    for (const duration of [10, 20, 30]) median.add(duration);

    median.addAtLeast(5);
    const after5 = median.value;
    median.addAtLeast(50);

    expect(after5).toBe(20);
    expect(median.value).toBeGreaterThan(20);
  });

  it('stays within what it has seen, whatever that is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 20, maxLength: 200 }),
        (quantile, atLeast, durations) => {
          const running = new RunningQuantile(quantile, atLeast);

          for (const duration of durations) running.add(duration);

          expect(running.value).toBeGreaterThanOrEqual(Math.min(...durations) - 1e-6);
          expect(running.value).toBeLessThanOrEqual(Math.max(...durations) + 1e-6);
        },
      ),
    );
  });

  it('does not count what is no duration', () => {
    const median = new RunningQuantile(0.5, 1);

    for (const wrong of [Number.NaN, -1, Infinity]) median.add(wrong);

    expect(median.value).toBe(undefined);
  });

  it.each([
    [0, 10, 'quantile'],
    [1, 10, 'quantile'],
    [Number.NaN, 10, 'quantile'],
    [0.5, 0, 'minCalls'],
    [0.5, 1.5, 'minCalls'],
  ])('refuses %d of at least %d', (quantile, atLeast, option) => {
    expect(() => new RunningQuantile(quantile, atLeast)).toThrow(option);
  });
});
