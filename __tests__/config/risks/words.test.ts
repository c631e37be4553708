import { describe, expect, it } from '@jest/globals';
import { count, percent, some, span, written } from '../../../src/config/risks/words.js';

describe('numbers in findings', () => {
  it.each([
    [0, '0'],
    [0.4, '0.4'],
    [1 / 3600, '0.00028'],
    [1.045, '1.05'],
    [36, '36'],
    [5.5, '5.5'],
    [1000, '1,000'],
    [1_234_567.8, '1,234,568'],
    [2 ** 60, '1.2 × 10^18'],
    [Infinity, 'unlimited'],
  ])('%s is written %s', (value, text) => {
    expect(count(value)).toBe(text);
  });

  it.each([
    [80, '80 ms'],
    [1500, '1.5 s'],
    [60_000, '60 s'],
    [370_000, '6.17 min'],
    [7_200_000, '2 h'],
  ])('%s ms are written %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });

  it.each([
    [120_000, '2m'],
    [90_000, '90s'],
    [1_500, '1500ms'],
  ])('%s ms are written %s in a file', (ms, text) => {
    expect(written(ms)).toBe(text);
  });

  it('has words for one and for many', () => {
    expect([some(1, 'call'), some(2, 'call'), some(1, 'try', 'tries'), some(0.5, 'try', 'tries')]).toEqual([
      '1 call',
      '2 calls',
      '1 try',
      '0.5 tries',
    ]);
  });

  it('writes shares in percent', () => {
    expect([percent(1), percent(0.2887), percent(0.005)]).toEqual(['100 %', '28.9 %', '0.5 %']);
  });
});
