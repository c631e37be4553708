/** Prometheus: what the real prom-client shows of calls, circuits and budgets. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { Gauge, Registry, register as usualRegister } from 'prom-client';
import {
  CircuitOpenError,
  VirtualClock,
  bulkhead,
  circuitBreaker,
  constant,
  eventTypes,
  fallback,
  gateway,
  hedge,
  rateLimit,
  retryBudget,
  timeout,
  withRetry,
} from '../../src/core.js';
import { isObserved } from '../../src/events.js';
import { RetryRequest, retryFetch, retryInterceptor } from '../../src/http/index.js';
import { type PrometheusOptions, observeWithPrometheus } from '../../src/observe/prometheus/index.js';
import { scripted } from '../http/support/servers.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const fail = async (): Promise<never> => {
  throw boom;
};

let register: Registry;
let stops: (() => void)[] = [];

beforeEach(() => {
  register = new Registry();
});

afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
});

function observe(options: PrometheusOptions = {}): () => void {
  const stop = observeWithPrometheus({ register, ...options });
  stops.push(stop);
  return stop;
}

/** The samples of a scrape whose metric begins so, each as `name{labels} value`, of one name where it is given. */
async function samples(metric: string, name?: string): Promise<string[]> {
  const lines = (await allSamples(metric)).filter((line) => !/_total{.*} 0$/.test(line)); // what has not happened
  return lines.filter((line) => name === undefined || line.includes(`name="${name}"`)).sort();
}

/** The same, with counts of what has not happened. */
async function allSamples(metric: string): Promise<string[]> {
  return (await register.metrics()).split('\n').filter((line) => line.startsWith(metric));
}

describe('observeWithPrometheus', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: counts calls, attempts, retries and waits`, async () => {
      observe();
      const clock = new VirtualClock();
      const ping = withRetry(play(boom, boom, 'pong'), {
        wait: constant('2s'),
        jitter: null,
        name: 'ping',
        clock,
      });

      for (let call = 0; call < 3; call++) await finish(clock, ping);

      expect(await samples('stampede_calls')).toEqual([
        'stampede_calls_total{name="ping",outcome="success"} 3',
      ]);
      expect(await samples('stampede_attempts')).toEqual(['stampede_attempts_total{name="ping"} 5']);
      expect(await samples('stampede_retries')).toEqual(['stampede_retries_total{name="ping"} 2']);
      expect(await samples('stampede_wait_seconds_sum')).toEqual([
        'stampede_wait_seconds_sum{name="ping"} 4',
      ]);
      expect(await samples('stampede_wait_seconds_bucket{le="1"')).toEqual([
        'stampede_wait_seconds_bucket{le="1",name="ping"} 0',
      ]);
      expect(await samples('stampede_wait_seconds_bucket{le="3"')).toEqual([
        'stampede_wait_seconds_bucket{le="3",name="ping"} 2',
      ]);
    });

    it.each([
      ['maxTries', { maxTries: 2 }],
      ['maxTime', { maxTime: 1 }],
      ['waits', { wait: constant([]) }],
      ['giveup', { giveup: () => true }],
      ['budget', { budget: { take: () => false, refund() {}, earn() {} } }],
    ])(`${kind}: counts give-ups by reason: %s`, async (reason, options) => {
      observe();
      const clock = new VirtualClock();
      const ping = withRetry(play(boom), {
        wait: constant('2s'),
        jitter: null,
        name: 'ping',
        clock,
        ...options,
      });

      await finish(clock, ping).catch(() => {});

      expect(await samples('stampede_giveups')).toEqual([
        `stampede_giveups_total{name="ping",reason="${reason}"} 1`,
      ]);
      expect(await samples('stampede_calls')).toEqual([
        'stampede_calls_total{name="ping",outcome="giveup"} 1',
      ]);
    });
  });

  it('counts what passes through and what is aborted', async () => {
    observe();
    const clock = new VirtualClock();
    const controller = new AbortController();
    const passing = withRetry(fail, { errors: TypeError, name: 'passing', clock });
    const aborted = withRetry(fail, { signal: controller.signal, name: 'aborted', clock });

    await passing().catch(() => {});
    const end = aborted().catch(() => {});
    controller.abort();
    await end;

    expect(await samples('stampede_calls')).toEqual([
      'stampede_calls_total{name="aborted",outcome="abort"} 1',
      'stampede_calls_total{name="passing",outcome="passed"} 1',
    ]);
  });

  it('counts a call that an open circuit keeps back as refused, and no attempt', async () => {
    observe();
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ name: 'prom gone', clock });
    let sent = 0;
    const call = withRetry(
      breaker(async () => {
        sent += 1;
      }),
      { name: 'prom gone', clock },
    );
    await call();
    breaker.open();

    for (let n = 0; n < 1000; n++) await call().catch(() => {});

    expect(sent).toBe(1);
    expect(await samples('stampede_calls', 'prom gone')).toEqual([
      'stampede_calls_total{name="prom gone",outcome="refused"} 1000',
      'stampede_calls_total{name="prom gone",outcome="success"} 1',
    ]);
    expect(await samples('stampede_attempts', 'prom gone')).toEqual([
      'stampede_attempts_total{name="prom gone"} 1',
    ]);
    expect(await samples('stampede_refusals', 'prom gone')).toEqual([
      'stampede_refusals_total{name="prom gone",kind="circuit"} 1000',
    ]);
    expect(await samples('stampede_giveups', 'prom gone')).toEqual([]);
  });

  it('counts a retry that is refused as refusal only, also where it is tried again', async () => {
    observe();
    const clock = new VirtualClock();
    const breaker = circuitBreaker({
      name: 'prom listed',
      consecutive: 2,
      openTime: '1h',
      jitter: null,
      clock,
    });
    const call = withRetry(breaker(fail), {
      errors: [CircuitOpenError, Error],
      maxTries: 3,
      wait: constant(10),
      jitter: null,
      name: 'prom listed',
      clock,
    });

    await clock.run(call).catch(() => {});

    expect(await samples('stampede_attempts', 'prom listed')).toEqual([
      'stampede_attempts_total{name="prom listed"} 2',
    ]);
    expect(await samples('stampede_retries', 'prom listed')).toEqual([
      'stampede_retries_total{name="prom listed"} 1',
    ]);
    expect(await samples('stampede_refusals', 'prom listed')).toEqual([
      'stampede_refusals_total{name="prom listed",kind="circuit"} 1',
    ]);
    expect(await samples('stampede_calls', 'prom listed')).toEqual([
      'stampede_calls_total{name="prom listed",outcome="refused"} 1',
    ]);
    expect(await samples('stampede_giveups', 'prom listed')).toEqual([
      'stampede_giveups_total{name="prom listed",reason="maxTries"} 1',
    ]);
  });

  it('counts each attempt once, also those that an abort has ended, or that a wait follows', async () => {
    observe();
    const clock = new VirtualClock();
    const controllers = [new AbortController(), new AbortController()];
    const hanging = withRetry(() => new Promise(() => {}), {
      signal: controllers[0]!.signal,
      name: 'hanging',
      clock,
    });
    const waiting = withRetry(fail, {
      signal: controllers[1]!.signal,
      name: 'waiting',
      wait: constant('1h'),
      clock,
    });
    const ends = [hanging(), waiting()].map((end) => end.catch(() => {}));
    await clock.advance(1000);

    for (const controller of controllers) controller.abort();
    await Promise.all(ends);

    expect(await samples('stampede_attempts')).toEqual([
      'stampede_attempts_total{name="hanging"} 1',
      'stampede_attempts_total{name="waiting"} 1',
    ]);
  });

  it('shows 0 for all that has not happened to a name, from its first call on', async () => {
    observe();
    const clock = new VirtualClock();
    await withRetry(async () => 'pong', { name: 'ping', clock })();

    const zeros = (await allSamples('stampede_')).filter((line) => /{name="ping".*} 0$/.test(line));

    expect(zeros.map((line) => line.replace(/^stampede_(.*)_total{name="ping",?(.*)} 0$/, '$1 $2'))).toEqual([
      ...['giveup', 'refused', 'passed', 'abort'].map((outcome) => `calls outcome="${outcome}"`),
      'retries ',
      ...['giveup', 'maxTries', 'maxTime', 'waits', 'budget'].map((reason) => `giveups reason="${reason}"`),
      ...['circuit', 'bulkhead', 'rate-limit', 'throttle'].map((kind) => `refusals kind="${kind}"`),
      ...['timeouts ', 'hedges ', 'fallbacks ', 'handler_errors '],
    ]);
  });

  it('shows 0 for the changes of a circuit in the first scrape that shows the circuit', async () => {
    observe();
    circuitBreaker({ name: 'prom calm', clock: new VirtualClock() })(() => 'pong')();

    const lines = await allSamples('stampede_circuit_transitions_total{name="prom calm"');

    expect(lines.map((line) => /to="(.*)"} (.*)/.exec(line)!.slice(1).join())).toEqual([
      'isolated,0',
      'open,0',
      'half-open,0',
      'ramp,0',
      'closed,0',
    ]);
  });

  it('shows the state of a circuit at the moment of the scrape, and counts its changes', async () => {
    observe();
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ name: 'prom circuit', consecutive: 1, jitter: null, clock });
    const call = breaker(async (fails: boolean) => {
      if (fails) throw boom;
    });
    const states = async (): Promise<string[]> => {
      const lines = await samples('stampede_circuit_state', 'prom circuit');
      expect(lines).toHaveLength(5);
      return lines.filter((line) => line.endsWith(' 1')).map((line) => /state="(.*?)"/.exec(line)![1]!);
    };

    await call(false);
    const closed = await states();
    await call(true).catch(() => {});
    await call(false).catch(() => {});
    const open = await states();
    clock.block(5000);
    const over = await states();

    expect([closed, open, over]).toEqual([['closed'], ['open'], ['half-open']]);
    expect(await samples('stampede_circuit_transitions')).toEqual([
      'stampede_circuit_transitions_total{name="prom circuit",to="open"} 1',
    ]);
    expect(await samples('stampede_refusals')).toEqual([
      'stampede_refusals_total{name="prom circuit",kind="circuit"} 1',
    ]);
  });

  it('shows circuits and budgets that were there before it, and sums budgets of one name', async () => {
    const clock = new VirtualClock();
    const budgets = [3, 5].map((minimum) => retryBudget({ name: 'prom budget', minimum, clock }));
    const breaker = circuitBreaker({ name: 'prom early', clock });
    for (const budget of budgets) budget.take('error');
    breaker(() => 'pong')();

    observe();

    expect(await samples('stampede_budget', 'prom budget')).toEqual([
      'stampede_budget_capacity_tokens{name="prom budget"} 8',
      'stampede_budget_tokens{name="prom budget"} 6',
    ]);
    expect(await samples('stampede_circuit_state{name="prom early",state="closed"}')).toEqual([
      'stampede_circuit_state{name="prom early",state="closed"} 1',
    ]);
  });

  it('shows the worst of several circuits with one name', async () => {
    const clock = new VirtualClock();
    for (const fails of [false, true, false]) {
      const breaker = circuitBreaker({ name: 'prom crowd', consecutive: 1, clock });
      await breaker(async () => {
        if (fails) throw boom;
      })().catch(() => {});
    }

    observe();

    expect(
      (await samples('stampede_circuit_state', 'prom crowd')).filter((line) => line.endsWith(' 1')),
    ).toEqual(['stampede_circuit_state{name="prom crowd",state="open"} 1']);
  });

  it('counts what the other policies do', async () => {
    observe();
    const clock = new VirtualClock();
    const slow = (): Promise<void> => new Promise((resolve) => clock.schedule(new Later(resolve), 100));
    const room = bulkhead({ name: 'room', limit: 1, clock })(slow);
    const paced = rateLimit({ name: 'paced', limit: 1, per: '1s', clock })(async () => 'pong');

    await clock.run(async () => {
      await Promise.allSettled([
        timeout(50, { name: 'slow', clock })(slow)(),
        room(),
        room(),
        hedge({ after: 20, idempotent: true, name: 'hedged', clock })(slow)(),
        fallback('instead', { name: 'covered', clock })(fail)(),
        paced(),
        paced(),
      ]);
    });

    expect(await samples('stampede_timeouts')).toEqual(['stampede_timeouts_total{name="slow"} 1']);
    expect(await samples('stampede_hedges')).toEqual(['stampede_hedges_total{name="hedged"} 1']);
    expect(await samples('stampede_fallbacks')).toEqual(['stampede_fallbacks_total{name="covered"} 1']);
    expect(await samples('stampede_refusals')).toEqual([
      'stampede_refusals_total{name="paced",kind="rate-limit"} 1',
      'stampede_refusals_total{name="room",kind="bulkhead"} 1',
    ]);
  });

  it('counts handlers that fail', async () => {
    observe();
    const clock = new VirtualClock();
    const onBackoff = (): never => {
      throw new TypeError('my handler');
    };

    await clock.run(withRetry(fail, { onBackoff, maxTries: 2, name: 'ping', clock })).catch(() => {});

    expect(await samples('stampede_handler')).toEqual(['stampede_handler_errors_total{name="ping"} 1']);
  });

  it('names all of a gateway by its one name', async () => {
    observe();
    const clock = new VirtualClock();
    const payments = gateway('prom payments', { clock, retry: { wait: constant(10) } });

    await clock.run(() => payments.run(fail)).catch(() => {});

    expect(await samples('stampede_calls', 'prom payments')).toHaveLength(1);
    expect(await samples('stampede_circuit_state', 'prom payments')).toHaveLength(5);
    expect(await samples('stampede_budget_tokens', 'prom payments')).toHaveLength(1);
  });

  it.each<[string, (url: string) => Promise<unknown>]>([
    ['RetryRequest', (url) => new RetryRequest({ backoff: constant(1) }).get(url)],
    ['retryFetch', (url) => retryFetch(fetch, { backoff: constant(1) })(url.replace('ada:hunter2@', ''))],
    [
      'retryInterceptor',
      async (url) => {
        const agent = new Agent();
        const dispatcher = agent.compose(retryInterceptor({ backoff: constant(1) }));
        const { body } = await request(url.replace('ada:hunter2@', ''), { dispatcher });
        await body.dump();
        await agent.close();
      },
    ],
  ])('names calls of %s by their origin: no path, no query, no credentials', async (_, get) => {
    observe();
    const server = await scripted(503, 200);
    try {
      const { origin, host } = new URL(server.url);
      await get(`http://ada:hunter2@${host}/users/42?token=s3cret`);

      const scrape = await register.metrics();
      expect(await samples('stampede_calls')).toEqual([
        `stampede_calls_total{name="${origin}",outcome="success"} 1`,
      ]);
      expect(await samples('stampede_retries')).toEqual([`stampede_retries_total{name="${origin}"} 1`]);
      expect(await samples('stampede_circuit_state', origin)).toHaveLength(5);
      expect(scrape).not.toMatch(/ada|hunter2|users|s3cret/);
    } finally {
      await server.close();
    }
  });

  it('never shows arguments, values, keys or messages', async () => {
    observe();
    const clock = new VirtualClock();
    const breaker = circuitBreaker({
      name: 'keyed',
      consecutive: 1,
      key: ({ args }) => String(args[0]),
      clock,
    });
    const call = withRetry(
      breaker(async (token: string): Promise<never> => {
        throw new Error(`no entry for ${token}`);
      }),
      { name: 'secretive', clock, maxTries: 2 },
    );

    for (const token of ['s3cret-1', 's3cret-2']) await clock.run(() => call(token)).catch(() => {});

    const scrape = await register.metrics();
    expect(scrape).toContain('stampede_calls_total{name="secretive"');
    expect(scrape).not.toContain('s3cret');
  });

  it('keeps at most 500 names apart, those of circuits included; all later ones are other', async () => {
    observe();
    const clock = new VirtualClock();

    for (let user = 0; user < 600; user++) {
      const name = `user-${user}`;
      await withRetry(
        circuitBreaker({ name, clock })(async () => 'pong'),
        { name, clock },
      )();
    }

    const calls = await samples('stampede_calls');
    expect(calls).toHaveLength(501);
    expect(calls[0]).toBe('stampede_calls_total{name="other",outcome="success"} 100');
    const circuits = await samples('stampede_circuit_state', 'user-599');
    expect(circuits).toEqual([]);
  });

  it('takes another bound', async () => {
    observe({ maxNames: 1 });
    const clock = new VirtualClock();

    for (const name of ['a', 'b', 'c', 'a']) await withRetry(async () => 'pong', { name, clock })();

    expect(await samples('stampede_calls')).toEqual([
      'stampede_calls_total{name="a",outcome="success"} 2',
      'stampede_calls_total{name="other",outcome="success"} 2',
    ]);
  });

  it('takes a prefix, labels for all, and buckets', async () => {
    observe({ prefix: 'shop_', labels: { service: 'cart' }, buckets: [1, 2] });
    const clock = new VirtualClock();
    const ping = withRetry(fail, {
      wait: constant('1500ms'),
      jitter: null,
      maxTries: 2,
      name: 'ping',
      clock,
    });

    await clock.run(ping).catch(() => {});

    expect(await samples('shop_retries')).toEqual(['shop_retries_total{service="cart",name="ping"} 1']);
    expect((await samples('shop_wait_seconds_bucket')).map((line) => line.split('} ')[1])).toEqual([
      '1',
      '0',
      '1',
    ]);
    expect((await register.metrics()).match(/^stampede/m)).toBeNull();
  });

  it('shows names and help that promtool and people can read, each metric once', async () => {
    observe();

    const scrape = await register.metrics();

    const names = [...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    expect(names).toEqual([
      'stampede_circuit_state gauge',
      'stampede_budget_tokens gauge',
      'stampede_budget_capacity_tokens gauge',
      'stampede_calls_total counter',
      'stampede_attempts_total counter',
      'stampede_retries_total counter',
      'stampede_giveups_total counter',
      'stampede_circuit_transitions_total counter',
      'stampede_refusals_total counter',
      'stampede_timeouts_total counter',
      'stampede_hedges_total counter',
      'stampede_fallbacks_total counter',
      'stampede_handler_errors_total counter',
      'stampede_wait_seconds histogram',
    ]);
  });

  it('uses the registry of prom-client where none is named', async () => {
    const stop = observeWithPrometheus();
    const during = (await usualRegister.metrics()).includes('stampede_calls_total');
    stop();

    expect([during, (await usualRegister.metrics()).includes('stampede')]).toEqual([true, false]);
  });

  it('leaves nothing behind when it is stopped, and may begin again', async () => {
    const stop = observe();
    const mine = new Gauge({ name: 'mine', help: 'Mine.', registers: [register] });

    stop();
    stop();
    const left = register.getMetricsAsArray().length;
    observe();

    expect(left).toBe(1);
    expect(register.getSingleMetric('mine')).toBe(mine);
    expect(register.getMetricsAsArray()).toHaveLength(15);
    stops.pop()!();
    expect(eventTypes.filter(isObserved)).toEqual([]);
  });

  it('does not take out a metric of another that came in its place', () => {
    const stop = observe();
    register.removeSingleMetric('stampede_calls_total');
    const foreign = new Gauge({ name: 'stampede_calls_total', help: 'Not ours.', registers: [register] });

    stop();

    expect(register.getMetricsAsArray()).toEqual([foreign]);
  });

  it('refuses to observe twice into one registry, and changes nothing then', () => {
    observe();
    const before = register.getMetricsAsArray().length;

    expect(() => observe()).toThrow(
      'prefix must differ from that of metrics which the registry has, such as stampede_circuit_state (is it observed twice?); got "stampede_".',
    );
    expect(register.getMetricsAsArray()).toHaveLength(before);
    expect(() => observe({ prefix: 'again_' })).not.toThrow();
  });

  it.each<[object, string]>([
    [{ registry: 1 }, 'registry is not an option of observeWithPrometheus (did you mean register?)'],
    [{ register: {} }, 'register must be a Registry of prom-client; got {}.'],
    [
      { prefix: '1_' },
      'prefix must be letters, digits and underscores, and not start with a digit; got "1_".',
    ],
    [{ labels: { name: 'x' } }, 'labels.name must have another name: this label is ours; got "x".'],
    [{ labels: { outcome: 'x' } }, 'labels.outcome must have another name: this label is ours; got "x".'],
    [{ labels: { 'a-b': 'x' } }, 'labels.a-b must have a name of letters, digits and underscores; got "x".'],
    [{ labels: { a: 1 } }, 'labels.a must be a text; got 1.'],
    [{ labels: ['a'] }, 'labels must be an object of texts; got ["a"].'],
    [{ buckets: [] }, 'buckets must be numbers of seconds, each larger than the one before; got [].'],
    [{ buckets: [2, 1] }, 'buckets must be numbers of seconds, each larger than the one before; got [2, 1].'],
    [{ maxNames: 0 }, 'maxNames must be a whole number of 1 or more; got 0.'],
  ])('refuses %j', (options, message) => {
    expect(() => observeWithPrometheus({ register, ...options })).toThrow(message);
    expect(register.getMetricsAsArray()).toEqual([]);
    expect(eventTypes.filter(isObserved)).toEqual([]);
  });
});

class Later {
  place = -1;
  readonly unref = false;
  constructor(readonly wake: () => void) {}
}
