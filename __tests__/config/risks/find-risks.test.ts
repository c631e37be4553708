import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  constant,
  decay,
  decorrelated,
  expo,
  fibo,
  linear,
  proportionalJitter,
  random,
  randomJitter,
  retryAfter,
} from '../../../src/core.js';
import { risksOf } from '../../../src/config/risks/find-risks.js';
import { ruleNames } from '../../../src/config/risks/finding.js';
import { factsOf, usualBreaker, usualBudget } from './facts-of.js';

describe('risksOf', () => {
  it('finds nothing in a gateway of defaults', () => {
    expect(risksOf([factsOf()])).toEqual([]);
    expect(risksOf([factsOf({ load: { rate: 100, capacity: 200 } })])).toEqual([]);
    expect(risksOf([factsOf({ retry: undefined })])).toEqual([]);
  });

  it('tells gateway by gateway, in the order of the rules', () => {
    const bad = { retry: { maxTries: 12, jitter: null }, budget: undefined, deadline: Infinity };
    const found = risksOf([
      factsOf({ ...bad, name: 'home', calls: ['ledger'] }),
      factsOf({ ...bad, name: 'ledger', retry: { wait: constant(0) } }),
    ]);

    expect(found.map(({ gateway, rule }) => `${gateway} ${rule}`)).toEqual([
      'home no-jitter',
      'home atom-at-cap',
      'home retries-multiply',
      'ledger no-wait',
    ]);
    for (const { rule } of found) expect(ruleNames).toContain(rule);
  });

  it('has a number and a sentence for everything, whatever the facts', () => {
    const time = fc.constantFrom(1, 20, 1000, 30_000, Infinity);
    const rate = fc.constantFrom(undefined, 0, 1e-6, 0.5, 7, 1e6);
    const facts = fc.record({
      retry: fc.option(
        fc.record({
          maxTries: fc.constantFrom(1, 2, 3, 70, 1e6, Infinity),
          maxTime: time,
          wait: fc.constantFrom(
            ...[
              constant(0),
              constant('1s'),
              constant(['1s', '2s']),
              expo(),
              expo({ base: 1 }),
              fibo(),
              linear(),
            ],
            ...[decay(), random(), random({ min: 5, max: 5 }), decorrelated(), retryAfter()],
          ),
          jitter: fc.constantFrom(undefined, null, proportionalJitter({ ratio: 0 }), randomJitter()),
        }),
        { nil: undefined },
      ),
      timeout: time,
      deadline: time,
      budget: fc.constantFrom(
        ...[
          undefined,
          usualBudget,
          { ...usualBudget, ratio: 1 },
          { ...usualBudget, whenEmpty: 'slow' as const },
        ],
        { ...usualBudget, minimum: 0, maximum: 0 },
      ),
      breaker: fc.constantFrom(...[undefined, usualBreaker, { ...usualBreaker, failureRate: undefined }], {
        ...usualBreaker,
        window: { span: 1 },
        slowAfter: 1000,
      }),
      bulkhead: fc.constantFrom(undefined, { queue: 5, maxWait: Infinity }),
      rateWait: fc.constantFrom(undefined, 0, 30_000, Infinity),
      hedge: fc.constantFrom(undefined, { after: undefined }, { after: 1000 }),
      isUsualDeadline: fc.boolean(),
      load: fc.record({ rate, capacity: rate, processes: fc.constantFrom(1, 1e6) }),
      calls: fc.constantFrom([], ['ledger'], ['nobody']),
    });
    fc.assert(
      fc.property(facts, (given) => {
        for (const { number, cure } of risksOf([factsOf(given)])) {
          expect(number.value).toBeGreaterThanOrEqual(0);
          expect(`${number.says} ${cure}`).not.toMatch(/NaN|undefined|null|Infinity| -\d|\[object/);
          expect(number.says).toMatch(/\.$/);
          expect(cure).toMatch(/^[A-Z].*\.$/);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same findings again, and none that can be changed', () => {
    const all = [factsOf({ retry: { jitter: null }, load: { rate: 950, capacity: 1000 } })];
    const [first] = risksOf(all);

    expect(risksOf(all)).toEqual(risksOf(all));
    expect(Object.isFrozen(first)).toBe(true);
    expect(Object.isFrozen(first!.number)).toBe(true);
  });
});
