import { describe, expect, it } from '@jest/globals';
import { constant, fibo } from '../../../src/core.js';
import { noWait, unguardedRetries, unsafeMethods } from '../../../src/config/risks/bare-retries.js';
import { factsOf } from './facts-of.js';

describe('the rule no-wait', () => {
  it('counts the attempts that follow at once', () => {
    const [finding] = noWait(factsOf({ retry: { wait: constant(5), maxTries: 4 } }));

    expect(finding).toMatchObject({ rule: 'no-wait', number: { value: 4, unit: 'attempts' } });
    expect(finding!.number.says).toContain('made within 15 ms');
  });

  it('draws the line at 20 ms', () => {
    expect(noWait(factsOf({ retry: { wait: constant(19), jitter: null } }))).toHaveLength(1);
    expect(noWait(factsOf({ retry: { wait: constant(20), jitter: null } }))).toEqual([]);
  });

  it('has no word against one retry at once and then waits, nor against no retry', () => {
    expect(noWait(factsOf({ retry: { wait: fibo({ initial: 0 }) } }))).toEqual([]);
    expect(noWait(factsOf({ retry: undefined }))).toEqual([]);
    expect(noWait(factsOf({ retry: { wait: constant(0), maxTries: 1 } }))).toEqual([]);
  });
});

describe('the rule unguarded-retries', () => {
  const bare = { budget: undefined, breaker: undefined };

  it('says by how much an outage multiplies the load', () => {
    const [finding] = unguardedRetries(factsOf({ ...bare, retry: { maxTries: 4 } }));

    expect(finding).toMatchObject({ rule: 'unguarded-retries', number: { value: 4 } });
  });

  it.each([
    ['a budget', { breaker: undefined }],
    ['a breaker', { budget: undefined }],
    ['a throttle', { ...bare, isThrottled: true }],
    ['no retry', { ...bare, retry: undefined }],
  ])('has no word where there is %s', (_, given) => {
    expect(unguardedRetries(factsOf(given))).toEqual([]);
  });
});

describe('the rule unsafe-methods', () => {
  it('says how often one may be carried out', () => {
    const [finding] = unsafeMethods(factsOf({ unsafeMethods: ['POST', 'PATCH'] }));

    expect(finding).toMatchObject({ rule: 'unsafe-methods', number: { value: 3, unit: 'times' } });
    expect(finding!.number.says).toContain('one POST, PATCH may be carried out up to 3 times');
  });

  it('says after which statuses', () => {
    const [finding] = unsafeMethods(factsOf({ unsafeStatuses: [500, 504] }));

    expect(finding!.number.says).toContain(
      'one POST may be carried out up to 3 times: 500, 504 is tried again',
    );
    expect(finding!.cure).toContain('out of unsafe_statuses.');
  });

  it('has no word where none is repeated', () => {
    expect(unsafeMethods(factsOf())).toEqual([]);
    expect(unsafeMethods(factsOf({ unsafeMethods: ['POST'], retry: undefined }))).toEqual([]);
  });
});
