/**
 * When a run took a turn: the circuits that open and close, what was refused while they were open, and the numbered
 * events.
 */
import type { Ms } from '../core.js';
import type { ServiceReport } from './messages.js';
import { type NamedReport, type RawRun, byUpstream, homepagesOf } from './raw-run.js';
import type { Circuits, LabEvent, ProcessErrors, UpstreamName } from './record.js';

type State = keyof Circuits;

/** How many circuits stood in which state at the end of each second, for each upstream that is guarded by some. */
export function circuitsOf({ reports, timeline }: RawRun): Partial<Record<UpstreamName, Circuits>> {
  const at = (upstream: UpstreamName): Circuits | undefined => {
    const owners = reports.filter(({ report }) => report.guarded.includes(upstream));
    const each = (state: State): number[] =>
      Array.from(
        { length: timeline.seconds },
        (_, second) =>
          owners.filter((owner) => stateOf(owner, upstream, (second + 1) * 1000) === state).length,
      );
    if (owners.length === 0) return undefined;
    return { closed: each('closed'), halfOpen: each('halfOpen'), open: each('open') };
  };
  return Object.fromEntries(Object.entries(byUpstream(at)).filter(([, circuits]) => circuits !== undefined));
}

function stateOf({ report }: NamedReport, upstream: UpstreamName, before: number): State {
  const past = report.circuits.filter((change) => change.upstream === upstream && change.at < before);
  return past.at(-1)?.to ?? 'closed';
}

/** Who was still refused by the struck upstream after the first circuit around it had opened. None where none did. */
export function errorsWhileOpen(raw: RawRun): ProcessErrors[] {
  const firstOpen = Math.min(...timesOf(raw, 'open'));
  return homepagesOf(raw).map(({ name, report }) => {
    const later = report.connectionErrors.filter(
      ({ at, upstream }) => upstream === raw.scenario.struck && at > firstOpen,
    );
    const ofProbes = later.filter(({ isProbe }) => isProbe).length;
    return { process: name, ofCalls: later.length - ofProbes, ofProbes };
  });
}

/**
 * The numbered events; one that a run did not have is left out.
 *
 * @param back  From the end of the fault until pages were as before; `null`: they were not.
 */
export function eventsOf(raw: RawRun, back: Ms | null): LabEvent[] {
  const { scenario, harm } = raw;
  const { struck, fault } = scenario;
  const opened = timesOf(raw, 'open');
  const how = fault.kind === 'slow' ? `${fault.factor} times slower` : 'gone';
  const all: [number | undefined, string][] = [
    [harm.from, `${struck}: ${how}`],
    [opened.length === 0 ? undefined : Math.min(...opened), 'the first circuit opens'],
    [harm.to, `${struck}: well again`],
    [lastClosedAt(raw), 'the last circuit closes'],
    [back === null ? undefined : harm.to + back, 'pages are as they were'],
  ];
  return all.flatMap(([at, text], index) => (at === undefined ? [] : [{ at, number: index + 1, text }]));
}

/** When the last circuit around the struck upstream closed after the fault; `undefined`: one did not, or none opened. */
function lastClosedAt({ reports, scenario, harm }: RawRun): number | undefined {
  const last = reports.flatMap(({ report }) =>
    report.circuits.filter(({ upstream }) => upstream === scenario.struck).slice(-1),
  );
  const isOver = last.length > 0 && last.every(({ to, at }) => to === 'closed' && at > harm.to);
  return isOver ? Math.max(...last.map(({ at }) => at)) : undefined;
}

/** When circuits around the struck upstream came to this state. */
function timesOf({ reports, scenario }: RawRun, state: ServiceReport['circuits'][number]['to']): number[] {
  return reports.flatMap(({ report }) =>
    report.circuits
      .filter(({ upstream, to }) => upstream === scenario.struck && to === state)
      .map(({ at }) => at),
  );
}
