import { describe, expect, it } from '@jest/globals';
import { constant } from '../../../src/core.js';
import { risksOf } from '../../../src/config/risks/find-risks.js';
import { ruleNames } from '../../../src/config/risks/finding.js';
import { factsOf } from './facts-of.js';

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

  it('gives the same findings again, and none that can be changed', () => {
    const all = [factsOf({ retry: { jitter: null }, load: { rate: 950, capacity: 1000 } })];
    const [first] = risksOf(all);

    expect(risksOf(all)).toEqual(risksOf(all));
    expect(Object.isFrozen(first)).toBe(true);
    expect(Object.isFrozen(first!.number)).toBe(true);
  });
});
