/**
 * All runs of the lab, two at a time, and what is made of them.
 */
import { availableParallelism } from 'node:os';
import type { Ms } from '../core.js';
import { check } from './bounds.js';
import type { ColumnId } from './messages.js';
import { type Scenario, columns, homepages, scenarios, timelineOf } from './plan.js';
import { type Answered, whyErrorsWentOn, whyMoreWasServed } from './questions.js';
import type { LabRecord, ProtectionId, RunProgress, RunRecord, ScenarioId } from './record.js';
import { run } from './run.js';

export interface LabOptions {
  /** Which scenarios. @default all */
  readonly only: readonly ScenarioId[];
  readonly isShort: boolean;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly progress?: {
    started(run: Job['name']): void;
    told(progress: RunProgress): void;
    ended(run: Job['name']): void;
  };
}

/** A run that is to be made. */
interface Job {
  readonly scenario: Scenario;
  readonly column: ColumnId;
  readonly name: { readonly scenario: ScenarioId; readonly protection: ProtectionId };
}

/** The machine has two processors, and a run takes less than one. */
const lanes = 2;

/** A timer that is so late says that the machine had no time for us: what was measured then says nothing of ours. */
export const tooLate: Ms = 250;

/** No run is made again after that. */
const enough: Ms = 105_000;

/** Which scenario answers which question, and the run in which the cause is switched off. */
const controls: Readonly<Partial<Record<ScenarioId, ColumnId>>> = { i: 'one-process', iii: 'no-breaker' };

/**
 * Plays the lab.
 *
 * @throws the signal's reason when it aborts, and what keeps a run from being made.
 */
export async function lab(options: LabOptions): Promise<Omit<LabRecord, 'command'>> {
  const startedAt = new Date();
  const played = scenarios.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
  const jobs = played.flatMap((scenario) => {
    const control = controls[scenario.id];
    const ids: ColumnId[] = [...columns.map(({ id }) => id), ...(control === undefined ? [] : [control])];
    return ids.map((id) => jobOf(scenario, id));
  });
  const records = new Map<Job, RunRecord>();
  const waiting = [...jobs];
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift())
      records.set(job, await runOf(job, options));
  };
  await allOrNone(Array.from({ length: lanes }, lane));
  // Those that the machine disturbed are made again, one at a time, as long as there is time.
  for (const job of jobs.filter((one) => lateness(records.get(one)) > tooLate)) {
    if (Date.now() - startedAt.getTime() > enough) break;
    records.set(job, await runOf(job, options));
  }

  const recordOf = (id: ScenarioId, column: ColumnId): RunRecord | undefined => {
    const job = jobs.find((one) => one.scenario.id === id && one.column === column);
    return job === undefined ? undefined : records.get(job);
  };
  const runs = played
    .flatMap(({ id }) => columns.map((column) => recordOf(id, column.id)))
    .filter((one) => one !== undefined);
  const answered = [
    answerOf(whyMoreWasServed, recordOf('iii', 'full'), recordOf('iii', 'no-breaker')),
    answerOf(whyErrorsWentOn, recordOf('i', 'full'), recordOf('i', 'one-process')),
  ].filter((answer) => answer !== undefined);
  return {
    startedAt: startedAt.toISOString(),
    took: Date.now() - startedAt.getTime(),
    node: process.version,
    processors: availableParallelism(),
    homepages,
    scenarios: played.map(({ id, title, told }) => ({ id, title, told })),
    protections: columns,
    runs,
    bounds: [...runs.flatMap(check), ...answered.flatMap(({ bounds }) => bounds)],
    answers: answered.map(({ answer }) => answer),
  };
}

/** Makes a run, and shows it unless it is a control. */
async function runOf({ scenario, column, name }: Job, options: LabOptions): Promise<RunRecord> {
  const { isShort, seed, signal } = options;
  const progress = column === name.protection ? options.progress : undefined;
  progress?.started(name);
  const timeline = timelineOf(scenario, isShort);
  const onProgress = (told: RunProgress): void => progress?.told(told);
  const record = await run({ scenario, column, timeline, seed }, { signal, onProgress });
  progress?.ended(name);
  return record;
}

function lateness(record: RunRecord | undefined): Ms {
  return record?.marks.numbers['lateBy'] ?? 0;
}

function jobOf(scenario: Scenario, column: ColumnId): Job {
  const isControl = column === 'no-breaker' || column === 'one-process';
  return { scenario, column, name: { scenario: scenario.id, protection: isControl ? 'full' : column } };
}

function answerOf(
  answer: (run: RunRecord, without: RunRecord) => Answered,
  ...runs: [RunRecord | undefined, RunRecord | undefined]
): Answered | undefined {
  const [run, without] = runs;
  return run === undefined || without === undefined ? undefined : answer(run, without);
}

/** All of them, or the first failure when every one of them has ended. */
async function allOrNone(works: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(works);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
