import { describe, expect, it } from '@jest/globals';
import { Attempts, chain, constant, fullJitter, noJitter, random, runtime } from '../../src/core.js';
import { notedBudget } from '../support/budget.js';
import { fail, failure, findingOf, limitsOf, msOf, ruleOf, scope } from '../support/thinking.js';

const giveUp = (because: string): object => ({ kind: 'giveup', because });

describe('Attempts', () => {
  it('asks the waits for the next wait after each failure', () => {
    const attempts = new Attempts(0);
    const finding = findingOf(ruleOf(constant([100, 200, 300])));

    const waits = [1, 2, 3].map((now) => msOf(fail(attempts, now, limitsOf(), finding)));

    expect(waits).toEqual([100, 200, 300]);
  });

  it('gives up when it is told to stop, before anything else is asked', () => {
    const attempts = new Attempts(0);
    const budget = notedBudget(0);
    const limits = limitsOf({ maxTries: 1, maxTime: 1, budget });

    const step = fail(attempts, 5, limits, findingOf(ruleOf(constant([])), { stop: true }));

    expect(step).toEqual(giveUp('giveup'));
    expect(budget.notes).toEqual([]);
  });

  it('names maxTries before maxTime, the waits and the budget', () => {
    const attempts = new Attempts(0);
    const limits = limitsOf({ maxTries: 1, maxTime: 1, budget: notedBudget(0) });

    const step = fail(attempts, 5, limits, findingOf(ruleOf(constant([]))));

    expect(step).toEqual(giveUp('maxTries'));
  });

  it('names maxTime before the waits and the budget', () => {
    const attempts = new Attempts(0);
    const limits = limitsOf({ maxTime: 5, budget: notedBudget(0) });

    const step = fail(attempts, 5, limits, findingOf(ruleOf(constant([]))));

    expect(step).toEqual(giveUp('maxTime'));
  });

  it('names the waits before the budget, and does not charge it', () => {
    const attempts = new Attempts(0);
    const budget = notedBudget(0);

    const step = fail(attempts, 5, limitsOf({ budget }), findingOf(ruleOf(constant([]))));

    expect(step).toEqual(giveUp('waits'));
    expect(budget.notes).toEqual([]);
  });

  it('names the budget when only the budget refuses', () => {
    const attempts = new Attempts(0);
    const budget = notedBudget(0);

    const step = fail(attempts, 5, limitsOf({ budget }));

    expect(step).toEqual(giveUp('budget'));
    expect(budget.notes).toEqual(['take error']);
  });

  it.each(['error', 'timeout', 'value'] as const)('charges the budget for a failure of kind %s', (kind) => {
    const budget = notedBudget();

    fail(new Attempts(0), 0, limitsOf({ budget }), findingOf(ruleOf(), { kind }));

    expect(budget.notes).toEqual([`take ${kind}`]);
  });

  it('charges the budget for throttling when a server asked for the wait', () => {
    const budget = notedBudget();

    fail(new Attempts(0), 0, limitsOf({ budget }), findingOf(ruleOf(runtime({ value: () => 50 }))));

    expect(budget.notes).toEqual(['take throttle']);
  });

  it('gives up at maxTime to the millisecond, and not before', () => {
    const limits = limitsOf({ maxTime: 1000 });

    const early = fail(new Attempts(0), 999, limits);
    const late = fail(new Attempts(0), 1000, limits);

    expect(early).toMatchObject({ kind: 'wait', ms: 1 });
    expect(late).toEqual(giveUp('maxTime'));
  });

  it('cuts the bound of the last wait before it asks the jitter', () => {
    const bounds: number[] = [];
    const jitter = (wait: number): number => {
      bounds.push(wait);
      return wait / 2;
    };

    const step = fail(new Attempts(0), 960, limitsOf({ maxTime: 1000, jitter }));

    expect(bounds).toEqual([40]);
    expect(step).toMatchObject({ ms: 20 });
  });

  it('gives up rather than cut a wait that a server asked for', () => {
    const limits = limitsOf({ maxTime: 1000 });
    const finding = findingOf(ruleOf(runtime({ value: () => 41 })));

    const fits = fail(new Attempts(0), 959, limits, finding);
    const doesNotFit = fail(new Attempts(0), 960, limits, finding);

    expect(fits).toMatchObject({ kind: 'wait', ms: 41, of: 'server' });
    expect(doesNotFit).toEqual(giveUp('maxTime'));
  });

  it('spreads a wait that a server asked for upward only', () => {
    const finding = findingOf(ruleOf(runtime({ value: () => 1000 })));

    const lowest = fail(new Attempts(0), 0, limitsOf({ jitter: fullJitter, random: () => 0 }), finding);
    const highest = fail(new Attempts(0), 0, limitsOf({ jitter: undefined, random: () => 0.999 }), finding);

    expect(msOf(lowest)).toBe(1000);
    expect(msOf(highest)).toBeGreaterThan(1000);
    expect(msOf(highest)).toBeLessThanOrEqual(1100);
  });

  it('leaves a wait that is random already to itself by default, and spreads it where a jitter is named', () => {
    const finding = findingOf(ruleOf(random({ min: 600, max: 600 })));

    const byDefault = fail(new Attempts(0), 0, limitsOf({ jitter: undefined }), finding);
    const named = fail(new Attempts(0), 0, limitsOf({ jitter: (wait) => wait / 3 }), finding);

    expect([msOf(byDefault), msOf(named)]).toEqual([600, 200]);
  });

  it('spreads the wait that a refusal asks for, so that not all come back together', () => {
    const finding = findingOf(ruleOf(constant(100)), { leastWait: 1000 });
    const limits = limitsOf({ jitter: undefined, random: () => 0.5 });

    expect(msOf(fail(new Attempts(0), 0, limits, finding))).toBe(1050);
  });

  it('waits at least as long as a refusal asks, and keeps a longer wait of its own', () => {
    const short = findingOf(ruleOf(constant(100)), { leastWait: 700 });
    const long = findingOf(ruleOf(constant(900)), { leastWait: 700 });

    expect(msOf(fail(new Attempts(0), 0, limitsOf(), short))).toBe(700);
    expect(msOf(fail(new Attempts(0), 0, limitsOf(), long))).toBe(900);
  });

  it('keeps within the time that the calls around it leave', () => {
    const none = fail(new Attempts(0), 0, limitsOf(), findingOf(ruleOf()), 0);
    const some = fail(new Attempts(0), 0, limitsOf(), findingOf(ruleOf()), 30);

    expect(none).toEqual(giveUp('maxTime'));
    expect(some).toMatchObject({ ms: 30 });
  });

  it('counts and waits for each rule on its own', () => {
    const attempts = new Attempts(0);
    const patient = ruleOf(constant([10, 20, 30]), { alone: false });
    const hasty = ruleOf(constant([1, 2, 3]), { alone: false, maxTries: 2 });

    const steps = [patient, hasty, patient, hasty].map((rule) =>
      fail(attempts, 0, limitsOf(), findingOf(rule)),
    );

    expect(steps.slice(0, 3).map(msOf)).toEqual([10, 1, 20]);
    expect(steps[3]).toEqual(giveUp('maxTries'));
  });

  it('gives the waits the outcome of each attempt', () => {
    const seen: unknown[] = [];
    const wait = function* (first: unknown): Generator<number, void, unknown> {
      seen.push(first);
      for (;;) seen.push(yield 1);
    };
    const attempts = new Attempts(0);
    const rule = ruleOf(wait as never);
    const second = { ok: false, error: new Error('second') } as const;

    fail(attempts, 0, limitsOf(), findingOf(rule));
    fail(attempts, 0, limitsOf(), findingOf(rule, { outcome: second }));

    expect(seen).toEqual([failure, second]);
  });

  it('ends a chain of waits where its last part ends', () => {
    const attempts = new Attempts(0);
    const finding = findingOf(ruleOf(chain(constant([1]), constant([2]))));

    const steps = [0, 0, 0].map((now) => fail(attempts, now, limitsOf(), finding));

    expect(steps[1]).toMatchObject({ ms: 2 });
    expect(steps[2]).toEqual(giveUp('waits'));
  });

  describe('looking at a wait again', () => {
    const limits = limitsOf({ maxTime: 1000, jitter: undefined });

    it('leaves a wait alone that still fits', () => {
      const attempts = new Attempts(0);
      const step = { kind: 'wait', ms: 100, of: undefined, charged: 'error' } as const;

      expect(attempts.refit(step, 900, limits, Infinity)).toEqual(step);
    });

    it('draws a wait anew from the time left when it does not fit any more', () => {
      const attempts = new Attempts(0);
      const step = { kind: 'wait', ms: 100, of: undefined, charged: 'error' } as const;

      const again = attempts.refit(step, 940, { ...limits, random: () => 0.5 }, Infinity);

      expect(msOf(again)).toBe(30);
    });

    it.each([
      ['null', null],
      ['noJitter', noJitter],
    ])('takes all the time left where there is no jitter (%s)', (_name, jitter) => {
      const attempts = new Attempts(0);
      const step = { kind: 'wait', ms: 100, of: undefined, charged: 'error' } as const;

      const again = attempts.refit(step, 940, { ...limits, jitter, random: () => 0.5 }, Infinity);

      expect(msOf(again)).toBe(60);
    });

    it('gives up when a wait of a server does not fit any more, or no time is left', () => {
      const asked = { kind: 'wait', ms: 100, of: 'server', charged: 'throttle' } as const;
      const own = { kind: 'wait', ms: 100, of: undefined, charged: 'error' } as const;

      expect(new Attempts(0).refit(asked, 901, limits, Infinity)).toEqual(giveUp('maxTime'));
      expect(new Attempts(0).refit(own, 1000, limits, Infinity)).toEqual(giveUp('maxTime'));
    });

    it('says when the time for another attempt has passed', () => {
      const attempts = new Attempts(0);

      expect(attempts.isTooLate(999, limits, Infinity)).toBe(false);
      expect(attempts.isTooLate(1000, limits, Infinity)).toBe(true);
      expect(attempts.isTooLate(0, limits, 0)).toBe(true);
    });
  });

  describe('the history', () => {
    it('records what each attempt ended with, when, and the wait that followed', () => {
      const attempts = new Attempts(100);
      fail(attempts, 150);
      attempts.start();
      attempts.end({ ok: true, value: 'pong' }, 300);

      const history = attempts.history();

      expect(history.omitted).toBe(0);
      expect(history.attempts).toEqual([
        { tries: 1, elapsed: 50, ...failure, wait: 100 },
        { tries: 2, elapsed: 200, ok: true, value: 'pong', wait: undefined },
      ]);
    });

    it('is frozen, and a picture of its moment', () => {
      const attempts = new Attempts(0);
      fail(attempts, 1);
      const early = attempts.history();

      fail(attempts, 2);

      expect(early.attempts).toHaveLength(1);
      expect([early, early.attempts, ...early.attempts].every(Object.isFrozen)).toBe(true);
    });

    it('does not know the time of a call that keeps none', () => {
      const attempts = new Attempts(undefined);
      fail(attempts, undefined);

      expect(attempts.history().attempts[0]?.elapsed).toBeUndefined();
    });

    it('stays after the call is closed', () => {
      const attempts = new Attempts(0);
      fail(attempts, 1);

      attempts.close();

      expect(attempts.history().attempts).toHaveLength(1);
    });
  });

  it('starts a fresh sequence of waits for each call', () => {
    const rule = ruleOf(constant([1, 2]));

    const firsts = [new Attempts(0), new Attempts(0)].map((attempts) =>
      msOf(fail(attempts, 0, limitsOf(), findingOf(rule))),
    );

    expect(firsts).toEqual([1, 1]);
  });

  it('names the waits that give no number, with the failure as cause', () => {
    const rule = ruleOf((() => ({ next: () => ({ value: NaN }) })) as never);
    const attempts = new Attempts(0);
    attempts.start();
    attempts.end(failure, 0);

    const ask = (): unknown => attempts.next(findingOf(rule), limitsOf(), scope, Infinity);

    expect(ask).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', cause: (failure as { error: unknown }).error }),
    );
  });
});
