import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  OptionError,
  RefusalError,
  VirtualClock,
  currentCall,
  seeded,
  subscribe,
  withRetry,
} from '../../src/core.js';
import type { StampedeEvent } from '../../src/core.js';
import { type HedgeOptions, hedge } from '../../src/policies/hedge.js';
import type { HedgeDetails } from '../../src/policies/hedging.js';
import { timeout } from '../../src/policies/timeout.js';
import { notedBudget } from '../support/budget.js';
import { runInNode } from '../support/run-in-node.js';
import { countedSignal } from '../support/signals.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const errorOf = (end: PromiseLike<unknown>): Promise<any> =>
  Promise.resolve(end).then(
    (value) => ({ value }),
    (error: unknown) => error,
  );

/** How an attempt ends: after so long, with a value or an error; without `ms` never. */
interface Plan {
  readonly ms?: number;
  readonly value?: unknown;
  readonly error?: unknown;
}

/** A function whose attempts end as planned, one after the other. Notes when they start and their signals. */
function planned(clock: VirtualClock, ...plans: Plan[]) {
  const starts: number[] = [];
  const signals: AbortSignal[] = [];
  const fn = async (): Promise<unknown> => {
    const plan = plans[starts.length] ?? plans.at(-1) ?? {};
    starts.push(clock.now());
    signals.push(currentCall().signal);
    return new Promise((resolve, reject) => {
      if (plan.ms === undefined) return;
      const wake = (): void => {
        if ('error' in plan) reject(plan.error);
        else resolve(plan.value);
      };
      if (plan.ms === 0) wake();
      else clock.schedule({ place: -1, unref: false, wake }, plan.ms);
    });
  };
  return { fn, starts, signals };
}

function hedgeOf(clock: VirtualClock, options: Partial<HedgeOptions> = {}) {
  return hedge({ after: 10, idempotent: true, clock, ...options });
}

describe('hedge', () => {
  const warnings = catchWarnings();

  it('makes one attempt where that is fast', async () => {
    const clock = new VirtualClock();
    const { fn, starts } = planned(clock, { ms: 9, value: 'first' });

    expect(await clock.run(hedgeOf(clock)(fn))).toBe('first');
    await clock.advance(100);

    expect([starts, clock.pending]).toEqual([[0], 0]);
  });

  it('sends another attempt when the first is slow, and gives the answer that comes first', async () => {
    const clock = new VirtualClock();
    const { fn, starts } = planned(clock, { ms: 100, value: 'first' }, { ms: 5, value: 'second' });

    expect(await clock.run(hedgeOf(clock)(fn))).toBe('second');
    expect([starts, clock.now()]).toEqual([[0, 10], 15]);
  });

  it('goes on up to max attempts', async () => {
    const clock = new VirtualClock();
    const { fn, starts } = planned(clock, {}, {}, { ms: 5, value: 'third' });

    expect(await clock.run(hedgeOf(clock, { max: 3 })(fn))).toBe('third');
    expect(starts).toEqual([0, 10, 20]);
  });

  it('T55: aborts the losers through their own signals, and not the winner', async () => {
    const clock = new VirtualClock();
    const { fn, signals } = planned(clock, {}, { ms: 15, value: 'second' }, {});

    await clock.run(hedgeOf(clock, { max: 3 })(fn));
    await clock.advance(100);

    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, true]);
    expect(clock.pending).toBe(0);
  });

  it('T55: a loser that reads its signal only after its defeat sees it aborted', async () => {
    const clock = new VirtualClock();
    const contexts: { readonly signal: AbortSignal }[] = [];
    const end = hedgeOf(clock).run((context) => {
      contexts.push(context);
      return contexts.length === 1 ? new Promise<string>(() => {}) : Promise.resolve('second');
    });

    await clock.run(end);

    expect(contexts).toHaveLength(2);
    expect(contexts[0]?.signal.aborted).toBe(true);
    expect(contexts[1]?.signal.aborted).toBe(false);
  });

  it('T56: an attempt that fails makes way for the next at once', async () => {
    const clock = new VirtualClock();
    const { fn, starts } = planned(clock, { ms: 3, error: boom }, { ms: 5, value: 'second' });

    expect(await clock.run(hedgeOf(clock)(fn))).toBe('second');
    expect([starts, clock.now(), clock.pending]).toEqual([[0, 3], 8, 0]);
  });

  it('ends with the last error when all attempts have failed', async () => {
    const clock = new VirtualClock();
    const last = new Error('last');
    const { fn, starts } = planned(clock, { ms: 3, error: boom }, { ms: 5, error: last });

    expect(await clock.run(errorOf(hedgeOf(clock)(fn)()))).toBe(last);
    expect([starts, clock.pending]).toEqual([[0, 3], 0]);
  });

  it('waits for an attempt under way when another has failed', async () => {
    const clock = new VirtualClock();
    const { fn } = planned(clock, { ms: 30, value: 'first' }, { ms: 5, error: boom });

    expect(await clock.run(hedgeOf(clock)(fn))).toBe('first');
    expect(clock.now()).toBe(30);
  });

  it('T56: sends no more to who refuses, and prefers the error of the function', async () => {
    const clock = new VirtualClock();
    const refusal = new RefusalError('ERR_TEST', 'no');
    const refused = planned(clock, { ms: 3, error: refusal });
    const failed = planned(clock, { ms: 3, error: boom }, { ms: 3, error: refusal });

    expect(await clock.run(errorOf(hedgeOf(clock)(refused.fn)()))).toBe(refusal);
    expect(refused.starts).toHaveLength(1);
    expect(await clock.run(errorOf(hedgeOf(clock, { max: 5, budget: notedBudget() })(failed.fn)()))).toBe(
      boom,
    );
    expect(failed.starts).toHaveLength(2);
  });

  it('ends with an error that is final, and aborts the others', async () => {
    const clock = new VirtualClock();
    const { fn, signals } = planned(clock, {}, { ms: 3, error: boom });
    const call = hedgeOf(clock, { max: 3, isFatal: (error) => error === boom })(fn);

    expect(await clock.run(errorOf(call()))).toBe(boom);
    expect([signals.map(({ aborted }) => aborted), clock.pending]).toEqual([[true, false], 0]);
  });

  it('does not try again what cannot be mended', async () => {
    const clock = new VirtualClock();
    const wrong = new OptionError('maxTries', 0, 'must be 1 or more');
    const { fn, starts } = planned(clock, { ms: 3, error: wrong });

    expect(await clock.run(errorOf(hedgeOf(clock)(fn)()))).toBe(wrong);
    expect(starts).toHaveLength(1);
  });

  it('lets what isFatal throws reach the caller', async () => {
    const clock = new VirtualClock();
    const worse = new Error('worse');
    const isFatal = (): never => {
      throw worse;
    };

    expect(
      await clock.run(errorOf(hedgeOf(clock, { isFatal })(planned(clock, { ms: 1, error: boom }).fn)())),
    ).toBe(worse);
  });

  it('T53: asks the budget for each attempt but the first, and earns once for a call', async () => {
    const clock = new VirtualClock();
    const budget = notedBudget(1);
    const { fn, starts } = planned(clock, {}, {}, { ms: 1, value: 'never sent' });

    const end = errorOf(hedgeOf(clock, { max: 5, budget })(fn)());
    await clock.advance(1000);
    const won = await clock.run(hedgeOf(clock, { budget })(planned(clock, { ms: 1, value: 'pong' }).fn));

    expect(starts).toEqual([0, 10]);
    expect(budget.notes).toEqual(['take error', 'take error', 'earn']);
    expect([won, clock.pending]).toEqual(['pong', 0]);
    void end;
  });

  it('T53: without a budget of the user, hedges at most a tenth of the calls when all are slow', async () => {
    const clock = new VirtualClock();
    let attempts = 0;
    const call = hedgeOf(clock)(async () => {
      attempts += 1;
      return new Promise((resolve) => {
        clock.schedule({ place: -1, unref: false, wake: () => resolve('pong') }, 50);
      });
    });

    for (let round = 0; round < 1000; round++) await clock.run(call);

    expect(attempts).toBe(1000 + 1 + 99); // one to begin with, and one for each ten that have succeeded before
  });

  it('T53: attempts are at most the calls and what the budget pays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ms: fc.integer({ min: 0, max: 40 }), fails: fc.boolean() }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 0, max: 10 }),
        async (plans, after, max, allowed) => {
          const clock = new VirtualClock();
          const budget = notedBudget(allowed);
          const list = plans.map(({ ms, fails }) => (fails ? { ms, error: boom } : { ms, value: 'pong' }));
          const { fn, starts } = planned(clock, ...list);
          const call = hedgeOf(clock, { after, max, budget })(fn);

          const calls = 5;
          const ends = await clock.run(Promise.all(Array.from({ length: calls }, () => errorOf(call()))));
          await clock.advance(1000);

          expect(starts.length).toBeLessThanOrEqual(calls + Math.min(allowed, calls * (max - 1)));
          expect(budget.notes.filter((note) => note === 'earn')).toHaveLength(
            ends.filter((end) => end !== boom).length,
          );
          expect(clock.pending).toBe(0);
        },
      ),
    );
  });

  it('lets an error of the budget reach the caller', async () => {
    const clock = new VirtualClock();
    const worse = new Error('worse');
    const budget = {
      take: (): never => {
        throw worse;
      },
      refund() {},
      earn() {},
    };
    const { fn, signals } = planned(clock, {});

    expect(await clock.run(errorOf(hedgeOf(clock, { budget })(fn)()))).toBe(worse);
    expect(signals[0]?.aborted).toBe(true);
  });

  it('gives back what a hedge would have cost that a handler stops', async () => {
    const clock = new VirtualClock();
    const budget = notedBudget();
    const controller = new AbortController();
    const { fn, starts } = planned(clock, {});
    const call = hedgeOf(clock, { budget, onHedge: () => controller.abort('enough') })(fn);

    const end = await clock.run(
      errorOf(withRetry(async () => call(), { signal: controller.signal, clock })()),
    );

    expect([end, starts, budget.notes]).toEqual(['enough', [0], ['take error', 'refund error']]);
  });

  describe('after a quantile', () => {
    it('hedges nothing until enough calls are known, then what is slower than most', async () => {
      const clock = new VirtualClock();
      const policy = hedgeOf(clock, { after: 'p90', minCalls: 10, budget: notedBudget() });
      const delays: unknown[] = [policy.delay];

      for (let ms = 1; ms <= 10; ms++) await clock.run(policy(planned(clock, { ms, value: ms }).fn));
      delays.push(policy.delay);
      const { fn, starts } = planned(clock, { ms: 50, value: 'first' }, { ms: 1, value: 'second' });
      const before = clock.now();

      expect(await clock.run(policy(fn))).toBe('second');
      expect(delays).toEqual([undefined, 9]);
      expect(starts.map((start) => start - before)).toEqual([0, 9]);
    });

    it('T54: counts the first attempt of a call, once, and no failure', async () => {
      const clock = new VirtualClock();
      const policy = hedgeOf(clock, { after: 'p50', minCalls: 3, budget: notedBudget() });
      await clock.run(policy(planned(clock, { ms: 20, error: boom }, { ms: 1, value: 'second' }).fn));
      await clock.run(errorOf(policy(planned(clock, { ms: 20, error: boom }).fn)()));

      for (const ms of [4, 5]) await clock.run(policy(planned(clock, { ms, value: ms }).fn));
      const known = policy.delay;
      await clock.run(policy(planned(clock, { ms: 6, value: 6 }).fn));

      expect([known, policy.delay]).toEqual([undefined, 5]);
    });

    it('T54: counts nothing of a first attempt that failed, though the call took long', async () => {
      const clock = new VirtualClock();
      const policy = hedgeOf(clock, { after: 'p50', minCalls: 2, budget: notedBudget() });
      for (const ms of [5, 9]) await clock.run(policy(planned(clock, { ms, value: ms }).fn));

      await clock.run(policy(planned(clock, { ms: 20, error: boom }, { ms: 30, value: 'second' }).fn));

      expect(policy.delay).toBe(5);
    });

    it('T54: does not sink when hedges win', async () => {
      const clock = new VirtualClock();
      const random = seeded(5);
      const policy = hedgeOf(clock, { after: 'p90', minCalls: 20, budget: notedBudget() });
      const load = async (): Promise<void> => {
        // The second attempt is fast, so that every first one that is hedged loses.
        const ms = Math.ceil(-20 * Math.log(1 - random()));
        await clock.run(policy(planned(clock, { ms, value: 'first' }, { ms: 0, value: 'second' }).fn));
      };
      for (let round = 0; round < 20; round++) await load();

      const delays: number[] = [];
      for (let round = 0; round < 3000; round++) {
        await load();
        delays.push(policy.delay as number);
      }

      const mean = delays.slice(-1000).reduce((sum, delay) => sum + delay, 0) / 1000;
      expect(mean).toBeGreaterThan(20 * Math.log(10) * 0.75); // the true p90 is 46
    });
  });

  it('T43: sends nothing for an answer that arrived while the thread was blocked', async () => {
    let attempts = 0;
    const call = hedge({ after: 5, idempotent: true })(() => {
      attempts += 1;
      return new Promise((resolve) => {
        setTimeout(resolve, 10, 'pong');
      });
    });

    const end = call();
    const until = performance.now() + 40;
    while (performance.now() < until);
    await end;

    expect(attempts).toBe(1);
  });

  it('ends with the call around it, and leaves nothing behind', async () => {
    const clock = new VirtualClock();
    const around = countedSignal();
    const { fn, signals } = planned(clock, {});
    const inner = hedgeOf(clock)(fn);
    const outer = withRetry(async () => inner(), { signal: around.signal, clock });

    const end = errorOf(outer());
    await clock.advance(15);
    around.abort('enough');

    expect(await end).toBe('enough');
    expect(signals.map(({ aborted, reason }) => [aborted, reason])).toEqual([
      [true, 'enough'],
      [true, 'enough'],
    ]);
    expect([around.listeners, clock.pending]).toEqual([0, 0]);
  });

  it('sends nothing more when the call around it has no time left', async () => {
    const clock = new VirtualClock();
    const { fn, starts } = planned(clock, {});
    const call = timeout({ ms: 10, clock })(hedgeOf(clock)(fn));

    expect((await clock.run(errorOf(call()))).code).toBe('ERR_TIMEOUT');
    expect([starts, clock.pending]).toEqual([[0], 0]);
  });

  describe('dispose', () => {
    it('is given the value of each loser that succeeds after all, not that of the winner', async () => {
      const clock = new VirtualClock();
      const { fn } = planned(
        clock,
        { ms: 100, value: 'first' },
        { ms: 15, value: 'second' },
        { ms: 50, error: boom },
      );
      const disposed: unknown[] = [];
      const call = hedgeOf(clock, { max: 3, dispose: (value) => disposed.push(value) })(fn);

      expect(await clock.run(call)).toBe('second');
      expect(disposed).toEqual([]);
      await clock.advance(200);

      expect(disposed).toEqual(['first']);
      expect(warnings.texts).toEqual([]);
    });

    it.each([
      [
        'was aborted',
        (clock: VirtualClock, call: () => Promise<unknown>) => timeout({ ms: 20, clock })(call),
      ],
      ['ended with a fatal error', (_: VirtualClock, call: () => Promise<unknown>) => call],
    ])('is given what comes after the call %s', async (title, around) => {
      const clock = new VirtualClock();
      const second = title.includes('fatal') ? { ms: 5, error: boom } : { ms: 60, value: 'second' };
      const { fn } = planned(clock, { ms: 50, value: 'first' }, second);
      const disposed: unknown[] = [];
      const options = { isFatal: () => true, dispose: (value: unknown) => disposed.push(value) };

      const end = errorOf(clock.run(around(clock, hedgeOf(clock, options)(fn))));
      expect(await end).toBeInstanceOf(Error);
      await clock.advance(200);

      expect(disposed).toEqual(title.includes('fatal') ? ['first'] : ['first', 'second']);
    });

    it.each([
      [
        'throws',
        () => {
          throw boom;
        },
      ],
      ['rejects', async () => Promise.reject(boom)],
    ])('changes nothing where it %s, and is reported once', async (_, dispose) => {
      const clock = new VirtualClock();
      const events: StampedeEvent[] = [];
      const stop = subscribe((event) => events.push(event));
      const { fn } = planned(clock, { ms: 40, value: 'a' }, { ms: 30, value: 'b' }, { ms: 5, value: 'c' });
      const call = hedgeOf(clock, { max: 3, dispose, name: 'search' })(fn);

      expect(await clock.run(call)).toBe('c');
      await clock.advance(200);
      stop();

      expect(warnings.texts).toEqual(['dispose of search failed: Error: boom. The call goes on without it.']);
      const failures = events.filter(({ type }) => type === 'handler:error');
      expect(failures.map(({ details }) => details)).toEqual([
        { error: boom, handler: dispose, details: { option: 'dispose' } },
        { error: boom, handler: dispose, details: { option: 'dispose' } },
      ]);
    });
  });

  it('leaves no unhandled rejection, and keeps the asynchronous stack', async () => {
    const { stdout } = await runInNode(`
      import { hedge } from './src/policies/hedge.ts';
      process.on('unhandledRejection', (error) => console.log('unhandled', error));
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      async function deepInside() { await later(1); throw new Error('boom'); }
      async function theCaller(call) { return await call(); }
      let calls = 0;
      await hedge({ after: 5, idempotent: true })(async () => {
        calls += 1;
        if (calls === 1) { await later(20); throw new Error('late'); }
      })();
      await later(40);
      console.log(JSON.stringify(await theCaller(hedge({ after: 50, idempotent: true })(deepInside)).catch((e) => e.stack)));
    `);

    expect(stdout).not.toContain('unhandled');
    expect(JSON.parse(stdout)).toMatch(/at async theCaller/);
  });

  it('lets a plain value and what a plain function throws pass', () => {
    const call = hedgeOf(new VirtualClock())((() => 'pong') as unknown as () => Promise<string>);
    const throwing = hedgeOf(new VirtualClock())((): Promise<string> => {
      throw boom;
    });

    expect([call(), call()]).toEqual(['pong', 'pong']);
    expect(warnings.codes).toEqual(['STAMPEDE_SYNC']);
    expect(throwing).toThrow(boom);
  });

  it('takes a throw for a failed attempt in mode async', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const call = hedgeOf(clock, { mode: 'async' })((): Promise<string> => {
      calls += 1;
      if (calls === 1) throw boom;
      return Promise.resolve('pong');
    });

    expect(await clock.run(call)).toBe('pong');
  });

  it('tells its handlers and the event hub, with frozen details', async () => {
    const clock = new VirtualClock();
    const told: HedgeDetails[] = [];
    const events: StampedeEvent[] = [];
    const stop = subscribe((event) => events.push(event));
    const options = {
      max: 3,
      name: 'search',
      budget: notedBudget(),
      onHedge: (d: HedgeDetails) => told.push(d),
    };
    const { fn } = planned(clock, {}, { ms: 2, error: boom }, { ms: 1, value: 'third' });

    await clock.run(hedgeOf(clock, options)(fn));
    stop();

    expect(told.map(({ tries, elapsed, because, error }) => [tries, elapsed, because, error])).toEqual([
      [2, 10, 'slow', undefined],
      [3, 12, 'error', boom],
    ]);
    expect(told.every((details) => Object.isFrozen(details))).toBe(true);
    expect(events.map(({ type, name, details }) => [type, name, details])).toEqual(
      told.map((details) => ['hedge', 'search', details]),
    );
  });

  it('decorates methods', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    class Api {
      base = 'http:';
      @hedgeOf(clock)
      async load(path: string): Promise<string> {
        calls += 1;
        return calls === 1 ? new Promise<never>(() => {}) : this.base + path;
      }
    }

    expect(await clock.run(new Api().load('//'))).toBe('http://');
    expect(calls).toBe(2);
  });

  it('T57: hedges nothing that is not said to be idempotent', () => {
    expect(() => hedge({ after: 10 } as never)).toThrow('idempotent must be true');
    expect(() => hedge({ after: 10, idempotent: false } as never)).toThrow('idempotent must be true');
  });

  it.each([
    [{ after: 'p0' }, 'between p0 and p100'],
    [{ after: 'p100' }, 'between p0 and p100'],
    [{ after: 'soon' }, 'with a unit'],
    [{ after: 0.2 }, 'did you mean 200 ms?'],
    [{ after: undefined }, 'must be milliseconds'],
    [{ max: 1 }, 'from 2 to 10'],
    [{ max: 11 }, 'from 2 to 10'],
    [{ minCalls: 5 }, 'is for a quantile'],
    [{ after: 'p95', minCalls: 0 }, 'whole number of 1 or more'],
    [{ budget: {} }, 'take(), refund() and earn()'],
    [{ isFatal: 1 }, 'must be a function'],
    [{ mode: 'sync' }, 'only a promise can be waited for'],
    [{ onHegde: 1 }, 'did you mean onHedge?'],
  ])('refuses %j', (options, says) => {
    expect(() => hedge({ after: 10, idempotent: true, ...options } as never)).toThrow(says);
  });
});
