/**
 * A retry that was paid for and that an inner policy has refused to send: the budget gets back what it cost. What was
 * sent stays paid for, whatever error it ends with.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Sleeper,
  type Wrapper,
  VirtualClock,
  bulkhead,
  circuitBreaker,
  compose,
  constant,
  deadline,
  fallback,
  gateway,
  hedge,
  rateLimit,
  retry,
  retryBudget,
  seeded,
  throttle,
  timeout,
} from '../../src/core.js';
import { notedBudget } from '../support/budget.js';

type Load = () => Promise<unknown>;
type Policy = Wrapper<PromiseLike<unknown>>;

const boom = new Error('boom');
const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'none',
    (error: unknown) => (error as { code?: string }).code ?? (error as Error).message,
  );
const hang: Load = () => new Promise(() => {});
const fail: Load = async () => Promise.reject(boom);
const sleeper = (wake: (value: unknown) => void): Sleeper => ({ place: -1, unref: false, wake });
const breaker = (clock: VirtualClock): Policy => circuitBreaker({ consecutive: 1, failureRate: null, clock });

describe('a retry that an inner policy refuses', () => {
  const refusers: Readonly<Record<string, readonly [(clock: VirtualClock) => Policy, string]>> = {
    'an open circuit': [breaker, 'ERR_CIRCUIT_OPEN'],
    'a circuit with a key': [
      (clock) => circuitBreaker({ consecutive: 1, failureRate: null, key: () => 'one', clock }),
      'ERR_CIRCUIT_OPEN',
    ],
    'a circuit inside other policies': [
      (clock) =>
        compose(timeout('1h', { clock }), fallback(0, { errors: RangeError }), breaker(clock)) as Policy,
      'ERR_CIRCUIT_OPEN',
    ],
    'a circuit around other policies': [
      (clock) => compose(breaker(clock), hedge({ after: '1h', idempotent: true, clock })),
      'ERR_CIRCUIT_OPEN',
    ],
    'a full bulkhead': [(clock) => bulkhead({ limit: 1, clock }), 'ERR_BULKHEAD_FULL'],
    'the queue of a bulkhead': [
      (clock) => bulkhead({ limit: 1, queue: 1, maxWait: 50, clock }),
      'ERR_BULKHEAD_FULL',
    ],
    'a rate limit': [(clock) => rateLimit({ limit: 1, per: '1h', clock }), 'ERR_RATE_LIMIT'],
    'a throttle': [
      (clock) => throttle({ multiplier: 1, floor: 0, isOverload: () => true, random: () => 0, clock }),
      'ERR_THROTTLED',
    ],
  };
  const ways: Readonly<Record<string, (outer: Policy, inner: Policy, fn: Load) => Promise<unknown>>> = {
    wrapped: (outer, inner, fn) => outer(inner(fn))(),
    composed: (outer, inner, fn) => compose(outer, inner)(fn)(),
    run: async (outer, inner, fn) => compose(outer, inner).run(fn),
    'composed in layers, run': async (outer, inner, fn) =>
      compose(compose(), outer, compose(inner)).run(() => fn()),
  };
  const cases = Object.entries(refusers).flatMap(([title, [make, code]]) =>
    Object.entries(ways).map(([way, call]) => ({ title, way, make, code, call })),
  );

  it.each(cases)('is refunded: $title, $way', async ({ make, code, call }) => {
    const clock = new VirtualClock();
    const budget = notedBudget();
    const inner = make(clock);
    const again = retry({ wait: constant(10), jitter: null, maxTries: 3, budget, clock }) as Policy;

    const end = codeOf(call(again, inner, fail));
    await clock.advance(5);
    if (code === 'ERR_BULKHEAD_FULL') void inner(hang)();
    await clock.advance('1s');

    expect(await end).toBe(code);
    expect(budget.notes).toEqual(['take error', 'refund error']);
  });

  it('is refunded each time that it is listed and tried again', async () => {
    const clock = new VirtualClock();
    const budget = notedBudget();
    const load = compose(
      retry({ errors: Error, wait: constant(10), jitter: null, maxTries: 4, budget, clock }),
      deadline(0, { clock }),
    )(fail);

    const end = codeOf(clock.run(load()));

    expect(await end).toBe('ERR_TIMEOUT');
    expect(budget.notes).toEqual(Array.from({ length: 3 }, () => ['take timeout', 'refund timeout']).flat());
  });

  it('is refunded in a gateway: the level is what it was', async () => {
    const clock = new VirtualClock();
    const door = gateway('one', { circuitBreaker: { consecutive: 1 }, clock });

    expect(await codeOf(clock.run(door(fail)()))).toBe('ERR_CIRCUIT_OPEN');
    expect(door.state.budget?.level).toBe(door.state.budget?.capacity);
  });

  it('is refunded in a sync call', () => {
    const clock = new VirtualClock();
    const budget = notedBudget();
    const load = compose(
      retry({ wait: constant(10), budget, mode: 'sync', clock }),
      circuitBreaker({ consecutive: 1, failureRate: null, clock }),
    )(() => {
      throw boom;
    });

    expect(load).toThrow('open');
    expect(budget.notes).toEqual(['take error', 'refund error']);
  });
});

describe('a retry that was sent', () => {
  const layers: Readonly<Record<string, (again: Policy, clock: VirtualClock, fn: Load) => Load>> = {
    'the function met an open circuit of its own': (again, clock, fn) => {
      const far = breaker(clock)(fn);
      return again(async () => far());
    },
    'the function under a circuit met another': (again, clock, fn) => {
      const far = breaker(clock)(fn);
      return compose(
        again,
        circuitBreaker({ consecutive: 9, clock }),
        timeout('1h', { clock }),
      )(async () => far());
    },
  };

  it.each(Object.entries(layers))('stays paid for: %s', async (_, make) => {
    const clock = new VirtualClock();
    const budget = notedBudget();
    const again = retry({ wait: constant(10), jitter: null, maxTries: 2, budget, clock }) as Policy;

    expect(await codeOf(clock.run(make(again, clock, fail)()))).toBe('ERR_CIRCUIT_OPEN');
    expect(budget.notes).toEqual(['take error']);
  });

  it('stays paid for where it was an inner retry, and only the last of its attempts was refused', async () => {
    const clock = new VirtualClock();
    const [outer, inner] = [notedBudget(), notedBudget()];
    const common = { wait: constant(10), jitter: null, clock };
    const load = compose(
      retry({ ...common, maxTries: 2, nested: 'again', budget: outer }),
      retry({ ...common, maxTries: 2, budget: inner }),
      circuitBreaker({ consecutive: 3, failureRate: null, clock }),
    )(fail);

    expect(await codeOf(clock.run(load()))).toBe('ERR_CIRCUIT_OPEN');
    expect(outer.notes).toEqual(['take error']);
    expect(inner.notes).toEqual(['take error', 'take error', 'refund error']);
  });
});

describe('a hedge around what refuses', () => {
  it('says nothing of the attempts that were sent, so that their retry stays paid for', async () => {
    const clock = new VirtualClock();
    const budget = notedBudget();
    const far = breaker(clock)(fail);
    let calls = 0;
    const load = compose(
      retry({ wait: constant(10), jitter: null, maxTries: 2, budget, clock }),
      hedge({ after: 5, idempotent: true, isFatal: (error) => error === boom, budget: notedBudget(), clock }),
      bulkhead({ limit: 1, clock }),
    )(async () => {
      calls += 1;
      if (calls === 2) await new Promise((resolve) => clock.schedule(sleeper(resolve), 20));
      return far();
    });

    expect(await codeOf(clock.run(load()))).toBe('ERR_BULKHEAD_FULL');
    expect(calls).toBe(2);
    expect(budget.notes).toEqual(['take error']);
  });
});

describe('the bound of a budget', () => {
  it('holds with refunds: attempts ≤ calls + capacity / cost + ratio × successes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.double({ min: 0.2, max: 1, noNaN: true }), async (seed, failing) => {
        const clock = new VirtualClock();
        const random = seeded(seed);
        const budget = retryBudget({ minimum: 2, maximum: 2, ratio: 0.1, cost: { throttle: 1 }, clock });
        let attempts = 0;
        let successes = 0;
        const far = circuitBreaker({ consecutive: 2, failureRate: null, openTime: 20, ramp: null, clock })(
          fail,
        );
        const load = compose(
          retry({ wait: constant(10), errors: () => true, maxTries: 4, budget, random, clock }),
          circuitBreaker({ consecutive: 5, failureRate: null, openTime: 15, ramp: null, random, clock }),
          bulkhead({ limit: 20, queue: 1, maxWait: 5, clock }),
        )(async () => {
          attempts += 1;
          if (random() < 0.6) await far();
          if (random() < failing) throw boom;
          successes += 1;
          return null;
        });
        const calls = 60;
        for (let call = 0; call < calls; call++) {
          void codeOf(load());
          if (random() < 0.5) await clock.advance(3);
        }
        await clock.advance('1m');

        expect(attempts).toBeLessThanOrEqual(calls + 2 + 0.1 * successes + 1e-6);
      }),
      { numRuns: 200 },
    );
  });
});
