/**
 * What is told of a run while it lasts.
 */
import { describe, expect, it } from '@jest/globals';
import type { PageRecord, RunProgress } from '../../src/lab/record.js';
import { SecondsTold } from '../../src/lab/seconds-told.js';

const page = (at: number, status: number, latency = 100): PageRecord => ({
  at,
  latency,
  status,
  isDegraded: false,
});

function seconds(...batches: PageRecord[][]): (readonly [number, number | null])[] {
  const told: RunProgress[] = [];
  const seen = new SecondsTold(
    { scenario: 'i', protection: 'full', seconds: 3 },
    (one) => void told.push(one),
  );
  for (const pages of batches) seen.see(pages);
  return told.map(({ second, availability }) => [second, availability]);
}

describe('SecondsTold', () => {
  it('tells of a second when a page of a later one has ended', () => {
    expect(seconds([page(100, 200)])).toEqual([]);
    expect(seconds([page(100, 200)], [page(1000, 200)])).toEqual([[1, 1]]);
  });

  it('counts a page in the second in which it ended, a 401 as good, and the rest as bad', () => {
    const pages = [page(100, 200), page(200, 401), page(300, 503), page(900, 0, 200), page(2000, 200)];

    expect(seconds(pages)).toEqual([
      [1, 2 / 3],
      [2, 0],
    ]);
  });

  it('tells of the seconds that are left when no page comes any more', () => {
    const told: number[] = [];
    const seen = new SecondsTold(
      { scenario: 'i', protection: 'full', seconds: 2 },
      ({ second }) => void told.push(second),
    );

    seen.see([page(100, 200)]);
    seen.end();
    seen.end();

    expect(told).toEqual([1, 2]);
  });

  it('knows nothing of a second in which no page ended, and tells of no more seconds than there are', () => {
    expect(seconds([page(100, 200)], [page(3500, 200)])).toEqual([
      [1, 1],
      [2, null],
      [3, null],
    ]);
  });
});
