/**
 * What is drawn: for each scenario the rows of charts, one chart per protection, all of a row on one scale.
 *
 * Numbers only. How a line looks is said by the name of its colour; `page-script.ts` draws, `style.ts` has the colours.
 */
import type { LabEvent, LabRecord, RunRecord, ScenarioId, UpstreamName } from '../record.js';
import { availability, countsAt } from './availability.js';
import { type Scale, linearScale, timeScale } from './scale.js';

/** A line of a chart, and of its legend. */
export interface Line {
  readonly label: string;
  /** The custom property of the style sheet that has its colour, without the dashes. */
  readonly colour: 'good' | 'also' | 'plan' | 'bad' | 'half' | 'calm';
  readonly look: 'solid' | 'dashed' | 'area';
}

/** One number per second. */
export type Values = readonly (number | null)[];

/** The same chart for each protection. */
export interface ChartRow {
  readonly id: string;
  readonly title: string;
  /** Of the numbers at its axis, in words. */
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly scale: Scale;
  /** By protection, a list per line; `null` where there is nothing to draw. */
  readonly charts: readonly (readonly Values[] | null)[];
  /** What is said in place of a chart. */
  readonly nothing: string;
}

/** An event, at its place in the charts of one protection. */
export interface Mark extends LabEvent {
  /** Marks that would hide each other stand on different levels, from 0. */
  readonly level: number;
}

/** All charts of a scenario. */
export interface ScenarioCharts {
  readonly id: ScenarioId;
  readonly seconds: number;
  readonly rows: readonly ChartRow[];
  /** By protection. */
  readonly marks: readonly (readonly Mark[])[];
  readonly faults: readonly ({ readonly from: number; readonly to: number } | null)[];
}

type Drawn = readonly Values[] | null;

const upstreams: readonly UpstreamName[] = ['authentication', 'recommendations', 'popularity'];

/** The runs of a scenario, by protection; `undefined` for one that was not made. */
export function runsOf({ runs, protections }: LabRecord, id: ScenarioId): (RunRecord | undefined)[] {
  return protections.map((protection) =>
    runs.find((run) => run.scenario === id && run.protection === protection.id),
  );
}

export function scenarioCharts(record: LabRecord, id: ScenarioId): ScenarioCharts {
  const runs = runsOf(record, id);
  const seconds = Math.max(0, ...runs.map((run) => run?.seconds ?? 0));
  const struck = runs.find((run) => run !== undefined)?.struck ?? 'recommendations';
  const row = (
    head: Omit<ChartRow, 'scale' | 'charts' | 'nothing'> & { readonly nothing?: string },
    scale: (values: Values) => Scale,
    draw: (run: RunRecord) => Drawn,
  ): ChartRow => {
    const charts = runs.map((run) => (run === undefined ? null : draw(run)));
    return { nothing: 'not run', ...head, scale: scale(charts.flat(2)), charts };
  };
  return {
    id,
    seconds,
    rows: [
      row(
        {
          id: 'availability',
          title: 'Availability',
          unit: 'per cent of the pages asked for in that second',
          lines: [
            { label: 'good pages, degraded ones included', colour: 'good', look: 'solid' },
            { label: 'good pages with all their lists', colour: 'also', look: 'dashed' },
          ],
        },
        () => linearScale([100], ' %'),
        ({ series }) =>
          [true, false].map((withDegraded) =>
            series.fresh.map((_, second) => availability(countsAt(series, second), { withDegraded })),
          ),
      ),
      ...upstreams.map((name) =>
        row(
          {
            id: `load-${name}`,
            title: `Load on ${name}`,
            unit: 'attempts per second',
            lines: [
              { label: 'attempts that were made', colour: 'bad', look: 'solid' },
              { label: 'fresh load: each call made once', colour: 'plan', look: 'dashed' },
            ],
          },
          (values) => linearScale(values, '/s'),
          ({ series }) => [series.load[name].attempts, series.load[name].fresh],
        ),
      ),
      row(
        {
          id: 'latency',
          title: 'Time to a page',
          unit: 'log scale, of the pages asked for in that second',
          lines: [
            { label: 'half of them are faster (p50)', colour: 'good', look: 'solid' },
            { label: '95 % of them are faster (p95)', colour: 'bad', look: 'dashed' },
          ],
        },
        timeScale,
        ({ series }) => [series.latencyP50, series.latencyP95],
      ),
      row(
        {
          id: 'circuits',
          title: `Circuits to ${struck}`,
          unit: `at the end of each second, of homepage's ${record.homepages} processes`,
          lines: [
            { label: 'closed', colour: 'calm', look: 'area' },
            { label: 'half-open', colour: 'half', look: 'area' },
            { label: 'open', colour: 'bad', look: 'area' },
          ],
          nothing: 'no circuit breakers here',
        },
        () => linearScale([record.homepages], ''),
        ({ series }) => stacked(series.circuits[struck]),
      ),
      row(
        {
          id: 'retries',
          title: 'Retries',
          unit: 'attempts after the first, of all callers, per second',
          lines: [{ label: 'retries', colour: 'bad', look: 'solid' }],
        },
        (values) => linearScale(values, '/s'),
        ({ series }) => [series.retries],
      ),
    ],
    marks: runs.map((run) => marksOf(run?.events ?? [], seconds)),
    faults: runs.map((run) => run?.fault ?? null),
  };
}

/** Areas on top of each other: the highest first, so that those below are drawn over it. */
function stacked(circuits: RunRecord['series']['circuits'][UpstreamName]): Drawn {
  if (circuits === undefined) return null;
  const { open, halfOpen, closed } = circuits;
  const sum = (...states: readonly (readonly number[])[]): number[] =>
    open.map((_, second) => states.reduce((all, state) => all + (state[second] ?? 0), 0));
  return [sum(open, halfOpen, closed), sum(open, halfOpen), [...open]];
}

/** A number needs about a tenth of a chart's width. */
function marksOf(events: readonly LabEvent[], seconds: number): Mark[] {
  const ends: number[] = [];
  return events
    .toSorted((a, b) => a.at - b.at)
    .map((event) => {
      const free = ends.findIndex((end) => end <= event.at);
      const level = free < 0 ? ends.length : free;
      ends[level] = event.at + seconds * 100;
      return { ...event, level };
    });
}
