/**
 * The main job as its users start it: real processes, a real outage, a shorter version. Run `npm run build` first.
 *
 * All its processes write to one pipe, so a job has ended for these tests when the last of them has gone.
 * What it claims is checked as in the long version; here the claims that a busy machine cannot disturb are looked at.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LabRecord, ProtectionId, RunRecord } from '../../src/lab/record.js';

const main = path.resolve(import.meta.dirname, '../../dist/esm/lab/main.js');
const folder = mkdtempSync(path.join(tmpdir(), 'stampede-lab-'));
const report = path.join(folder, 'outage.html');
const groups: number[] = [];

afterAll(() => {
  for (const pid of groups) killGroup(pid);
  rmSync(folder, { recursive: true });
});

describe('the outage lab, when recommendations are gone', () => {
  let ended: Ended;
  let record: LabRecord;

  beforeAll(async () => {
    ended = await start('--short', '--only', 'i', '--json', '--report', report).ended;
    record = JSON.parse(ended.output) as LabRecord;
  }, 120_000);

  const runOf = (protection: ProtectionId): RunRecord =>
    record.runs.find((run) => run.protection === protection)!;

  it('has a run for each protection, and a claim for each run', () => {
    expect(record.runs.map(({ protection }) => protection)).toEqual(['none', 'retries', 'timeouts', 'full']);
    for (const { protection } of record.runs)
      expect(record.bounds.some((bound) => bound.protection === protection)).toBe(true);
  });

  // A machine that stands still for seconds, as one that runs all tests may, takes pages away that no outage took.
  it('shows nearly all pages under full protection, and hardly any without', () => {
    const shown = ({ phases: { during } }: RunRecord): number =>
      (during.answered + during.degraded + during.unauthorised) / during.fresh;

    expect(shown(runOf('full'))).toBeGreaterThan(0.5 + shown(runOf('none')));
  });

  it('asks the dead service several times over with retries, and seldom with a breaker', () => {
    const attempts = ({ phases: { during } }: RunRecord): number =>
      during.load.recommendations.attempts / during.fresh;

    expect(attempts(runOf('retries'))).toBeGreaterThan(2 * attempts(runOf('none')));
    expect(attempts(runOf('full'))).toBeLessThan(attempts(runOf('none')));
  });

  it('answers why connections were refused while circuits were open, by a number that goes with its cause', () => {
    const [refused] = record.answers[0]!.numbers;

    expect(Number(refused?.measured)).toBeGreaterThan(0);
    expect(Number(refused?.without)).toBeLessThan(Number(refused?.measured));
  });

  it('ends with an exit code that says whether all claims hold', () => {
    expect(ended.code).toBe(record.bounds.every(({ ok }) => ok) ? 0 : 1);
  });

  it('writes the pictures', () => {
    expect(readFileSync(report, 'utf8')).toContain('recommendations are gone');
  });
});

describe('the outage lab, when it is stopped half way', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves nothing behind after %s',
    async (signal) => {
      const job = start('--short', '--only', 'iv', '--report', path.join(folder, `${signal}.html`));
      await job.says('started');

      process.kill(job.pid, signal);
      const ended = await job.ended;

      expect(ended.signal).toBe(signal);
      expect(existsSync(path.join(folder, `${signal}.html`))).toBe(false);
    },
    60_000,
  );
});

describe('the outage lab, asked for what there is not', () => {
  it.each([
    [['--only', 'v'], '--only must be a list of i, ii, iii, iv; got "v".\n'],
    [['--seed', 'x'], '--seed must be a whole number of 0 or more; got "x".\n'],
  ])('refuses %j with exit code 2', async (args, text) => {
    const { code, errors } = await start(...args).ended;

    expect(errors).toBe(text);
    expect(code).toBe(2);
    expect(readdirSync(folder)).not.toContain('v.html');
  });
});

interface Ended {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

interface Job {
  readonly pid: number;
  /** Resolves once it has written `text`. */
  says(text: string): Promise<void>;
  /** Resolves once the job and all that it started have closed what they write to. */
  readonly ended: Promise<Ended>;
}

function start(...args: string[]): Job {
  const child = spawn(process.execPath, [main, ...args], {
    detached: true, // a process group of its own, so that a failing test can end all of it
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid!;
  groups.push(pid);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ pid, code, signal, output, errors }));
  const says = async (text: string): Promise<void> => {
    while (!output.includes(text)) await once(child.stdout, 'data');
  };
  return { pid, says, ended };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // as it should be: nobody is left
  }
}
