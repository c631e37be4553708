import { describe, expect, it } from '@jest/globals';
import {
  type Jitter,
  constant,
  decorrelated,
  equalJitter,
  expo,
  fibo,
  fullJitter,
  noJitter as same,
  proportionalJitter,
  random,
  randomJitter,
} from '../../../src/core.js';
import { noJitter } from '../../../src/config/risks/no-jitter.js';
import { factsOf } from './facts-of.js';

describe('the rule no-jitter', () => {
  it('counts how many of a thousand clients come back within the same 10 ms', () => {
    const [finding] = noJitter(factsOf({ retry: { jitter: null } }));

    expect(finding).toMatchObject({ rule: 'no-jitter', severity: 'error', path: 'gateways.ledger' });
    expect(finding!.number).toMatchObject({ value: 1000, unit: 'clients' });
    // Full jitter spreads the first wait, 100 ms, over ten stretches of 10 ms.
    expect(finding!.number.says).toContain('it would be about 100.');
  });

  it('measures what is left, where jitter is too narrow', () => {
    // From 990 to 1010 ms: the fullest 10 ms hold a little more than half of the clients.
    const [finding] = noJitter(
      factsOf({ retry: { wait: constant('1s'), jitter: proportionalJitter({ ratio: 0.01 }) } }),
    );

    expect(finding!.number.value).toBeGreaterThanOrEqual(500);
    expect(finding!.number.value).toBeLessThan(600);
  });

  it('names the retry that gathers most', () => {
    const narrow: Jitter = (wait, dice) => (wait === 200 ? wait : wait * dice());
    const [finding] = noJitter(factsOf({ retry: { jitter: narrow } }));

    expect(finding!.number.says).toContain('1,000 make retry 2 within');
  });

  it('finds random waits that are not', () => {
    const [finding] = noJitter(factsOf({ retry: { wait: random({ min: '5s', max: '5s' }) } }));

    expect(finding!.number.value).toBe(1000);
    expect(finding!.cure).toContain('wider range');
  });

  it('takes the jitter that does nothing for none', () => {
    expect(noJitter(factsOf({ retry: { jitter: same } }))).toHaveLength(1);
  });

  it.each([
    ['full jitter', { jitter: fullJitter }],
    ['equal jitter', { jitter: equalJitter }],
    ['a fifth up and down', { jitter: proportionalJitter() }],
    ['a second on top', { jitter: randomJitter() }],
    ['decorrelated waits', { wait: decorrelated() }],
    ['random waits', { wait: random() }],
    ['waits of 20 ms, which nothing can spread further', { wait: constant(20), jitter: fullJitter }],
    ['a first wait of nothing', { wait: fibo({ initial: 0 }), jitter: undefined }],
    ['ever longer waits', { wait: expo({ factor: 10 }), maxTries: 30 }],
  ])('has no word against %s', (_, retry) => {
    expect(noJitter(factsOf({ retry }))).toEqual([]);
  });

  it('leaves waits that nothing could spread to the rule no-wait', () => {
    const justTooShort = noJitter(factsOf({ retry: { wait: constant(19), jitter: null } }));
    const justLongEnough = noJitter(factsOf({ retry: { wait: constant(20), jitter: null } }));

    expect(justTooShort).toEqual([]);
    expect(justLongEnough).toHaveLength(1);
  });

  it('has no word against a call that is not retried', () => {
    expect(noJitter(factsOf({ retry: undefined }))).toEqual([]);
    expect(noJitter(factsOf({ retry: { maxTries: 1, jitter: null } }))).toEqual([]);
  });
});
