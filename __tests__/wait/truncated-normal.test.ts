/** The bell curve, cut off: compared with its own formula. */
import { describe, expect, it } from '@jest/globals';
import { random, seeded } from '../../src/core.js';
import { truncatedNormal } from '../../src/wait/truncated-normal.js';
import { take } from './taken.js';

/** The share of the standard normal distribution below `x`: the series of Marsaglia, exact to the last digits here. */
function normalShare(x: number): number {
  let [sum, term] = [x, x];
  for (let n = 3; Math.abs(term) > 1e-17; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + sum * (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI));
}

/** The share of the truncated distribution below `x`, from 0 to 1, a sixth of which is one deviation. */
function truncatedShare(x: number): number {
  const below = normalShare(-3);
  return (normalShare(6 * x - 3) - below) / (1 - 2 * below);
}

/** Kolmogorov and Smirnov's measure: the widest gap between the draws and the formula. */
function widestGap(draws: readonly number[], share: (x: number) => number): number {
  const sorted = [...draws].sort((a, b) => a - b);
  return sorted.reduce((widest, x, index) => {
    const expected = share(x);
    const gap = Math.max(expected - index / sorted.length, (index + 1) / sorted.length - expected);
    return Math.max(widest, gap);
  }, 0);
}

const size = 20_000;
// Passed once in a thousand samples that come from the very distribution.
const critical = 1.95 / Math.sqrt(size);
const sample = (seed: number): number[] => {
  const die = seeded(seed);
  return Array.from({ length: size }, () => truncatedNormal(die));
};

describe('truncatedNormal', () => {
  it.each([1, 2, 3, 4, 5])('draws from the distribution it is named after (seed %d)', (seed) => {
    expect(widestGap(sample(seed), truncatedShare)).toBeLessThan(critical);
  });

  it('would fail this test if it were uniform, narrower, or moved to its bounds', () => {
    const die = seeded(1);
    const uniform = Array.from({ length: size }, die);
    const narrower = sample(1).map((x) => 0.5 + (x - 0.5) * 0.95);
    const clamped = sample(1).map((x) => Math.min(0.8, x));

    for (const draws of [uniform, narrower, clamped]) {
      expect(widestGap(draws, truncatedShare)).toBeGreaterThan(critical);
    }
  });

  it('has its mean in the middle and a sixth of the range as deviation, a little less for the cut', () => {
    const draws = sample(7);

    const mean = draws.reduce((sum, x) => sum + x, 0) / size;
    const deviation = Math.sqrt(draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / size);

    // sigma² (1 - 6 phi(3) / Z): 0.98658 of a sixth; the errors allowed are three standard errors
    expect(Math.abs(mean - 0.5)).toBeLessThan((3 * 0.16443) / Math.sqrt(size));
    expect(Math.abs(deviation - 0.16443)).toBeLessThan((3 * 0.16443) / Math.sqrt(2 * size));
  });

  it('is the inverse of the distribution function, point by point', () => {
    for (let die = 0; die < 1; die += 0.001) {
      expect(truncatedShare(truncatedNormal(() => die))).toBeCloseTo(die, 7);
    }
  });

  it('is as far from the middle on one side as on the other', () => {
    for (const die of [0, 0.001, 0.024, 0.3, 0.5]) {
      const [low, high] = [truncatedNormal(() => die), truncatedNormal(() => 1 - die)];

      expect(low + high).toBeCloseTo(1, 9);
    }
  });

  it('takes one draw and stays from 0 to 1 at the ends of the die', () => {
    let draws = 0;
    const counting = (die: number) => () => {
      draws += 1;
      return die;
    };

    const ends = [0, Number.MIN_VALUE, 1 - 2 ** -53].map((die) => truncatedNormal(counting(die)));

    expect(draws).toBe(3);
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ends)).toBeLessThanOrEqual(1);
    expect(ends[0]).toBeCloseTo(0, 7);
    expect(ends[2]).toBeCloseTo(1, 7);
  });

  it('is what random() waits by', () => {
    const waits = take(random({ min: 3000, max: 15_000 }), size, { random: seeded(3) });

    expect(
      widestGap(
        waits.map((wait) => (wait - 3000) / 12_000),
        truncatedShare,
      ),
    ).toBeLessThan(critical);
  });
});
