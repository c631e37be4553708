/**
 * The check of what is claimed: it passes what is in bounds, and fails what is not.
 */
import { describe, expect, it } from '@jest/globals';
import { type Claim, check, claims, verdictOn } from '../../src/lab/bounds.js';
import { columns, scenarios } from '../../src/lab/plan.js';
import type { RunRecord } from '../../src/lab/record.js';

const none = { attempts: 0, fresh: 200 };

/** A run of scenario i under full protection, as it should be, but for what is given. */
function run(
  given: { degraded?: number; attempts?: number; back?: number | null; p50?: number } = {},
): RunRecord {
  const { degraded = 190, attempts = 30, back = 900, p50 = 20 } = given;
  const phase = {
    fresh: 200,
    answered: 6,
    unauthorised: 4,
    refused: 0,
    degraded,
    failed: 190 - degraded,
    latencyP50: p50,
    load: { authentication: none, popularity: none, recommendations: { fresh: 196, attempts } },
  };
  return {
    scenario: 'i',
    protection: 'full',
    struck: 'recommendations',
    phases: { before: { ...phase, latencyP50: 47 }, during: phase, after: phase },
    marks: { backToNormal: back, numbers: { backlog: 100 } },
  } as unknown as RunRecord;
}

const failed = (record: RunRecord): string[] =>
  check(record)
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);

describe('the bounds', () => {
  it('claim something of every scenario under every protection, and say why', () => {
    for (const { id } of scenarios) {
      for (const column of columns) {
        expect(claims[id][column.id].length).toBeGreaterThan(0);
        for (const { why } of claims[id][column.id]) expect(why).not.toBe('');
      }
    }
  });

  it('hold for a run as it should be', () => {
    expect(failed(run())).toEqual([]);
  });

  it.each([
    ['pages that are lost', run({ degraded: 187 }), 'availability during the fault, degraded pages included'],
    [
      'attempts that the budget should not pay for',
      run({ attempts: 221 }),
      'attempts for each page, during the fault',
    ],
    ['a circuit that does not close', run({ back: 2600 }), 'back to normal after'],
    ['a system that stays down', run({ back: null }), 'back to normal after'],
    ['pages that wait', run({ p50: 250 }), 'median time during the fault, by that before it'],
  ])('fail for %s', (_, record, name) => {
    expect(failed(record)).toEqual([name]);
  });

  it('are told with the unit of what they bound', () => {
    const claim: Claim = { name: 'time', unit: 'ms', measure: () => 12.4, least: 5, most: 20, why: 'so' };

    expect(verdictOn(claim, run())).toMatchObject({
      bound: 'at least 5 ms, at most 20 ms',
      measured: '12 ms',
      ok: true,
    });
  });
});
