import { describe, expect, it } from '@jest/globals';
import { circuitBreaker, VirtualClock } from '../../../src/core.js';
import { timeToOpen } from '../../../src/config/risks/breaker-drill.js';
import { breakerOutOfReach } from '../../../src/config/risks/breaker-out-of-reach.js';
import type { BreakerFacts } from '../../../src/config/risks/gateway-facts.js';
import { factsOf, usualBreaker } from './facts-of.js';

const once = { retry: undefined };
const timed = (calls: number, span: number, more: Partial<BreakerFacts> = {}): BreakerFacts => ({
  consecutive: undefined,
  failureRate: 0.5,
  minCalls: { least: calls, share: 0, most: calls },
  window: { span },
  ...more,
});

describe('the rule breaker-out-of-reach', () => {
  it('is an error where the window never holds the calls that it takes', () => {
    const [finding] = breakerOutOfReach(
      factsOf({ ...once, load: { rate: 0.4 }, breaker: timed(20, 10_000) }),
    );

    expect(finding).toMatchObject({ rule: 'breaker-out-of-reach', severity: 'error' });
    expect(finding!.number).toMatchObject({ value: 4, unit: 'calls' });
    expect(finding!.number.says).toBe(
      'at 0.4 calls a second its window of 10 s holds 4 calls, and it takes 20 to know a rate; ' +
        'it does not open within 60 min in which every call fails.',
    );
  });

  it.each([
    [1.9, 1],
    [2.2, 0],
  ])('draws the line where the window holds them: %s calls a second', (rate, findings) => {
    const found = breakerOutOfReach(factsOf({ ...once, load: { rate }, breaker: timed(20, 10_000) }));

    expect(found).toHaveLength(findings);
  });

  it('counts the retries that pass through it, as far as the budget lets them', () => {
    const facts = { load: { rate: 1 }, breaker: timed(20, 10_000) };
    const [paid] = breakerOutOfReach(factsOf(facts));
    const unpaid = breakerOutOfReach(factsOf({ ...facts, budget: undefined }));

    expect(paid!.number.says).toContain('at 1 call a second (1.1 with retries)');
    expect(unpaid).toEqual([]); // 30 attempts in 10 s
  });

  it('goes by the rate of one process', () => {
    const facts = { ...once, breaker: timed(20, 10_000) };
    const one = breakerOutOfReach(factsOf({ ...facts, load: { rate: 40 } }));
    const [ofAHundred] = breakerOutOfReach(factsOf({ ...facts, load: { rate: 40, processes: 100 } }));

    expect(one).toEqual([]);
    expect(ofAHundred!.number).toMatchObject({ value: 4 });
    expect(ofAHundred!.number.says).toContain('in each process');
  });

  it('is a warning where it opens after more than a minute', () => {
    const breaker = { ...timed(1, 1000), consecutive: { failures: 5, lasting: 0 }, failureRate: undefined };
    const [finding] = breakerOutOfReach(factsOf({ ...once, breaker, load: { rate: 0.04 } }));

    expect(finding).toMatchObject({ severity: 'warning', number: { value: 100_000, unit: 'ms' } }); // 4 × 25 s
    expect(finding!.number.says).toContain('5 failures in a row take 1');
  });

  it('counts the successes that a window of calls has to forget first', () => {
    const breaker = { ...usualBreaker, consecutive: undefined };
    const [finding] = breakerOutOfReach(factsOf({ ...once, breaker, load: { rate: 0.5 } }));

    // Fifty of the last hundred have to fail, the first at once: 49 × 2 s.
    expect(finding).toMatchObject({ severity: 'warning', number: { value: 98_000 } });
  });

  it('is a note where only failures in a row can open it', () => {
    const breaker = timed(20, 10_000, { consecutive: { failures: 5, lasting: 0 } });
    const [finding] = breakerOutOfReach(factsOf({ ...once, breaker, load: { rate: 1 } }));

    expect(finding!.severity).toBe('note');
    expect(finding!.number.says).toContain(
      'it opens 4 s after everything has begun to fail, by failures in a row',
    );
  });

  it.each([
    ['the default at a call in two seconds', { load: { rate: 0.5 } }],
    ['the default at a thousand a second', { load: { rate: 1000 } }],
    ['a breaker without a rate', {}],
    ['no breaker', { breaker: undefined, load: { rate: 0.001 } }],
  ])('has no word against %s', (_, given) => {
    expect(breakerOutOfReach(factsOf(given))).toEqual([]);
  });
});

describe('timeToOpen', () => {
  it('opens the breaker of the facts when the default one opens', () => {
    const clock = new VirtualClock(1);
    const guard = circuitBreaker({ name: 'default', mode: 'sync', clock });
    let isDown = false;
    const call = guard(() => {
      if (isDown) throw new Error('down');
    });
    for (let made = 0; made < 200; made++) {
      call();
      clock.block(100);
    }
    isDown = true;
    const startedAt = clock.now();
    while (guard.state === 'closed') {
      expect(call).toThrow('down');
      if (guard.state === 'closed') clock.block(100);
    }

    const time = timeToOpen(usualBreaker, { retry: undefined, budget: undefined }, 10, 60_000);

    expect(time).toBe(clock.now() - startedAt);
  });

  it('is quicker with retries that the budget pays for at first', () => {
    const { retry, budget } = factsOf();
    const breaker = { ...timed(1, 1), failureRate: undefined, consecutive: { failures: 6, lasting: 0 } };
    const drill = (facts: Parameters<typeof timeToOpen>[1]): number | undefined =>
      timeToOpen(breaker, facts, 0.1, 3_600_000);

    const alone = drill({ retry: undefined, budget });
    const retried = drill({ retry, budget });

    expect(alone).toBe(50_000);
    expect(retried).toBeGreaterThan(10_000); // the first call makes three attempts, the second three more
    expect(retried).toBeLessThan(10_400);
  });
});
