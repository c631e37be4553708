import { describe, expect, it } from '@jest/globals';
import {
  TimeoutError,
  VirtualClock,
  constant,
  onException,
  onPredicate,
  retryBudget,
  runtime,
  withRetry,
} from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { notedBudget } from '../support/budget.js';
import { SleepyClock } from '../support/sleepy-clock.js';
import { catchWarnings } from '../support/warnings.js';

describe('the option budget', () => {
  catchWarnings();
  const boom = new Error('boom');

  bothDrivers((kind, play, finish) => {
    it(`${kind}: pays for each retry, not for the first attempt, and earns by a success`, async () => {
      const clock = new VirtualClock();
      const budget = notedBudget();

      await finish(clock, withRetry(play(boom, boom, 'pong'), { wait: constant(1), budget, clock }));
      await finish(clock, withRetry(play('pong'), { budget, clock }));

      expect(budget.notes).toEqual(['take error', 'take error', 'earn', 'earn']);
    });

    it(`${kind}: ends the retry when it is empty`, async () => {
      const clock = new VirtualClock();
      const budget = notedBudget(1);
      const script = play(boom);

      const end = finish(clock, withRetry(script, { wait: constant(1), budget, clock }));

      await expect(end).rejects.toBe(boom);
      expect(script.calls).toBe(2);
      expect(budget.notes).toEqual(['take error', 'take error']);
    });

    it(`${kind}: is asked before the wait and after everything else`, async () => {
      const clock = new VirtualClock();
      const order: string[] = [];
      const wait = function* (): Generator<number> {
        for (;;) {
          order.push('wait');
          yield 10;
        }
      };
      const budget = {
        take: () => {
          order.push(`take at ${clock.now()}`);
          return true;
        },
        refund() {},
        earn() {},
      };
      const giveup = (): boolean => {
        order.push('giveup');
        return false;
      };
      const onBackoff = (): void => void order.push('onBackoff');

      await finish(
        clock,
        withRetry(play(boom, 'pong'), { wait, jitter: null, giveup, budget, clock, onBackoff }),
      );

      expect(order).toEqual(['giveup', 'wait', 'take at 0', 'onBackoff']);
    });

    it.each([
      ['giveup says so', { giveup: () => true }],
      ['the tries are used up', { maxTries: 1 }],
      ['the time is used up', { maxTime: 0 }],
      ['the waits have ended', { wait: constant([]) }],
      ['a server asks for more time than is left', { wait: runtime({ value: () => 50 }), maxTime: 49 }],
    ])(`${kind}: is not charged when %s`, async (_case, options) => {
      const clock = new VirtualClock();
      const budget = notedBudget();

      await finish(clock, withRetry(play(boom), { ...options, budget, clock })).catch(() => {});

      expect(budget.notes).toEqual([]);
    });

    it(`${kind}: is told what kind of failure it pays for`, async () => {
      const clock = new VirtualClock();
      const budget = notedBudget();
      const slow = new TimeoutError('ping', 100);
      const foreign = Object.assign(new Error('slow'), { name: 'TimeoutError' });
      const predicate = (value: unknown): boolean => value === 0;

      await finish(
        clock,
        withRetry(play(boom, slow, foreign, 0, 'pong'), {
          errors: Error,
          predicate,
          wait: constant(1),
          budget,
          clock,
        }),
      );
      await finish(
        clock,
        onException(runtime({ value: () => 1 }), Error, { budget, clock })(play(boom, 'pong')),
      );

      expect(budget.notes).toEqual([
        'take error',
        'take timeout',
        'take timeout',
        'take value',
        'earn',
        'take throttle',
        'earn',
      ]);
    });

    it(`${kind}: pays half for what was turned away by its status`, async () => {
      const clock = new VirtualClock();
      const budget = retryBudget({ minimum: 3, ratio: 0, clock });
      const busy = Object.assign(new Error('busy'), { status: 503 });
      const script = play(busy);

      await finish(
        clock,
        withRetry(script, { wait: constant(1), jitter: null, maxTries: Infinity, budget, clock }),
      ).catch(() => {});

      expect(script.calls).toBe(7);
      expect(budget.level).toBe(0);
    });

    it(`${kind}: asks for the kind of a failure only where there is a budget`, async () => {
      const clock = new VirtualClock();
      let asked = 0;
      const busy = Object.defineProperty(new Error('busy'), 'status', { get: () => (asked += 1) });
      const options = { wait: constant(1), log: false, clock } as const;

      await finish(clock, withRetry(play(busy, 'pong'), options));
      const without = asked;
      await finish(clock, withRetry(play(busy, 'pong'), { ...options, budget: notedBudget() }));

      expect([without, asked]).toEqual([0, 1]);
    });

    it(`${kind}: pays for polling`, async () => {
      const clock = new VirtualClock();
      const budget = notedBudget(2);

      const answer = await finish(clock, onPredicate(constant(1), undefined, { budget, clock })(play(0)));

      expect(answer).toBe(0);
      expect(budget.notes).toEqual(['take value', 'take value', 'take value']);
    });

    it(`${kind}: does not earn by a failure or by an error that passes through`, async () => {
      const clock = new VirtualClock();
      const budget = notedBudget();

      await finish(clock, onException(constant(1), TypeError, { budget, clock })(play(boom))).catch(() => {});

      expect(budget.notes).toEqual([]);
    });

    it(`${kind}: is refunded when a handler takes all the time that was left`, async () => {
      const clock = new VirtualClock();
      const budget = notedBudget();
      const onBackoff = (): void => {
        clock.block(100);
      };

      await finish(
        clock,
        withRetry(play(boom), { wait: constant(10), maxTime: 100, budget, clock, onBackoff }),
      ).catch(() => {});

      expect(budget.notes).toEqual(['take error', 'refund error']);
    });

    it(`${kind}: is refunded when the machine slept past the deadline`, async () => {
      const clock = new SleepyClock(5000);
      const budget = notedBudget();

      await finish(clock, withRetry(play(boom), { wait: constant(10), maxTime: 1000, budget, clock })).catch(
        () => {},
      );

      expect(budget.notes).toEqual(['take error', 'refund error']);
    });

    it(`${kind}: is refunded when a handler aborts the call`, async () => {
      const clock = new VirtualClock();
      const budget = notedBudget();
      const controller = new AbortController();
      const { signal } = controller;
      const onBackoff = (): void => {
        controller.abort('enough');
      };

      const end = finish(
        clock,
        withRetry(play(boom), { wait: constant(10), signal, budget, clock, onBackoff }),
      );

      await expect(end).rejects.toBe('enough');
      expect(budget.notes).toEqual(['take error', 'refund error']);
    });

    it(`${kind}: reaches the caller with what take throws, the function's error as cause`, async () => {
      const clock = new VirtualClock();
      const bug = new TypeError('my budget');
      const take = (): boolean => {
        throw bug;
      };

      const end = finish(clock, withRetry(play(boom), { budget: { take, refund() {}, earn() {} }, clock }));

      await expect(end).rejects.toBe(bug);
      expect(bug.cause).toBe(boom);
    });

    it(`${kind}: does not take a success away when earn throws`, async () => {
      const clock = new VirtualClock();
      const earn = (): void => {
        throw new TypeError('my budget');
      };

      const answer = await finish(
        clock,
        withRetry(play('pong'), { budget: { take: () => true, refund() {}, earn }, clock }),
      );

      expect(answer).toBe('pong');
    });
  });

  it('is refunded when the wait is aborted', async () => {
    const clock = new VirtualClock();
    const budget = notedBudget();
    const controller = new AbortController();
    const { signal } = controller;
    const ping = withRetry(async () => Promise.reject(boom), {
      wait: constant(100),
      jitter: null,
      signal,
      budget,
      clock,
    });

    const end = ping().catch((error: unknown) => error);
    await clock.advance(50);
    controller.abort('enough');

    expect(await end).toBe('enough');
    expect(budget.notes).toEqual(['take error', 'refund error']);
  });

  it('is refunded when the thread may not be blocked', () => {
    const budget = notedBudget();
    const clock = new (class extends VirtualClock {
      override block(): void {
        throw new TypeError('not here');
      }
    })();
    const ping = withRetry(
      () => {
        throw boom;
      },
      { mode: 'sync', budget, clock },
    );

    expect(ping).toThrow(expect.objectContaining({ code: 'ERR_USAGE', cause: boom }));
    expect(budget.notes).toEqual(['take error', 'refund error']);
  });

  it('is not refunded when the abort comes after the retry was sent', async () => {
    const clock = new VirtualClock();
    const budget = notedBudget();
    const controller = new AbortController();
    const { signal } = controller;
    let calls = 0;
    const ping = withRetry(
      () => {
        calls += 1;
        return calls === 1 ? Promise.reject(boom) : new Promise(() => {});
      },
      { wait: constant(10), signal, budget, clock },
    );

    const end = ping().catch((error: unknown) => error);
    await clock.advance(50);
    controller.abort('enough');

    expect(await end).toBe('enough');
    expect(calls).toBe(2);
    expect(budget.notes).toEqual(['take error']);
  });

  it('lets a call end by its signal even when refund throws', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const { signal } = controller;
    const refund = (): void => {
      throw new TypeError('my budget');
    };
    const budget = { take: () => true, refund, earn() {} };
    const ping = withRetry(async () => Promise.reject(boom), { wait: constant(100), signal, budget, clock });

    const end = Promise.race([
      ping().catch((error: unknown) => error),
      clock.advance(1000).then(() => 'still pending'),
    ]);
    await clock.advance(1);
    expect(() => controller.abort('enough')).not.toThrow();

    expect(await end).toBe('enough');
  });
});
