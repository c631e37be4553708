/**
 * `stampede lab` as its users start it: real processes, a real outage, a shorter version. Run `npm run build` first.
 *
 * All its processes write to one pipe, so a job has ended for these tests when the last of them has gone.
 * What it claims has to hold, unless the machine has disturbed a run: then that says nothing, and what is left to look
 * at is what no busy machine can turn round.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  allBounds,
  columns,
  controls,
  type LabRecord,
  openLab,
  type ColumnId,
  type RunRecord,
  scenarios,
} from '../../src/lab/index.js';
import { timelineOf } from '../../src/lab/plan.js';
import { type Ended, bin, stampede, start } from './stampede.js';

const folder = mkdtempSync(path.join(tmpdir(), 'stampede-lab-'));
const report = path.join(folder, 'pictures/outage.html');

afterAll(() => rmSync(folder, { recursive: true }));

describe('the outage lab, when recommendations are gone', () => {
  let ended: Ended;
  let record: LabRecord;

  beforeAll(async () => {
    // An operator who has switched retries off has not asked what they are worth.
    const env = { STAMPEDE_DISABLED: '1' };
    ended = await stampede(['lab', 'i', '--short', '--json', '--report', report], { env });
    record = JSON.parse(ended.out) as LabRecord;
  }, 120_000);

  const runOf = (protection: ColumnId): RunRecord =>
    record.runs.find((run) => run.protection === protection)!;

  it('has a run for each protection, and a claim for each run', () => {
    expect(record.runs.map(({ protection }) => protection)).toEqual(['none', 'retries', 'timeouts', 'full']);
    for (const { protection } of record.runs)
      expect(record.bounds.some((bound) => bound.protection === protection)).toBe(true);
  });

  it('holds all that it claims, where the machine has disturbed no run', async () => {
    const { tooLate } = await openLab();
    const isDisturbed = [...record.runs, ...record.controlRuns].some(
      ({ marks: { machine } }) => machine.lateBy > tooLate || machine.held > 0,
    );

    const told = isDisturbed ? [] : allBounds(record);

    expect(told.filter(({ ok }) => !ok)).toEqual([]);
  });

  // A machine that stands still for seconds, as one that runs all tests may, takes pages away that no outage took.
  it('shows more pages under full protection than without, by more than half of all', () => {
    const shown = ({ phases: { during } }: RunRecord): number =>
      (during.answered + during.degraded + during.unauthorised) / during.fresh;

    expect(shown(runOf('full'))).toBeGreaterThan(0.5 + shown(runOf('none')));
  });

  it('asks the dead service over twice as often with retries, and less often with a breaker, than without', () => {
    const attempts = ({ phases: { during } }: RunRecord): number =>
      during.load.recommendations.attempts / during.fresh;

    expect(attempts(runOf('retries'))).toBeGreaterThan(2 * attempts(runOf('none')));
    expect(attempts(runOf('full'))).toBeLessThan(attempts(runOf('none')));
  });

  it('counts fewer refused connections once circuits are open where there is one process and no probes', () => {
    const [refused] = record.answers[0]!.numbers;

    expect(Number(refused?.measured)).toBeGreaterThan(0);
    expect(Number(refused?.without)).toBeLessThan(Number(refused?.measured));
  });

  it('ends with exit code 0 if all claims hold, and with 1 if one does not', () => {
    expect(ended.code).toBe(allBounds(record).every(({ ok }) => ok) ? 0 : 1);
  });

  it('says on stderr which runs have started, and leaves stdout to the record', () => {
    for (const { title } of [...columns, ...controls.filter(({ scenario }) => scenario === 'i')]) {
      expect(ended.err).toContain(`(i) recommendations are gone · ${title}: started\n`);
    }
  });

  it('names the command that makes the record again', () => {
    expect(record.command).toBe('stampede lab i --short --seed 7');
  });

  it('writes its report, to a folder that it makes', () => {
    expect(readFileSync(report, 'utf8')).toContain('recommendations are gone');
  });
});

describe('the outage lab, when it is stopped half way', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'leaves nothing behind after %s',
    async (signal) => {
      const job = start(['lab', 'iv', '--short', '--report', path.join(folder, `${signal}.html`)]);
      await job.says('started');
      await pause(1500); // while its processes start, and pages are asked for

      process.kill(job.pid, signal);
      const ended = await job.ended;

      expect(ended.signal).toBe(signal);
      expect(existsSync(path.join(folder, `${signal}.html`))).toBe(false);
    },
    60_000,
  );
});

describe('stampede lab --help', () => {
  it('lists the scenarios with their titles', async () => {
    const { out } = await stampede(['lab', '--help']);

    for (const { id, title } of scenarios) expect(out).toMatch(new RegExp(`^  ${id} +${title}$`, 'm'));
  });

  it('says how long a run is with --short, and without', async () => {
    const { out } = await stampede(['lab', '--help']);

    for (const scenario of scenarios) {
      const [short, long] = [timelineOf(scenario, true), timelineOf(scenario, false)];
      expect(out).toContain(`shorter runs: ${short.seconds} s each in place of ${long.seconds} s\n`);
    }
  });

  it('has examples that are understood', async () => {
    const { out } = await stampede(['lab', '--help']);
    const lines = out.split('\n').filter((line) => line.startsWith('  stampede lab'));

    // The last report counts. A folder cannot be one, which is said when all else has been understood.
    const all = await Promise.all(
      lines.map((line) =>
        stampede([
          ...line
            .trim()
            .split(/ {3,}| \| /)[0]!
            .split(' ')
            .slice(1),
          '--report',
          '/',
        ]),
      ),
    );

    expect(all.length).toBeGreaterThan(3);
    for (const { err } of all) expect(err).toContain('got "/": it is a folder.\n');
  });
});

describe('the outage lab, asked for what there is not', () => {
  it.each([
    [
      ['v'],
      `command-argument value 'v' is invalid for argument 'scenarios'. It must be one of i, ii, iii, iv.`,
    ],
    [['i', 'i,iv'], `value 'i,iv' is invalid for argument 'scenarios'. It must be one of i, ii, iii, iv.`],
    [['--seed', 'x'], `option '--seed <number>' argument 'x' is invalid. It must be a whole number.`],
    [['--seed', '1.5'], `option '--seed <number>' argument '1.5' is invalid. It must be a whole number.`],
    [['--shrot'], `unknown option '--shrot'\n(Did you mean --short?)`],
    [['--only', 'i'], `unknown option '--only'`],
    [['--report', folder], `--report must name a file that can be written; got "${folder}": it is a folder.`],
    [['--report', `${bin}/x.html`], `got "${bin}/x.html": ENOTDIR: not a directory`],
    [['--report', `${bin}/x\ny.html`], `got "${bin}/x\\u{a}y.html": ENOTDIR: not a directory`],
  ])('refuses %j with exit code 2 before it plays', async (args, text) => {
    const { out, err, code } = await stampede(['lab', ...args]);

    expect(err).toContain(text);
    expect(err).not.toContain('started');
    expect([out, code]).toEqual(['', 2]);
  });
});
