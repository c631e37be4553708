/**
 * What is measured against what is claimed: which numbers pass, and how they are told.
 */
import { describe, expect, it } from '@jest/globals';
import { show, verdictOn } from '../../src/lab/check.js';

describe('verdictOn', () => {
  const why = 'so';

  it.each([
    [4, false],
    [5, true],
    [20, true],
    [21, false],
  ])('takes %d for within 5 and 20: %s', (measured, ok) => {
    expect(verdictOn(measured, 'ms', { least: 5, most: 20, why })).toEqual({
      bound: '5 to 20 ms',
      measured: `${measured} ms`,
      ok,
      why,
    });
  });

  it('says a bound at one side by a sign', () => {
    expect(verdictOn(1, 'share', { least: 0.99, why }).bound).toBe('≥ 99.0 %');
    expect(verdictOn(1, 'times', { most: 1.1, why }).bound).toBe('≤ 1.10 ×');
  });

  it('lets nothing pass that could not be measured', () => {
    expect(verdictOn(null, 'ms', { most: 20, why })).toMatchObject({ measured: 'never', ok: false });
  });

  it('lets what must not come to pass pass only when it did not', () => {
    const never = { isNever: true, why };

    expect(verdictOn(null, 'ms', never)).toMatchObject({ bound: 'never', ok: true });
    expect(verdictOn(20, 'ms', never)).toMatchObject({ measured: '20 ms', ok: false });
  });
});

describe('show', () => {
  it.each([
    [0.9966, 'share', '99.7 %'],
    [1.1, 'times', '1.10 ×'],
    [12.4, 'ms', '12 ms'],
    [7, 'count', '7'],
  ] as const)('writes %d as a %s: %s', (value, unit, text) => {
    expect(show(value, unit)).toBe(text);
  });
});
