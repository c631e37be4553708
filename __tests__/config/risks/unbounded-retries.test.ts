import { describe, expect, it } from '@jest/globals';
import { constant, expo } from '../../../src/core.js';
import { unboundedRetries } from '../../../src/config/risks/unbounded-retries.js';
import { factsOf, usualBudget } from './facts-of.js';

const everySecond = { maxTries: Infinity, wait: constant('1s'), jitter: null };

describe('the rule unbounded-retries', () => {
  it('counts the attempts of one call in a minute of outage', () => {
    const [finding] = unboundedRetries(
      factsOf({ retry: everySecond, deadline: Infinity, budget: undefined }),
    );

    expect(finding).toMatchObject({ rule: 'unbounded-retries', severity: 'error', gateway: 'ledger' });
    expect(finding!.number).toMatchObject({ value: 60, unit: 'attempts' }); // at 0 s, 1 s ... 59 s
    expect(finding!.number.says).toBe(
      'one call makes 60 attempts in the first minute of an outage, and nothing ends it.',
    );
  });

  it('counts those before the deadline, or before max_time, whichever is sooner', () => {
    const [deadline] = unboundedRetries(factsOf({ retry: everySecond, deadline: 7_500 }));
    const [maxTime] = unboundedRetries(factsOf({ retry: { ...everySecond, maxTime: 3_000 } }));

    expect(deadline!.number.value).toBe(8);
    expect(maxTime!.number.value).toBe(3);
  });

  it.each([
    ['error', 'nothing', Infinity, undefined],
    ['warning', 'its time', 30_000, undefined],
    ['warning', 'its budget', Infinity, usualBudget],
    ['error', 'a budget that only slows it', Infinity, { ...usualBudget, whenEmpty: 'slow' }],
    ['note', 'its time and its budget', 30_000, usualBudget],
  ] as const)('is %s where %s ends a call', (severity, _, deadline, budget) => {
    const [finding] = unboundedRetries(factsOf({ retry: everySecond, deadline, budget }));

    expect(finding!.severity).toBe(severity);
  });

  it('names the limit that ends a poll, and how to let it go on', () => {
    const poll = { ...everySecond, maxTime: 120_000 };

    const [cut] = unboundedRetries(factsOf({ retry: poll }));
    const [free] = unboundedRetries(factsOf({ retry: poll, deadline: 180_000 }));

    expect(cut!.number.says).toContain('30 attempts before its deadline is up (30 s by default)');
    expect(cut!.number.says).toContain('only its deadline and its budget end it');
    expect(cut!.cure).toMatch(/^Set deadline: 2m, or false, and budget: false, .* if it is meant to go on/);
    expect(free!.number.says).toContain('120 attempts before its max_time is up (2 min)');
    expect(free!.cure).not.toContain('deadline');
  });

  it('leaves a poll alone that has a time and no budget', () => {
    const [finding] = unboundedRetries(
      factsOf({ retry: { ...everySecond, maxTime: 3_000 }, budget: undefined }),
    );

    expect(finding!.cure).toMatch(/^Leave it so, if it is meant to go on/);
  });

  it('says so when a call makes more attempts than anybody counts', () => {
    const [finding] = unboundedRetries(factsOf({ retry: { maxTries: Infinity, wait: constant(0) } }));

    expect(finding!.number.value).toBe(Infinity);
    expect(finding!.number.says).toContain('more than 10,000 attempts');
  });

  it('has no word against many tries, as long as they are bounded', () => {
    expect(unboundedRetries(factsOf({ retry: { maxTries: 1e6, wait: expo } }))).toEqual([]);
  });

  it('has no word against waits that run out', () => {
    const retry = { maxTries: Infinity, wait: constant([100, 200]) };

    expect(unboundedRetries(factsOf({ retry, deadline: Infinity }))).toEqual([]);
  });
});
