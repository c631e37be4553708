import { describe, expect, it } from '@jest/globals';
import { noTimeout, queuePastDeadline, timeoutPastDeadline } from '../../../src/config/risks/time-limits.js';
import { factsOf } from './facts-of.js';

describe('the rule timeout-past-deadline', () => {
  it('finds an attempt that may take all the time of the call', () => {
    const [finding] = timeoutPastDeadline(factsOf({ timeout: 10_000, deadline: 6_000 }));

    expect(finding).toMatchObject({ rule: 'timeout-past-deadline', number: { value: 10_000, unit: 'ms' } });
    expect(finding!.cure).toContain('at most 2 s (the deadline in 3)');
  });

  it('draws the line at the deadline', () => {
    expect(timeoutPastDeadline(factsOf({ timeout: 30_000 }))).toHaveLength(1);
    expect(timeoutPastDeadline(factsOf({ timeout: 29_999 }))).toEqual([]);
  });

  it('has no word where nothing is retried, or nothing has a limit', () => {
    expect(timeoutPastDeadline(factsOf({ deadline: 1000, retry: undefined }))).toEqual([]);
    expect(timeoutPastDeadline(factsOf({ timeout: Infinity, deadline: Infinity }))).toEqual([]);
    expect(timeoutPastDeadline(factsOf({ timeout: Infinity }))).toEqual([]);
  });
});

describe('the rule queue-past-deadline', () => {
  it.each([
    [{ queue: 10, maxWait: 30_000 }, 1],
    [{ queue: 10, maxWait: Infinity }, 1],
    [{ queue: 10, maxWait: 29_999 }, 0],
    [{ queue: 0, maxWait: Infinity }, 0],
  ])('of %j finds %s', (bulkhead, findings) => {
    expect(queuePastDeadline(factsOf({ bulkhead }))).toHaveLength(findings);
  });

  it.each([
    [30_000, 1],
    [Infinity, 1],
    [29_999, 0],
    [0, 0],
    [undefined, 0],
  ])('of a wait of %s ms for the rate limit finds %s', (rateWait, findings) => {
    const found = queuePastDeadline(factsOf({ rateWait }));

    expect(found).toHaveLength(findings);
    for (const { cure } of found) expect(cure).toContain("the rate limit's max_wait");
  });

  it('has no word where there is no deadline', () => {
    const facts = factsOf({ bulkhead: { queue: 1, maxWait: Infinity }, deadline: Infinity });

    expect(queuePastDeadline(facts)).toEqual([]);
  });
});

describe('the rule no-timeout', () => {
  const endless = { timeout: Infinity, deadline: Infinity };

  it('counts the calls that pile up in a minute', () => {
    const [finding] = noTimeout(factsOf({ ...endless, load: { rate: 50 } }));

    expect(finding!.number).toMatchObject({ value: 3000, unit: 'calls' });
  });

  it('says so where nobody knows the rate', () => {
    expect(noTimeout(factsOf(endless))[0]!.number.value).toBe(Infinity);
  });

  it('counts calls that are not retried too, for they hang as long', () => {
    expect(noTimeout(factsOf({ ...endless, retry: undefined }))).toHaveLength(1);
  });

  it.each([[{ timeout: Infinity }], [{ deadline: Infinity }]])('has no word against %j', (given) => {
    expect(noTimeout(factsOf(given))).toEqual([]);
  });
});
