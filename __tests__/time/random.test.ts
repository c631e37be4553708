/** Dice: the host's, and those that fall the same way every time. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type Random, seeded, systemRandom } from '../../src/core.js';

const draws = (random: Random, count: number): number[] => Array.from({ length: count }, random);

/** How far counts in equal bins are from even: about the number of bins when all is well. */
function chiSquare(values: readonly number[], bins: number): number {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.floor(value * bins)]! += 1;
  const even = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - even) ** 2 / even, 0);
}

// The chi-square distribution with 99 degrees of freedom is above this once in a thousand times.
const suspicious = 148.2;

describe('seeded', () => {
  it('draws what mulberry32 is published to draw', () => {
    expect(draws(seeded(7), 3)).toEqual([0.011704753153026104, 0.06195825757458806, 0.97690763277933]);
  });

  it('draws the same numbers from the same seed, and others from another', () => {
    const [first, again, other] = [seeded(7), seeded(7), seeded(8)].map((random) => draws(random, 100));

    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('counts the lower 32 bits of any seed', () => {
    expect(draws(seeded(7 + 2 ** 32), 3)).toEqual(draws(seeded(7), 3));
    expect(draws(seeded(-1), 3)).toEqual(draws(seeded(2 ** 32 - 1), 3));
    expect(draws(seeded(7.9), 3)).toEqual(draws(seeded(7), 3));
  });

  it('keeps its numbers from 0 up to, not including, 1', () => {
    const check = (seed: number): void => {
      for (const value of draws(seeded(seed), 100)) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
      }
    };

    fc.assert(fc.property(fc.integer(), check));
  });

  it.each([0, 1, 7, 12_345, 2 ** 31])('spreads 100,000 draws from the seed %d evenly', (seed) => {
    expect(chiSquare(draws(seeded(seed), 100_000), 100)).toBeLessThan(suspicious);
  });

  it('spreads the first draws of neighbouring seeds evenly, as clients numbered one by one draw them', () => {
    const firsts = Array.from({ length: 100_000 }, (_, client) => seeded(client)());

    expect(chiSquare(firsts, 100)).toBeLessThan(suspicious);
  });
});

describe('systemRandom', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('looks up Math.random at each draw, so that a test may replace it', () => {
    jest.spyOn(Math, 'random').mockReturnValueOnce(0.25).mockReturnValueOnce(0.75);

    expect(draws(systemRandom, 2)).toEqual([0.25, 0.75]);
  });
});
