/**
 * No crowd gathers: no single value of a wait holds more than 1 % of the probability.
 */
import { describe, expect, it } from '@jest/globals';
import {
  Attempts,
  add,
  cap,
  constant,
  decorrelated,
  equalJitter,
  expo,
  fullJitter,
  proportionalJitter,
  random,
  randomJitter,
  retryAfter,
  runtime,
  seeded,
} from '../../src/core.js';
import type { Jitter, Ms, WaitMaker } from '../../src/core.js';
import { fail, findingOf, limitsOf, msOf, ruleOf, scope } from '../support/thinking.js';

const draws = 2000;

const jitters: readonly (readonly [string, Jitter | undefined])[] = [
  ['the default jitter', undefined],
  ['fullJitter', fullJitter],
  ['equalJitter', equalJitter],
  ['randomJitter', randomJitter({ max: 500 })],
  ['proportionalJitter', proportionalJitter({ ratio: 0.2 })],
];

const kinds: readonly (readonly [string, WaitMaker])[] = [
  ['a plain wait', constant(1000)],
  ['a growing wait', expo({ factor: 1000, maxValue: '20s' })],
  ['a random wait', random({ min: 500, max: 1500 })],
  ['a decorrelated wait', decorrelated({ base: 500, maxValue: 2000 })],
  ['a capped random wait', cap(random({ min: 0, max: 5000, distribution: 'uniform' }), 1000)],
  ['a sum with a random wait', add(constant(500), random({ max: 1000 }))],
];

const serverKinds: readonly (readonly [string, WaitMaker])[] = [
  ['a wait that a server asked for', runtime({ value: () => 1000 })],
  ['a Retry-After', retryAfter({ fallback: constant(500) })],
];

/** Draws the first wait of many calls, each `left` milliseconds before its deadline. */
function drawn(wait: WaitMaker, jitter: Jitter | undefined | null, left: Ms): Ms[] {
  const dice = seeded(42);
  const outcome = { ok: false, error: { retryAfter: 1000 } } as const;
  const limits = limitsOf({ maxTime: 10_000, jitter, random: dice });
  const finding = findingOf(ruleOf(wait), { outcome });
  return Array.from({ length: draws }, () => {
    const attempts = new Attempts(0);
    attempts.start();
    attempts.end(outcome, 10_000 - left);
    return msOf(attempts.next(finding, limits, { ...scope, random: dice }, Infinity));
  });
}

/** The share of the most frequent millisecond hundredth. */
function densest(waits: readonly Ms[]): number {
  const counts = new Map<number, number>();
  for (const wait of waits) {
    const place = Math.round(wait * 100);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / waits.length;
}

describe('the distribution of waits', () => {
  describe.each([...kinds, ...serverKinds])('%s', (_kind, wait) => {
    it.each(jitters)('is spread by %s', (_name, jitter) => {
      expect(densest(drawn(wait, jitter, 10_000))).toBeLessThanOrEqual(0.01);
    });
  });

  describe.each(kinds)('%s, the last before maxTime', (_kind, wait) => {
    it.each(jitters)('is spread by %s and ends in time', (_name, jitter) => {
      const waits = drawn(wait, jitter, 400);

      expect(densest(waits)).toBeLessThanOrEqual(0.01);
      expect(Math.max(...waits)).toBeLessThanOrEqual(400);
    });
  });

  describe.each(serverKinds)('%s, the last before maxTime', (_kind, wait) => {
    it.each(jitters)(
      'is spread by %s into the time that is left, never below what was asked',
      (_name, jitter) => {
        const waits = drawn(wait, jitter, 1040);

        expect(densest(waits)).toBeLessThanOrEqual(0.01);
        expect(Math.min(...waits)).toBeGreaterThanOrEqual(1000);
        expect(Math.max(...waits)).toBeLessThanOrEqual(1040);
      },
    );
  });

  it('stays spread where there is no jitter but the wait is random, the last before maxTime included', () => {
    expect(densest(drawn(random({ min: 500, max: 1500 }), null, 400))).toBeLessThanOrEqual(0.01);
  });

  it.each([
    ['the default jitter', undefined, undefined],
    ['no jitter, when the wait was random', null, 'spread'],
  ] as const)('stays spread by %s when a wait is cut after handlers took time', (_name, jitter, of) => {
    const limits = limitsOf({ maxTime: 1000, jitter, random: seeded(3) });
    const step = { kind: 'wait', ms: 500, of, charged: 'error' } as const;

    const waits = Array.from({ length: draws }, () =>
      msOf(new Attempts(0).refit(step, 700, limits, Infinity)),
    );

    expect(densest(waits)).toBeLessThanOrEqual(0.01);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300);
  });

  it('stays spread at a deadline set by a call around', () => {
    const dice = seeded(9);

    const waits = Array.from({ length: draws }, () =>
      msOf(
        fail(
          new Attempts(0),
          0,
          limitsOf({ jitter: undefined, random: dice }),
          findingOf(ruleOf(constant(1000))),
          200,
        ),
      ),
    );

    expect(densest(waits)).toBeLessThanOrEqual(0.01);
  });
});
