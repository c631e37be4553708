/**
 * Facts are what the library would do: its defaults are asked of the real policies.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, circuitBreaker, gateway } from '../../../src/core.js';
import { parseSettings } from '../../../src/config/index.js';
import { breakerFacts, originBreakerFacts } from '../../../src/config/risks/breaker-facts.js';
import { waitsOf } from '../../../src/config/risks/crowd.js';
import { factsOf } from '../../../src/config/risks/facts.js';
import { risksOf } from '../../../src/config/risks/find-risks.js';
import type { GatewayFacts } from '../../../src/config/risks/gateway-facts.js';
import { RetrySession, originBreaker } from '../../../src/http/index.js';
import { factsOf as usualFacts } from './facts-of.js';

const read = (text: string): readonly GatewayFacts[] => factsOf(parseSettings(text));
const only = (text: string): GatewayFacts => {
  const [facts, ...others] = read(text);
  expect(others).toEqual([]);
  return facts!;
};
const waits = ({ retry }: GatewayFacts, most = 4): number[] =>
  waitsOf(retry!, most, () => 1 - 2 ** -32).map(Math.round);

describe('the facts of a gateway', () => {
  it('are the usual ones where nothing is said', () => {
    const { retry, ...facts } = only('gateways: { ledger: }');
    const { retry: usualRetry, ...usual } = usualFacts();

    expect(facts).toEqual(usual);
    expect({ ...retry, wait: undefined }).toEqual({ ...usualRetry, wait: undefined, rules: undefined });
    expect(waits({ ...facts, retry })).toEqual(waits({ ...usual, retry: usualRetry }));
  });

  it('have the times and the tries of a real gateway', async () => {
    const { timeout, deadline, retry, budget } = only('gateways: { ledger: }');
    const clock = new VirtualClock();
    const real = gateway('facts', { clock, random: () => 0.5 });
    const startedAt: number[] = [];
    const hanging = real(async () => {
      startedAt.push(clock.now());
      return new Promise(() => {});
    });

    const error = await clock.run(() => hanging().catch((thrown: unknown) => thrown));

    expect(startedAt).toEqual([0, timeout + 50, 2 * timeout + 150]);
    expect(startedAt).toHaveLength(retry!.maxTries);
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(clock.now()).toBe(deadline);
    expect(gateway('fresh', { clock }).state.budget!.level).toBe(budget!.minimum);
  });

  it('are what the file says, whichever policy it comes from', () => {
    const facts = only(`
      policies:
        patient: { retry: { max_tries: 7, max_time: 1m, wait: fibo, jitter: none }, timeout: false }
      gateways:
        ledger:
          policy: patient
          retry: { max_tries: 4 }
          deadline: 45s
          budget: { ratio: 0.3, cost: { error: 2 }, minimum: 9 }
          bulkhead: { limit: 10, queue: 5, max_wait: 2s }
          throttle: {}
          upstream: { rate: 120/m, capacity: 5/s, processes: 4 }
          calls: [ledger]
    `);

    expect(facts).toMatchObject({
      path: 'gateways.ledger',
      retry: { maxTries: 4, maxTime: 60_000, jitter: null },
      timeout: Infinity,
      deadline: 45_000,
      budget: { ratio: 0.3, cost: 2, minimum: 9, maximum: 100, window: 10_000, whenEmpty: 'end' },
      bulkhead: { queue: 5, maxWait: 2000 },
      isThrottled: true,
      load: { rate: 2, capacity: 5, processes: 4 },
      calls: ['ledger'],
    });
    expect(waits(facts)).toEqual([1000, 1000, 2000, 3000]);
  });

  it.each(['retry: false', 'retry: { enabled: false }'])('have no retry with %s', (text) => {
    expect(only(`gateways: { ledger: { ${text} } }`).retry).toBeUndefined();
  });

  it('have no retry where the file switches them all off', () => {
    expect(only('{ enabled: false, gateways: { ledger: } }').retry).toBeUndefined();
  });

  it('have neither budget nor breaker where the file says so', () => {
    const facts = only('gateways: { ledger: { budget: false, circuit_breaker: false } }');

    expect(facts).toMatchObject({ budget: undefined, breaker: undefined });
  });

  it('have the tries and the waits of each rule', () => {
    const text = `gateways: { ledger: { retry: { max_tries: 5, rules: [
      { errors: [A], wait: { type: constant, interval: 1s }, max_tries: 9 },
      { errors: [B], max_tries: 2 },
    ] } } }`;
    const { rules } = only(text).retry!;

    expect(rules!.map(({ maxTries }) => maxTries)).toEqual([5, 2]);
    expect(waits({ retry: { ...rules![0], jitter: null } } as GatewayFacts, 1)).toEqual([1000]);
  });

  it('look at policies that no gateway starts from, and at others where they are used', () => {
    const facts = read(`
      policies: { a: { extends: b }, b: {}, c: { timeout: 1s }, d: {} }
      gateways: { ledger: { policy: d } }
    `);

    expect(facts.map(({ path }) => path)).toEqual(['gateways.ledger', 'policies.a', 'policies.c']);
    expect(facts[2]!.timeout).toBe(1000);
  });
});

describe('the facts of HTTP calls', () => {
  it('are those of a session where nothing is said', () => {
    const facts = only('http: {}');

    expect(facts).toMatchObject({
      name: 'http',
      section: 'http',
      retry: { maxTries: 4 },
      timeout: 30_000,
      deadline: 60_000,
      countsTimeout: false,
      budget: { ratio: 0.2, minimum: 10 },
      unsafeMethods: [],
    });
    expect(waits(facts)).toEqual([100, 200, 400, 800]);
  });

  it('make as many attempts as a real session', async () => {
    const { retry } = only('http: { retries: { connect: 2, other: 0 } }');
    const clock = new VirtualClock();
    const session = new RetrySession({ retries: { connect: 2, other: 0 }, clock, budget: false });
    let attempts = 0;

    const call = session.get('http://127.0.0.1:9/', { onAttempt: () => void (attempts += 1) });
    await clock.run(() => call.catch(() => undefined));
    await session.close();

    expect(attempts).toBe(3); // a total of 5 leaves 2 retries to connect
    expect(retry!.maxTries).toBe(6);
  });

  it.each([
    ['retries: 5', 6],
    ['retries: { total: 2, connect: 9 }', 3],
    ['retries: { connect: 4 }', 8],
    ['retries: { connect: 1, read: 1, status: 1, other: 1 }', 5],
    ['retries: unlimited', Infinity],
  ])('with %s make %s tries', (text, maxTries) => {
    expect(only(`http: { ${text} }`).retry!.maxTries).toBe(maxTries);
  });

  it.each(['retries: false', 'retries: 0', 'retries: { total: false }', 'enabled: false'])(
    'have no retry with %s',
    (text) => {
      expect(only(`http: { ${text} }`).retry).toBeUndefined();
    },
  );

  it.each([
    ['timeout: 2s', 2000, 60_000],
    ['timeout: [1s, 3s]', 3000, 60_000],
    ['timeout: { total: 9s }', 30_000, 9000],
    ['timeout: { read: 4s, total: 9s }', 4000, 9000],
    ['timeout: false', Infinity, Infinity],
  ])('with %s have %s for an answer and %s in all', (text, timeout, deadline) => {
    expect(only(`http: { ${text} }`)).toMatchObject({ timeout, deadline });
  });

  it.each([
    ['backoff: false', [0, 0, 0]],
    ['backoff_factor: 100ms', [0, 200, 400]],
    ['backoff: { type: fixed, delay: 3s }', [3000, 3000, 3000]],
  ])('with %s wait %j', (text, expected) => {
    expect(waits(only(`http: { ${text} }`), 3)).toEqual(expected);
  });

  it.each([
    ['allowed_methods: any', ['POST', 'PATCH']],
    ['allowed_methods: [get, post]', ['POST']],
    ['allowed_methods: [PUT]', []],
    ['allowed_methods: any, idempotency_key: auto', []],
    ['allowed_methods: any, idempotent: true', []],
  ])('with %s repeat %j', (text, methods) => {
    expect(only(`http: { ${text} }`).unsafeMethods).toEqual(methods);
  });

  it.each([
    ['unsafe_statuses: [429, 503]', []],
    ['unsafe_statuses: [429, 500, 504]', [500, 504]],
    ['unsafe_statuses: [500], idempotency_key: auto', []],
  ])('with %s repeat every method after %j', (text, statuses) => {
    expect(only(`http: { ${text} }`).unsafeStatuses).toEqual(statuses);
  });

  it('of a gateway stand beside its own, on top of those of the file', () => {
    const [plain, http, base] = read(`
      http: { retries: 1, timeout: 2s }
      gateways: { ledger: { http: { retries: 7 }, upstream: { rate: 5/s } } }
    `);

    expect(plain).toMatchObject({ path: 'gateways.ledger', retry: { maxTries: 3 } });
    expect(http).toMatchObject({
      path: 'gateways.ledger.http',
      name: 'ledger',
      retry: { maxTries: 8 },
      timeout: 2000,
    });
    expect(http!.load.rate).toBe(5);
    expect(base).toMatchObject({ path: 'http', retry: { maxTries: 2 } });
  });
});

describe("the facts of Requests Stampede's section", () => {
  it('are five attempts with waits of 0, 1, 1 and 2 seconds', () => {
    const facts = only('retry_config: {}');

    expect(facts).toMatchObject({ name: 'retry_config', section: 'retry_config', retry: { maxTries: 5 } });
    expect(waits(facts)).toEqual([0, 1000, 1000, 2000]);
  });

  it('have no bound but a budget that slows with infinite retries', () => {
    expect(only('retry_config: { retry_policy: { type: infinite } }')).toMatchObject({
      retry: { maxTries: Infinity },
      deadline: Infinity,
      budget: { whenEmpty: 'slow' },
      breaker: undefined,
    });
  });
});

describe('the facts of a breaker', () => {
  const opensAfter = (make: () => ReturnType<typeof circuitBreaker>, clock: VirtualClock): number => {
    const guard = make();
    const call = guard((): void => {
      throw new Error('down');
    });
    for (let calls = 1; calls <= 500; calls++) {
      expect(call).toThrow('down');
      if (guard.state !== 'closed') return calls;
      clock.block(50);
    }
    return Infinity;
  };

  it.each([
    {},
    { failureRate: 0.2 },
    { consecutive: 3 },
    { consecutive: { failures: 4, lasting: 3000 } },
    { consecutive: null },
    { consecutive: 3, failureRate: 0.9, lastCalls: 10 },
    { window: 5000 },
    { window: 5000, minCalls: 30 },
    { lastCalls: 8 },
    { minCalls: { least: 12, share: 0, most: 50 } },
  ])('open it at the same call as the options %j', (options) => {
    const clock = new VirtualClock(1);
    const real = opensAfter(() => circuitBreaker({ ...options, mode: 'sync', clock }), clock);
    const { consecutive, failureRate, minCalls, window } = breakerFacts(options);
    const rates =
      failureRate === undefined
        ? { failureRate: null }
        : {
            failureRate,
            minCalls,
            ...('calls' in window ? { lastCalls: window.calls } : { window: window.span }),
          };
    const told = opensAfter(
      () => circuitBreaker({ consecutive: consecutive ?? null, ...rates, mode: 'sync', clock }),
      clock,
    );

    expect(real).toBeLessThan(500);
    expect(told).toBe(real);
  });

  it.each([{}, { consecutive: 4 }, { lastCalls: 10 }, { failureRate: 0.9, minCalls: 7 }])(
    'of an origin open it at the same call as the options %j',
    async (options) => {
      const clock = new VirtualClock(1);
      const guard = originBreaker({
        ...options,
        clock,
        name: 'origin',
        isFailure: () => true,
        isNeutral: () => false,
      });
      const call = guard(async () => Promise.reject(new Error('down')));
      let calls = 0;
      while (guard.state === 'closed' && calls < 100) {
        await call().catch(() => undefined);
        calls += 1;
      }

      const { consecutive, minCalls } = originBreakerFacts(options);

      expect(calls).toBe(consecutive?.failures ?? minCalls.least);
    },
  );
});

describe('a file of defaults', () => {
  it.each([
    'gateways: { ledger: , home: }',
    'http: {}',
    'http: { retries: 3, timeout: { connect: 5s, read: 30s, total: 60s }, jitter: full }',
    'gateways: { ledger: { timeout: 10s, deadline: 30s, retry: { max_tries: 3, jitter: full }, budget: {} } }',
    'retry_config: {}',
    'policies: { mine: { extends: relaxed } }',
    '{}',
    'gateways: { ledger: { http: {}, upstream: { rate: 50/s, capacity: 80/s } } }',
  ])('has no findings: %s', (text) => {
    expect(risksOf(read(text))).toEqual([]);
  });

  it('has one per rule of a retry, the worst', () => {
    const found = risksOf(
      read(`gateways: { ledger: { retry: { jitter: none, rules: [
        { errors: [A], wait: { type: constant, interval: 1s } },
        { errors: [B], wait: { type: constant, interval: 2m } },
      ] } } }`),
    );

    expect(found.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['no-jitter', 'error'],
      ['waits-past-deadline', 'error'],
    ]);
  });
});
