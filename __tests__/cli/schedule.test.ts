/**
 * The numbers of `stampede waits`, against what a policy is known to do.
 */
import { describe, expect, it } from '@jest/globals';
import { type Schedule, scheduleOf } from '../../src/cli/schedule.js';
import { constant, decorrelated, equalJitter, expo, fibo, random } from '../../src/core.js';

const exact = { jitter: null, maxTries: 5, maxTime: Infinity };
const looked = { tries: 100, clients: 1000, seed: 1, attempt: 0 };

describe('scheduleOf', () => {
  it('tells the waits of a policy without jitter, which all clients share', () => {
    const { tries, total, longest, ends } = scheduleOf({ ...exact, wait: fibo }, looked);

    expect(boundsOf(tries)).toEqual([0, 1000, 1000, 2000, 3000]);
    expect(tries.map(({ startsAt }) => startsAt)).toEqual([0, 1000, 2000, 4000, 7000].map(sameForAll));
    expect(tries.map(({ clients }) => clients)).toEqual([1000, 1000, 1000, 1000, 1000]);
    expect(total).toEqual({ ...sameForAll(7000), mean: 7000 });
    expect(longest).toBe(7000);
    expect(ends).toEqual({ maxTries: 1000 });
  });

  it('spreads the waits of full jitter evenly below the bound, and those of equal jitter over its upper half', () => {
    const [full, equal] = [undefined, equalJitter].map(
      (jitter) => scheduleOf({ ...exact, wait: constant('1s'), jitter, maxTries: 2 }, looked).tries[1]!.wait,
    );

    for (const [spread, low] of [
      [full!, 0],
      [equal!, 500],
    ] as const) {
      const middle = (low + 1000) / 2;
      expect(spread.min).toBeGreaterThanOrEqual(low);
      expect(spread.min).toBeLessThan(low + 20);
      expect(Math.abs(spread.median - middle)).toBeLessThan(60); // over three standard errors of a median
      expect(spread.p95).toBeGreaterThan(spread.median);
      expect(spread.max).toBeGreaterThan(980);
      expect(spread.max).toBeLessThanOrEqual(1000);
    }
  });

  it('bounds waits that are random already by the most that can be drawn', () => {
    const drawn = scheduleOf({ ...exact, jitter: undefined, wait: random({ min: 100, max: 300 }) }, looked);
    const grown = scheduleOf({ ...exact, jitter: undefined, wait: decorrelated({ base: 100 }) }, looked);

    expect(boundsOf(drawn.tries).map(Math.round)).toEqual([0, 300, 300, 300, 300]);
    expect(drawn.tries[1]!.wait.min).toBeGreaterThanOrEqual(100);
    expect(boundsOf(grown.tries).map(Math.round)).toEqual([0, 300, 900, 2700, 8100]);
  });

  it('shows how maxTime cuts the last wait, and which tries are never made', () => {
    const { tries, total, ends } = scheduleOf({ ...exact, wait: expo, maxTime: 4000 }, looked);

    expect(boundsOf(tries)).toEqual([0, 1000, 2000, 4000, 8000]);
    expect(tries.map(({ wait }) => wait.max)).toEqual([0, 1000, 2000, 1000, 0]);
    expect(tries.map(({ clients }) => clients)).toEqual([1000, 1000, 1000, 1000, 0]);
    expect(total.max).toBe(4000);
    expect(ends).toEqual({ maxTime: 1000 });
  });

  it('counts the time of the attempts', () => {
    const policy = { ...exact, wait: constant(100), maxTries: 3 };

    const { tries, total } = scheduleOf(policy, { ...looked, attempt: 250 });

    expect(tries.map(({ startsAt }) => startsAt.max)).toEqual([0, 350, 700]);
    expect(total.mean).toBe(950);
  });

  it('looks at no more tries than it is told, and says that there are more', () => {
    const { tries, ends } = scheduleOf({ ...exact, wait: fibo, maxTries: Infinity }, { ...looked, tries: 3 });

    expect(tries).toHaveLength(3);
    expect(ends).toEqual({ tries: 1000 });
  });

  it('ends where the generator has no more waits', () => {
    const { tries, ends } = scheduleOf({ ...exact, wait: constant([10, 20]) }, looked);

    expect(boundsOf(tries)).toEqual([0, 10, 20]);
    expect(ends).toEqual({ waits: 1000 });
  });

  it('gives the same numbers for the same seed, and others for another', () => {
    const policy = { ...exact, wait: expo, jitter: undefined };
    const [first, again, other] = [7, 7, 8].map((seed) => scheduleOf(policy, { ...looked, seed }));

    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('passes on what waits complain about', () => {
    const wait = (): never => {
      throw new RangeError('no waits today');
    };

    expect(() => scheduleOf({ ...exact, wait }, looked)).toThrow('no waits today');
  });
});

function boundsOf(tries: Schedule['tries']): number[] {
  return tries.map(({ bound }) => bound);
}

function sameForAll(ms: number): object {
  return { min: ms, median: ms, p95: ms, max: ms };
}
