import { describe, expect, it } from '@jest/globals';
import { runsOf, scenarioCharts } from '../../../src/lab/report/charts.js';
import { levelsOf } from '../../../src/lab/report/page/marks.js';
import { madeUpRecord } from '../support/made-up-record.js';

describe('the charts of a scenario', () => {
  const { rows } = scenarioCharts(madeUpRecord(), 'i');
  const row = (id: string) => rows.find((one) => one.id === id)!;

  it('stack areas, and read out each for itself', () => {
    const { heights, texts, alt } = row('circuits').charts[3]!;

    expect(heights.map((line) => line[2])).toEqual([3, 3, 2]);
    expect(texts.map((line) => line[2])).toEqual(['0', '1', '2']);
    expect(alt).toBe('closed: 0 to 3; half-open: 0 to 1; open: 0 to 2');
  });

  it('leave a gap where there is nothing to measure, and say so', () => {
    const { heights, texts, alt } = row('latency').charts[0]!;

    expect(heights[0]?.slice(0, 4)).toEqual([40, 40, null, null]);
    expect(texts[0]?.slice(0, 4)).toEqual(['40 ms', '40 ms', '–', '–']);
    expect(alt).toBe('half of them are faster (p50): 40 ms; 95 % of them are faster (p95): 60 ms to 2 s');
  });

  it('have one scale for all columns', () => {
    expect(row('load-recommendations').scale).toMatchObject({ min: 0, max: 200 });
  });

  it('say why there is no chart: there was no run, or nothing in it', () => {
    const record = madeUpRecord();
    const charts = scenarioCharts({ ...record, runs: record.runs.slice(0, 2) }, 'i');

    const circuits = charts.rows.find(({ id }) => id === 'circuits');

    expect(circuits?.charts).toEqual([null, null, null, null]);
    expect(circuits?.nothing.slice(1, 3)).toEqual(['no circuit breakers here', 'not run']);
    expect(runsOf({ ...record, runs: [] }, 'i')).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('the number of an event', () => {
  const levels = (...moments: number[]): number[] =>
    levelsOf(
      moments.map((at, n) => ({ at, number: n + 1, text: '' })),
      100,
    );

  it('stands a level higher where another is in its place, and no higher than it must', () => {
    expect(levels(0, 100, 200)).toEqual([0, 0, 0]);
    expect(levels(0, 99, 100)).toEqual([0, 1, 0]);
    expect(levels(0, 10, 20)).toEqual([0, 1, 2]);
  });

  it('stands at its moment, in whatever order the events come', () => {
    expect(levels(120, 0, 50)).toEqual([0, 0, 1]);
  });
});
