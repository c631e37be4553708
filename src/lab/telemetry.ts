/**
 * What a service does to others, seen from outside its code: attempts, connections refused, retries, circuits.
 *
 * Retries, circuits and what these refuse are told by Stampede's event hub. Attempts are counted where they leave the
 * process, at the client that sends them, so that a call which a circuit refuses is none.
 */
import { subscribe as hearChannel } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Ms, subscribe } from '../core.js';
import type { AttemptMark, ServiceReport } from './messages.js';
import type { UpstreamName } from './record.js';
import type { Service, Surroundings } from './system/service.js';

/** Codes of attempts that found nobody, or lost the connection they had. */
const lostConnection: readonly unknown[] = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** How often it is looked whether timers are late. */
const lookEvery: Ms = 20;

/** What the channels of undici tell: the request, as an object that is the same each time. */
interface Told {
  readonly request: { readonly origin?: string | URL };
  readonly error?: { readonly code?: unknown };
}

/** What a process has seen. */
export interface Watch {
  /** The run begins: how late the process was before that is of no matter. */
  begin(): void;
  /** All since `startsAt`, on the clock of the run. */
  report(startsAt: Ms): ServiceReport;
}

/** Watches this process from now on. */
export function watch(service: Service, { addresses }: Surroundings): Watch {
  const upstreams = new Map(Object.entries(addresses).map(([name, url]) => [url, name as UpstreamName]));
  const gateways = new Map((service.gateways ?? []).map((gateway) => [gateway.name, gateway]));
  const attempts: AttemptMark[] = [];
  const connectionErrors: AttemptMark[] = [];
  const retries: Ms[] = [];
  const refusals: Ms[] = [];
  const circuits: { at: Ms; upstream: UpstreamName; to: 'closed' | 'open' | 'halfOpen' }[] = [];
  const delay = monitorEventLoopDelay({ resolution: lookEvery });
  delay.enable();
  const marks = new WeakMap<object, AttemptMark>();

  hearChannel('undici:request:create', (message) => {
    const { request } = message as Told;
    const upstream = upstreams.get(String(request.origin));
    if (upstream === undefined) return;
    // While it is half-open, or lets more and more through, a circuit finds out whether calls succeed again.
    const state = gateways.get(upstream)?.state.circuit;
    const mark = { at: Date.now(), upstream, isProbe: state === 'half-open' || state === 'ramp' };
    marks.set(request, mark);
    attempts.push(mark);
  });
  hearChannel('undici:request:error', (message) => {
    const { request, error } = message as Told;
    const mark = marks.get(request);
    if (mark !== undefined && lostConnection.includes(error?.code))
      connectionErrors.push({ ...mark, at: Date.now() });
  });
  subscribe(
    ({ type }) => {
      (type === 'retry:backoff' ? retries : refusals).push(Date.now());
    },
    { types: ['retry:backoff', 'circuit:refuse'] },
  );
  subscribe(
    ({ type, name }) => {
      if (!gateways.has(name)) return; // that of a session: the circuits shown are those of gateways
      const to = type === 'circuit:open' ? 'open' : type === 'circuit:close' ? 'closed' : 'halfOpen';
      circuits.push({ at: Date.now(), upstream: name as UpstreamName, to });
    },
    { types: ['circuit:open', 'circuit:half-open', 'circuit:ramp', 'circuit:close'] },
  );

  const report = (startsAt: Ms): ServiceReport => {
    const sinceThen = (moments: readonly Ms[]): Ms[] =>
      moments.map((at) => at - startsAt).filter((at) => at >= 0);
    const since = <Mark extends { readonly at: Ms }>(list: readonly Mark[]): Mark[] =>
      list.map((mark) => ({ ...mark, at: mark.at - startsAt })).filter(({ at }) => at >= 0);
    return {
      lateBy: Math.max(0, delay.max / 1e6 - lookEvery), // what it measures has the wait for the next look in it
      attempts: since(attempts),
      connectionErrors: since(connectionErrors),
      retries: sinceThen(retries),
      refusals: sinceThen(refusals),
      circuits: since(circuits),
      guarded: [...gateways.values()]
        .filter(({ state }) => state.circuit !== undefined)
        .map(({ name }) => name as UpstreamName),
    };
  };
  return {
    begin() {
      delay.reset();
    },
    report,
  };
}
