import { describe, expect, it } from '@jest/globals';
import { constant, equalJitter, expo } from '../../../src/core.js';
import { waitsPastDeadline } from '../../../src/config/risks/waits-past-deadline.js';
import { factsOf } from './facts-of.js';

const exact = { wait: constant('10s'), jitter: null };

describe('the rule waits-past-deadline', () => {
  it('is an error where not even attempts that fail at once leave room for a try', () => {
    const [finding] = waitsPastDeadline(factsOf({ retry: { ...exact, maxTries: 5 }, deadline: 30_000 }));

    expect(finding).toMatchObject({ rule: 'waits-past-deadline', severity: 'error' });
    expect(finding!.number).toMatchObject({ value: 3, unit: 'tries' }); // at 0 s, 10 s, 20 s
    expect(finding!.number.says).toContain('try 4 of 5 would begin after 30 s');
  });

  it('counts the least that jitter may leave of a wait', () => {
    const retry = { wait: constant('20s'), jitter: equalJitter, maxTries: 5 };
    const [finding] = waitsPastDeadline(factsOf({ retry }));

    expect(finding).toMatchObject({ severity: 'error', number: { value: 3 } }); // 10 s at least, each
  });

  it('is a warning where average waits leave no room', () => {
    const [finding] = waitsPastDeadline(
      factsOf({ retry: { wait: constant('10s'), maxTries: 8 }, deadline: 30_000, timeout: 100 }),
    );

    expect(finding!.severity).toBe('warning');
    expect(finding!.number.value).toBe(6); // full jitter: 5 s each, so the seventh is at 30 s
  });

  it('is a note where only attempts that time out leave no room', () => {
    const [finding] = waitsPastDeadline(factsOf({ retry: { maxTries: 5 } }));

    expect(finding!.severity).toBe('note');
    // Three times 10 s, and waits of at most 100, 200 and 400 ms.
    expect(finding!.number.says).toBe(
      'where attempts time out, try 4 of 5 would begin after 30.7 s, and the deadline is 30 s by default: 3 tries fit.',
    );
    expect(finding!.cure).toMatch(/^Set max_tries: 3, /);
  });

  it('goes by max_time where that is sooner', () => {
    const retry = { ...exact, maxTries: 3, maxTime: 15_000 };
    const [finding] = waitsPastDeadline(factsOf({ retry }));

    expect(finding!.number).toMatchObject({ value: 2 });
    expect(finding!.number.says).toContain('the max_time is 15 s');
  });

  it('has no word where the last try begins a moment before the deadline', () => {
    const retry = { ...exact, maxTries: 4 };
    const inTime = waitsPastDeadline(factsOf({ retry, timeout: 100, deadline: 30_301 }));
    const late = waitsPastDeadline(factsOf({ retry, timeout: 100, deadline: 30_300 }));

    expect(inTime).toEqual([]);
    expect(late).toHaveLength(1); // three waits of 10 s, three attempts of 100 ms
  });

  it.each([
    ['the defaults', {}],
    ['no deadline', { deadline: Infinity, retry: { wait: expo, maxTries: 20 } }],
    ['a call that is not retried', { retry: undefined, deadline: 1 }],
    ['tries without a bound, which end with their time', { retry: { ...exact, maxTries: Infinity } }],
    ['attempts that no timeout ends', { timeout: Infinity, retry: { maxTries: 5 } }],
    ['a timeout past the deadline, which has a rule of its own', { timeout: 30_000 }],
  ])('has no word against %s', (_, given) => {
    expect(waitsPastDeadline(factsOf(given))).toEqual([]);
  });
});
