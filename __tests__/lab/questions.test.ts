/**
 * The two answers: their numbers come from the runs, and their claims fail when the cause makes no difference.
 */
import { describe, expect, it } from '@jest/globals';
import { whyErrorsWentOn, whyMoreWasServed } from '../../src/lab/questions.js';
import type { ProtectionId, Marks, ProcessErrors, RunRecord } from '../../src/lab/record.js';
import { madeUpRun } from './support/made-up-record.js';

const oks = (bounds: readonly { readonly ok: boolean }[]): boolean[] => bounds.map(({ ok }) => ok);

function run<Protection extends ProtectionId>(
  protection: Protection,
  marks: Partial<Marks>,
): RunRecord<Protection> {
  const made = madeUpRun('i', protection);
  return { ...made, marks: { ...made.marks, ...marks } };
}

describe('why more was served', () => {
  const slow = run('full', { fullPage: 50, degradedPage: 20 });

  it('is the time that a page no longer waits, and time lost without the breaker', () => {
    const without = run('no-breaker', { fullPage: 50, degradedPage: 250 });

    const { numbers, bounds } = whyMoreWasServed(slow, without);

    expect(numbers).toMatchObject([
      { measured: '30 ms', without: '200 ms lost' },
      { measured: '200 → 500', without: '200 → 40' },
    ]);
    expect(oks(bounds)).toEqual([true, true, true]);
  });

  it('is not answered where the breaker makes no difference', () => {
    const without = run('no-breaker', { fullPage: 50, degradedPage: 20 });

    expect(oks(whyMoreWasServed(slow, without).bounds)).toEqual([true, false, true]);
  });

  it('is not answered where no page was degraded', () => {
    const whole = run('full', { fullPage: 50, degradedPage: null });
    const without = run('no-breaker', { fullPage: null, degradedPage: 250 });

    const { numbers, bounds } = whyMoreWasServed(whole, without);

    expect(numbers).toMatchObject([
      { measured: '–', without: '–' },
      { measured: '200 → –', without: '– → 40' },
    ]);
    expect(oks(bounds)).toEqual([false, false, true]);
  });

  it('is not answered where nothing held the retries back without the breaker', () => {
    const without = run('no-breaker', { fullPage: 50, degradedPage: 250 });
    const { during } = without.phases;
    const load = { ...during.load, recommendations: { fresh: 200, attempts: 300 } };
    const unpaid = { ...without, phases: { ...without.phases, during: { ...during, load } } };

    expect(oks(whyMoreWasServed(slow, unpaid).bounds)).toEqual([true, true, false]);
  });
});

describe('why errors went on', () => {
  const errors = (...each: [ofCalls: number, ofProbes: number][]): { errorsWhileOpen: ProcessErrors[] } => ({
    errorsWhileOpen: each.map(([ofCalls, ofProbes], n) => ({
      process: `homepage ${n + 1}`,
      ofCalls,
      ofProbes,
    })),
  });
  const dead = run('full', errors([0, 6], [4, 5]));

  it('is processes that had yet to learn, and probes', () => {
    const { numbers, bounds } = whyErrorsWentOn(dead, run('one-process', errors([0, 0])));

    expect(numbers).toMatchObject([
      { measured: '15', without: '0' },
      { measured: 'homepage 1: 0, homepage 2: 4', without: 'homepage 1: 0' },
      { measured: 'homepage 1: 6, homepage 2: 5', without: 'homepage 1: 0' },
    ]);
    expect(oks(bounds)).toEqual([true, true, true]);
  });

  it('is not answered where one process without probes has as many', () => {
    const without = run('one-process', errors([4, 11]));

    expect(oks(whyErrorsWentOn(dead, without).bounds)).toEqual([true, true, false]);
  });
});
