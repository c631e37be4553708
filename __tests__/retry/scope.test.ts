/**
 * What holds for all retries here and now, whatever their options say.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  type RetryScope,
  VirtualClock,
  addRetryScope,
  constant,
  gateway,
  onException,
  onPredicate,
  retryAfter,
  retryBudget,
  retryHistory,
  withRetry,
} from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { notedBudget } from '../support/budget.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

let removers: (() => void)[] = [];

/** A scope that holds until the test is over. */
function scoped(scope: RetryScope | (() => RetryScope | undefined)): () => void {
  const remove = addRetryScope(typeof scope === 'function' ? scope : () => scope);
  removers.push(remove);
  return remove;
}

afterEach(() => {
  for (const remove of removers) remove();
  removers = [];
});

describe('a scope without retries', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: lets a call make one attempt and gives its very error`, async () => {
      scoped({ enabled: false });
      const clock = new VirtualClock();
      const script = play(boom, 'pong');
      const onGiveup = jest.fn();
      const budget = notedBudget();

      const end = finish(clock, withRetry(script, { wait: constant(100), onGiveup, budget, clock }));

      await expect(end).rejects.toBe(boom);
      expect([script.calls, clock.now(), budget.notes]).toEqual([1, 0, []]);
      expect(onGiveup).not.toHaveBeenCalled();
    });

    it(`${kind}: leaves a value alone that a predicate would refuse`, async () => {
      scoped({ enabled: false });
      const clock = new VirtualClock();
      const script = play('pending', 'done');
      let asked = 0;
      const predicate = (value: unknown): boolean => {
        asked += 1;
        return value === 'pending';
      };

      const value = await finish(clock, onPredicate(constant(1), predicate, { clock })(script) as any);

      expect([value, script.calls, asked]).toEqual(['pending', 1, 0]);
    });

    it.each([
      ['whose start is watched', { onAttempt: () => undefined }],
      ['with a signal', { signal: new AbortController().signal }],
      ['whose limit is a function', { maxTries: () => 5 }],
      ['inside which failures count once', { nested: 'once' }],
      ['that says it is enabled', { enabled: () => true }],
    ] as const)(`${kind}: holds for a call %s`, async (_name, options) => {
      scoped({ enabled: false });
      const clock = new VirtualClock();
      const script = play(boom, 'pong');

      const end = finish(clock, withRetry(script, { ...options, clock } as object));

      await expect(end).rejects.toBe(boom);
      expect(script.calls).toBe(1);
    });
  });

  it('holds for decorated methods and gateways', async () => {
    scoped({ enabled: false });
    const calls: string[] = [];
    class Api {
      @onException(constant(1), Error)
      async load(): Promise<never> {
        calls.push('load');
        throw boom;
      }

      @gateway('users', { retry: { maxTries: 3 } })
      async users(): Promise<never> {
        calls.push('users');
        throw boom;
      }
    }

    await expect(new Api().load()).rejects.toBe(boom);
    await expect(new Api().users()).rejects.toBe(boom);

    expect(calls).toEqual(['load', 'users']);
  });
});

describe('a scope with maxTries', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: is the most that any call makes, and giving up is told`, async () => {
      scoped({ maxTries: 2 });
      const clock = new VirtualClock();
      const script = play(boom);
      const reasons: string[] = [];
      const onGiveup = ({ reason }: { reason: string }): unknown => reasons.push(reason);

      const end = finish(clock, withRetry(script, { maxTries: 5, onGiveup, clock }));

      await expect(end).rejects.toBe(boom);
      expect([script.calls, reasons]).toEqual([2, ['maxTries']]);
    });

    it(`${kind}: adds no attempts to a call that makes fewer`, async () => {
      scoped({ maxTries: 5 });
      const clock = new VirtualClock();
      const script = play(boom);

      const end = finish(clock, withRetry(script, { maxTries: () => 2, clock }));

      await expect(end).rejects.toBe(boom);
      expect(script.calls).toBe(2);
    });

    it(`${kind}: ends polling`, async () => {
      scoped({ maxTries: 3 });
      const clock = new VirtualClock();
      const script = play('pending');

      const poll = onPredicate(constant('1s'), (value) => value === 'pending', { clock })(script) as any;

      expect(await finish(clock, poll)).toBe('pending');
      expect([script.calls, clock.now() <= 2000]).toEqual([3, true]);
    });
  });
});

describe('a scope without waits', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: waits no time, and all else is as always`, async () => {
      scoped({ waits: false });
      const clock = new VirtualClock();
      const script = play(boom, boom, 'pong');
      const budget = notedBudget();
      const told: unknown[] = [];
      const ping = withRetry(script, {
        wait: constant('1h'),
        maxTime: '1d',
        jitter: null,
        budget,
        clock,
        onBackoff: ({ wait, tries }) => told.push(['backoff', tries, wait]),
        onSuccess: ({ tries, history }) => {
          told.push(['success', tries, history.attempts.map((attempt) => attempt.wait)]);
        },
      });

      expect(await finish(clock, ping)).toBe('pong');

      expect(clock.now()).toBe(0);
      expect(told).toEqual([
        ['backoff', 1, 0],
        ['backoff', 2, 0],
        ['success', 3, [0, 0, undefined]],
      ]);
      expect(budget.notes).toEqual(['take error', 'take error', 'earn']);
    });

    it(`${kind}: waits not for a server either`, async () => {
      scoped({ waits: false });
      const clock = new VirtualClock();
      const script = play(Object.assign(new Error('busy'), { retryAfter: 120_000 }), 'pong');
      const wait = retryAfter({ fallback: constant('1s') });

      expect(await finish(clock, withRetry(script, { wait, clock }))).toBe('pong');

      expect(clock.now()).toBe(0);
    });

    it(`${kind}: asks no budget where retries are not paid for`, async () => {
      scoped({ budgets: false });
      const clock = new VirtualClock();
      const budget = notedBudget();

      const end = finish(clock, withRetry(play(boom, 'pong'), { wait: constant(100), budget, clock }));

      expect(await end).toBe('pong');
      expect(budget.notes.filter((note) => note.startsWith('take'))).toEqual([]);
    });

    it(`${kind}: waits not for an empty budget either`, async () => {
      scoped({ waits: false });
      const clock = new VirtualClock();
      const budget = retryBudget({ minimum: 0, maximum: 0, whenEmpty: '1h', clock });

      expect(await finish(clock, withRetry(play(boom, 'pong'), { budget, clock }))).toBe('pong');

      expect(clock.now()).toBe(0);
    });

    it(`${kind}: gives up where the wait for an empty budget would not have fitted`, async () => {
      scoped({ waits: false });
      const clock = new VirtualClock();
      const budget = retryBudget({ minimum: 0, maximum: 0, whenEmpty: '1h', clock });
      const script = play(boom, 'pong');

      const end = finish(clock, withRetry(script, { budget, maxTime: '1m', clock }));

      await expect(end).rejects.toBe(boom);
      expect(script.calls).toBe(1);
    });

    it(`${kind}: gives up where the wait of a server would not have fitted`, async () => {
      scoped({ waits: false });
      const clock = new VirtualClock();
      const script = play(Object.assign(new Error('busy'), { retryAfter: 120_000 }), 'pong');
      const wait = retryAfter({ fallback: constant('1s') });

      const end = finish(clock, withRetry(script, { wait, maxTime: '1m', clock }));

      await expect(end).rejects.toThrow('busy');
      expect(script.calls).toBe(1);
    });

    it(`${kind}: gives up when the waits have come to an end`, async () => {
      scoped({ waits: false });
      const clock = new VirtualClock();
      const script = play(boom);

      const end = finish(clock, withRetry(script, { wait: constant([1, 2]), clock }));

      await expect(end).rejects.toBe(boom);
      expect(script.calls).toBe(3);
      expect(retryHistory(boom)?.attempts.map(({ wait }) => wait)).toEqual([0, 0, undefined]);
    });
  });

  it('leaves other work its turn', async () => {
    scoped({ waits: false });
    let hasHadItsTurn = false;
    const poll = onPredicate<boolean>(constant('1h'), (value) => !value, { unref: true })(
      async () => hasHadItsTurn,
    );

    const polled = poll();
    await turn();
    hasHadItsTurn = true;

    expect(await polled).toBe(true);
  });
});

describe('addRetryScope', () => {
  const warnings = catchWarnings();
  const fail = async (): Promise<never> => Promise.reject(boom);
  const attemptsOf = async (options: object = {}): Promise<number> => {
    const fn = jest.fn(fail);
    await withRetry(fn, { wait: constant(0), maxTries: 4, mode: 'async', unref: true, ...options })().catch(
      () => {},
    );
    return fn.mock.calls.length;
  };

  it('asks once for each call that fails, and nobody for one that succeeds', async () => {
    const ask = jest.fn(() => ({}));
    scoped(ask);

    await withRetry(async () => 'pong')();
    withRetry(() => 'pong')();
    expect(ask).toHaveBeenCalledTimes(0);

    await attemptsOf();
    expect(ask).toHaveBeenCalledTimes(1);
    await attemptsOf({ onAttempt: () => undefined });
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('asks in the asynchronous context of the call', async () => {
    const context = new AsyncLocalStorage<RetryScope>();
    scoped(() => context.getStore());

    const attempts = await Promise.all([
      attemptsOf(),
      context.run({ maxTries: 2 }, attemptsOf),
      context.run({ enabled: false }, attemptsOf),
      context.run({ maxTries: 2 }, () => attemptsOf({ onAttempt: () => undefined })),
    ]);

    expect(attempts).toEqual([4, 2, 1, 2]);
  });

  it('refuses what is no function', () => {
    expect(() => addRetryScope({ enabled: false } as never)).toThrow(
      'ask must be a function that gives a scope; got {"enabled":false}.',
    );
  });

  it('asks nobody any more who has been removed', async () => {
    const remove = scoped({ enabled: false });
    expect(await attemptsOf()).toBe(1);

    remove();
    remove();

    expect(await attemptsOf()).toBe(4);
  });

  it('joins several: what any of them takes away is gone, and the last maxTries counts', async () => {
    const enabled = { enabled: true, waits: true };
    const removeFirst = scoped({ enabled: false });
    const removeLast = scoped(enabled);
    expect(await attemptsOf({ wait: constant('1h') })).toBe(1);

    removeFirst();
    removeLast();
    scoped({ waits: false, maxTries: 2 });
    scoped({ ...enabled, maxTries: 3 });
    scoped(() => undefined);
    expect(await attemptsOf({ wait: constant('1h') })).toBe(3);
  });

  it.each([
    ['enabled', { enabled: 'no' }],
    ['waits', { waits: 0 }],
    ['budgets', { budgets: 0 }],
    ['maxTries', { maxTries: 0 }],
  ])(
    'lets a call go on as it would without a scope whose %s is not allowed, and warns once',
    async (option, bad) => {
      scoped(bad as RetryScope);

      expect([await attemptsOf(), await attemptsOf()]).toEqual([4, 4]);

      expect(warnings.codes).toEqual(['STAMPEDE_SCOPE']);
      expect(warnings.texts[0]).toContain(`${option} must be`);
    },
  );

  it('lets a call go on as it would without a scope that throws', async () => {
    scoped(() => {
      throw new Error('no context');
    });

    expect(await attemptsOf()).toBe(4);

    expect(warnings.texts).toEqual(['A retry scope failed: Error: no context']);
  });
});
