/**
 * All runs of the lab, two at a time, and what is made of them.
 */
import { availableParallelism } from 'node:os';
import type { Ms } from '../core.js';
import { measures } from './bounds.js';
import { check } from './check.js';
import { type Scenario, columns, controls, homepages, scenarios, timelineOf } from './plan.js';
import { whyErrorsWentOn, whyMoreWasServed } from './questions.js';
import type { AnswerRecord, ColumnId, LabRecord, RunProgress, RunRecord, ScenarioId } from './record.js';
import { run } from './run.js';

export interface LabOptions {
  /** Which scenarios. None: all of them. */
  readonly only: readonly ScenarioId[];
  /** Half the time for each run, for tests. */
  readonly isShort: boolean;
  readonly seed: number;
  /** Ends the lab, and every process that it has started. */
  readonly signal: AbortSignal;
  readonly progress?: LabProgress;
}

/** Which run: a scenario under a protection, or under one of the controls. */
export type RunName = Pick<RunProgress, 'scenario' | 'protection'>;

/** Is told what is going on. */
export interface LabProgress {
  /** @param how  `isAgain`: the run has been made, and the machine disturbed it. */
  started(run: RunName, how: { readonly isAgain: boolean }): void;
  told(progress: RunProgress): void;
  ended(run: RunName): void;
}

/** A run that is to be made. */
interface Job {
  readonly scenario: Scenario;
  readonly column: ColumnId;
  readonly homepages: number;
}

/** The machine has two processors, and a run takes less than one. */
const lanes = 2;

/** A timer that is so late says that the machine had no time for us: what was measured then says nothing of ours. */
export const tooLate: Ms = 250;

/** No run is made again after that. */
const enough: Ms = 105_000;

/**
 * Plays the lab.
 *
 * @throws the signal's reason when it aborts, and what keeps a run from being made.
 */
export async function lab(options: LabOptions): Promise<Omit<LabRecord, 'command'>> {
  const startedAt = new Date();
  const took = (): Ms => Date.now() - startedAt.getTime();
  const played = scenarios.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
  const jobs = played.flatMap(jobsOf);
  const records = new Map<Job, RunRecord<ColumnId>>();
  const waiting = [...jobs];
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift())
      records.set(job, await runOf(job, options, { isAgain: false }));
  };
  await allOrNone(Array.from({ length: lanes }, lane));
  // Those that the machine disturbed are made again, one at a time, as long as there is time.
  for (const job of jobs.filter((one) => (records.get(one)?.marks.machine.lateBy ?? 0) > tooLate)) {
    if (took() > enough) break;
    records.set(job, await runOf(job, options, { isAgain: true }));
  }

  const recordOf = <Column extends ColumnId>(id: ScenarioId, column: Column): RunRecord<Column>[] =>
    [...records.values()].filter(
      (one): one is RunRecord<Column> => one.scenario === id && one.protection === column,
    );
  const runs = played.flatMap(({ id }) => columns.flatMap((column) => recordOf(id, column.id)));
  const answers = [
    ...answersOf(whyMoreWasServed, recordOf('iii', 'full'), recordOf('iii', 'no-breaker')),
    ...answersOf(whyErrorsWentOn, recordOf('i', 'full'), recordOf('i', 'one-process')),
  ];
  return {
    startedAt: startedAt.toISOString(),
    took: took(),
    node: process.version,
    processors: availableParallelism(),
    homepages,
    scenarios: played.map(({ id, title, told }) => ({ id, title, told })),
    protections: columns,
    runs,
    controls: controls.flatMap(({ id, scenario }) => recordOf(scenario, id)),
    controlProtections: controls.map(({ id, title, told }) => ({ id, title, told })),
    measures: Object.values(measures).map(({ name, told }) => ({ name, told })),
    bounds: runs.flatMap(check),
    answers,
  };
}

/** The four protections, and the control of the question that this scenario raises. */
function jobsOf(scenario: Scenario): Job[] {
  const own = controls.filter((control) => control.scenario === scenario.id);
  return [
    ...columns.map(({ id }) => ({ scenario, column: id, homepages })),
    ...own.map((control) => ({ scenario, column: control.id, homepages: control.homepages })),
  ];
}

async function runOf(
  { scenario, ...job }: Job,
  { isShort, seed, signal, progress }: LabOptions,
  how: { readonly isAgain: boolean },
): Promise<RunRecord<ColumnId>> {
  const name = { scenario: scenario.id, protection: job.column };
  progress?.started(name, how);
  const record = await run(
    { scenario, ...job, timeline: timelineOf(scenario, isShort), seed },
    { signal, onProgress: (told) => progress?.told(told) },
  );
  progress?.ended(name);
  return record;
}

/** An answer, when both of its runs have been made. */
function answersOf<Run, Control>(
  answer: (run: Run, control: Control) => AnswerRecord,
  [run]: readonly Run[],
  [control]: readonly Control[],
): AnswerRecord[] {
  return run === undefined || control === undefined ? [] : [answer(run, control)];
}

/** All of them, or the first failure when every one of them has ended. */
async function allOrNone(works: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(works);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
