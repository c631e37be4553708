/**
 * The waits that rules look at are those that production makes.
 */
import { describe, expect, it } from '@jest/globals';
import { type WaitMaker, constant, decorrelated, expo, random, seeded } from '../../../src/core.js';
import { eachWait, highest, lowest, middle, retriesOf, waitsOf } from '../../../src/config/risks/crowd.js';

const spread = { wait: expo({ factor: 100, maxValue: '1s' }), jitter: undefined };

describe('waitsOf', () => {
  it('gives bounds and averages by the dice it is given', () => {
    const bounds = waitsOf(spread, 6, highest).map(Math.round);
    const averages = waitsOf(spread, 6, middle);
    const least = waitsOf(spread, 6, lowest);

    expect(bounds).toEqual([100, 200, 400, 800, 1000, 1000]);
    expect(averages).toEqual([50, 100, 200, 400, 500, 500]);
    expect(least).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('leaves waits alone that are random already', () => {
    const waits = waitsOf({ wait: random({ min: 100, max: 200 }), jitter: undefined }, 100, seeded(3));

    expect(Math.min(...waits)).toBeGreaterThanOrEqual(100);
  });

  it('takes the waits as they are without jitter', () => {
    expect(waitsOf({ wait: expo, jitter: null }, 3, seeded(1))).toEqual([1000, 2000, 4000]);
  });

  it('ends where the waits run out', () => {
    expect(waitsOf({ wait: constant([5, 7]), jitter: null }, 10, seeded(1))).toEqual([5, 7]);
  });

  it('asks for no wait where none is wanted', () => {
    const unused: WaitMaker = () => {
      throw new Error('nobody needs a wait');
    };

    expect(waitsOf({ wait: unused, jitter: null }, 0, seeded(1))).toEqual([]);
  });

  it('reads options of waits that are functions of the call', () => {
    const wait = expo({ factor: () => 300 });

    expect(waitsOf({ wait, jitter: null }, 1, seeded(1))).toEqual([300]);
  });

  it('starts afresh for each client', () => {
    const wait = decorrelated({ base: 100, maxValue: '10s' });
    const [first] = waitsOf({ wait, jitter: undefined }, 20, highest);
    const [again] = waitsOf({ wait, jitter: undefined }, 20, highest);

    expect(first).toBe(again);
    expect(first).toBeCloseTo(300);
  });
});

describe('eachWait', () => {
  it('goes on for as long as anybody asks', () => {
    let last = 0;
    let asked = 0;
    for (const wait of eachWait(spread, highest)) {
      last = wait;
      if (++asked === 5000) break;
    }

    expect(last).toBeCloseTo(1000);
  });
});

describe('retriesOf', () => {
  it.each([
    [1, 0],
    [3, 2],
    [50, 20],
    [Infinity, 20],
  ])('counts the retries of %s tries, at most 20: %s', (maxTries, retries) => {
    expect(retriesOf({ maxTries }, 20)).toBe(retries);
  });
});
