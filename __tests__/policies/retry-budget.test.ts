import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  OptionError,
  TimeoutError,
  VirtualClock,
  constant,
  retry,
  seeded,
  subscribe,
  withRetry,
} from '../../src/core.js';
import { type BudgetDetails, retryBudget } from '../../src/policies/retry-budget.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

describe('retryBudget', () => {
  catchWarnings();
  const boom = new Error('boom');

  bothDrivers((kind, play, finish) => {
    it(`${kind}: pays for the retries of any number of functions until it is empty`, async () => {
      const clock = new VirtualClock();
      const budget = retryBudget({ minimum: 5, clock });
      const options = { wait: constant(1), budget, clock };
      const [first, second] = [play(boom), play(boom)];

      await finish(clock, withRetry(first, { ...options, maxTries: 4 })).catch(() => {});
      await finish(clock, retry(options)(second)).catch(() => {});

      expect(first.calls).toBe(4);
      expect(second.calls).toBe(3); // two of the five tokens were left
      expect(budget.state).toBe('empty');
      expect(budget.level).toBe(0);
    });

    it(`${kind}: charges a timeout twice, and by its own prices where it has some`, async () => {
      const clock = new VirtualClock();
      const slow = play(new TimeoutError('ping', 100));
      const dear = play(boom);

      const budget = retryBudget({ minimum: 4, clock });
      await finish(clock, withRetry(slow, { wait: constant(1), budget, clock })).catch(() => {});
      const costly = retryBudget({ minimum: 4, cost: { error: 4 }, clock });
      await finish(clock, withRetry(dear, { wait: constant(1), budget: costly, clock })).catch(() => {});

      expect(slow.calls).toBe(3);
      expect(dear.calls).toBe(2);
    });

    it(`${kind}: T20: does not earn by calls that fail, only by those that succeed`, async () => {
      const clock = new VirtualClock();
      const budget = retryBudget({ clock });
      const down = play(boom);
      const call = withRetry(down, { wait: constant(1), budget, clock });

      for (let calls = 0; calls < 100; calls++) await finish(clock, call).catch(() => {});
      expect(down.calls).toBe(100 + 3);
      const up = withRetry(play('pong'), { budget, clock });
      for (let calls = 0; calls < 20; calls++) await finish(clock, up);

      expect(budget.level).toBeCloseTo(2);
    });

    it(`${kind}: T21: empty, it ends a call at once with the call's own error`, async () => {
      const clock = new VirtualClock();
      const budget = retryBudget({ minimum: 0, clock });
      const script = play(boom);

      const end = finish(clock, withRetry(script, { wait: constant('1m'), jitter: null, budget, clock }));

      await expect(end).rejects.toBe(boom);
      expect(clock.now()).toBe(0);
      expect(clock.pending).toBe(0);
      expect(script.calls).toBe(1);
    });
  });

  it.each([
    [{}, 3],
    [{ maximum: 2 }, 2],
    [{ cost: { timeout: 7 } }, 7],
    [{ cost: { timeout: 7 }, maximum: 5 }, 5],
  ])('starts with enough for a retry of any kind, as far as it may hold that: %j', (options, level) => {
    expect(retryBudget(options).level).toBe(level);
  });

  it('T22: is charged before the wait, and gets back all that was charged for retries never sent', async () => {
    const clock = new VirtualClock();
    const budget = retryBudget({ clock });
    const controllers = [1, 2, 3].map(() => new AbortController());

    const calls = controllers.map(({ signal }) =>
      withRetry(async () => Promise.reject(boom), {
        wait: constant('1m'),
        jitter: null,
        budget,
        clock,
        signal,
      })(),
    );
    await clock.advance(10);
    const levelInWait = budget.level;
    for (const controller of controllers) controller.abort('enough');
    const ends = await Promise.allSettled(calls);

    expect(levelInWait).toBe(0);
    expect(ends.map((end) => end.status === 'rejected' && end.reason)).toEqual([
      'enough',
      'enough',
      'enough',
    ]);
    expect(budget.level).toBe(3);
  });

  it('T39: bounds the retries of an outage by the capacity, however many calls are in flight', async () => {
    const clock = new VirtualClock();
    const budget = retryBudget({ clock });
    let attempts = 0;
    const call = withRetry(
      async () => {
        attempts += 1;
        throw boom;
      },
      { wait: constant(1), budget, clock },
    );

    await clock.run(() => Promise.allSettled(Array.from({ length: 1000 }, () => call())));

    expect(attempts).toBe(1000 + 3);
  });

  it('keeps attempts ≤ calls + capacity / cost + ratio × successes under the real retry, for any outage', async () => {
    const story = fc.record({
      failing: fc.double({ min: 0, max: 1, noNaN: true }),
      calls: fc.integer({ min: 1, max: 150 }),
      gap: fc.integer({ min: 0, max: 500 }),
      ratio: fc.double({ min: 0, max: 0.5, noNaN: true }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ failing, calls, gap, ratio, seed }) => {
        const clock = new VirtualClock();
        const random = seeded(seed);
        const budget = retryBudget({ ratio, minimum: 4, clock });
        let attempts = 0;
        let successes = 0;
        const call = retry({ budget, clock, random, maxTries: 6, wait: constant(50) })(async () => {
          attempts += 1;
          if (random() < failing) throw boom;
          successes += 1;
        });

        const running: Promise<void>[] = [];
        for (let made = 0; made < calls; made++) {
          running.push(call().catch(() => {}));
          if (random() < 0.3) await clock.advance(gap);
        }
        await clock.run(() => Promise.all(running));

        expect(attempts).toBeLessThanOrEqual(calls + 4 + ratio * successes + 1e-6);
      }),
      { numRuns: 30 },
    );
  });

  it('grows with the traffic, and looks at the clock once in a thousand successes', async () => {
    const clock = new VirtualClock();
    let looks = 0;
    const now = clock.now.bind(clock);
    clock.now = () => {
      looks += 1;
      return now();
    };
    const budget = retryBudget({ clock });

    for (let second = 0; second < 60; second++) {
      for (let call = 0; call < 100; call++) budget.earn();
      await clock.advance(1000);
    }

    expect(looks).toBeLessThan(10);
    expect(budget.capacity).toBeGreaterThan(80);
    expect(budget.level).toBeGreaterThan(80);
  });

  it('tells handlers and the hub when it runs empty and when it pays again, once each', async () => {
    const clock = new VirtualClock();
    const told: BudgetDetails[] = [];
    const heard: string[] = [];
    const stop = subscribe(({ type, name }) => heard.push(`${type} ${name}`));
    const note = (details: BudgetDetails): unknown => told.push(details);
    const budget = retryBudget({ name: 'users', clock, onEmpty: note, onRefill: [note] });

    for (let retries = 0; retries < 6; retries++) budget.take('error');
    for (let success = 0; success < 10; success++) budget.earn();
    budget.take('error');
    stop();

    expect(told.map(({ event }) => event)).toEqual(['empty', 'refill']);
    expect(told[0]).toEqual({ event: 'empty', name: 'users', level: 0, capacity: 3 });
    expect(Object.isFrozen(told[0])).toBe(true);
    expect(heard).toEqual(['budget:empty users', 'budget:refill users']);
  });

  it('survives handlers that throw', () => {
    const budget = retryBudget({
      minimum: 0,
      clock: new VirtualClock(),
      onEmpty: () => {
        throw boom;
      },
    });

    expect(budget.take('error')).toBe(false);
  });

  it.each([
    [{ ration: 1 }, 'ration is not an option of retryBudget (did you mean ratio?); got 1.'],
    [{ ratio: 2 }, 'ratio must be a number from 0 to 1; got 2.'],
    [{ window: 0 }, 'window must be milliseconds'],
    [{ minimum: -1 }, 'minimum must be a number of 0 or more; got -1.'],
    [{ minimum: 10, maximum: 5 }, 'maximum must be a finite number of 10 (minimum) or more; got 5.'],
    [{ cost: { errors: 1 } }, 'errors is not an option of cost (did you mean error?)'],
    [{ cost: { error: 0 } }, 'cost.error must be a finite number above 0; got 0.'],
    [{ cost: 3 }, 'The options of cost must be an object; got 3.'],
    [{ clock: {} }, 'clock must be a Clock'],
    [{ name: '' }, 'name must be a text'],
    [{ onEmpty: 1 }, 'onEmpty must be a function'],
  ])('refuses %j', (options, message) => {
    const make = (): unknown => retryBudget(options as never);

    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });
});
