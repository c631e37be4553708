/**
 * One run: seven processes, an outage on time, and the record of what came of it.
 *
 * Everything that is started here has ended when the run has, however it ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ms } from '../core.js';
import type {
  FaultDone,
  Listening,
  LoadDone,
  LoadStart,
  Pages,
  ServiceName,
  ServiceReport,
  ServiceStart,
  Warm,
} from './messages.js';
import { rate } from './plan.js';
import { LabProcess } from './processes.js';
import type { ProtectionId, RunProgress, RunRecord, UpstreamName } from './record.js';
import type { Harm, RunPlan } from './raw-run.js';
import { recordOf } from './record-of.js';
import { SecondsTold } from './seconds-told.js';

export interface RunOptions {
  /** Ends the run, and its processes. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

/**
 * Plays a scenario under a protection.
 *
 * @throws the signal's reason, when it aborts; when a process ends by itself, or does not answer.
 */
export async function run(
  plan: RunPlan,
  { signal, onProgress }: RunOptions,
): Promise<RunRecord<ProtectionId>> {
  const processes: LabProcess[] = [];
  const start: Start = (program, argument, name) => {
    signal.throwIfAborted();
    const process = new LabProcess(program, argument, name);
    processes.push(process);
    return process;
  };
  const killAll = (): void => {
    for (const process of processes) process.kill();
  };
  signal.addEventListener('abort', killAll, { once: true });
  process.once('exit', killAll);
  try {
    return await play(plan, start, onProgress);
  } catch (error) {
    signal.throwIfAborted(); // what fails because we end everything is no failure
    throw error;
  } finally {
    signal.removeEventListener('abort', killAll);
    process.off('exit', killAll);
    await Promise.all(processes.map((process) => process.end()));
  }
}

type Start = (program: string, argument: object, name: string) => LabProcess;

async function play(
  plan: RunPlan,
  start: Start,
  onProgress: RunOptions['onProgress'],
): Promise<RunRecord<ProtectionId>> {
  const { scenario, protection, timeline, seed } = plan;
  const { upstreams, pages } = await startServices(plan, start);
  const targets = pages.map(({ url }) => url);
  const load = start('load', { targets, rate, seconds: timeline.seconds, seed } satisfies LoadStart, 'load');
  await load.waitFor<Warm>('isWarm');
  const seen = new SecondsTold({ scenario: scenario.id, protection, seconds: timeline.seconds }, onProgress);
  load.hear((message) => {
    if ('pages' in message) seen.see((message as Pages).pages);
  });

  const services = [...pages, ...Object.values(upstreams)];
  const startsAt = Date.now() + 50;
  for (const { process } of services) process.tell({ ask: 'begin', startsAt });
  const wholeRun = timeline.seconds * 1000 + 20_000;
  const [done, harm] = await Promise.all([
    load.waitFor<LoadDone>('loadDone', { ask: 'begin', startsAt }, wholeRun),
    harmOnTime(upstreams[scenario.struck].process, plan, startsAt),
  ]);
  seen.end();
  const reports = await Promise.all(
    services.map(async ({ name, process }) => ({
      name,
      report: await process.waitFor<ServiceReport>('attempts', { ask: 'report' }),
    })),
  );
  return recordOf({ ...plan, harm, load: done, pages: seen.pages, reports });
}

/** The four services, those first that others ask. */
async function startServices(
  { protection, homepages }: RunPlan,
  start: Start,
): Promise<{ readonly upstreams: Record<UpstreamName, Started>; readonly pages: readonly Started[] }> {
  const service = async (
    service: ServiceName,
    addresses: ServiceStart['addresses'] = {},
    name: string = service,
  ): Promise<Started> => {
    const process = start('run-service', { service, protection, addresses } satisfies ServiceStart, name);
    const { listening } = await process.waitFor<Listening>('listening');
    return { name, process, url: listening };
  };
  const [authentication, popularity] = await Promise.all([service('authentication'), service('popularity')]);
  const recommendations = await service('recommendations', { authentication: authentication.url });
  const upstreams = { authentication, recommendations, popularity };
  const addresses = Object.fromEntries(Object.entries(upstreams).map(([name, { url }]) => [name, url]));
  const pages = Array.from({ length: homepages }, (_, nth) =>
    service('homepage', addresses, `homepage ${nth + 1}`),
  );
  return { upstreams, pages: await Promise.all(pages) };
}

interface Started {
  readonly name: string;
  readonly process: LabProcess;
  readonly url: string;
}

async function harmOnTime(
  process: LabProcess,
  { scenario: { fault }, timeline }: RunPlan,
  startsAt: Ms,
): Promise<Harm> {
  await until(startsAt + timeline.from);
  await process.waitFor<FaultDone>('faultDone', { ask: 'fault', fault });
  const from = Date.now() - startsAt;
  await until(startsAt + timeline.to);
  const { backlog } = await process.waitFor<FaultDone>('faultDone', {
    ask: 'fault',
    fault: { kind: 'none' },
  });
  return { from, to: Date.now() - startsAt, backlog };
}

async function until(moment: Ms): Promise<void> {
  // While a run lasts its processes keep us alive; when it has failed, nothing else should.
  await sleep(Math.max(0, moment - Date.now()), undefined, { ref: false });
}
