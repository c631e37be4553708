/**
 * What is drawn: for each scenario the rows of charts, one chart per protection, all of a row on one scale.
 *
 * Numbers and texts only. How a line looks is said by the name of its colour; `page/` draws, `style.ts` has the colours.
 */
import type { LabEvent, LabRecord, RunRecord, ScenarioId } from '../record.js';
import { type Line, type Row, type RowHead, type Values, rowsOf } from './rows.js';
import type { Scale } from './scale.js';

/** What one run brought, as one chart shows it. */
export interface ChartData {
  /** By line, how high it is drawn. */
  readonly heights: readonly Values[];
  /** By line, what is read out for each second: the value itself, also where an area stands on others. */
  readonly texts: readonly (readonly string[])[];
  /** What the chart shows, for those who do not see it. */
  readonly alt: string;
}

/** The same chart for each protection. */
export interface ChartRow extends RowHead {
  readonly scale: Scale;
  /** By protection; `null` where there is nothing to draw. */
  readonly charts: readonly (ChartData | null)[];
  /** By protection, what is said in place of a chart. */
  readonly nothing: readonly string[];
}

/** All charts of a scenario. */
export interface ScenarioCharts {
  readonly id: ScenarioId;
  readonly seconds: number;
  readonly rows: readonly ChartRow[];
  /** By protection. */
  readonly events: readonly (readonly LabEvent[])[];
  readonly faults: readonly ({ readonly from: number; readonly to: number } | null)[];
}

/** The runs of a scenario, by protection; `undefined` for one that was not made. */
export function runsOf({ runs, columns }: LabRecord, id: ScenarioId): (RunRecord | undefined)[] {
  return columns.map((column) => runs.find((run) => run.scenario === id && run.protection === column.id));
}

export function scenarioCharts(record: LabRecord, id: ScenarioId): ScenarioCharts {
  const runs = runsOf(record, id);
  const struck = runs.find((run) => run !== undefined)?.struck ?? 'recommendations';
  return {
    id,
    seconds: Math.max(0, ...runs.map((run) => run?.seconds ?? 0)),
    rows: rowsOf(record, struck).map((row) => chartRow(row, runs)),
    events: runs.map((run) => run?.events ?? []),
    faults: runs.map((run) => run?.fault ?? null),
  };
}

function chartRow(
  { id, title, unit, lines, without, scale, text, read }: Row,
  runs: readonly (RunRecord | undefined)[],
): ChartRow {
  const values = runs.map((run) => (run === undefined ? null : read(run)));
  return {
    id,
    title,
    unit,
    lines,
    scale: scale(values.flat(2)),
    charts: values.map((one) => one && chartData(lines, one, text)),
    nothing: runs.map((run) => (run === undefined ? 'not run' : (without ?? 'nothing to draw'))),
  };
}

function chartData(
  lines: readonly Line[],
  values: readonly Values[],
  text: (value: number) => string,
): ChartData {
  const written = (value: number | null): string => (value === null ? '–' : text(value));
  const ranges = lines.map(({ label }, line) => {
    const known = (values[line] ?? []).filter((value) => value !== null);
    const [lowest, highest] = [Math.min(...known), Math.max(...known)].map(text);
    return `${label}: ${known.length === 0 ? '–' : lowest === highest ? lowest : `${lowest} to ${highest}`}`;
  });
  return {
    heights: lines[0]?.look === 'area' ? stacked(values) : values,
    texts: values.map((one) => one.map(written)),
    alt: ranges.join('; '),
  };
}

/** Each on top of those after it, so that the first is the highest, and those below are drawn over it. */
function stacked(values: readonly Values[]): Values[] {
  return values.map((one, line) =>
    one.map((_, second) => values.slice(line).reduce((sum, other) => sum + (other[second] ?? 0), 0)),
  );
}
