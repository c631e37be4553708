/**
 * The two answers: their numbers come from the runs, and their claims fail when the cause makes no difference.
 */
import { describe, expect, it } from '@jest/globals';
import { whyErrorsWentOn, whyMoreWasServed } from '../../src/lab/questions.js';
import type { RunRecord } from '../../src/lab/record.js';

const run = (numbers: Record<string, number>): RunRecord =>
  ({
    marks: { numbers, connectionErrorsBy: { 'homepage 1': 9, recommendations: 1 } },
  }) as unknown as RunRecord;

const oks = (bounds: readonly { readonly ok: boolean }[]): boolean[] => bounds.map(({ ok }) => ok);

describe('why more was served', () => {
  const slow = run({ fullPage: 47, degradedPage: 19 });

  it('is the time that a page no longer waits, and time lost without the breaker', () => {
    const { answer, bounds } = whyMoreWasServed(slow, run({ fullPage: 47, degradedPage: 270 }));

    expect(answer.numbers[0]).toMatchObject({ measured: '28 ms', without: '-223 ms' });
    expect(oks(bounds)).toEqual([true, true]);
  });

  it('is not answered where the breaker makes no difference', () => {
    expect(oks(whyMoreWasServed(slow, slow).bounds)).toEqual([true, false]);
  });
});

describe('why errors went on', () => {
  const dead = run({ errorsWhileOpen: 16, errorsWhileOpenOfProbes: 12 });

  it('is processes that had yet to learn, and probes', () => {
    const { answer, bounds } = whyErrorsWentOn(dead, run({ errorsWhileOpen: 0, errorsWhileOpenOfProbes: 0 }));

    expect(answer.numbers.map(({ measured }) => measured)).toEqual(['16', '4', '12', 'homepage 1: 9']);
    expect(answer.numbers[0]?.without).toBe('0');
    expect(oks(bounds)).toEqual([true, true]);
  });

  it('is not answered where one process without probes has as many', () => {
    expect(oks(whyErrorsWentOn(dead, dead).bounds)).toEqual([true, false]);
  });
});
