/**
 * Which runs are made, what happens when one cannot be, and which are made again. No run is real here.
 */
import { setImmediate as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { lab } from '../../src/lab/lab.js';
import type { RunPlan } from '../../src/lab/raw-run.js';
import type { ProtectionId, RunRecord } from '../../src/lab/record.js';
import type { RunOptions } from '../../src/lab/run.js';
import { madeUpRun } from './support/made-up-record.js';

type Play = (plan: RunPlan, options: RunOptions) => Promise<RunRecord<ProtectionId>>;

const nameOf = ({ scenario, protection }: RunPlan): string => `${scenario.id} ${protection}`;

function recordOf({ scenario, protection }: RunPlan, machine: object = {}): RunRecord<ProtectionId> {
  const made = madeUpRun(scenario.id, protection);
  return { ...made, marks: { ...made.marks, machine: { ...made.marks.machine, ...machine } } };
}

const options = { only: ['i'], isShort: true, seed: 7, signal: new AbortController().signal } as const;

describe('the lab', () => {
  it('makes a run for each protection, and one for the control of its question', async () => {
    const made: string[] = [];

    const record = await lab(options, async (plan) => {
      made.push(nameOf(plan));
      return recordOf(plan);
    });

    expect(made).toEqual(['i none', 'i retries', 'i timeouts', 'i full', 'i one-process']);
    expect(record.runs.map(({ protection }) => protection)).toEqual(['none', 'retries', 'timeouts', 'full']);
    expect(record.controlRuns.map(({ protection }) => protection)).toEqual(['one-process']);
    expect(record.bounds).toHaveLength(4 * 6);
    expect(record.answers).toHaveLength(1);
  });

  it('makes two at a time', async () => {
    let running = 0;
    let most = 0;

    await lab(options, async (plan) => {
      most = Math.max(most, ++running);
      await pause();
      running -= 1;
      return recordOf(plan);
    });

    expect(most).toBe(2);
  });

  it('ends at the first run that cannot be made, and ends the one beside it', async () => {
    const made: string[] = [];
    let reason: unknown;
    const play: Play = async (plan, { signal }) => {
      made.push(nameOf(plan));
      if (plan.protection === 'none') throw new Error('no process');
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      reason = signal.reason;
      throw signal.reason;
    };

    await expect(lab(options, play)).rejects.toThrow('no process');

    expect(made).toEqual(['i none', 'i retries']);
    expect(reason).toEqual(new Error('no process'));
  });

  it.each([
    ['timers were late', { lateBy: 900 }, { lateBy: 10 }, 10],
    ['readers were held back', { held: 3, lateBy: 10 }, { lateBy: 20 }, 20],
    ['timers were late, and keeps it where the second run is worse', { lateBy: 900 }, { lateBy: 950 }, 900],
  ])('makes a run again in which %s', async (_, first, second, kept) => {
    const made: string[] = [];
    const again: string[] = [];
    const progress = {
      started: (run: { protection: string }, { isAgain }: { isAgain: boolean }) => {
        if (isAgain) again.push(run.protection);
      },
      second: () => undefined,
      ended: () => undefined,
    };

    const record = await lab({ ...options, progress }, async (plan) => {
      made.push(nameOf(plan));
      if (plan.protection !== 'retries') return recordOf(plan);
      return recordOf(plan, made.filter((one) => one === 'i retries').length === 1 ? first : second);
    });

    expect(again).toEqual(['retries']);
    expect(record.runs[1]?.marks.machine.lateBy).toBe(kept);
  });

  it('keeps what it has where a run cannot be made again', async () => {
    let made = 0;

    const record = await lab(options, async (plan) => {
      if (plan.protection !== 'retries') return recordOf(plan);
      if (++made === 2) throw new Error('no process');
      return recordOf(plan, { lateBy: 900 });
    });

    expect(made).toBe(2);
    expect(record.runs[1]?.marks.machine.lateBy).toBe(900);
  });
});
