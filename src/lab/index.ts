/**
 * What the outage lab has for the command line: what can be played, and, once it is opened, the playing itself.
 *
 * How a run is seen while it lasts, and how its outcome is told, is the command's own.
 */
import type { lab, tooLate } from './lab.js';
import type { reportHtml } from './report/html.js';

export { allBounds } from './all-bounds.js';
export type { LabProgress, RunName } from './lab.js';
export { columns, controls, scenarios } from './plan.js';
export type {
  AnswerRecord,
  BoundRecord,
  Described,
  LabRecord,
  MeasureRecord,
  ColumnId,
  RunProgress,
  RunRecord,
  ScenarioId,
} from './record.js';

/** What plays outages and draws what came of them. */
export interface Lab {
  readonly lab: typeof lab;
  readonly tooLate: typeof tooLate;
  readonly reportHtml: typeof reportHtml;
}

/** Loads what plays and draws: a command that plays nothing does without it. */
export async function openLab(): Promise<Lab> {
  const [{ lab, tooLate }, { reportHtml }] = await Promise.all([
    import('./lab.js'),
    import('./report/html.js'),
  ]);
  return { lab, tooLate, reportHtml };
}
