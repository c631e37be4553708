/**
 * What one run of the lab brought, as plain JSON: the only thing that bounds, questions and pictures look at.
 *
 * The runner writes it; nothing in it is computed twice. Moments are milliseconds since the first second of the run,
 * durations milliseconds; lists of a `Series` have one number for each second.
 */
import type { Ms } from '../core.js';

/** Who calls whom: `homepage` calls all others, `recommendations` calls `authentication`. */
export type ServiceName = 'homepage' | 'authentication' | 'recommendations' | 'popularity';

/** Those that are called by others. */
export type UpstreamName = Exclude<ServiceName, 'homepage'>;

export type ScenarioId = 'i' | 'ii' | 'iii' | 'iv';

/** The four columns, and two controls: full protection with a cause of something switched off. */
export type ProtectionId = 'none' | 'retries' | 'timeouts' | 'full' | 'no-breaker' | 'one-process';

/** Something that happened to the system. Numbered from 1 within its run. */
export interface LabEvent {
  readonly at: Ms;
  readonly number: number;
  readonly text: string;
}

/** How a page ended: with both lists, without one, 401, 503 with Retry-After, or in any other way. */
export type Ending = 'answered' | 'degraded' | 'unauthorised' | 'refused' | 'failed';

/** How many of homepage's processes have a circuit in this state at the end of each second. */
export interface CircuitSeries {
  readonly closed: number[];
  readonly open: number[];
  readonly halfOpen: number[];
}

/** By second. Pages count in the second in which they were asked for. */
export interface Series extends Readonly<Record<Ending, number[]>> {
  /** Pages asked for. */
  readonly fresh: number[];
  readonly latencyP50: Ms[];
  readonly latencyP95: Ms[];
  /** Attempts that reached, or tried to reach, each upstream, whoever made them. */
  readonly load: Readonly<Record<UpstreamName, number[]>>;
  /** Waits before another attempt that were begun, in all services. */
  readonly retries: number[];
  /** Attempts that found no connection, in homepage's processes. */
  readonly connectionErrors: number[];
  /** By upstream. Empty where the protection has no breaker. */
  readonly circuits: Readonly<Partial<Record<UpstreamName, CircuitSeries>>>;
}

/** Before the fault, while it lasts, and after it. */
export type PhaseName = 'before' | 'during' | 'after';

/** The pages that were asked for in one phase. */
export interface PhaseTotals extends Readonly<Record<Ending, number>> {
  readonly from: Ms;
  readonly to: Ms;
  readonly fresh: number;
  readonly p50: Ms;
  readonly p95: Ms;
  readonly p99: Ms;
  /** Attempts of homepage on the service that the scenario harms. */
  readonly attempts: number;
  /** The median time of pages that were answered in full, and of degraded ones; `null` where there were none. */
  readonly fullPage: Ms | null;
  readonly degradedPage: Ms | null;
}

/** An attempt of homepage that found no connection. */
export interface ConnectionErrorMark {
  readonly at: Ms;
  /** Which of homepage's processes, from 0. */
  readonly process: number;
  /** Whether it was a probe of a circuit that tries whether calls succeed again. */
  readonly isProbe: boolean;
}

/** What is not of a second or a phase. */
export interface Marks {
  /** From the end of the fault until pages were normal and stayed so; `null` when they were not by the end. */
  readonly backAfter: Ms | null;
  readonly connectionErrors: readonly ConnectionErrorMark[];
  /** When the circuit around the harmed service first opened in any process; `null` when none did. */
  readonly firstOpenAt: Ms | null;
  /** The most pages that were under way at once, and how many were not asked for because the load has a limit. */
  readonly inFlight: { readonly most: number; readonly held: number };
  /** Requests that the harmed service was still to answer when its fault ended. */
  readonly backlog: number;
}

export interface RunRecord {
  readonly scenario: ScenarioId;
  readonly protection: ProtectionId;
  readonly seed: number;
  readonly seconds: number;
  readonly processes: number;
  /** The service that the scenario harms. */
  readonly harmed: UpstreamName;
  readonly events: readonly LabEvent[];
  readonly series: Series;
  readonly phases: Readonly<Record<PhaseName, PhaseTotals>>;
  readonly marks: Marks;
}

/** A claim about one run, checked. */
export interface Verdict {
  readonly scenario: ScenarioId;
  readonly protection: ProtectionId;
  /** What is measured: `'availability during the fault'`. */
  readonly claim: string;
  readonly unit: 'share' | 'ratio' | 'ms' | 'pages';
  /** `null`: it never came, as a system that did not recover. */
  readonly measured: number | null;
  readonly least?: number;
  readonly most?: number;
  readonly holds: boolean;
  /** Why the bound is what it is. */
  readonly because: string;
}
