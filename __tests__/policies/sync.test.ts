/**
 * Every policy around sync functions and async ones: as a decorator, around a function, in `compose`, by `run`.
 *
 * What needs no timer serves sync functions in full. What needs one passes a plain value through, says so once, and
 * cannot be told that a function is sync.
 */
import { describe, expect, it } from '@jest/globals';
import {
  BulkheadFullError,
  CircuitOpenError,
  OptionError,
  RateLimitError,
  ThrottledError,
  VirtualClock,
  bulkhead,
  circuitBreaker,
  compose,
  constant,
  deadline,
  fallback,
  gateway,
  hedge,
  onException,
  rateLimit,
  retry,
  throttle,
  timeout,
} from '../../src/core.js';
import { catchWarnings } from '../support/warnings.js';

/** A policy whose types say nothing, so that all of them fit into one table. */
type AnyWrapper = ((...use: any[]) => any) & { run(call: (context: any) => any): any };
type Body = (this: unknown, value: number) => unknown;
type Call = (value: number) => any;

const boom = new Error('boom');
const warnings = catchWarnings();

/** Policies that sync functions get all of. */
const whole: readonly (readonly [string, (clock: VirtualClock) => AnyWrapper])[] = [
  ['retry', (clock) => retry({ maxTries: 1, clock })],
  ['onException', (clock) => onException(constant(1), Error, { maxTries: 1, clock })],
  ['deadline', (clock) => deadline({ ms: 1000, clock })],
  ['circuitBreaker', (clock) => circuitBreaker({ clock })],
  ['circuitBreaker with slowAfter', (clock) => circuitBreaker({ slowAfter: 100, window: 1000, clock })],
  ['throttle', (clock) => throttle({ clock })],
  ['bulkhead', (clock) => bulkhead({ limit: 2, clock })],
  ['rateLimit', (clock) => rateLimit({ limit: 10, burst: 10, clock })],
  ['fallback', (clock) => fallback('other', { errors: RangeError, clock })],
  [
    'fallback with staleIfError',
    (clock) => fallback('other', { errors: RangeError, staleIfError: 100, clock }),
  ],
];

/** Policies that need a timer for what they do. */
const timed: readonly (readonly [string, (clock: VirtualClock, mode?: unknown) => AnyWrapper])[] = [
  ['timeout', (clock, mode) => timeout({ ms: 1000, clock, ...(mode as object) }) as AnyWrapper],
  [
    'hedge',
    (clock, mode) => hedge({ after: 10, idempotent: true, clock, ...(mode as object) }) as AnyWrapper,
  ],
  ['bulkhead with a queue', (clock, mode) => bulkhead({ limit: 2, queue: 2, clock, ...(mode as object) })],
  [
    'rateLimit with maxWait',
    (clock, mode) => rateLimit({ limit: 10, burst: 10, maxWait: '1s', clock, ...(mode as object) }),
  ],
];

/** The ways in which a policy is put around something. */
const uses: readonly (readonly [string, (policy: AnyWrapper, body: Body) => Call])[] = [
  ['around a function', (policy, body) => policy(body)],
  [
    'as a decorator',
    (policy, body) => {
      class Service {
        @policy
        call(value: number): unknown {
          return body.call(this, value);
        }
      }
      const service = new Service();
      return (value) => service.call(value);
    },
  ],
  [
    'as a decorator of a static method',
    (policy, body) => {
      class Service {
        @policy
        static call(value: number): unknown {
          return body.call(this, value);
        }
      }
      return (value) => Service.call(value);
    },
  ],
  ['in compose', (policy, body) => compose(policy)(body as never) as Call],
  ['in compose around another', (policy, body) => compose(policy, circuitBreaker())(body as never) as Call],
  ['by run', (policy, body) => (value) => policy.run(() => body.call(undefined, value))],
];

const table = (rows: readonly (readonly [string, unknown])[]): [string, string, any, any][] =>
  rows.flatMap(([policy, make]) =>
    uses.map(([use, wrap]): [string, string, any, any] => [policy, use, make, wrap]),
  );

/** Whatever a call ends with, whether it throws or rejects. */
async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    return { value: await call() };
  } catch (error) {
    return error;
  }
}

describe.each(table([...whole, ...timed]))('%s %s', (policy, use, make, wrap) => {
  it('gives a plain value of a sync function as it is', () => {
    const clock = new VirtualClock();
    const call: Call = wrap(make(clock), (value: number) => value + 1);

    expect([call(1), call(2)]).toEqual([2, 3]);
  });

  it('throws what a sync function throws, at once and the same', () => {
    const call: Call = wrap(make(new VirtualClock()), () => {
      throw boom;
    });

    expect(() => call(1)).toThrow(boom);
  });

  it('gives a promise of what an async function gives, and rejects with its own error', async () => {
    const clock = new VirtualClock();
    const policyOnce = make(clock);
    const good: Call = wrap(policyOnce, async (value: number) => value + 1);
    const bad: Call = wrap(policyOnce, async () => {
      throw boom;
    });

    const given = good(1);
    const failing = bad(1);

    expect(given).toBeInstanceOf(Promise);
    expect(failing).toBeInstanceOf(Promise);
    expect(await clock.run(given)).toBe(2);
    expect(await errorOf(() => clock.run(failing))).toBe(boom);
  });

  it('takes a function that returns promises for an async one', async () => {
    const clock = new VirtualClock();
    const call: Call = wrap(make(clock), (value: number) => Promise.resolve(value + 1));

    expect(await clock.run(call(1))).toBe(2);
    expect(await clock.run(call(2))).toBe(3);
  });

  if (use !== 'by run') {
    it('keeps `this` and all arguments', () => {
      const seen: unknown[] = [];
      const call = wrap(make(new VirtualClock()), function (this: unknown, ...args: unknown[]) {
        seen.push(this === undefined ? 'none' : typeof this, ...args);
      });

      call.call(undefined, 7);

      expect(seen[0]).toBe(
        use.includes('static') ? 'function' : use.includes('decorator') ? 'object' : 'none',
      );
      expect(seen[1]).toBe(7);
    });
  }

  it('leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const policyOnce = make(clock);
    const sync: Call = wrap(policyOnce, (value: number) => value);
    const asynchronous: Call = wrap(policyOnce, async (value: number) => value);

    sync(1);
    await clock.run(asynchronous(1));

    // One timer serves all calls that may become slow. It runs out instead of being set anew for each of them.
    if (policy.includes('slowAfter')) await clock.advance(100);
    expect(clock.pending).toBe(0);
  });
});

describe.each(timed.map(([policy, make]) => [policy, make] as const))('%s', (_, make) => {
  it('warns once of a function that gives plain values', () => {
    const call = make(new VirtualClock())(function plain() {
      return 1;
    }) as () => number;

    expect([call(), call(), call()]).toEqual([1, 1, 1]);
    expect(warnings.texts).toEqual([expect.stringContaining('plain')]);
    expect(warnings.codes).toEqual(['STAMPEDE_SYNC']);
  });

  it('warns of no async function', async () => {
    const clock = new VirtualClock();

    await clock.run(make(clock)(async () => 1)());

    expect(warnings.texts).toEqual([]);
  });

  it("refuses mode 'sync'", () => {
    expect(() => make(new VirtualClock(), { mode: 'sync' })).toThrow(OptionError);
  });
});

describe.each(whole.map(([policy, make]) => [policy, make] as const))('%s', (_, make) => {
  it('warns of no sync function', () => {
    make(new VirtualClock())(() => 1)();

    expect(warnings.texts).toEqual([]);
  });
});

describe('a sync function', () => {
  /** Policies that refuse the second call, and with what. */
  const refusing: readonly (readonly [
    string,
    (clock: VirtualClock) => AnyWrapper,
    new (...args: never[]) => Error,
  ])[] = [
    ['circuitBreaker', (clock) => circuitBreaker({ consecutive: 1, clock }), CircuitOpenError],
    ['throttle', (clock) => throttle({ isOverload: () => true, random: () => 0, clock }), ThrottledError],
    ['rateLimit', (clock) => rateLimit({ limit: 1, clock }), RateLimitError],
  ];

  it.each(refusing)('is refused at once by %s, and not called', (_, make, Refusal) => {
    let calls = 0;
    const call = make(new VirtualClock())(() => {
      calls += 1;
      throw boom;
    }) as () => unknown;
    expect(call).toThrow(boom);

    expect(call).toThrow(Refusal);
    expect(calls).toBe(1);
  });

  it('does not wait for its turn: what would wait is refused at once', () => {
    const clock = new VirtualClock();
    const call = rateLimit({ limit: 1, maxWait: '2s', clock })(() => 1);

    expect(call()).toBe(1);
    expect(call).toThrow(RateLimitError);
    expect(clock.pending).toBe(0);
  });

  it('is refused at once by a bulkhead that it is in already', () => {
    const clock = new VirtualClock();
    const inner = (depth: number): number => (depth === 0 ? 0 : 1 + call(depth - 1));
    const call = bulkhead({ limit: 2, clock })(inner);

    expect(call(1)).toBe(1);
    expect(() => call(2)).toThrow(BulkheadFullError);
    expect(call(1)).toBe(1); // no place is lost
  });

  it('gets a fallback at once, also the last good value', () => {
    const clock = new VirtualClock();
    let fails = false;
    const price = fallback(0, { staleIfError: '1m', clock })((): number => {
      if (fails) throw boom;
      return 7;
    });

    expect(price()).toBe(7);
    fails = true;
    expect(price()).toBe(7);
    clock.block(60_001);
    expect(price()).toBe(0);
  });

  it('is bound by a deadline in what it calls', () => {
    const clock = new VirtualClock();
    let tries = 0;
    const inner = retry({ wait: constant(30), jitter: null, maxTries: 10, clock })(() => {
      tries += 1;
      throw boom;
    });

    expect(() => deadline({ ms: 100, clock })(() => inner())()).toThrow(boom);

    expect(tries).toBeLessThanOrEqual(5);
    expect(clock.now()).toBeLessThanOrEqual(100);
  });

  it('gives promises behind a gateway', async () => {
    const clock = new VirtualClock();
    const guarded = gateway('prices', { clock })((() => 5) as never) as () => unknown;

    expect(guarded()).toBeInstanceOf(Promise);
    expect(await guarded()).toBe(5);
  });
});
