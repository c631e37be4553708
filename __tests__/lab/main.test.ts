/**
 * The main job as its users start it: a process of its own, against a service in another, in real time.
 *
 * Both processes write to one pipe, so `close` comes when the last of them has gone. Run `npm run build` first.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const main = path.resolve(import.meta.dirname, '../../dist/esm/lab/main.js');

const jobs: Job[] = [];

afterAll(() => {
  for (const { pid, folder } of jobs) {
    killGroup(pid);
    rmSync(folder, { recursive: true });
  }
});

describe('the main job', () => {
  let job: Ended;

  beforeAll(async () => {
    job = await start().ended;
  }, 20_000);

  it('ends with exit code 0 and says that everything got through', () => {
    expect(job.errors).toBe('');
    expect(job.output).toMatch(/Everything got through in \d\.\d\d s\.\n$/);
    expect(job.code).toBe(0);
  });

  it.each([
    ['answers 500 three times', 'decorated method', 4, 'hello, Ada'],
    ['answers 429, Retry-After: 1', 'withRetry, retryAfter', 2, '12 results'],
    ['refuses connections for 0.4 s', 'withRetry', undefined, 'welcome'],
    ['resets two connections', 'decorated method', 3, '9.99 EUR'],
    ['is too slow twice', 'withRetry, 150 ms each', undefined, '4 routes'],
    ['has an empty queue for 1.2 s', 'onPredicate, fibo', undefined, 'paint and pack'],
    ['writes a file after 0.4 s', 'sync withRetry', undefined, 'invoice 7'],
  ])('gets through to a service that %s', (service, face, scripted, outcome) => {
    const row = rowOf(job, service);

    expect(row[1]).toBe(face);
    expect(Number(row[2])).toBeGreaterThan(1);
    if (scripted !== undefined) expect(Number(row[2])).toBe(scripted);
    expect(row[3]).toMatch(/^\d+(, \d+)*( … \d+)?$/);
    expect(row.at(-1)).toBe(`✓ ${outcome}`);
  });

  it('waits at least as long as Retry-After asks', () => {
    const [, , , waits] = rowOf(job, 'answers 429, Retry-After: 1');

    expect(Number(waits)).toBeGreaterThanOrEqual(1000);
  });

  it('logs each backoff, and counts as many', () => {
    const logged = job.output.match(/Backing off Shop\.greet\(\.\.\.\) for \d+ms \(HttpError: 500/g);
    const [, attempts, retries, backoffs] = rowOf(job, 'Shop.greet');

    expect(logged).toHaveLength(3);
    expect([attempts, retries, backoffs]).toEqual(['4', '3', '3']);
  });

  it('writes no colours where nobody sees them', () => {
    expect(job.output).not.toContain('\u001b');
  });

  it('leaves no process and no file behind', async () => {
    expect(() => process.kill(job.servicePid, 0)).toThrow('ESRCH');
    expect(await leftBehind(job)).toEqual([]);
  });
});

describe('the main job, when the service never recovers', () => {
  it('ends with exit code 1 and says which client did not get through, and why', async () => {
    const job = await start('--break=queue').ended;

    expect(job.errors).toMatch(/^Shop\.takeJobs did not get through: GiveUpError: .*maxTime.*\n$/);
    expect(rowOf(job, 'never recovers (queue)').at(-1)).toBe('✗ did not get through');
    expect(rowOf(job, 'writes a file after 0.4 s').at(-1)).toBe('✓ invoice 7');
    expect(job.code).toBe(1);
    expect(await leftBehind(job)).toEqual([]);
  }, 20_000);

  it('refuses an outage that it does not know, and names those it does', async () => {
    const job = await start('--break=cheese').ended;

    expect(job.errors).toBe(
      '--break must be one of errors, rate-limit, refused, reset, slow, queue, file; got "cheese".\n',
    );
    expect(job.code).toBe(1);
  });
});

describe('the main job, when it is stopped half way', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('leaves nothing behind after %s', async (signal) => {
    const job = start();
    await job.says('Backing off');

    process.kill(job.pid, signal);
    const ended = await job.ended;

    expect(ended.signal).toBe(signal);
    expect(await leftBehind(ended)).toEqual([]);
  });

  it('leaves nothing behind after Ctrl-C, which reaches the service too', async () => {
    const job = start();
    await job.says('Backing off');

    process.kill(-job.pid, 'SIGINT');
    const ended = await job.ended;

    expect(ended.signal).toBe('SIGINT');
    expect(await leftBehind(ended)).toEqual([]);
  });
});

/** A run that has been started. */
interface Job {
  readonly pid: number;
  /** What it takes for the system's folder of temporary files. */
  readonly folder: string;
  /** Resolves once it has written `text`. */
  says(text: string): Promise<void>;
  /** Resolves once the job and its service have gone. */
  readonly ended: Promise<Ended>;
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
  readonly servicePid: number;
  readonly serviceUrl: string;
  readonly folder: string;
}

function start(...args: string[]): Job {
  const folder = mkdtempSync(path.join(tmpdir(), 'stampede-test-'));
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, TMPDIR: folder, FORCE_COLOR: undefined, DEBUG: undefined },
    detached: true, // a process group of its own, as a terminal gives it
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });

  const ended = once(child, 'close').then(([code, signal]): Ended => {
    const [, servicePid, serviceUrl = ''] = /process (\d+) at (http:\S+)/.exec(output) ?? [];
    return { code, signal, output, errors, servicePid: Number(servicePid), serviceUrl, folder };
  });
  const says = async (text: string): Promise<void> => {
    while (!output.includes(text)) await once(child.stdout, 'data');
  };
  const job = { pid: child.pid!, folder, says, ended };
  jobs.push(job);
  return job;
}

/** The cells of the row that begins with `first`, in whichever table it is. */
function rowOf({ output }: Ended, first: string): string[] {
  const line = output.split('\n').find((one) => one.startsWith(`  ${first}  `));
  return (line ?? '').trim().split(/ {2,}/);
}

/** What a run that has ended should have taken along: its service, its files. */
async function leftBehind({ serviceUrl, folder }: Ended): Promise<string[]> {
  const answer = await fetch(serviceUrl).catch(() => undefined);
  return [...(answer === undefined ? [] : [serviceUrl]), ...readdirSync(folder)];
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // as it should be: nobody is left
  }
}
