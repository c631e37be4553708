/**
 * A run as its processes have told it, before anything is counted.
 */
import type { Ms } from '../core.js';
import type { LoadDone, ServiceReport } from './messages.js';
import type { Scenario, Timeline } from './plan.js';
import type { PageRecord, ProtectionId, UpstreamName } from './record.js';

/** What a run is to be. */
export interface RunPlan {
  readonly scenario: Scenario;
  readonly protection: ProtectionId;
  /** How many processes serve the homepage. */
  readonly homepages: number;
  readonly timeline: Timeline;
  readonly seed: number;
}

/** When the service said that the fault had begun, and had ended, and how much work it left behind. */
export interface Harm {
  readonly from: Ms;
  readonly to: Ms;
  readonly backlog: number;
}

/** What the processes of a run have said. */
export interface RawRun extends RunPlan {
  readonly harm: Harm;
  readonly load: LoadDone;
  readonly pages: readonly PageRecord[];
  readonly reports: readonly NamedReport[];
}

export interface NamedReport {
  /** Of the process: `homepage 1`, `recommendations`. */
  readonly name: string;
  readonly report: ServiceReport;
}

/** The same for each of the services that homepage needs. */
export function byUpstream<T>(read: (upstream: UpstreamName) => T): Record<UpstreamName, T> {
  return {
    authentication: read('authentication'),
    recommendations: read('recommendations'),
    popularity: read('popularity'),
  };
}

/** The reports of the processes that serve the homepage. */
export function homepagesOf({ reports }: RawRun): readonly NamedReport[] {
  return reports.filter(({ name }) => name.startsWith('homepage'));
}
