/**
 * One door to one dependency: which patterns stand in it, in which order, and what it makes of a call.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type CallContext,
  type GatewayOptions,
  type StampedeEvent,
  VirtualClock,
  bulkhead,
  circuitBreaker,
  constant,
  currentCall,
  gateway,
  rateLimit,
  retryBudget,
  retryPolicyOf,
  setGatewayDefaults,
  subscribe,
  throttle,
} from '../../src/core.js';

const boom = new Error('boom');
const errorOf = (end: unknown): Promise<any> =>
  Promise.resolve(end).then(
    (value: unknown) => ({ value }),
    (error: unknown) => error,
  );
const hang = (): Promise<never> => new Promise(() => undefined);
const exact = { wait: constant(100), jitter: null } as const;
const never = {
  retry: false,
  budget: false,
  circuitBreaker: false,
  timeout: false,
  deadline: false,
} as const;

/** Notes every event until the test is over. */
function events(): StampedeEvent[] {
  const seen: StampedeEvent[] = [];
  stops.push(subscribe((event) => seen.push(event)));
  return seen;
}
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

describe('the order of a gateway', () => {
  it('is the documented one: what is inside tells before what is outside', async () => {
    const clock = new VirtualClock();
    const seen = events();
    const load = gateway('recs', {
      timeout: 50,
      deadline: 1000,
      retry: { ...exact, maxTries: 2 },
      circuitBreaker: { consecutive: 2, failureRate: null, jitter: null },
      budget: { minimum: 2 },
      fallback: 'none',
      clock,
    });

    const answer = await clock.run(load.run(hang));

    expect(answer).toBe('none');
    expect(seen.map(({ type }) => type)).toEqual([
      'retry:attempt',
      'timeout',
      'retry:backoff',
      'retry:attempt',
      'timeout',
      'circuit:open',
      'retry:giveup',
      'retry:end',
      'fallback',
    ]);
    expect(clock.pending).toBe(0);
  });

  it('has each refusal where it belongs: outer patterns refuse before inner ones are asked', async () => {
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ name: 'breaker', clock });
    breaker.isolate();
    const full = bulkhead({ name: 'bulkhead', limit: 1, clock });
    void full.run(hang);
    const limit = rateLimit({ name: 'rateLimit', limit: 1, per: '1s', burst: 1, clock });
    const seen = events();
    const load = gateway('recs', {
      circuitBreaker: breaker,
      bulkhead: full,
      rateLimit: limit,
      retry: false,
      clock,
    });

    await errorOf(load.run(hang)); // is let through by the limit, not by the bulkhead
    await errorOf(load.run(hang)); // not even by the limit

    expect(seen.map(({ type, name }) => [type, name])).toEqual([
      [expect.stringMatching(/^bulkhead/), 'bulkhead'],
      [expect.stringMatching(/^rate/), 'rateLimit'],
    ]);
  });

  it('has the throttle around the circuit breaker, and the hedge inside of it', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const load = gateway('recs', {
      hedge: { after: 10, idempotent: true },
      throttle: {},
      retry: false,
      circuitBreaker: { consecutive: 2, failureRate: null },
      timeout: 30,
      clock,
    });

    await clock.run(
      errorOf(
        load.run(() => {
          calls += 1;
          return hang();
        }),
      ),
    );

    expect(calls).toBe(2);
    expect(load.state.circuit).toBe('closed'); // two attempts of one call are one failure
    expect(clock.now()).toBe(40); // each attempt has its own timeout
    expect(load.state.throttle).toBeDefined();
  });

  it('has the retries around the circuit breaker: one that opens ends them', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const load = gateway('recs', {
      retry: { ...exact, maxTries: 5 },
      budget: false,
      circuitBreaker: { consecutive: 2, failureRate: null },
      clock,
    });

    const error = await clock.run(
      errorOf(
        load.run(() => {
          calls += 1;
          throw boom;
        }),
      ),
    );

    expect(error.code).toBe('ERR_CIRCUIT_OPEN');
    expect(calls).toBe(2);
  });

  it('has the deadline around the retries, and the timeout inside of them', async () => {
    const clock = new VirtualClock();
    const starts: number[] = [];
    const load = gateway('recs', {
      timeout: 100,
      deadline: 350,
      retry: { ...exact, maxTries: 9 },
      budget: false,
      clock,
    });

    const error = await clock.run(
      errorOf(
        load.run(() => {
          starts.push(clock.now());
          return hang();
        }),
      ),
    );

    expect(error.code).toBe('ERR_TIMEOUT');
    expect(starts.slice(0, 2)).toEqual([0, 200]);
    expect(clock.now()).toBeLessThanOrEqual(350);
    expect(clock.pending).toBe(0);
  });
});

describe('the defaults of a gateway', () => {
  it('are three tries, ten seconds for each, thirty for all, a budget and a circuit breaker', async () => {
    const clock = new VirtualClock();
    const load = gateway('recs', { clock });
    const starts: number[] = [];
    const remaining: number[] = [];

    const error = await clock.run(
      errorOf(
        load.run((context) => {
          starts.push(clock.now());
          remaining.push(context.remaining());
          return hang();
        }),
      ),
    );

    expect(error.code).toBe('ERR_TIMEOUT');
    expect(remaining[0]).toBe(10_000);
    expect(starts).toHaveLength(3); // two retries of timeouts cost all of four tokens
    expect(load.state).toEqual({
      circuit: 'closed',
      budget: { level: 0, capacity: 4 },
      bulkhead: undefined,
      rateLimit: undefined,
      throttle: undefined,
    });
    expect(load.name).toBe('recs');
  });

  it('make three tries of errors, with waits that grow from 100 ms under full jitter', async () => {
    const clock = new VirtualClock();
    const starts: number[] = [];
    const load = gateway('recs', { clock, random: () => 0.5 });

    const error = await clock.run(
      errorOf(
        load.run(() => {
          starts.push(clock.now());
          throw boom;
        }),
      ),
    );

    expect(error).toBe(boom);
    expect(starts).toEqual([0, 50, 150]);
  });

  it('end a whole call after thirty seconds', async () => {
    const clock = new VirtualClock();
    const load = gateway('recs', { clock, timeout: false });

    const error = await clock.run(errorOf(load.run(hang)));

    expect(error.code).toBe('ERR_TIMEOUT');
    expect(clock.now()).toBe(30_000);
  });

  it.each([
    ['at two tokens for a timeout', 9, {}, 16],
    ['at their highest cost', 3, { cost: { error: 5 } }, 10],
    ['and not less than three', 2, {}, 3],
    ['and not more than it may hold', 9, { maximum: 5 }, 5],
    ['and not more than a hundred', 1000, {}, 100],
    ['unless it is given one', 9, { minimum: 2, maximum: 5 }, 2],
  ])('give a budget the size that the retries of one call need, %s', (_, maxTries, budget, size) => {
    const load = gateway('recs', { retry: { maxTries }, budget });

    expect(load.state.budget).toEqual({ level: size, capacity: size });
  });
});

describe('each pattern', () => {
  it('may be left out', async () => {
    const clock = new VirtualClock();
    const remaining: number[] = [];
    const load = gateway('recs', { ...never, clock });

    const error = await errorOf(
      load.run(async (context) => {
        remaining.push(context.remaining());
        throw boom;
      }),
    );

    expect(error).toBe(boom);
    expect(remaining).toEqual([Infinity]);
    expect(load.circuit).toBeUndefined();
    expect(load.state).toEqual({
      circuit: undefined,
      budget: undefined,
      bulkhead: undefined,
      rateLimit: undefined,
      throttle: undefined,
    });
  });

  it('may be shared between gateways', async () => {
    const clock = new VirtualClock();
    const shared = {
      circuitBreaker: circuitBreaker({ consecutive: 2, failureRate: null, clock }),
      budget: retryBudget({ minimum: 1, clock }),
      bulkhead: bulkhead({ limit: 1, clock }),
      rateLimit: rateLimit({ limit: 100, per: '1s', burst: 100, clock }),
      throttle: throttle({ clock }),
      clock,
    };
    const [one, other] = [
      gateway('one', { ...shared, retry: exact }),
      gateway('other', { ...shared, retry: exact }),
    ];

    await clock.run(
      errorOf(
        one.run(() => {
          throw boom;
        }),
      ),
    );
    const refused = await errorOf(other.run(hang));

    expect(refused.code).toBe('ERR_CIRCUIT_OPEN');
    expect(other.circuit).toBe(shared.circuitBreaker);
    expect(other.state).toEqual(one.state);
    expect(other.state.budget?.level).toBe(0);
  });

  it('takes its own options', async () => {
    const clock = new VirtualClock();
    const load = gateway('recs', { bulkhead: { limit: 1 }, throttle: {}, retry: false, clock });

    const first = errorOf(load.run(hang));
    const second = await errorOf(load.run(hang));

    expect(second.code).toBe('ERR_BULKHEAD_FULL');
    expect(load.state.bulkhead).toMatchObject({ limit: 1 });
    await clock.run(first);
  });

  it('follows the clock of its gateway, so that it can be closed and watched by hand', async () => {
    const clock = new VirtualClock();
    const load = gateway('recs', { clock, retry: false });

    load.circuit?.isolate();
    const refused = await errorOf(load.run(async () => 'pong'));
    load.circuit?.close();

    expect(refused.code).toBe('ERR_CIRCUIT_OPEN');
    expect(refused.message).toContain('recs');
    expect(await load.run(async () => 'pong')).toBe('pong');
    expect(load.state.circuit).toBe('closed');
  });

  it('is found again: the retry of a function under it may be read back', () => {
    const load = gateway('recs', { retry: { maxTries: 4 } });

    expect(retryPolicyOf(load(hang))).toMatchObject({ maxTries: 4 });
  });
});

describe('the fallback of a gateway', () => {
  it('may be a function, and is told what it stands in for', async () => {
    const clock = new VirtualClock();
    const load = gateway('recs', {
      fallback: ({ error }: { error?: Error }, { name }: { name: string }) => `${name}: ${error?.message}`,
      retry: false,
      clock,
    });

    const answer = await load.run(() => {
      throw boom;
    });

    expect(answer).toBe('recs: boom');
  });

  it('covers only the errors that its options name', async () => {
    const load = gateway('recs', { fallback: null, fallbackOptions: { errors: TypeError }, retry: false });

    expect(await errorOf(load.run(() => Promise.reject(boom)))).toBe(boom);
    expect(await load.run(() => Promise.reject(new TypeError('no')))).toBeNull();
  });

  it('gives the last good value to calls made by run, too, where a key says which it is', async () => {
    const clock = new VirtualClock();
    const load = gateway('recs', {
      fallback: 'none',
      fallbackOptions: { staleIfError: { maxAge: '1m', key: () => 'all' } },
      retry: false,
      clock,
    });

    await load.run(async () => 'good');
    const answer = await load.run(() => Promise.reject(boom));

    expect(answer).toBe('good');
  });
});

describe('setGatewayDefaults', () => {
  afterEach(() => {
    setGatewayDefaults('recs', undefined);
  });
  const limitOf = async (options: GatewayOptions): Promise<number> =>
    gateway('recs', options).run(async ({ remaining }) => remaining());

  it('gives the gateways of a name what they start from, with the code on top', async () => {
    const clock = new VirtualClock();
    setGatewayDefaults('recs', { timeout: 200, deadline: 100, clock });

    expect(await limitOf({})).toBe(100);
    expect(await limitOf({ deadline: 300 })).toBe(200);
    expect(await limitOf({ deadline: false, timeout: 70 })).toBe(70);
    expect(await gateway('other', { clock }).run(async ({ remaining }) => remaining())).toBe(10_000);
  });

  it('keeps its options where the code says undefined', async () => {
    setGatewayDefaults('recs', { timeout: 200, clock: new VirtualClock() });

    expect(await limitOf({ timeout: undefined })).toBe(200);
  });

  it('takes them away again, and is not changed by who changes the object', async () => {
    const clock = new VirtualClock();
    const options = { timeout: 200, clock };
    setGatewayDefaults('recs', options);
    options.timeout = 1;

    expect(await limitOf({})).toBe(200);
    setGatewayDefaults('recs', undefined);
    expect(await limitOf({ clock })).toBe(10_000);
  });

  it('refuses what is no option', () => {
    expect(() => {
      setGatewayDefaults('recs', { timeot: 200 } as never);
    }).toThrow(/timeot is not an option of gateway "recs" \(did you mean timeout\?\)/);
  });
});

describe('gateway.run', () => {
  it('gives the call its signal and its time left, to be taken apart', async () => {
    const clock = new VirtualClock();
    const load = gateway('recs', { timeout: 300, retry: false, clock });
    let given: CallContext['signal'] | undefined;
    let left: number | undefined;

    const error = await clock.run(
      errorOf(
        load.run(({ signal, remaining }) => {
          given = signal;
          left = remaining();
          return hang();
        }),
      ),
    );

    expect(left).toBe(300);
    expect(given?.aborted).toBe(true);
    expect(given?.reason).toBe(error);
    expect(clock.now()).toBe(300);
  });

  it('tells which attempt it is', async () => {
    const clock = new VirtualClock();
    const load = gateway('recs', { retry: exact, clock });
    const tries: number[] = [];

    const answer = await clock.run(
      load.run(async (context) => {
        tries.push(context.tries);
        if (tries.length < 3) throw boom;
        return 'pong';
      }),
    );

    expect(answer).toBe('pong');
    expect(tries).toEqual([1, 2, 3]);
  });

  it('does not abort the signal of a call that has ended in time', async () => {
    const clock = new VirtualClock();
    const load = gateway('recs', { clock });

    const signal = await load.run(async (context) => context.signal);
    await clock.advance('1h');

    expect(signal.aborted).toBe(false);
  });
});

describe('nested gateways', () => {
  type Load = () => Promise<unknown>;
  const layer = (clock: VirtualClock): ((inner: Load) => Load) =>
    gateway('layer', { retry: exact, budget: false, circuitBreaker: false, clock });

  it.each<[string, (inner: Load) => Load]>([
    ['directly', (inner) => () => inner()],
    ['after an await', (inner) => async () => Promise.resolve().then(inner)],
    [
      'by one that wraps the error',
      (inner) => () =>
        inner().catch((cause: unknown) => {
          throw new Error('wrapped', { cause });
        }),
    ],
  ])('of three tries make at most five attempts at the bottom: called %s', async (_, between) => {
    const clock = new VirtualClock();
    let attempts = 0;
    const bottom: Load = async () => {
      attempts += 1;
      throw new Error(`boom ${attempts}`);
    };
    const load = layer(clock)(between(layer(clock)(between(layer(clock)(bottom)))));

    const error = await clock.run(errorOf(load()));

    expect(error).toBeInstanceOf(Error);
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(attempts).toBeLessThanOrEqual(5);
    expect(clock.pending).toBe(0);
  });

  it('make 27 where each is told to try again all the same', async () => {
    const clock = new VirtualClock();
    let attempts = 0;
    const again = gateway('layer', {
      retry: { ...exact, nested: 'again' },
      budget: false,
      circuitBreaker: false,
      clock,
    });

    await clock.run(
      errorOf(
        again(
          again(
            again(async () => {
              attempts += 1;
              throw boom;
            }),
          ),
        )(),
      ),
    );

    expect(attempts).toBe(27);
  });

  it('do not keep a later call from trying again what always fails with the same error', async () => {
    const clock = new VirtualClock();
    let attempts = 0;
    const load = gateway('recs', { retry: exact, deadline: false, budget: false, clock })(async () => {
      attempts += 1;
      throw boom;
    });

    await clock.run(errorOf(load()));
    await clock.run(errorOf(load()));

    expect(attempts).toBe(6);
  });
});

describe('a gateway is refused', () => {
  it.each<[string, object, RegExp]>([
    [
      'a misspelt option',
      { timeuot: 5 },
      /timeuot is not an option of gateway "recs" \(did you mean timeout\?\)/,
    ],
    ['a misspelt option', { circuitbreaker: {} }, /did you mean circuitBreaker\?/],
    ['an option of a retry', { retry: { maxTires: 5 } }, /did you mean maxTries\?/],
    ['an option of a breaker', { circuitBreaker: { consecutiv: 5 } }, /did you mean consecutive\?/],
    ['an option of a budget', { budget: { ratios: 5 } }, /did you mean ratio\?/],
    [
      'an option of a fallback',
      { fallback: 1, fallbackOptions: { staleIfErrors: 5 } },
      /did you mean staleIfError\?/,
    ],
    ['a hedge that does not say it may', { hedge: { after: 5 } }, /idempotent/],
    [
      'a policy that is none',
      { bulkhead: 5 },
      /bulkhead must be options, a policy made by bulkhead\(\), or false; got 5/,
    ],
    ['true', { circuitBreaker: true }, /circuitBreaker must be options/],
    ['a time of nothing', { timeout: 0 }, /must be at least 1 ms/],
    ['no object', null as never, /must be an object/],
  ])('for %s: %j', (_, options, message) => {
    expect(() => gateway('recs', options as never)).toThrow(message);
  });

  it.each<[string, unknown]>([
    ['no name', undefined],
    ['an empty name', ''],
    ['a number', 5],
  ])('for %s', (_, name) => {
    expect(() => gateway(name as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  });

  it.each<[string, object]>([
    ['retry', { retry: 5 }],
    ['retry', { retry: true }],
    ['budget', { budget: true }],
    ['fallbackOptions', { fallback: 1, fallbackOptions: 5 }],
  ])('for %s that is no object: %j', (_, options) => {
    expect(() => gateway('recs', options as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  });
});

describe('a gateway is always async', () => {
  const everySwitch: readonly [string, GatewayOptions][] = [
    ['as it comes', {}],
    ['without retries', { retry: false }],
    ['without timeout', { timeout: false }],
    ['without retries and timeout', { retry: false, timeout: false }],
    ['without retries, timeout and circuit', { retry: false, timeout: false, circuitBreaker: false }],
    ['without anything', never],
  ];

  it.each(everySwitch)('%s: the function can ask for its call', async (_, options) => {
    const load = gateway('recs', { ...options, clock: new VirtualClock() });

    const tries = await load(async () => currentCall().tries)();

    expect(tries).toBe(1);
    expect(() => currentCall()).toThrow('currentCall()');
  });

  it.each(everySwitch)('%s: what is thrown at once becomes a rejection', async (_, options) => {
    const load = gateway('recs', { retry: { maxTries: 1 }, ...options, clock: new VirtualClock() });
    const fail = (): never => {
      throw boom;
    };

    const [byRun, wrapped] = [load.run(fail), load(fail as () => Promise<never>)()];

    expect(await errorOf(byRun)).toBe(boom);
    expect(await errorOf(wrapped)).toBe(boom);
  });

  it.each(everySwitch)('%s: a plain value comes in a promise', async (_, options) => {
    const load = gateway('recs', { ...options, clock: new VirtualClock() });

    const answer: unknown = load.run((() => 'pong') as never);

    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toBe('pong');
  });

  it.each<[string, GatewayOptions]>([
    ['a bulkhead', { bulkhead: { limit: 1 } }],
    ['a rate limit', { rateLimit: { limit: 1, per: '1s', burst: 1 } }],
    ['a circuit', { circuitBreaker: { consecutive: 1, failureRate: null } }],
  ])('%s refuses by a rejection', async (_, options) => {
    const clock = new VirtualClock();
    const load = gateway('recs', { ...options, retry: false, deadline: false, timeout: false, clock });
    const fail = (): Promise<never> => Promise.reject(boom);
    void load.run(hang);
    await errorOf(load.run(fail));

    const refused = load.run(fail);

    expect((await errorOf(refused)).refusal).toBe(true);
  });
});

describe('the events of a gateway', () => {
  it('bear its name', async () => {
    const clock = new VirtualClock();
    const seen = events();
    const load = gateway('recs', {
      retry: { ...exact, maxTries: 3 },
      circuitBreaker: { consecutive: 2, failureRate: null },
      budget: { minimum: 1 },
      timeout: 50,
      throttle: {},
      bulkhead: { limit: 1 },
      rateLimit: { limit: 1, per: '1s', burst: 3 },
      fallback: null,
      clock,
    });
    const wrapped = load(async function loadAll() {
      return hang();
    });

    for (let call = 0; call < 4; call++) await clock.run(wrapped());
    await clock.run(Promise.all([wrapped(), load.run(hang)]));

    expect(seen.length).toBeGreaterThan(10);
    expect([...new Set(seen.map(({ name }) => name))]).toEqual(['recs']);
  });
});

describe('a gateway leaves nothing behind', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['an answer', async () => 'pong'],
    ['an error', () => Promise.reject(boom)],
    ['a call that hangs', hang],
  ])('after %s', async (_, call) => {
    const clock = new VirtualClock();
    const load = gateway('recs', { bulkhead: { limit: 1 }, throttle: {}, fallback: null, clock });

    await clock.run(load.run(call));

    expect(clock.pending).toBe(0);
  });

  it('on the signal of a call around it', async () => {
    const clock = new VirtualClock();
    const inner = gateway('inner', { retry: { ...exact, maxTries: 2 }, clock });
    let added = 0;
    let removed = 0;
    const outer = gateway('outer', { retry: false, clock });

    await clock.run(
      errorOf(
        outer.run((context) => {
          const { signal } = context;
          const { addEventListener, removeEventListener } = signal;
          signal.addEventListener = function (...args: never) {
            added += 1;
            (addEventListener as any).apply(signal, args);
          };
          signal.removeEventListener = function (...args: never) {
            removed += 1;
            (removeEventListener as any).apply(signal, args);
          };
          return inner.run(() => Promise.reject(boom));
        }),
      ),
    );

    expect(removed).toBe(added);
    expect(clock.pending).toBe(0);
  });
});
