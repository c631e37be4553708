/**
 * From what the processes have said to the record of a run: counting, and nothing else.
 */
import { Part } from './part.js';
import { type RawRun, byUpstream } from './raw-run.js';
import type { ProtectionId, Load, RunRecord, Series, UpstreamName } from './record.js';
import { backToNormal } from './recovery.js';
import { circuitsOf, errorsWhileOpen, eventsOf } from './turning-points.js';

export function recordOf(raw: RawRun): RunRecord<ProtectionId> {
  const { scenario, protection, timeline, seed, harm, load, pages, reports } = raw;
  const end = timeline.seconds * 1000;
  const before = new Part(raw, 0, harm.from);
  const during = new Part(raw, harm.from, harm.to);
  const after = new Part(raw, harm.to, end);
  const back = backToNormal(pages, harm.to, end);
  return {
    scenario: scenario.id,
    protection,
    seed,
    seconds: timeline.seconds,
    fault: { from: harm.from, to: harm.to },
    struck: scenario.struck,
    pages: [...pages].sort((one, other) => one.at - other.at),
    events: eventsOf(raw, back),
    series: seriesOf(raw),
    phases: { before: before.totals(), during: during.totals(), after: after.totals() },
    marks: {
      backToNormal: back,
      backlog: harm.backlog,
      fullPage: before.medianOf('answered'),
      degradedPage: during.medianOf('degraded'),
      errorsWhileOpen: errorsWhileOpen(raw),
      machine: {
        mostInFlight: load.mostInFlight,
        held: load.held,
        lateBy: Math.max(load.lateBy, ...reports.map(({ report }) => report.lateBy)),
      },
    },
  };
}

function seriesOf(raw: RawRun): Series {
  const seconds = Array.from(
    { length: raw.timeline.seconds },
    (_, second) => new Part(raw, second * 1000, (second + 1) * 1000),
  );
  const each = <T>(read: (second: Part) => T): T[] => seconds.map(read);
  const loadOn = (upstream: UpstreamName): Load<number[]> => {
    const loads = each((second) => second.load(upstream));
    return { fresh: loads.map(({ fresh }) => fresh), attempts: loads.map(({ attempts }) => attempts) };
  };
  return {
    fresh: each(({ counts }) => counts.fresh),
    answered: each(({ counts }) => counts.answered),
    degraded: each(({ counts }) => counts.degraded),
    unauthorised: each(({ counts }) => counts.unauthorised),
    refused: each(({ counts }) => counts.refused),
    failed: each(({ counts }) => counts.failed),
    latencyP50: each((second) => second.latency(0.5)),
    latencyP95: each((second) => second.latency(0.95)),
    load: byUpstream(loadOn),
    retries: each(({ retries }) => retries),
    connectionErrors: each(({ connectionErrors }) => connectionErrors),
    circuits: circuitsOf(raw),
  };
}
