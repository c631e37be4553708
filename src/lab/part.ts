/**
 * What happened between two moments of a run: pages, times, attempts, retries.
 */
import type { Ms } from '../core.js';
import type { ServiceReport } from './messages.js';
import { type RawRun, byUpstream } from './raw-run.js';
import type { Load, PageCounts, PageEnd, PageRecord, PhaseTotals, UpstreamName } from './record.js';

/** The part of a run from one moment up to, not including, another. */
export class Part {
  /** Pages asked for in it, by how they ended. */
  readonly counts: PageCounts<number>;
  readonly #pages: readonly PageRecord[];
  readonly #reports: RawRun['reports'];

  constructor(
    { pages, reports }: RawRun,
    readonly from: Ms,
    readonly to: Ms,
  ) {
    this.#pages = pages.filter(({ at }) => this.#isIn(at));
    this.#reports = reports;
    this.counts = countsOf(this.#pages);
  }

  /** The time within which this share of all pages ended; `null` where there were none. */
  latency(share: number): Ms | null {
    return quantile(this.#pages, share);
  }

  /** The median time of the pages that ended so. */
  medianOf(end: PageEnd): Ms | null {
    return quantile(
      this.#pages.filter((page) => endOf(page) === end),
      0.5,
    );
  }

  /**
   * What an upstream was asked for. Homepage wants authentication for each page, and the lists for those that it knows
   * the reader of. Recommendations ask authentication whenever they have worked for somebody; each of these calls, and
   * each of their retries, is an attempt or is refused by their circuit.
   */
  load(upstream: UpstreamName): Load<number> {
    const attemptsOf = ({ attempts }: ServiceReport): number =>
      this.#among(attempts.filter((mark) => mark.upstream === upstream));
    const attempts = this.#sum(attemptsOf);
    const { fresh, unauthorised, refused } = this.counts;
    if (upstream !== 'authentication') return { fresh: fresh - unauthorised - refused, attempts };
    const others = this.#reports.find(({ name }) => name === 'recommendations')?.report;
    const asked =
      others === undefined
        ? 0
        : attemptsOf(others) + this.#count(others.refusals) - this.#count(others.retries);
    return { fresh: fresh + Math.max(0, asked), attempts };
  }

  /** Retries that were decided on, by all callers. */
  get retries(): number {
    return this.#sum(({ retries }) => this.#count(retries));
  }

  /** Attempts that found no connection, or lost the one they had, by all callers. */
  get connectionErrors(): number {
    return this.#sum(({ connectionErrors }) => this.#among(connectionErrors));
  }

  /** All of it, as a phase of the run. */
  totals(): PhaseTotals {
    return {
      from: this.from,
      to: this.to,
      ...this.counts,
      latencyP50: this.latency(0.5),
      latencyP95: this.latency(0.95),
      load: byUpstream((upstream) => this.load(upstream)),
      retries: this.retries,
      connectionErrors: this.connectionErrors,
    };
  }

  #isIn(at: Ms): boolean {
    return at >= this.from && at < this.to;
  }

  #sum(read: (report: ServiceReport) => number): number {
    return this.#reports.reduce((sum, { report }) => sum + read(report), 0);
  }

  #among(marks: readonly { readonly at: Ms }[]): number {
    return this.#count(marks.map(({ at }) => at));
  }

  #count(moments: readonly Ms[]): number {
    return moments.filter((at) => this.#isIn(at)).length;
  }
}

function countsOf(pages: readonly PageRecord[]): PageCounts<number> {
  const ends = pages.map(endOf);
  const count = (end: PageEnd): number => ends.filter((one) => one === end).length;
  return {
    fresh: pages.length,
    answered: count('answered'),
    degraded: count('degraded'),
    unauthorised: count('unauthorised'),
    refused: count('refused'),
    failed: count('failed'),
  };
}

function endOf({ status, isDegraded }: PageRecord): PageEnd {
  if (status === 200) return isDegraded ? 'degraded' : 'answered';
  if (status === 401) return 'unauthorised';
  return status === 503 ? 'refused' : 'failed';
}

function quantile(pages: readonly PageRecord[], share: number): Ms | null {
  const sorted = pages.map(({ latency }) => latency).sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
}
