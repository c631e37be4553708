/**
 * One run: seven processes, an outage on time, and the record of what came of it.
 *
 * Everything that is started here has ended when the run has, however it ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ms } from '../core.js';
import type {
  ColumnId,
  FaultDone,
  Listening,
  LoadDone,
  LoadStart,
  PageRecord,
  Pages,
  ServiceName,
  ServiceReport,
  ServiceStart,
} from './messages.js';
import { type Scenario, type Timeline, homepages, rate } from './plan.js';
import { LabProcess } from './processes.js';
import type { RunProgress, RunRecord } from './record.js';
import { type Harm, type RunPlan, recordOf } from './record-of.js';

export interface RunOptions {
  /** Ends the run, and its processes. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** A protection under which homepage runs as one process only. */
const isAlone = (column: ColumnId): boolean => column === 'one-process';

/**
 * Plays a scenario under a protection.
 *
 * @throws the signal's reason, when it aborts; when a process ends by itself, or does not answer.
 */
export async function run(plan: RunPlan, { signal, onProgress }: RunOptions): Promise<RunRecord> {
  const processes: LabProcess[] = [];
  const start = (program: string, told: object, name: string): LabProcess => {
    signal.throwIfAborted();
    const process = new LabProcess(program, told, name);
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

type Start = (program: string, told: object, name: string) => LabProcess;

async function play(
  { scenario, column, timeline, seed }: RunPlan,
  start: Start,
  onProgress: RunOptions['onProgress'],
): Promise<RunRecord> {
  const service = async (
    name: ServiceName,
    addresses: ServiceStart['addresses'] = {},
    title: string = name,
  ): Promise<Started> => {
    const told: ServiceStart = { service: name, protection: column, addresses };
    const process = start('run-service', told, title);
    const { listening } = await process.told<Listening>('listening');
    return { name: title, process, url: listening };
  };
  const [authentication, popularity] = await Promise.all([service('authentication'), service('popularity')]);
  const recommendations = await service('recommendations', { authentication: authentication.url });
  const upstreams = { authentication, recommendations, popularity };
  const addresses = Object.fromEntries(Object.entries(upstreams).map(([name, { url }]) => [name, url]));
  const pages = await Promise.all(
    Array.from({ length: isAlone(column) ? 1 : homepages }, (_, nth) =>
      service('homepage', addresses, `homepage ${nth + 1}`),
    ),
  );

  const told: LoadStart = { targets: pages.map(({ url }) => url), rate, seconds: timeline.seconds, seed };
  const load = start('load', told, 'load');
  await load.told<Listening>('listening');
  const watching = new Watch(onProgress, scenario, column, timeline);
  load.hear((message) => {
    if ('pages' in message) watching.see((message as Pages).pages);
  });

  const services = [...pages, recommendations, authentication, popularity];
  const startsAt = Date.now() + 50;
  for (const { process } of services) process.tell({ ask: 'begin', startsAt });
  const wholeRun = timeline.seconds * 1000 + 20_000;
  const done = load.told<LoadDone>('loadDone', { ask: 'begin', startsAt }, wholeRun);
  const [, harm] = await Promise.all([
    done,
    harmOnTime(upstreams[scenario.struck].process, scenario, timeline, startsAt),
  ]);
  const reports = await Promise.all(
    services.map(async ({ name, process }) => ({
      name,
      report: await process.told<ServiceReport>('attempts', { ask: 'report' }),
    })),
  );
  return recordOf({
    scenario,
    column,
    timeline,
    seed,
    harm,
    load: await done,
    pages: watching.pages,
    reports,
  });
}

interface Started {
  readonly name: string;
  readonly process: LabProcess;
  readonly url: string;
}

async function harmOnTime(
  process: LabProcess,
  { fault }: Scenario,
  timeline: Timeline,
  startsAt: Ms,
): Promise<Harm> {
  await until(startsAt + timeline.from);
  await process.told<FaultDone>('faultDone', { ask: 'fault', fault });
  const from = Date.now() - startsAt;
  await until(startsAt + timeline.to);
  const { backlog } = await process.told<FaultDone>('faultDone', { ask: 'fault', fault: { kind: 'none' } });
  return { from, to: Date.now() - startsAt, backlog };
}

async function until(moment: Ms): Promise<void> {
  await sleep(Math.max(0, moment - Date.now()));
}

/** Collects the pages, and tells of every second that is over. */
class Watch {
  readonly pages: PageRecord[] = [];
  #second = 0;

  constructor(
    readonly onProgress: RunOptions['onProgress'],
    readonly scenario: Scenario,
    readonly column: ColumnId,
    readonly timeline: Timeline,
  ) {}

  see(pages: readonly PageRecord[]): void {
    this.pages.push(...pages);
    const newest = Math.max(...pages.map(({ at, latency }) => at + latency));
    while (this.#second < this.timeline.seconds && newest >= (this.#second + 1) * 1000) this.#tell();
  }

  #tell(): void {
    const [from, to] = [this.#second * 1000, ++this.#second * 1000];
    const ended = this.pages.filter(({ at, latency }) => at + latency >= from && at + latency < to);
    const good = ended.filter(({ status }) => status === 200 || status === 401);
    if (this.column === 'no-breaker' || this.column === 'one-process') return; // a control is in no column
    this.onProgress?.({
      scenario: this.scenario.id,
      protection: this.column,
      second: this.#second,
      seconds: this.timeline.seconds,
      availability: ended.length === 0 ? null : good.length / ended.length,
    });
  }
}
