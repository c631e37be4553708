/**
 * Which rows of charts does a scenario have, and what is read from a run for each?
 *
 * A list of rows, from what readers see down to its causes. `charts.ts` fills them with runs.
 */
import { availability } from '../availability.js';
import type { LabRecord, PageCounts, RunRecord, UpstreamName } from '../record.js';
import { percent, time } from '../units.js';
import { type Scale, linearScale, timeScale } from './scale.js';

/** A line of a chart, and of its legend. */
export interface Line {
  readonly label: string;
  /** The custom property of the style sheet that has its colour, without the dashes. */
  readonly colour: 'good' | 'also' | 'plan' | 'bad' | 'half' | 'calm';
  /** Areas stand on top of each other: the last one at the bottom. */
  readonly look: 'solid' | 'dashed' | 'area';
}

/** One number per second; `null` where there was nothing to measure. */
export type Values = readonly (number | null)[];

/** What a row is about. */
export interface RowHead {
  readonly id: string;
  readonly title: string;
  /** Of the numbers at its axis, in words. */
  readonly unit: string;
  readonly lines: readonly Line[];
}

/** A row before there is a run in it. */
export interface Row extends RowHead {
  /** What is said in place of a chart for which a run has nothing. */
  readonly without?: string;
  /** The one scale for all values of the row. */
  readonly scale: (values: Values) => Scale;
  /** A value as it is read out, with the unit that it has at the axis. */
  readonly text: (value: number) => string;
  /** A list for each line; `null` where the run has nothing to draw. */
  readonly read: (run: RunRecord) => readonly Values[] | null;
}

const upstreams: readonly UpstreamName[] = ['authentication', 'recommendations', 'popularity'];

/** @param struck  The upstream that fails in this scenario. */
export function rowsOf({ homepages }: LabRecord, struck: UpstreamName): readonly Row[] {
  return [
    {
      id: 'availability',
      title: 'Availability',
      unit: 'per cent of the pages asked for in that second',
      lines: [
        { label: 'good pages, degraded ones included', colour: 'good', look: 'solid' },
        { label: 'good pages with all their lists', colour: 'also', look: 'dashed' },
      ],
      scale: () => linearScale([100], ' %'),
      text: (value) => percent(value / 100),
      read: ({ series }) =>
        [true, false].map((withDegraded) =>
          series.fresh.map((_, second) => {
            const share = availability(countsAt(series, second), { withDegraded });
            return share === null ? null : 100 * share;
          }),
        ),
    },
    ...[struck, ...upstreams.filter((name) => name !== struck)].map(loadOn),
    {
      id: 'latency',
      title: 'Time to answer',
      unit: 'log scale, of the pages asked for in that second, good or bad',
      lines: [
        { label: 'half of them are faster (p50)', colour: 'good', look: 'solid' },
        { label: '95 % of them are faster (p95)', colour: 'bad', look: 'dashed' },
      ],
      scale: timeScale,
      text: time,
      read: ({ series }) => [series.latencyP50, series.latencyP95],
    },
    {
      id: 'circuits',
      title: `Circuits to ${struck}`,
      unit: `at the end of each second, of homepage's ${homepages} processes`,
      lines: [
        { label: 'closed', colour: 'calm', look: 'area' },
        { label: 'half-open', colour: 'half', look: 'area' },
        { label: 'open', colour: 'bad', look: 'area' },
      ],
      without: 'no circuit breakers here',
      scale: () => linearScale([homepages], ''),
      text: String,
      read: ({ series: { circuits } }) => {
        const { closed, halfOpen, open } = circuits[struck] ?? {};
        return closed && halfOpen && open ? [closed, halfOpen, open] : null;
      },
    },
    {
      id: 'retries',
      title: 'Retries',
      unit: 'that were decided on, by all callers, per second',
      lines: [{ label: 'retries', colour: 'bad', look: 'solid' }],
      ...perSecond,
      read: ({ series }) => [series.retries],
    },
  ];
}

function loadOn(name: UpstreamName): Row {
  return {
    id: `load-${name}`,
    title: `Load on ${name}`,
    unit: 'attempts per second',
    lines: [
      { label: 'attempts that were made', colour: 'bad', look: 'solid' },
      { label: 'fresh load: each call made once', colour: 'plan', look: 'dashed' },
    ],
    ...perSecond,
    read: ({ series }) => [series.load[name].attempts, series.load[name].fresh],
  };
}

/** What a second brought. */
function countsAt(series: PageCounts<readonly number[]>, second: number): PageCounts<number> {
  const at = (counts: readonly number[]): number => counts[second] ?? 0;
  const { fresh, answered, degraded, unauthorised, refused, failed } = series;
  return {
    fresh: at(fresh),
    answered: at(answered),
    degraded: at(degraded),
    unauthorised: at(unauthorised),
    refused: at(refused),
    failed: at(failed),
  };
}

const perSecond: Pick<Row, 'scale' | 'text'> = {
  scale: (values) => linearScale(values, '/s'),
  text: (value) => `${value}/s`,
};
