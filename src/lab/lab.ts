/**
 * All runs of the lab, two at a time, and what is made of them.
 */
import { availableParallelism } from 'node:os';
import type { Ms } from '../core.js';
import { check } from './check.js';
import { measures } from './measures.js';
import { type Scenario, columns, controls, homepages, scenarios, timelineOf } from './plan.js';
import { whyErrorsWentOn, whyMoreWasServed } from './questions.js';
import type { RunPlan } from './raw-run.js';
import type { AnswerRecord, LabRecord, ProtectionId, RunProgress, RunRecord, ScenarioId } from './record.js';
import { run } from './run.js';

export interface LabOptions {
  /** Which scenarios. None: all of them. */
  readonly only: readonly ScenarioId[];
  /** Two thirds of the time for each run: `--short`. */
  readonly isShort: boolean;
  readonly seed: number;
  /** Ends the lab, and every process that it has started. */
  readonly signal: AbortSignal;
  readonly progress?: LabProgress;
}

/** Which run: a scenario under a protection. */
export type RunName = Pick<RunProgress, 'scenario' | 'protection'>;

/** Hears what is going on. */
export interface LabProgress {
  /** @param how  `isAgain`: the run has been made, and the machine disturbed it. */
  started(run: RunName, how: { readonly isAgain: boolean }): void;
  second(progress: RunProgress): void;
  ended(run: RunName): void;
}

/** Most machines have two processors or more, and a run takes less than one. */
const lanes = 2;

/** A timer that is so late says that the machine had no time for us: what was measured then says nothing of ours. */
export const tooLate: Ms = 250;

/** No run is repeated later than this. */
const enough: Ms = 105_000;

/**
 * Plays the lab. The first run that cannot be made ends it; one that cannot be made again stays as it was.
 *
 * @param play  Makes one run; another one in tests.
 * @throws the signal's reason when it aborts, and what keeps a run from being made.
 */
export async function lab(options: LabOptions, play = run): Promise<Omit<LabRecord, 'command'>> {
  const { only, isShort, seed, progress } = options;
  const startedAt = new Date();
  const took = (): Ms => Date.now() - startedAt.getTime();
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);

  const make = async (plan: RunPlan, how = { isAgain: false }): Promise<RunRecord<ProtectionId>> => {
    const name = { scenario: plan.scenario.id, protection: plan.protection };
    progress?.started(name, how);
    const record = await play(plan, { signal, onProgress: (second) => progress?.second(second) });
    progress?.ended(name);
    return record;
  };

  const played = scenarios.filter(({ id }) => only.length === 0 || only.includes(id));
  const plans = played.flatMap((scenario) => plansOf(scenario, { isShort, seed }));
  const records = new Map<RunPlan, RunRecord<ProtectionId>>();
  const waiting = [...plans];
  const lane = async (): Promise<void> => {
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift())
      records.set(plan, await make(plan));
  };
  const ended = await Promise.allSettled(
    Array.from({ length: lanes }, () =>
      lane().catch((error: unknown) => {
        failed.abort(error); // ends the runs of the other lane too, and waits for none
        throw error;
      }),
    ),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;

  // Those that the machine disturbed are made again, one at a time, as long as there is time.
  for (const [plan, first] of [...records].filter(([, record]) => isDisturbed(record))) {
    if (took() > enough) break;
    const second = await make(plan, { isAgain: true }).catch(() => {
      signal.throwIfAborted();
      progress?.ended({ scenario: plan.scenario.id, protection: plan.protection });
      return first; // what could not be made again stays as it was
    });
    if (latenessOf(second) < latenessOf(first)) records.set(plan, second);
  }

  const of = <Protection extends ProtectionId>(
    id: ScenarioId,
    protection: Protection,
  ): RunRecord<Protection>[] =>
    [...records.values()].filter(
      (one): one is RunRecord<Protection> => one.scenario === id && one.protection === protection,
    );
  const runs = played.flatMap(({ id }) => columns.flatMap((column) => of(id, column.id)));
  return {
    startedAt: startedAt.toISOString(),
    took: took(),
    node: process.version,
    processors: availableParallelism(),
    homepages,
    scenarios: played.map(({ id, title, text }) => ({ id, title, text })),
    columns,
    controls: controls.map(({ id, title, text }) => ({ id, title, text })),
    runs,
    controlRuns: controls.flatMap(({ id, scenario }) => of(scenario, id)),
    measures: Object.values(measures).map(({ name, text }) => ({ name, text })),
    bounds: runs.flatMap(check),
    answers: [
      ...answersOf(whyMoreWasServed, of('iii', 'full'), of('iii', 'no-breaker')),
      ...answersOf(whyErrorsWentOn, of('i', 'full'), of('i', 'one-process')),
    ],
  };
}

/** The four protections of the columns, and the control of the question that this scenario raises. */
function plansOf(scenario: Scenario, { isShort, seed }: Pick<LabOptions, 'isShort' | 'seed'>): RunPlan[] {
  const plan = { scenario, timeline: timelineOf(scenario, isShort), seed };
  const own = controls.filter((control) => control.scenario === scenario.id);
  return [
    ...columns.map(({ id }) => ({ ...plan, protection: id, homepages })),
    ...own.map((control) => ({ ...plan, protection: control.id, homepages: control.homepages })),
  ];
}

/** Whether the machine had no time for a run, or no room for its readers. */
function isDisturbed(record: RunRecord<ProtectionId>): boolean {
  return latenessOf(record) > tooLate;
}

/** A reader who was held back makes a run worse than any timer. */
function latenessOf({ marks: { machine } }: RunRecord<ProtectionId>): number {
  return machine.held > 0 ? Infinity : machine.lateBy;
}

/** An answer, when both of its runs have been made. */
function answersOf<Run, Control>(
  answer: (run: Run, control: Control) => AnswerRecord,
  [run]: readonly Run[],
  [control]: readonly Control[],
): AnswerRecord[] {
  return run === undefined || control === undefined ? [] : [answer(run, control)];
}
