/**
 * What did a run of the outage lab bring?
 *
 * The seam between those who make outages and those who show them: the runs fill these records, and bounds, answers,
 * pictures and tables look at nothing else. Plain data, so that `--json` can write it and a report be made again from it.
 * Moments are milliseconds since the start of a run; a list holds one number per second, its index the second.
 */
import type { Ms } from '../core.js';

/** i: recommendations dead; ii: authentication dead; iii: recommendations slow; iv: too many retries. */
export type ScenarioId = 'i' | 'ii' | 'iii' | 'iv';

/** The protections that are compared: the four columns of the report, from left to right. */
export type ColumnId = 'none' | 'retries' | 'timeouts' | 'full';

/** Full protection with what a question takes for a cause switched off, to compare with. */
export type ControlId = 'no-breaker' | 'one-process';

/** All protections. */
export type ProtectionId = ColumnId | ControlId;

/** The services that homepage needs. */
export type UpstreamName = 'authentication' | 'recommendations' | 'popularity';

/** Before the fault, while it lasts, and after its end. */
export type PhaseName = 'before' | 'during' | 'after';

/** Everything that one start of the lab has found: what `--json` writes and the report is made from. */
export interface LabRecord {
  /** When it was started, as `Date.prototype.toISOString` writes it. */
  readonly startedAt: string;
  /** How long all of it took. */
  readonly took: Ms;
  /** What it ran on: `process.version`, and the number of processors. */
  readonly node: string;
  readonly processors: number;
  /** The command that makes it again. */
  readonly command: string;
  /** How many processes serve the homepage, each with circuits of its own. A control may have fewer. */
  readonly homepages: number;
  /** What was played and under what, in the order in which it is shown. */
  readonly scenarios: readonly Described<ScenarioId>[];
  readonly columns: readonly Described<ColumnId>[];
  readonly controls: readonly Described<ControlId>[];
  /** Each scenario under each protection of a column. */
  readonly runs: readonly RunRecord[];
  /** The runs with which the answers are compared. They are in no chart. */
  readonly controlRuns: readonly RunRecord<ControlId>[];
  /** What is measured of each run, in the order in which it is shown. */
  readonly measures: readonly MeasureRecord[];
  /** What was claimed of each scenario under each protection. */
  readonly bounds: readonly BoundRecord[];
  readonly answers: readonly AnswerRecord[];
}

/** Something with a name for people. */
export interface Described<Id extends string> {
  readonly id: Id;
  /** A few words, the title of a row or of a column. */
  readonly title: string;
  /** A sentence or two. */
  readonly text: string;
}

/** Of a number: a share from 0 to 1, a ratio, milliseconds, or how many. */
export type Unit = 'share' | 'times' | 'ms' | 'count';

/** What is measured of a run. */
export interface MeasureRecord {
  /** A few words: `time to answer`. */
  readonly name: string;
  /** What exactly it is. */
  readonly text: string;
}

/** What one run of a scenario under one protection brought. */
export interface RunRecord<Protection extends ProtectionId = ColumnId> {
  readonly scenario: ScenarioId;
  readonly protection: Protection;
  readonly seed: number;
  /** Its length. Every list of `series` is as long. */
  readonly seconds: number;
  /** From when to when the fault lasts. */
  readonly fault: { readonly from: Ms; readonly to: Ms };
  /** The upstream that it strikes. */
  readonly struck: UpstreamName;
  /** Each page that was asked for, in that order. */
  readonly pages: readonly PageRecord[];
  readonly events: readonly LabEvent[];
  readonly series: Series;
  readonly phases: Readonly<Record<PhaseName, PhaseTotals>>;
  readonly marks: Marks;
}

/** A page, or what came instead: when it was asked for, how long it took, and what it was. */
export interface PageRecord {
  readonly at: Ms;
  readonly latency: Ms;
  /** `0`: there was no answer. */
  readonly status: number;
  readonly isDegraded: boolean;
}

/** A numbered moment of an outage: a vertical line in each chart, and a line of the legend. */
export interface LabEvent {
  readonly at: Ms;
  /** 1 or more. The same number means the same event in all four columns; one that a run did not have is left out. */
  readonly number: number;
  readonly text: string;
}

/** How a page ended: with both lists, with a list degraded, 401, 503, or with no good answer at all. */
export type PageEnd = 'answered' | 'degraded' | 'unauthorised' | 'refused' | 'failed';

/** How many pages ended how. A page counts in the second in which it was *asked for*, so that they add up to `fresh`. */
export interface PageCounts<N> extends Readonly<Record<PageEnd, N>> {
  /** Pages asked for. */
  readonly fresh: N;
}

/** A run, second by second. */
export interface Series extends PageCounts<readonly number[]> {
  /** Time to a page, of those asked for in this second, however they ended; `null` where none was. */
  readonly latencyP50: readonly (Ms | null)[];
  readonly latencyP95: readonly (Ms | null)[];
  readonly load: Readonly<Record<UpstreamName, Load<readonly number[]>>>;
  /** Retries that were decided on, by all callers. A circuit may have refused what was then to be sent. */
  readonly retries: readonly number[];
  /** Attempts that found no connection, or lost the one they had. */
  readonly connectionErrors: readonly number[];
  /** By the upstream that a circuit guards. None where the protection has no circuits. */
  readonly circuits: Readonly<Partial<Record<UpstreamName, Circuits>>>;
}

/** What an upstream is asked for. */
export interface Load<N> {
  /** Calls that its callers wanted to make: the load if each was tried once. */
  readonly fresh: N;
  /** Attempts made, retries included; what a circuit held back is not among them. */
  readonly attempts: N;
}

/** How many of homepage's processes have their circuit in which state, at the end of each second. */
export interface Circuits {
  readonly closed: readonly number[];
  readonly halfOpen: readonly number[];
  readonly open: readonly number[];
}

/** A phase of a run, added up. */
export interface PhaseTotals extends PageCounts<number> {
  readonly from: Ms;
  readonly to: Ms;
  readonly latencyP50: Ms | null;
  readonly latencyP95: Ms | null;
  readonly load: Readonly<Record<UpstreamName, Load<number>>>;
  readonly retries: number;
  readonly connectionErrors: number;
}

/** What bounds and answers need beyond the series. */
export interface Marks {
  /** From the end of the fault until pages are as good as before it; `null` when they were not by the end of the run. */
  readonly backToNormal: Ms | null;
  /** Requests that the struck service had taken and not yet answered, at the end of the fault. */
  readonly backlog: number;
  /** Half of the full pages before the fault took no longer; `null` where there were none. */
  readonly fullPage: Ms | null;
  /** Half of the degraded pages during the fault took no longer; `null` where there were none. */
  readonly degradedPage: Ms | null;
  /** Connection errors after the first circuit had opened, of each process of the homepage. */
  readonly errorsWhileOpen: readonly ProcessErrors[];
  /** How the machine held: were it too slow for the lab, all else would say little. */
  readonly machine: MachineMarks;
}

/** What a process of the homepage was refused. */
export interface ProcessErrors {
  /** `homepage 1`. */
  readonly process: string;
  /** To calls that its own circuit, still closed, let through. */
  readonly ofCalls: number;
  /** To probes, with which its own circuit looked whether the service was back. */
  readonly ofProbes: number;
}

/** What a run asked of the machine. */
export interface MachineMarks {
  /** Pages under way at once, at most. */
  readonly mostInFlight: number;
  /** Pages that were not asked for, since too many were under way. */
  readonly held: number;
  /** The most by which a timer of any process was late. */
  readonly lateBy: Ms;
}

/** One claim, and what was measured. */
export interface BoundRecord {
  readonly scenario: ScenarioId;
  readonly protection: ProtectionId;
  /** What is bounded, in few words: `time to answer`. */
  readonly name: string;
  readonly unit: Unit;
  /** What was measured; `null` for nothing. */
  readonly value: number | null;
  /** Between these it has to be; `null` for no such bound. */
  readonly least: number | null;
  readonly most: number | null;
  /** The same in words, with its unit: `≥ 99.0 %`, `200 to 700 ms`, `not in 5.0 s`. */
  readonly bound: string;
  /** With its unit: `99.7 %`. */
  readonly measured: string;
  readonly ok: boolean;
  /** Why this much and no more. */
  readonly why: string;
}

/** One of the two questions, with its answer. */
export interface AnswerRecord {
  /** Of which outage it is asked. */
  readonly scenario: ScenarioId;
  readonly question: string;
  /** What was claimed of its numbers. */
  readonly bounds: readonly BoundRecord[];
  readonly answer: string;
  /** What the answer rests on, computed from the runs: with the cause at work, and with the cause switched off. */
  readonly numbers: readonly AnswerNumber[];
}

export interface AnswerNumber {
  readonly name: string;
  /** With its unit. */
  readonly measured: string;
  /** The same number without the cause, with its unit; left out where there is no such run. */
  readonly without?: string;
}

/** What is known of a run while it lasts, for each second that is over. */
export interface RunProgress {
  readonly scenario: ScenarioId;
  readonly protection: ProtectionId;
  /** How many seconds are over, and how many there will be. */
  readonly second: number;
  readonly seconds: number;
  /** Of the pages that ended in this second, the share that were good, degraded ones included, 0 to 1; `null` for none. */
  readonly availability: number | null;
}
