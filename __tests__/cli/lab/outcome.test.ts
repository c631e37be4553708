/**
 * What the outage lab tells people of what it has found.
 */
import { describe, expect, it } from '@jest/globals';
import pico from 'picocolors';
import { failuresText, findingsText, verdictText } from '../../../src/cli/lab/outcome.js';
import type { LabRecord } from '../../../src/lab/index.js';
import { madeUpRecord, madeUpRun } from '../../lab/support/made-up-record.js';

const plain = { colours: pico.createColors(false), width: 80 };
const record = madeUpRecord();
const [holds] = record.bounds;

type Run = (LabRecord['runs'] | LabRecord['controlRuns'])[number];
type Machine = Run['marks']['machine'];

/** A run, which the machine disturbed so. */
function disturbed<One extends Run>(run: One, machine: Partial<Machine>): One {
  return { ...run, marks: { ...run.marks, machine: { ...run.marks.machine, ...machine } } };
}

/** The record, in which one run was disturbed. The claim that does not hold is of `i` under `none`. */
function disturbedIn(scenario: string, protection: string, machine: Partial<Machine>): LabRecord {
  const runs = record.runs.map((run) =>
    run.scenario === scenario && run.protection === protection ? disturbed(run, machine) : run,
  );
  return { ...record, runs };
}

describe('the findings', () => {
  it('have a table for each scenario, with what was measured above its bound', () => {
    const [first = ''] = findingsText(plain, record).split(/^(?=\()/m);

    expect(first).toBe(
      [
        '(i) made-up scenario i',
        '              made-up none  made-up retries  made-up timeouts  made-up full',
        'availability                                                   ✓ 100 %',
        '                                                               ≥ 99 %',
        'attempts      ✗ 4 ×',
        '              ≤ 1.1 ×',
        '',
        '',
      ].join('\n'),
    );
  });

  it('say what exactly is measured', () => {
    expect(findingsText(plain, record)).toContain('\navailability: made up\nattempts: made up, too\n');
  });

  it('answer each question with its numbers, and with those without the cause where there are any', () => {
    expect(findingsText(plain, record)).toContain(
      '(i) Why is it so?\nIt is made up.\n- with two: 7 (without the cause: 0)\n- with one: 8\n- seven: ✓ 7  ≥ 5\n',
    );
  });
});

describe('the failures', () => {
  it('name each claim that does not hold, what was measured, and why it was made', () => {
    expect(failuresText(record, 250)).toBe(
      '(i, none) attempts: measured 4 ×, claimed ≤ 1.1 ×. Because it is made up.\n',
    );
  });

  it('are none where every claim holds, however busy the machine was', () => {
    const late = disturbedIn('i', 'full', { lateBy: 900, held: 3 });

    expect(failuresText({ ...late, bounds: [holds!] }, 250)).toBe('');
  });

  it.each<[Partial<Machine>, string]>([
    [{ lateBy: 251 }, 'timers were up to 251 ms late'],
    [{ held: 1 }, '1 page was held back, as too many were under way'],
    [
      { lateBy: 899.6, held: 3 },
      'timers were up to 900 ms late, and 3 pages were held back, as too many were under way',
    ],
  ])('name a run of theirs that was disturbed, and how: %j', (machine, how) => {
    const text = failuresText(disturbedIn('i', 'none', machine), 250);

    expect(text).toContain(`\n(i, none) was disturbed, which may be all that is wrong: ${how}.\n`);
  });

  it('say nothing of a machine that was as late as it may be, and held nothing back', () => {
    const text = failuresText(disturbedIn('i', 'none', { lateBy: 250, held: 0 }), 250);

    expect(text).toBe(failuresText(record, 250));
  });

  it.each([
    ['i', 'full'],
    ['iv', 'none'],
    ['iv', 'full'],
  ])('are not excused by another run that was disturbed: (%s, %s)', (scenario, protection) => {
    const text = failuresText(disturbedIn(scenario, protection, { lateBy: 900, held: 3 }), 250);

    expect(text).toBe(failuresText(record, 250));
  });

  it('name a disturbed run once, however many of its claims do not hold', () => {
    const late = disturbedIn('i', 'none', { lateBy: 900 });

    const text = failuresText({ ...late, bounds: [...late.bounds, ...late.bounds] }, 250);

    expect(text.match(/claimed/g)).toHaveLength(2);
    expect(text.match(/disturbed/g)).toHaveLength(1);
  });

  it('of an answer are excused by its control, and by no other', () => {
    const [answer] = record.answers;
    const [claim] = answer!.bounds;
    const failed = { ...claim!, scenario: 'iii', protection: 'no-breaker', ok: false } as const;
    const answers = [{ ...answer!, bounds: [failed] }];
    const text = (late: 'no-breaker' | 'one-process'): string => {
      const controlRuns = [madeUpRun('iii', 'no-breaker'), madeUpRun('i', 'one-process')].map((run) =>
        run.protection === late ? disturbed(run, { lateBy: 900 }) : run,
      );
      return failuresText({ ...record, bounds: [], answers, controlRuns }, 250);
    };

    expect(text('no-breaker')).toContain('\n(iii, no-breaker) was disturbed');
    expect(text('one-process')).not.toContain('disturbed');
  });
});

describe('the verdict', () => {
  it('counts the claims that hold', () => {
    expect(verdictText(record)).toBe('2 of 3 claims hold, after 100 s.\n');
  });
});
