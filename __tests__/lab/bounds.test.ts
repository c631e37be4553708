/**
 * The bounds: each measure of each scenario under each protection has one, and a run that loses its protection is out
 * of them.
 */
import { describe, expect, it } from '@jest/globals';
import { claims } from '../../src/lab/bounds.js';
import { check } from '../../src/lab/check.js';
import { measures } from '../../src/lab/measures.js';
import { columns, scenarios } from '../../src/lab/plan.js';
import type { RunRecord } from '../../src/lab/record.js';
import { madeUpRun } from './support/made-up-record.js';

/** A run of scenario i under full protection, as it should be, but for what is given. */
function run(
  given: {
    answered?: number;
    degraded?: number;
    attempts?: number;
    attemptsAfter?: number;
    back?: number | null;
    p50?: number;
  } = {},
): RunRecord {
  const { answered = 6, degraded = 190, attempts = 30, attemptsAfter = 190, back = 900, p50 = 20 } = given;
  const made = madeUpRun('i', 'full');
  const { before } = made.phases;
  const after = {
    ...made.phases.after,
    load: { ...made.phases.after.load, recommendations: { fresh: 200, attempts: attemptsAfter } },
  };
  const during = {
    ...made.phases.during,
    fresh: 200,
    answered,
    unauthorised: 4,
    degraded,
    failed: 196 - answered - degraded,
    latencyP50: p50,
    load: { ...made.phases.during.load, recommendations: { fresh: 196, attempts } },
  };
  return { ...made, phases: { before, during, after }, marks: { ...made.marks, backToNormal: back } };
}

const failed = (record: RunRecord): string[] =>
  check(record)
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);

describe('the bounds', () => {
  it('are of every measure, in every scenario, under every protection, and say why', () => {
    for (const { id } of scenarios) {
      for (const column of columns) {
        const cell = claims[id][column.id];
        expect(Object.keys(cell).sort()).toEqual(Object.keys(measures).sort());
        for (const { why, least, most, isNever } of Object.values(cell)) {
          expect(why).not.toBe('');
          expect(least ?? most ?? isNever).toBeDefined();
        }
      }
    }
  });

  it('hold for a run as it should be', () => {
    expect(failed(run())).toEqual([]);
  });

  it.each([
    ['pages that are lost', run({ degraded: 187 }), measures.shown.name],
    ['lists of a service that is gone', run({ answered: 30, degraded: 166 }), measures.whole.name],
    ['attempts that the budget should not pay for', run({ attempts: 221 }), measures.attempts.name],
    ['retries that go on when all is well again', run({ attemptsAfter: 240 }), measures.attemptsAfter.name],
    ['pages that wait', run({ p50: 250 }), measures.latency.name],
    ['a circuit that does not close', run({ back: 2600 }), measures.back.name],
    ['a system that stays down', run({ back: null }), measures.back.name],
  ])('fail for %s', (_, record, name) => {
    expect(failed(record)).toEqual([name]);
  });

  it('fail where retries do not keep a slow service down', () => {
    const { back } = measures;
    const made = madeUpRun('iv', 'retries');
    const verdicts = (record: RunRecord): boolean[] =>
      check(record)
        .filter(({ name }) => name === back.name)
        .map(({ ok }) => ok);

    expect(verdicts(made)).toEqual([true]);
    expect(verdicts({ ...made, marks: { ...made.marks, backToNormal: 900 } })).toEqual([false]);
  });
});
