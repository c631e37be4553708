import { describe, expect, it } from '@jest/globals';
import { fleetBudget } from '../../../src/config/risks/fleet-budget.js';
import { factsOf, usualBudget } from './facts-of.js';

const load = { rate: 800, capacity: 1000 };

describe('the rule fleet-budget', () => {
  it('reckons how long the retries that a fleet has saved up take all that there is to spare', () => {
    const [finding] = fleetBudget(factsOf({ load: { ...load, processes: 10_000 } }));

    // 10,000 × 4 retries, at 200 calls in a second to spare.
    expect(finding).toMatchObject({
      rule: 'fleet-budget',
      severity: 'warning',
      number: { value: 200_000, unit: 'ms' },
    });
    expect(finding!.number.says).toContain('10,000 processes have 40,000 retries saved up (4 tokens each)');
  });

  it('draws the line at half a minute', () => {
    expect(fleetBudget(factsOf({ load: { ...load, processes: 1500 } }))).toEqual([]); // 6,000 retries
    expect(fleetBudget(factsOf({ load: { ...load, processes: 1501 } }))).toHaveLength(1);
  });

  it('knows that a budget grows with the traffic of its process, up to its maximum', () => {
    const grown = { ...usualBudget, ratio: 1, maximum: 1000 };
    const of = (budget: typeof usualBudget | typeof grown): number | undefined =>
      fleetBudget(factsOf({ budget, load: { ...load, processes: 10 } }))[0]?.number.value;

    expect(of(grown)).toBe(40_000); // 80 calls in a second earn 800 tokens in 10 s; ten times that at 200
    expect(of({ ...grown, maximum: 100 })).toBeUndefined();
  });

  it('counts what a retry costs', () => {
    const cheap = { ...usualBudget, cost: 0.5 };
    const [finding] = fleetBudget(factsOf({ budget: cheap, load: { ...load, processes: 1501 } }));

    expect(finding!.number.value).toBe(60_040);
    expect(finding!.cure).toBe("Set the budget's minimum and maximum to 1."); // 200 × 30 × 0.5 / 1501 is 1.99
  });

  it.each([
    ['one process', { load: { ...load, processes: 1 } }],
    ['no budget', { budget: undefined, load: { ...load, processes: 99_999 } }],
    ['no retry', { retry: undefined, load: { ...load, processes: 99_999 } }],
    ['a rate alone', { load: { rate: 800, processes: 99_999 } }],
    ['a service that is overloaded anyway', { load: { rate: 1000, capacity: 1000, processes: 99_999 } }],
  ])('has no word about %s', (_, given) => {
    expect(fleetBudget(factsOf(given))).toEqual([]);
  });
});
