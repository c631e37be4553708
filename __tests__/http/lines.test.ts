import { describe, expect, it } from '@jest/globals';
import { Lines } from '../../src/http/lines.js';

const lines = (longest = Infinity): Lines => new Lines(longest, () => new Error('too long'));
const all = (...pieces: string[]): string[] => {
  const made = lines();
  return [...pieces.flatMap((piece) => [...made.add(piece)]), made.end()];
};

describe('the lines of a text', () => {
  it.each([
    [['one\ntwo\r\n\nfour'], ['one', 'two', '', 'four']],
    [
      ['o', 'ne\r', '\ntw', '', 'o\n'],
      ['one', 'two', ''],
    ],
    [['a\rb\r\r\n'], ['a\rb\r', '']],
    [['one\r'], ['one\r']],
    [[], ['']],
  ])('are found in %j', (pieces, expected) => {
    expect(all(...pieces)).toEqual(expected);
  });

  it('take a time that grows with the text, not with its square', () => {
    const made = lines();
    const piece = 'x'.repeat(1024);
    const start = performance.now();

    for (let n = 0; n < 64 * 1024; n++) made.add(piece).next();

    expect(made.end()).toHaveLength(64 * 1024 * 1024);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('may be so long and no longer, whether they end or not', () => {
    const made = lines(5);

    expect([...made.add('12345\n12')]).toEqual(['12345']);
    expect([...made.add('345')]).toEqual([]);
    expect(() => made.add('6').next()).toThrow('too long');
    expect(() => [...lines(5).add('1\n123456\n')]).toThrow('too long');
  });
});
