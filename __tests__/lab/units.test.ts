import { describe, expect, it } from '@jest/globals';
import { percent, withUnit } from '../../src/lab/units.js';

describe('a number with its unit', () => {
  it.each([
    [0.975, 'share', '97.5 %'],
    [1.1, 'times', '1.10 ×'],
    [38.4, 'ms', '38 ms'],
    [999.7, 'ms', '1 s'],
    [1250, 'ms', '1.25 s'],
    [7, 'count', '7'],
  ] as const)('is for %d of the unit "%s": %s', (value, unit, text) => {
    expect(withUnit(value, unit)).toBe(text);
  });

  it.each(['share', 'times', 'ms', 'count'] as const)('is a dash for nothing of the unit "%s"', (unit) => {
    expect(withUnit(null, unit)).toBe('–');
  });

  it('never rounds a loss away, nor what is left', () => {
    expect([1, 0.9996, 0.0004, 0].map(percent)).toEqual(['100 %', '99.9 %', '0.1 %', '0 %']);
  });
});
