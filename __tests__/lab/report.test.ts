import { stripVTControlCharacters as plain } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { type Row, metricsTable, storyTable, waitsText } from '../../src/lab/report.js';

const row = (change: Partial<Row>): Row => ({
  service: 'answers 500',
  face: 'withRetry',
  name: 'load',
  numbers: { attempts: 3, retries: 2, waits: [84.4, 197], successes: 1, giveUps: 0 },
  took: 281.6,
  ok: true,
  outcome: 'hello',
  ...change,
});

describe('the tables of the main job', () => {
  it('tell what the service did and how the client got through', () => {
    const story = storyTable([row({}), row({ service: 'never recovers', ok: false, outcome: 'Error: 500' })]);

    expect(plain(story).split('\n')).toEqual([
      '  the service     the client  attempts  waits in ms  took    outcome',
      '  ──────────────  ──────────  ────────  ───────────  ──────  ─────────────────────',
      '  answers 500     withRetry   3         84, 197      0.28 s  ✓ hello',
      '  never recovers  withRetry   3         84, 197      0.28 s  ✗ did not get through',
    ]);
  });

  it('tell what the handlers counted', () => {
    const metrics = metricsTable([row({})]);

    expect(plain(metrics).split('\n').at(-1)).toMatch(/^ {2}load +3 +2 +2 +0\.28 s +1 +0$/);
  });

  it('leave out the middle of many waits', () => {
    expect(waitsText([])).toBe('');
    expect(waitsText([1, 2, 3, 4, 5])).toBe('1, 2, 3, 4, 5');
    expect(waitsText([1, 2, 3, 4, 5, 6])).toBe('1, 2, 3, 4 … 6');
  });
});
