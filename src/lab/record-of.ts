/**
 * From what the processes have said to the record of a run: counting, and nothing else.
 */
import type { Ms } from '../core.js';
import type { AttemptMark, ColumnId, LoadDone, PageRecord, ServiceReport } from './messages.js';
import type { Scenario, Timeline } from './plan.js';
import type {
  Circuits,
  LabEvent,
  Load,
  PageCounts,
  PageEnd,
  PhaseTotals,
  RunRecord,
  UpstreamName,
} from './record.js';
import { backToNormal } from './recovery.js';

/** What a run is to be. */
export interface RunPlan {
  readonly scenario: Scenario;
  readonly column: ColumnId;
  readonly timeline: Timeline;
  readonly seed: number;
}

/** When the fault really began and ended, and how much work it left behind. */
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
  /** By the name of the process: `homepage 1`, `recommendations`. */
  readonly reports: readonly { readonly name: string; readonly report: ServiceReport }[];
}

const upstreams: readonly UpstreamName[] = ['authentication', 'recommendations', 'popularity'];

export function recordOf(raw: RawRun): RunRecord {
  const { scenario, column, timeline, seed, harm, load, pages, reports } = raw;
  const seconds = Array.from({ length: timeline.seconds }, (_, second) => second);
  const during = (from: Ms, to: Ms): Part => new Part(raw, from, to);
  const bySecond = seconds.map((second) => during(second * 1000, (second + 1) * 1000));
  const each = <T>(read: (part: Part) => T): T[] => bySecond.map(read);
  const end = timeline.seconds * 1000;
  const phases = {
    before: during(0, harm.from),
    during: during(harm.from, harm.to),
    after: during(harm.to, end),
  };
  const homepages = reports.filter(({ name }) => name.startsWith('homepage'));
  const openings = circuitChanges(raw, scenario.struck).filter(({ to }) => to === 'open');
  const firstOpenAt = Math.min(...openings.map(({ at }) => at));
  const errors = homepages.flatMap(({ report }) => report.connectionErrors);
  const later = errors.filter(({ at }) => at > firstOpenAt);
  return {
    scenario: scenario.id,
    protection: column === 'no-breaker' || column === 'one-process' ? 'full' : column,
    seed,
    seconds: timeline.seconds,
    fault: { from: harm.from, to: harm.to },
    struck: scenario.struck,
    events: eventsOf(raw),
    series: {
      ...countsBySecond(bySecond),
      latencyP50: each((part) => part.latency(0.5)),
      latencyP95: each((part) => part.latency(0.95)),
      load: loads((name) => ({
        fresh: each((part) => part.load(name).fresh),
        attempts: each((part) => part.load(name).attempts),
      })),
      retries: each((part) => part.retries),
      connectionErrors: each((part) => part.connectionErrors),
      circuits: circuitsOf(raw),
    },
    phases: {
      before: phases.before.totals(),
      during: phases.during.totals(),
      after: phases.after.totals(),
    },
    marks: {
      backToNormal: backToNormal(pages, harm.to, end),
      connectionErrorsBy: Object.fromEntries(
        reports.map(({ name, report }) => [name, report.connectionErrors.length]),
      ),
      connectionErrorsOfProbes: errors.filter(({ isProbe }) => isProbe).length,
      numbers: {
        backlog: harm.backlog,
        mostInFlight: load.mostInFlight,
        held: load.held,
        lateBy: Math.max(load.lateBy, ...reports.map(({ report }) => report.lateBy)),
        fullPage: phases.before.page('answered') ?? 0,
        degradedPage: phases.during.page('degraded') ?? 0,
        refusedPage: phases.during.page('refused') ?? 0,
        errorsWhileOpen: later.length,
        errorsWhileOpenOfProbes: later.filter(({ isProbe }) => isProbe).length,
      },
    },
  };
}

function endOf({ status, isDegraded }: PageRecord): PageEnd {
  if (status === 200) return isDegraded ? 'degraded' : 'answered';
  if (status === 401) return 'unauthorised';
  return status === 503 ? 'refused' : 'failed';
}

const ends: readonly PageEnd[] = ['answered', 'degraded', 'unauthorised', 'refused', 'failed'];

/** The part of a run between two moments. */
class Part {
  readonly #pages: readonly PageRecord[];
  readonly #reports: RawRun['reports'];
  readonly #isIn: (at: Ms) => boolean;

  constructor(
    { pages, reports }: RawRun,
    readonly from: Ms,
    readonly to: Ms,
  ) {
    this.#isIn = (at) => at >= from && at < to;
    this.#pages = pages.filter(({ at }) => this.#isIn(at));
    this.#reports = reports;
  }

  get counts(): PageCounts<number> {
    const count = (end: PageEnd): number => this.#pages.filter((page) => endOf(page) === end).length;
    return {
      fresh: this.#pages.length,
      answered: count('answered'),
      degraded: count('degraded'),
      unauthorised: count('unauthorised'),
      refused: count('refused'),
      failed: count('failed'),
    };
  }

  /** The time within which this share of all pages ended. */
  latency(share: number): Ms | null {
    return quantile(
      this.#pages.map(({ latency }) => latency),
      share,
    );
  }

  /** The median time of the pages that ended so. */
  page(end: PageEnd): Ms | null {
    return quantile(
      this.#pages.filter((page) => endOf(page) === end).map(({ latency }) => latency),
      0.5,
    );
  }

  /**
   * What an upstream was asked for. Homepage wants authentication for each page, and the lists for those that it knows
   * the reader of; recommendations asks authentication whenever it has worked for somebody.
   */
  load(upstream: UpstreamName): Load<number> {
    const attemptsOf = (report: ServiceReport): number =>
      report.attempts.filter((mark) => mark.upstream === upstream && this.#isIn(mark.at)).length;
    const attempts = this.#sum(attemptsOf);
    const { fresh, unauthorised, refused } = this.counts;
    if (upstream !== 'authentication') return { fresh: fresh - unauthorised - refused, attempts };
    const others = this.#reports.find(({ name }) => name === 'recommendations');
    const asked = others === undefined ? 0 : attemptsOf(others.report);
    const again = others === undefined ? 0 : this.#retriesOf(others.report);
    return { fresh: fresh + Math.max(0, asked - again), attempts };
  }

  get retries(): number {
    return this.#sum((report) => this.#retriesOf(report));
  }

  get connectionErrors(): number {
    return this.#sum(({ connectionErrors }) => this.#among(connectionErrors));
  }

  totals(): PhaseTotals {
    return {
      from: this.from,
      to: this.to,
      ...this.counts,
      latencyP50: this.latency(0.5),
      latencyP95: this.latency(0.95),
      load: loads((name) => this.load(name)),
      retries: this.retries,
      connectionErrors: this.connectionErrors,
    };
  }

  #sum(read: (report: ServiceReport) => number): number {
    return this.#reports.reduce((sum, { report }) => sum + read(report), 0);
  }

  #among(marks: readonly AttemptMark[]): number {
    return marks.filter(({ at }) => this.#isIn(at)).length;
  }

  #retriesOf({ retries }: ServiceReport): number {
    return retries.filter((at) => this.#isIn(at)).length;
  }
}

function countsBySecond(parts: readonly Part[]): PageCounts<number[]> {
  const counts = parts.map((part) => part.counts);
  const of = (key: keyof PageCounts<number>): number[] => counts.map((one) => one[key]);
  return {
    fresh: of('fresh'),
    ...(Object.fromEntries(ends.map((end) => [end, of(end)])) as Record<PageEnd, number[]>),
  };
}

function loads<N>(read: (upstream: UpstreamName) => Load<N>): Record<UpstreamName, Load<N>> {
  return Object.fromEntries(upstreams.map((name) => [name, read(name)])) as Record<UpstreamName, Load<N>>;
}

function circuitChanges({ reports }: RawRun, upstream: UpstreamName): ServiceReport['circuits'] {
  return reports.flatMap(({ report }) => report.circuits.filter((change) => change.upstream === upstream));
}

/** How the circuits of homepage's processes stood at the end of each second. */
function circuitsOf({ reports, timeline }: RawRun): Partial<Record<UpstreamName, Circuits>> {
  const guarded = upstreams.filter((name) => reports.some(({ report }) => report.guarded.includes(name)));
  return Object.fromEntries(
    guarded.map((upstream) => {
      const owners = reports.filter(({ report }) => report.guarded.includes(upstream));
      const standing = (second: number, state: string): number =>
        owners.filter(({ report }) => {
          const past = report.circuits.filter(
            (one) => one.upstream === upstream && one.at < (second + 1) * 1000,
          );
          return (past.at(-1)?.to ?? 'closed') === state;
        }).length;
      const each = (state: string): number[] =>
        Array.from({ length: timeline.seconds }, (_, second) => standing(second, state));
      return [upstream, { closed: each('closed'), halfOpen: each('halfOpen'), open: each('open') }];
    }),
  );
}

function eventsOf(raw: RawRun): LabEvent[] {
  const { scenario, harm, pages, timeline } = raw;
  const { struck, fault } = scenario;
  const changes = circuitChanges(raw, struck);
  const opened = changes.filter(({ to }) => to === 'open').map(({ at }) => at);
  const closed = changes.filter(({ to, at }) => to === 'closed' && at > harm.to).map(({ at }) => at);
  const back = backToNormal(pages, harm.to, timeline.seconds * 1000);
  const how = fault.kind === 'slow' ? `takes ${fault.factor} times as long` : 'is gone';
  const told: [number | undefined, string][] = [
    [harm.from, `${struck} ${how}`],
    [opened[0] === undefined ? undefined : Math.min(...opened), 'the first circuit opens'],
    [harm.to, `${struck} is well again`],
    [closed[0] === undefined ? undefined : Math.max(...closed), 'the last circuit closes'],
    [back === null ? undefined : harm.to + back, 'pages are as they were'],
  ];
  return told.flatMap(([at, text], index) => (at === undefined ? [] : [{ at, number: index + 1, text }]));
}

function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
}
