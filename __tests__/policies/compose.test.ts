/**
 * Policies together: what their order means, what several functions share, and that nothing is left behind.
 */
import { describe, expect, it } from '@jest/globals';
import {
  BulkheadFullError,
  CircuitOpenError,
  OptionError,
  RateLimitError,
  ThrottledError,
  TimeoutError,
  UsageError,
  VirtualClock,
  bulkhead,
  circuitBreaker,
  compose,
  constant,
  currentCall,
  deadline,
  fallback,
  gateway,
  hedge,
  rateLimit,
  retry,
  retryBudget,
  throttle,
  timeout,
} from '../../src/core.js';
import { runInNode } from '../support/run-in-node.js';
import { countedSignal } from '../support/signals.js';
import { catchWarnings } from '../support/warnings.js';

/** A policy whose types say nothing, so that all of them fit into one table. */
type AnyWrapper = ((...use: any[]) => any) & { run(call: (context: any) => any): any };
const composed = compose as unknown as (...policies: AnyWrapper[]) => AnyWrapper;

const boom = new Error('boom');
catchWarnings(); // of functions that throw before anybody knows whether they are async

/** Gives `value` after `ms` of virtual time. */
function after<T>(clock: VirtualClock, ms: number, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => {
    clock.schedule({ place: -1, unref: false, wake: () => resolve(value) }, ms);
  });
}

const hang = (): Promise<never> => new Promise(() => {});

const errorOf = (end: PromiseLike<unknown>): Promise<any> =>
  Promise.resolve(end).then(
    (value) => ({ value }),
    (error: unknown) => error,
  );

/** Whatever a refusal comes as: thrown or rejected. */
const outcomeOf = async (call: () => unknown): Promise<any> => {
  try {
    return { value: await call() };
  } catch (error) {
    return error;
  }
};

/** All policies, each so that a call which ends well passes through it. */
const policies: readonly (readonly [string, (clock: VirtualClock) => AnyWrapper])[] = [
  ['retry', (clock) => retry({ maxTries: 3, wait: constant(5), jitter: null, clock })],
  ['retry with a budget', (clock) => retry({ wait: constant(5), budget: retryBudget({ clock }), clock })],
  ['timeout', (clock) => timeout({ ms: 1000, clock }) as AnyWrapper],
  ['deadline', (clock) => deadline({ ms: 1000, clock })],
  ['circuitBreaker', (clock) => circuitBreaker({ clock })],
  ['circuitBreaker with slowAfter', (clock) => circuitBreaker({ slowAfter: 20, clock })],
  ['throttle', (clock) => throttle({ clock })],
  ['bulkhead', (clock) => bulkhead({ limit: 5, clock })],
  [
    'bulkhead with a queue',
    (clock) => bulkhead({ limit: 1, queue: 10, maxWait: '1s', mode: 'async', clock }),
  ],
  ['rateLimit', (clock) => rateLimit({ limit: 1000, burst: 10, clock })],
  ['rateLimit with maxWait', (clock) => rateLimit({ limit: 100, maxWait: '1s', mode: 'async', clock })],
  ['hedge', (clock) => hedge({ after: 10, max: 3, idempotent: true, clock }) as AnyWrapper],
  ['fallback', (clock) => fallback('other', { errors: RangeError, clock })],
  [
    'fallback with staleIfError',
    (clock) => fallback('other', { errors: RangeError, staleIfError: 10, clock }),
  ],
  ['gateway', (clock) => gateway('service', { clock }) as AnyWrapper],
  [
    'all of them',
    (clock) =>
      compose(
        fallback('other', { errors: RangeError, clock }),
        deadline({ ms: 1000, clock }),
        retry({ wait: constant(5), budget: retryBudget({ clock }), clock }),
        rateLimit({ limit: 100, maxWait: '1s', mode: 'async', clock }),
        bulkhead({ limit: 1, queue: 10, mode: 'async', clock }),
        throttle({ clock }),
        circuitBreaker({ clock }),
        hedge({ after: 10, idempotent: true, clock }),
        timeout({ ms: 500, clock }),
      ),
  ],
];

// The end of a call → what it is called with, and what its caller gets.
type Ending = (
  clock: VirtualClock,
  policy: AnyWrapper,
  signal: AbortSignal,
  abort: () => void,
) => Promise<void>;

/** Under a retry that can be aborted, for there is no signal without one. */
const abortable = (clock: VirtualClock, signal: AbortSignal, policy: AnyWrapper, fn: () => unknown): any =>
  compose(retry({ maxTries: 1, mode: 'async', signal, clock }), policy)(fn as never);

const endings: readonly (readonly [string, Ending])[] = [
  [
    'success',
    async (clock, policy, signal) => {
      const call = abortable(clock, signal, policy, async () => after(clock, 3, 'good'));
      expect(await clock.run(Promise.all([call(), call(), call()]))).toEqual(['good', 'good', 'good']);
    },
  ],
  [
    'failure',
    async (clock, policy, signal) => {
      const call = abortable(clock, signal, policy, async () => {
        await after(clock, 3);
        throw boom;
      });
      expect(await clock.run(errorOf(call()))).toBe(boom);
    },
  ],
  [
    'a failure at once',
    async (clock, policy, signal) => {
      const call = abortable(clock, signal, policy, () => {
        throw boom;
      });
      expect(await clock.run(errorOf(call()))).toBe(boom);
    },
  ],
  [
    'an abort',
    async (clock, policy, signal, abort) => {
      const call = abortable(clock, signal, policy, async () => {
        currentCall().signal.throwIfAborted();
        await after(clock, 30);
        throw boom; // too late for anybody
      });
      const ends = [call(), call(), call()].map((end) => errorOf(end as Promise<unknown>));
      await clock.advance(12);
      abort();
      for (const error of await clock.run(Promise.all(ends)))
        expect(error).toMatchObject({ name: 'AbortError' });
      await clock.advance(40); // the function goes on for a while, whatever its caller has heard
    },
  ],
  [
    'an abort by the function itself',
    async (clock, policy, signal, abort) => {
      const call = abortable(clock, signal, policy, async () => {
        abort();
        return hang();
      });
      expect(await clock.run(errorOf(call()))).toMatchObject({ name: 'AbortError' });
    },
  ],
  [
    'an abort before the call',
    async (clock, policy, signal, abort) => {
      abort();
      const call = abortable(clock, signal, policy, hang);
      expect(await clock.run(errorOf(call()))).toMatchObject({ name: 'AbortError' });
    },
  ],
  [
    'a timeout',
    async (clock, policy, signal) => {
      const call = abortable(clock, signal, compose(timeout({ ms: 8, clock }), policy), async () => {
        await after(clock, 30);
        throw boom; // too late for anybody
      });
      expect(await clock.run(errorOf(call()))).toBeInstanceOf(TimeoutError);
      await clock.advance(60);
    },
  ],
];

describe.each(
  policies.flatMap(([policy, make]) =>
    endings.map(([ending, end]): [string, string, typeof make, Ending] => [policy, ending, make, end]),
  ),
)('%s', (policy, ending, make, end) => {
  it(`leaves no timer, listener or place behind after ${ending}`, async () => {
    const clock = new VirtualClock();
    const counted = countedSignal();
    const made = make(clock);

    await end(clock, made, counted.signal, counted.abort);

    // One timer serves all calls that may become slow. It runs out instead of being set anew for each of them.
    if (policy.includes('slowAfter')) await clock.advance(20);
    expect(clock.pending).toBe(0);
    expect(counted.listeners).toBe(0);
    const state: unknown = (made as unknown as { state?: unknown }).state;
    if (policy.startsWith('bulkhead') && ending !== 'an abort by the function itself') {
      expect(state).toMatchObject({ inFlight: 0, queued: 0 });
    }
  });
});

describe('all policies', () => {
  it('leave no rejection unhandled, and the process ends by itself', async () => {
    const { stdout, stderr } = await runInNode(`
      const { compose, constant, currentCall, retry, timeout, deadline, hedge, bulkhead, rateLimit, throttle,
        circuitBreaker, fallback, gateway } = stampede;
      const unhandled = [];
      process.on('unhandledRejection', (error) => unhandled.push(String(error)));
      const policies = {
        retry: () => retry({ maxTries: 3, wait: constant(1), mode: 'async' }),
        timeout: () => timeout(20),
        deadline: () => deadline(20),
        ambient: () => deadline(20, { ambient: true }),
        hedge: () => hedge({ after: 2, max: 3, idempotent: true }),
        bulkhead: () => bulkhead({ limit: 1, queue: 1, maxWait: 5, mode: 'async' }),
        rateLimit: () => rateLimit({ limit: 100, maxWait: 15, mode: 'async' }),
        throttle: () => throttle(),
        circuitBreaker: () => circuitBreaker({ consecutive: 1, slowAfter: 5 }),
        open: () => { const breaker = circuitBreaker(); breaker.isolate(); return breaker; },
        fallback: () => fallback(null, { staleIfError: 100 }),
        gateway: () => gateway('all', { timeout: 10, bulkhead: { limit: 2, queue: 2 }, hedge: { after: 2, idempotent: true } }),
      };
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const fails = async () => { await later(30); throw new Error('late'); };
      const functions = {
        fails,
        failsAtOnce: async () => { throw new Error('at once'); },
        throws: () => { throw new Error('thrown'); },
        heeds: async () => {
          const { signal } = currentCall();
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      };
      let ended = 0;
      for (const [name, make] of Object.entries(policies)) {
        for (const fn of Object.values(functions)) {
          const controller = new AbortController();
          const around = retry({ maxTries: 1, mode: 'async', signal: controller.signal });
          const call = compose(around, make())(fn);
          for (let i = 0; i < 4; i++) call().then(() => (ended += 1), () => (ended += 1));
          setTimeout(() => controller.abort(), 25);
        }
      }
      await later(200);
      console.log(JSON.stringify({ unhandled, ended }));
    `);

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ unhandled: [], ended: 12 * 4 * 4 });
  });
});

describe('compose', () => {
  it('with one policy does what that policy does', async () => {
    for (const [, make] of policies) {
      const clock = new VirtualClock();
      const policy = make(clock);

      const call = composed(policy)(async (value: number) => value + 1);

      expect(await clock.run(call(1))).toBe(2);
      expect(await clock.run(composed(policy).run(async () => 5))).toBe(5);
    }
  });

  it('is the same as putting one around the other, however they are grouped', async () => {
    const attempts = async (group: (a: any, b: any, c: any) => any): Promise<[number, number]> => {
      const clock = new VirtualClock();
      let calls = 0;
      const call = group(
        retry({ maxTries: 2, wait: constant(7), jitter: null, clock }),
        retry({ maxTries: 3, wait: constant(1), jitter: null, clock }),
        timeout({ ms: 10, clock }),
      )(async () => {
        calls += 1;
        return hang();
      });
      await clock.run(errorOf(call()));
      return [calls, clock.now()];
    };

    const together = await attempts((a, b, c) => compose(a, b, c));

    expect(together).toEqual([6, 6 * 10 + 2 * 2 + 7]);
    expect(await attempts((a, b, c) => compose(compose(a, b), c))).toEqual(together);
    expect(await attempts((a, b, c) => compose(a, compose(b, c)))).toEqual(together);
    expect(await attempts((a, b, c) => (fn: unknown) => a(b(c(fn))))).toEqual(together);
  });

  it('refuses what is no policy', () => {
    expect(() => compose(retry(), retryBudget() as never)).toThrow(OptionError);
    expect(() => compose(retry(), timeout as never)).toThrow(OptionError);
  });

  it('takes a gateway as it takes any other policy', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const call = compose(
      fallback('other', { clock }),
      gateway('service', { retry: { wait: constant(1) }, clock }),
    )(async () => {
      calls += 1;
      throw boom;
    });

    expect(await clock.run(call())).toBe('other');
    expect(calls).toBe(3);
  });
});

describe('the order of', () => {
  it('timeout and retry says whether each attempt is bounded, or all of them', async () => {
    const tried = async (order: (t: any, r: any) => any): Promise<[number, number]> => {
      const clock = new VirtualClock();
      let tries = 0;
      const call = order(
        timeout({ ms: 10, clock }),
        retry({ maxTries: 3, wait: constant(1), jitter: null, clock }),
      )(async () => {
        tries += 1;
        return hang();
      });
      expect(await clock.run(errorOf(call()))).toBeInstanceOf(TimeoutError);
      return [tries, clock.now()];
    };

    expect(await tried((t, r) => compose(r, t))).toEqual([3, 32]);
    expect(await tried((t, r) => compose(t, r))).toEqual([1, 10]);
  });

  it('fallback and breaker says whether the breaker hears of failures', async () => {
    const stateAfter = async (order: (f: any, b: any) => any): Promise<string> => {
      const clock = new VirtualClock();
      const breaker = circuitBreaker({ consecutive: 2, clock });
      const call = order(
        fallback('other', { clock }),
        breaker,
      )(async () => {
        throw boom;
      });
      expect([await call(), await call(), await call()]).toEqual(['other', 'other', 'other']);
      return breaker.state;
    };

    expect(await stateAfter((f, b) => compose(f, b))).toBe('open');
    expect(await stateAfter((f, b) => compose(b, f))).toBe('closed');
  });

  it('retry and breaker says whether it counts attempts or calls', async () => {
    const stateAfter = async (order: (r: any, b: any) => any): Promise<[string, number]> => {
      const clock = new VirtualClock();
      const breaker = circuitBreaker({ consecutive: 3, clock });
      let tries = 0;
      const call = order(
        retry({ maxTries: 4, wait: constant(1), jitter: null, clock }),
        breaker,
      )(async () => {
        tries += 1;
        throw boom;
      });
      await clock.run(errorOf(call()));
      return [breaker.state, tries];
    };

    expect(await stateAfter((r, b) => compose(r, b))).toEqual(['open', 3]);
    expect(await stateAfter((r, b) => compose(b, r))).toEqual(['closed', 4]);
  });

  it('retry and bulkhead says whether a place is held while it backs off', async () => {
    const heldWhileWaiting = async (order: (r: any, b: any) => any): Promise<number | undefined> => {
      const clock = new VirtualClock();
      const room = bulkhead({ limit: 2, clock });
      const call = order(
        retry({ maxTries: 2, wait: constant(100), jitter: null, clock }),
        room,
      )(async () => {
        throw boom;
      });
      const end = errorOf(call());
      await clock.advance(50);
      const held = room.state.inFlight;
      await clock.run(end);
      expect(room.state.inFlight).toBe(0);
      return held;
    };

    expect(await heldWhileWaiting((r, b) => compose(r, b))).toBe(0);
    expect(await heldWhileWaiting((r, b) => compose(b, r))).toBe(1);
  });

  it('retry and rate limit says whether attempts are spaced, or calls', async () => {
    const moments = async (order: (r: any, l: any) => any): Promise<number[]> => {
      const clock = new VirtualClock();
      const seen: number[] = [];
      const call = order(
        retry({ maxTries: 3, wait: constant(1), jitter: null, clock }),
        rateLimit({ limit: 10, maxWait: '1s', clock }),
      )(async () => {
        seen.push(clock.now());
        throw boom;
      });
      await clock.run(errorOf(call()));
      return seen;
    };

    expect(await moments((r, l) => compose(r, l))).toEqual([0, 100, 200]);
    expect(await moments((r, l) => compose(l, r))).toEqual([0, 1, 2]);
  });
});

describe('one policy around several functions', () => {
  const fails = async (): Promise<never> => {
    throw boom;
  };

  it.each<readonly [string, (clock: VirtualClock) => AnyWrapper, () => unknown, unknown]>([
    ['circuitBreaker', (clock) => circuitBreaker({ consecutive: 1, clock }), fails, CircuitOpenError],
    [
      'throttle',
      (clock) => throttle({ isOverload: ({ ok }) => !ok, random: () => 0, clock }),
      fails,
      ThrottledError,
    ],
    ['bulkhead', (clock) => bulkhead({ limit: 1, clock }), hang, BulkheadFullError],
    ['rateLimit', (clock) => rateLimit({ limit: 1, clock }), fails, RateLimitError],
  ])('%s: what one does counts for the other', async (_, make, first, Refusal) => {
    const clock = new VirtualClock();
    const policy = make(clock);
    const one = policy(first) as () => Promise<unknown>;
    const other = policy(async () => 'good') as () => Promise<unknown>;

    void errorOf(one());
    await clock.advance(1);

    expect(await outcomeOf(other)).toBeInstanceOf(Refusal);
    expect(await outcomeOf(() => policy.run(async () => 'good'))).toBeInstanceOf(Refusal);
    expect(await outcomeOf(() => composed(policy).run(async () => 'good'))).toBeInstanceOf(Refusal);
  });

  it('retryBudget: the failures of one leave the other nothing to retry with', async () => {
    const clock = new VirtualClock();
    const budget = retryBudget({ minimum: 3, clock });
    const policy = retry({ maxTries: 10, wait: constant(1), jitter: null, budget, clock });
    let tries = 0;
    const one = policy(fails);
    const other = policy(async () => {
      tries += 1;
      throw boom;
    });

    await clock.run(errorOf(one()));
    await clock.run(errorOf(other()));

    expect(budget.state).toBe('empty');
    expect(tries).toBe(1);
  });

  it('hedge: calls of both make up the estimate', async () => {
    const clock = new VirtualClock();
    const policy = hedge({ after: 'p50', minCalls: 4, idempotent: true, clock });
    const one = policy(async () => after(clock, 10));
    const other = policy(async () => after(clock, 10));

    for (const call of [one, other, one, other]) await clock.run(call());

    expect(policy.delay).toBe(10);
  });

  it.each<readonly [string, (clock: VirtualClock) => AnyWrapper]>(policies)(
    '%s: each keeps its own kind, name and result',
    async (name, make) => {
      const clock = new VirtualClock();
      const policy = make(clock);
      const one = policy(async function one() {
        return 1;
      }) as () => Promise<number>;
      const two = policy(async function two() {
        return 2;
      }) as () => Promise<number>;

      expect([one.name, two.name]).toEqual(['one', 'two']);
      expect(await clock.run(Promise.all([one(), two(), one()]))).toEqual([1, 2, 1]);
      if (name.includes('slowAfter')) await clock.advance(20);
      expect(clock.pending).toBe(0);
    },
  );

  it('timeout: the end of one is not the end of the other', async () => {
    const clock = new VirtualClock();
    const policy = timeout({ ms: 10, clock });
    const one = policy(hang);
    const other = policy(async () => after(clock, 8, 'good'));

    const first = errorOf(one());
    await clock.advance(5);
    const second = other();

    expect(await clock.run(first)).toBeInstanceOf(TimeoutError);
    expect(await clock.run(second)).toBe('good');
  });

  it('fallback: the last good value of one is not given for the other', async () => {
    let isWell = true;
    const policy = fallback('other', { staleIfError: '1h' });
    const one = policy(async () => {
      if (isWell) return 'one';
      throw boom;
    });
    const two = policy(fails as () => Promise<string>);

    await one();
    isWell = false;

    expect(await one()).toBe('one');
    expect(await two()).toBe('other');
  });
});

describe('run', () => {
  it.each<[name: string, policy: unknown]>([
    ['compose', compose(retry())],
    ['compose of nothing', compose()],
    ['gateway', gateway('users')],
    ['fallback', fallback(null)],
    ['deadline', deadline('1s')],
    ['rateLimit', rateLimit({ limit: 5, per: '1s' })],
    ['bulkhead', bulkhead({ limit: 5 })],
    ['throttle', throttle()],
    ['circuitBreaker', circuitBreaker()],
    ['hedge', hedge({ after: 10, idempotent: true })],
    ['timeout', timeout('1s')],
  ])('of %s refuses overrides, which only a retry has, before the call is made', (_name, policy) => {
    const { run } = policy as { run(call: () => unknown, overrides?: unknown): unknown };
    let calls = 0;
    const call = async () => (calls += 1);

    expect(() => run(call, { maxTries: 2 })).toThrow(UsageError);
    expect(() => run(call, { maxTries: 2 })).toThrow(
      /second argument .* is not allowed. Overrides are for the run of a retry/,
    );
    expect(calls).toBe(0);
  });

  it('takes an `undefined` beside the call for nothing', async () => {
    const { run } = gateway('users') as unknown as { run(call: () => unknown, none?: undefined): unknown };

    expect(await run(() => Promise.resolve(5), undefined)).toBe(5);
  });
});
