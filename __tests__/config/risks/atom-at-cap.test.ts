/**
 * The shares that are expected here are known by formula, or counted without the library.
 */
import { describe, expect, it } from '@jest/globals';
import {
  type WaitMaker,
  type WaitScope,
  cap,
  constant,
  decorrelated,
  expo,
  fibo,
  fullJitter,
  proportionalJitter,
  random,
} from '../../../src/core.js';
import { atomAtCap } from '../../../src/config/risks/atom-at-cap.js';
import { factsOf } from './facts-of.js';

/** Draws that are moved to the cap, as some libraries do. */
const clamped: WaitMaker = (_first: unknown, { random }: WaitScope) => {
  let bound = 1000;
  return {
    next() {
      // Box and Muller's draw from the normal distribution, with the bound as its middle.
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const value = Math.max(0, Math.min(10_000, bound * (1 + normal / 6)));
      bound = Math.min(2 * bound, 10_000);
      return { value, kind: 'spread' };
    },
  };
};

/** The formula as it was published, with `min` outside. */
const published: WaitMaker = (_first: unknown, { random }: WaitScope) => {
  let last = 100;
  return {
    next() {
      last = Math.min(10_000, 100 + (3 * last - 100) * random());
      return { value: last, kind: 'spread' };
    },
  };
};

/** The same without the library: how many of the waits are at the cap in the long run, and how many stay there. */
function chainOfClients(clients: number): { share: number; staying: number } {
  const counts = { waits: 0, there: 0, before: 0, stayed: 0 };
  for (let client = 0; client < clients; client++) {
    let last = 100;
    for (let retry = 0; retry < 160; retry++) {
      const wasThere = last === 10_000;
      last = Math.min(10_000, 100 + (3 * last - 100) * Math.random());
      if (retry < 140) continue;
      counts.waits += 1;
      counts.there += last === 10_000 ? 1 : 0;
      counts.before += wasThere ? 1 : 0;
      counts.stayed += wasThere && last === 10_000 ? 1 : 0;
    }
  }
  return { share: counts.there / counts.waits, staying: counts.stayed / counts.before };
}

describe('the rule atom-at-cap', () => {
  it('finds all waits at the cap without jitter, from the retry that reaches it', () => {
    const [finding] = atomAtCap(factsOf({ retry: { maxTries: 20, jitter: null } }));

    expect(finding).toMatchObject({ rule: 'atom-at-cap', severity: 'error' });
    expect(finding!.number).toMatchObject({ value: 1, unit: 'share' });
    // 100 ms × 2⁷ is the first that is more than 10 s.
    expect(finding!.number.says).toMatch(/^from retry 8 on 100 % of the waits are exactly 10 s: /);
  });

  it('has no word where the tries end before the cap', () => {
    const reached = atomAtCap(factsOf({ retry: { maxTries: 9, jitter: null } }));
    const spared = atomAtCap(factsOf({ retry: { maxTries: 8, jitter: null } }));

    expect(reached).toHaveLength(1);
    expect(spared).toEqual([]);
  });

  it('measures a normal distribution that is clamped at its middle: half of the waits', () => {
    const bounded: WaitMaker = (first: unknown, scope: WaitScope) => clamped(first, scope);
    const [finding] = atomAtCap(factsOf({ retry: { maxTries: 20, wait: bounded } }));

    expect(finding!.severity).toBe('warning');
    expect(finding!.number.value).toBeGreaterThan(0.48);
    expect(finding!.number.value).toBeLessThan(0.52);
  });

  it('measures decorrelated waits that are cut with min(), and how many stay there', () => {
    const { share, staying } = chainOfClients(20_000);
    const [finding] = atomAtCap(factsOf({ retry: { maxTries: 150, wait: published } }));

    expect(finding!.number.value).toBeGreaterThan(share - 0.03); // 32 %
    expect(finding!.number.value).toBeLessThan(share + 0.03);
    // Two thirds of those at the cap stay there: 0.67¹² is 0.8 %, 0.67¹¹ is 1.2 %.
    expect(staying).toBeCloseTo(2 / 3, 1);
    expect(finding!.number.says).toMatch(
      /until after 1[123] retries fewer than 1 % of them are left together/,
    );
  });

  it('looks at waits that have the same bounds all along, too', () => {
    const always: WaitMaker = (_first: unknown, { random }: WaitScope) => ({
      next: () => ({ value: Math.min(1000, 1250 * random()), kind: 'spread' }),
    });
    const [finding] = atomAtCap(factsOf({ retry: { maxTries: 10, wait: always } }));

    expect(finding!.number.value).toBeCloseTo(0.2, 1);
    expect(finding!.number.says).toContain('from retry 1 on up to');
  });

  it.each([
    ['the default', {}],
    ['full jitter', { jitter: fullJitter }],
    ['a fifth up and down', { jitter: proportionalJitter() }],
    ['decorrelated waits', { wait: decorrelated() }],
    ['random waits', { wait: random({ min: 0, max: '10s' }) }],
    ['capped random waits', { wait: cap(random({ min: 0, max: '10s' }), '5s') }],
    ['waits without a cap', { wait: fibo(), jitter: null }],
    ['waits that are the same all along, which no-jitter speaks of', { wait: constant('1s'), jitter: null }],
    ['random waits without a range', { wait: random({ min: '5s', max: '5s' }) }],
    ['waits that run out', { wait: constant([1, 2, 3]), jitter: null }],
  ])('has no word against %s', (_, retry) => {
    expect(atomAtCap(factsOf({ retry: { maxTries: 40, ...retry } }))).toEqual([]);
  });

  it('looks at calls without a bound as well', () => {
    expect(
      atomAtCap(factsOf({ retry: { maxTries: Infinity, wait: expo({ maxValue: '1m' }), jitter: null } })),
    ).toHaveLength(1);
  });
});
