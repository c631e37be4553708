/**
 * What the outage lab tells people of what it has found.
 */
import { describe, expect, it } from '@jest/globals';
import pico from 'picocolors';
import { failuresText, findingsText, verdictText } from '../../../src/cli/lab/outcome.js';
import type { LabRecord } from '../../../src/lab/index.js';
import { madeUpRecord } from '../../lab/support/made-up-record.js';

const plain = { colours: pico.createColors(false), width: 80 };
const record = madeUpRecord();
const [holds] = record.bounds;

/** The record of a machine whose timers were late. */
function lateBy(ms: number): LabRecord {
  const [first, ...rest] = record.runs;
  const marks = { ...first!.marks, machine: { ...first!.marks.machine, lateBy: ms } };
  return { ...record, runs: [{ ...first!, marks }, ...rest] };
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
      '(i) Why is it so?\nIt is made up.\n  with two: 7 (without the cause: 0)\n  with one: 8\n  seven: ✓ 7  ≥ 5\n',
    );
  });
});

describe('the failures', () => {
  it('name each claim that does not hold, what was measured, and why it was made', () => {
    expect(failuresText(record, 250)).toBe(
      '(i, none) attempts is 4 ×; it should be ≤ 1.1 ×. Because it is made up.\n',
    );
  });

  it('are none where every claim holds, however busy the machine was', () => {
    expect(failuresText({ ...lateBy(900), bounds: [holds!] }, 250)).toBe('');
  });

  it.each([
    [251, true],
    [250, false],
  ])('blame the machine when its timers were %i ms late: %s', (late, isBlamed) => {
    const text = failuresText(lateBy(late), 250);

    expect(text.includes(`busy with something else (timers were up to ${late} ms late)`)).toBe(isBlamed);
  });
});

describe('the verdict', () => {
  it('counts the claims that hold', () => {
    expect(verdictText(record)).toBe('2 of 3 claims hold, after 100 s.\n');
  });
});
