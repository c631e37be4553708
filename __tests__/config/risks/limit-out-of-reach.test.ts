import { describe, expect, it } from '@jest/globals';
import { findRisks, parseSettings } from '../../../src/config/index.js';
import { limitOutOfReach } from '../../../src/config/risks/limit-out-of-reach.js';
import { factsOf, usualBreaker } from './facts-of.js';

describe('the rule limit-out-of-reach', () => {
  it('finds a max_time beyond the deadline, and says where that is the default', () => {
    const [finding] = limitOutOfReach(factsOf({ retry: { maxTime: 120_000 } }));
    const [written] = limitOutOfReach(factsOf({ retry: { maxTime: 120_000 }, deadline: 60_000 }));

    expect(finding).toMatchObject({ severity: 'warning', number: { value: 120_000, unit: 'ms' } });
    expect(finding!.number.says).toContain(
      'max_time of 2 min, and the deadline of the whole call is 30 s by default',
    );
    expect(finding!.cure).toContain('Set deadline: 2m, or false');
    expect(written!.number.says).toContain('is 60 s: max_time never counts');
  });

  it.each([
    ['a max_time at the deadline', { retry: { maxTime: 30_000 } }],
    ['a max_time of one try', { retry: { maxTime: 120_000, maxTries: 1 } }],
    ['a max_time without a deadline', { retry: { maxTime: 120_000 }, deadline: Infinity }],
    ['a hedge below the timeout', { hedge: { after: 9_999 } }],
    ['a hedge by a quantile', { hedge: { after: undefined } }],
    ['slowness below the timeout', { breaker: { ...usualBreaker, slowAfter: 9_999 } }],
    [
      'slowness of hedged calls',
      { breaker: { ...usualBreaker, slowAfter: 10_000 }, hedge: { after: 5_000 } },
    ],
    ['slowness of requests', { breaker: { ...usualBreaker, slowAfter: 10_000 }, section: 'http' }],
  ] as const)('has no word against %s', (_, given) => {
    expect(limitOutOfReach(factsOf(given))).toEqual([]);
  });

  it.each([
    ['the timeout', {}, 'an attempt is ended after 10 s'],
    ['the deadline', { timeout: Infinity, deadline: 10_000 }, 'the whole call ends after 10 s'],
  ])('finds a hedge and slowness at %s', (_, limits, said) => {
    const [hedge] = limitOutOfReach(factsOf({ ...limits, hedge: { after: 10_000 } }));
    const [slow] = limitOutOfReach(factsOf({ ...limits, breaker: { ...usualBreaker, slowAfter: 10_000 } }));

    expect(hedge!.number.says).toContain(`after 10 s, and ${said}: none is ever sent`);
    expect(slow!.number.says).toContain(`${said}: what is slow has failed by then`);
  });

  it('reads all of them from a file', () => {
    const findings = findRisks(
      parseSettings(`gateways:
        late: { retry: { max_time: 2m }, rate_limit: { limit: 5, max_wait: 30s }, hedge: { after: 10s, idempotent: true } }
        slow: { circuit_breaker: { slow_after: 10s } }
        none: { retry: false, timeout: false, deadline: false }
        usual: { rate_limit: { limit: 5 }, hedge: { after: p95, idempotent: true } }`),
    );

    expect(findings.map(({ gateway, rule }) => `${gateway} ${rule}`)).toEqual([
      'late queue-past-deadline',
      'late limit-out-of-reach',
      'late limit-out-of-reach',
      'slow limit-out-of-reach',
      'none no-timeout',
    ]);
    expect(findings[0]!.number.says).toContain('30 s by default');
  });
});
