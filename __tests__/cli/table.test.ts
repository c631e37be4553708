/**
 * Paragraphs; tables and bars are tested where commands draw them.
 */
import { describe, expect, it } from '@jest/globals';
import { paragraph } from '../../src/cli/table.js';

describe('a paragraph', () => {
  it('is broken between words where the terminal ends', () => {
    const text = paragraph({ width: 20 }, 'Each process has circuits of its own.');

    expect(text).toBe('Each process has\ncircuits of its own.\n');
  });

  it('has 100 columns at most', () => {
    const lines = paragraph({ width: 500 }, 'word '.repeat(60)).split('\n');

    expect(lines.join(' ').match(/word/g)).toHaveLength(60);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  });
});
