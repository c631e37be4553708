/**
 * What is measured against what is claimed: which numbers pass, and how they are told.
 */
import { describe, expect, it } from '@jest/globals';
import { verdictOn } from '../../src/lab/check.js';
import { madeUpRun } from './support/made-up-record.js';

describe('verdictOn', () => {
  const run = madeUpRun('i', 'full');
  const why = 'so';
  const verdict = (value: number | null, bound: object, nothing = '–') =>
    verdictOn(run, { name: 'time', unit: 'ms', value, nothing }, { ...bound, why });

  it.each([
    [4, false],
    [5, true],
    [20, true],
    [21, false],
  ])('takes %d for within 5 and 20: %s', (value, ok) => {
    expect(verdict(value, { least: 5, most: 20 })).toEqual({
      scenario: 'i',
      protection: 'full',
      name: 'time',
      unit: 'ms',
      value,
      least: 5,
      most: 20,
      bound: '5 to 20 ms',
      measured: `${value} ms`,
      ok,
      why,
    });
  });

  it('says a bound at one side by a sign, and each number with its own unit where they differ', () => {
    expect(verdict(9, { least: 5 }).bound).toBe('≥ 5 ms');
    expect(verdict(9, { most: 20 }).bound).toBe('≤ 20 ms');
    expect(verdict(9, { least: 5, most: 2000 }).bound).toBe('5 ms to 2 s');
  });

  it('asks a bound that depends on the run', () => {
    const bound = { most: ({ fault }: typeof run) => fault.to - fault.from };

    expect(verdict(4000, bound)).toMatchObject({ most: 4000, ok: true });
    expect(verdict(4001, bound)).toMatchObject({ ok: false });
  });

  it('lets nothing pass that could not be measured', () => {
    expect(verdict(null, { most: 20 })).toMatchObject({ measured: '–', value: null, ok: false });
  });

  it('lets what must not come to pass pass only when it did not', () => {
    const never = { isNever: true };

    expect(verdict(null, never, 'never')).toMatchObject({
      bound: 'not in 4.0 s',
      measured: 'never',
      ok: true,
    });
    expect(verdict(20, never, 'never')).toMatchObject({ measured: '20 ms', ok: false });
  });
});
