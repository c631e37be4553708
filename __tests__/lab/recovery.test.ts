/**
 * How long it takes to be back: measured from pages, and by closed forms.
 */
import { describe, expect, it } from '@jest/globals';
import type { PageRecord } from '../../src/lab/record.js';
import { backToNormal, comebackTime, drainTime, isNormal } from '../../src/lab/recovery.js';

const page = (at: number, given: Partial<PageRecord> = {}): PageRecord => ({
  at,
  latency: 40,
  status: 200,
  isDegraded: false,
  ...given,
});

/** A page every 20 ms for ten seconds; those asked for in the given time are bad. */
const pages = (badFrom: number, badTo: number, bad: Partial<PageRecord> = { status: 502 }): PageRecord[] =>
  Array.from({ length: 500 }, (_, nth) => nth * 20).map((at) =>
    at >= badFrom && at < badTo ? page(at, bad) : page(at),
  );

describe('backToNormal', () => {
  it('is 0 when every page after the fault is as it should be', () => {
    expect(backToNormal(pages(2000, 6000), 6000, 10_000)).toBe(0);
  });

  it('is the time until the last bad page that has a twentieth of bad ones after it', () => {
    expect(backToNormal(pages(2000, 7500), 6000, 10_000)).toBe(1440);
  });

  it('takes degraded and slow pages for bad ones', () => {
    expect(backToNormal(pages(2000, 7500, { isDegraded: true }), 6000, 10_000)).toBe(1440);
    expect(backToNormal(pages(2000, 7500, { latency: 501 }), 6000, 10_000)).toBe(1440);
  });

  it('overlooks a bad page that is alone', () => {
    expect(backToNormal(pages(8000, 8010), 6000, 10_000)).toBe(0);
    expect(backToNormal(pages(9800, 9810), 6000, 10_000)).toBe(0); // where ten pages are left
  });

  it('is null when the last second is still bad', () => {
    expect(backToNormal(pages(2000, 10_000), 6000, 10_000)).toBeNull();
  });
});

describe('isNormal', () => {
  it('takes a 401 for an answer', () => {
    expect(isNormal(page(0, { status: 401 }))).toBe(true);
    expect(isNormal(page(0, { status: 503 }))).toBe(false);
  });
});

describe('drainTime', () => {
  const queue = { backlog: 100, capacity: 0.1, load: 0.05, patience: 200 };

  it('is (b − C·T) / (C − λ·m)', () => {
    expect(drainTime({ ...queue, tries: 1 })).toBeCloseTo(1600);
  });

  it('never ends where retries ask for more than there is: ρ·n ≥ 1', () => {
    expect(drainTime({ ...queue, tries: 2 })).toBe(Infinity);
    expect(drainTime({ ...queue, tries: 1.9 })).toBeLessThan(Infinity);
  });

  it('is 0 for a queue that is served in time', () => {
    expect(drainTime({ ...queue, backlog: 20, tries: 4 })).toBe(0);
  });
});

describe('comebackTime', () => {
  it('adds up a failed probe, the longest open time with its jitter, the next call, and the steps of the ramp', () => {
    const ramp = { from: 0.25, factor: 2, every: 250 };

    const time = comebackTime({ timeout: 100, maxOpenTime: 1000, load: 0.01, ramp });

    expect(time).toBe(100 + 1200 + 300 + (250 + 300) + (250 + 300));
  });
});
