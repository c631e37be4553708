/** OpenTelemetry: what the real SDK exports of calls, circuits and budgets. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { metrics as metricsApi } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  VirtualClock,
  circuitBreaker,
  constant,
  eventTypes,
  gateway,
  retryBudget,
  withRetry,
} from '../../src/core.js';
import { isObserved } from '../../src/events.js';
import {
  type OpenTelemetryOptions,
  observeWithOpenTelemetry,
} from '../../src/observe/opentelemetry/index.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = Object.assign(new Error('boom'), { code: 'ECONNRESET' });
const fail = async (): Promise<never> => {
  throw boom;
};

let exporter: InMemoryMetricExporter;
let provider: MeterProvider;
let reader: PeriodicExportingMetricReader;
let stops: (() => void)[] = [];

beforeEach(() => {
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  provider = new MeterProvider({ readers: [reader] });
});

afterEach(async () => {
  for (const stop of stops) stop();
  stops = [];
  metricsApi.disable();
  await provider.shutdown();
});

function observe(options: OpenTelemetryOptions = {}): () => void {
  const stop = observeWithOpenTelemetry({ meter: provider.getMeter('test'), ...options });
  stops.push(stop);
  return stop;
}

interface Exported {
  readonly name: string;
  readonly unit: string;
  readonly points: (readonly [object, unknown])[];
}

/** What one collection exports; without counts of what has not happened. */
async function collected(): Promise<Map<string, Exported>> {
  exporter.reset();
  await reader.forceFlush();
  const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  return new Map(
    scopes
      .flatMap(({ metrics }) => metrics)
      .map(({ descriptor: { name, unit }, dataPoints }) => [
        name,
        {
          name,
          unit,
          points: dataPoints
            .map(({ attributes, value }) => [attributes, value] as const)
            .filter(([, value]) => value !== 0 || name === 'stampede.circuit.state'),
        },
      ]),
  );
}

/** The points of one metric, of one name where it is given. */
async function points(metric: string, name?: string): Promise<(readonly [object, unknown])[]> {
  const all = (await collected()).get(metric)?.points ?? [];
  return all.filter(
    ([attributes]) => name === undefined || (attributes as Record<string, unknown>)['stampede.name'] === name,
  );
}

describe('observeWithOpenTelemetry', () => {
  const warnings = catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: counts calls, attempts, retries by error, and give-ups by reason and error`, async () => {
      observe();
      const clock = new VirtualClock();
      const options = { wait: constant('2s'), jitter: null, clock };
      await finish(clock, withRetry(play(boom, new RangeError(), 'pong'), { ...options, name: 'ping' }));
      await finish(clock, withRetry(play(boom), { ...options, name: 'pong', maxTries: 2 })).catch(() => {});

      const exported = await collected();

      expect(exported.get('stampede.calls')).toEqual({
        name: 'stampede.calls',
        unit: '{call}',
        points: [
          [{ 'stampede.name': 'ping', 'stampede.outcome': 'success' }, 1],
          [{ 'stampede.name': 'pong', 'stampede.outcome': 'giveup' }, 1],
        ],
      });
      expect(exported.get('stampede.attempts')).toMatchObject({
        unit: '{attempt}',
        points: [
          [{ 'stampede.name': 'ping' }, 3],
          [{ 'stampede.name': 'pong' }, 2],
        ],
      });
      expect(exported.get('stampede.retries')?.points).toEqual([
        [{ 'stampede.name': 'ping', 'error.type': 'ECONNRESET' }, 1],
        [{ 'stampede.name': 'ping', 'error.type': 'RangeError' }, 1],
        [{ 'stampede.name': 'pong', 'error.type': 'ECONNRESET' }, 1],
      ]);
      expect(exported.get('stampede.giveups')?.points).toEqual([
        [{ 'stampede.name': 'pong', 'stampede.giveup.reason': 'maxTries', 'error.type': 'ECONNRESET' }, 1],
      ]);
    });

    it(`${kind}: records waits in seconds`, async () => {
      observe();
      const clock = new VirtualClock();
      const waits = withRetry(play(boom, boom, 'pong'), {
        wait: constant(['20ms', '2s']),
        jitter: null,
        name: 'ping',
        clock,
      });
      await finish(clock, waits);

      const wait = (await collected()).get('stampede.retry.wait')!;

      expect(wait.unit).toBe('s');
      const [[attributes, value]] = wait.points as [[object, Histogram]];
      expect(attributes).toEqual({ 'stampede.name': 'ping' });
      expect(value).toMatchObject({ count: 2, sum: 2.02, min: 0.02, max: 2 });
      expect(value.buckets.boundaries).toEqual([0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 300]);
    });
  });

  it('shows the state of a circuit when metrics are collected, one of five being 1', async () => {
    observe();
    const clock = new VirtualClock();
    const call = circuitBreaker({ name: 'otel circuit', consecutive: 1, jitter: null, clock })(async (
      fails: boolean,
    ) => {
      if (fails) throw boom;
    });
    const states = async (): Promise<unknown[]> => {
      const all = await points('stampede.circuit.state', 'otel circuit');
      expect(all).toHaveLength(5);
      return all
        .filter(([, value]) => value === 1)
        .map(([attributes]) => (attributes as Record<string, unknown>)['stampede.circuit.state']);
    };

    await call(false);
    const closed = await states();
    await call(true).catch(() => {});
    await call(false).catch(() => {});
    const open = await states();
    clock.block(5000);

    expect([closed, open, await states()]).toEqual([['closed'], ['open'], ['half-open']]);
    expect(await points('stampede.circuit.transitions')).toEqual([
      [{ 'stampede.name': 'otel circuit', 'stampede.circuit.state': 'open' }, 1],
    ]);
    expect(await points('stampede.refusals')).toEqual([
      [{ 'stampede.name': 'otel circuit', 'stampede.refusal.kind': 'circuit' }, 1],
    ]);
  });

  it('shows the level of a budget, and what it may hold', async () => {
    const clock = new VirtualClock();
    const budget = retryBudget({ name: 'otel budget', minimum: 4, clock });
    observe();
    budget.take('timeout');

    expect(await points('stampede.budget.tokens', 'otel budget')).toEqual([
      [{ 'stampede.name': 'otel budget' }, 2],
    ]);
    expect(await points('stampede.budget.capacity', 'otel budget')).toEqual([
      [{ 'stampede.name': 'otel budget' }, 4],
    ]);
  });

  it('names all of a gateway by its one name', async () => {
    observe();
    const clock = new VirtualClock();
    const payments = gateway('otel payments', { clock, retry: { wait: constant(10) } });

    await clock.run(() => payments.run(fail)).catch(() => {});

    expect(await points('stampede.attempts', 'otel payments')).toEqual([
      [{ 'stampede.name': 'otel payments' }, 3],
    ]);
    expect(await points('stampede.circuit.state', 'otel payments')).toHaveLength(5);
  });

  it('uses the global meter provider where no meter is given', async () => {
    metricsApi.setGlobalMeterProvider(provider);
    observe({ meter: undefined });

    await withRetry(async () => 'pong', { name: 'ping' })();

    exporter.reset();
    await reader.forceFlush();
    const [scope] = exporter.getMetrics()[0]!.scopeMetrics;
    expect(scope?.scope.name).toBe('stampede-js');
    expect(scope?.metrics.map(({ descriptor }) => descriptor.name)).toContain('stampede.calls');
  });

  it('does no harm where there is no SDK, and warns once that its metrics go nowhere', async () => {
    observe({ meter: undefined });
    observe({ meter: undefined });

    expect(await withRetry(async () => 'pong')()).toBe('pong');
    expect(warnings.codes).toEqual(['STAMPEDE_OPENTELEMETRY']);
    expect(warnings.texts[0]).toMatch(/set up the SDK first/);
  });

  it('counts a call that an open circuit keeps back as refused, and no attempt', async () => {
    observe();
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ name: 'otel gone', clock });
    breaker.open();
    const call = withRetry(breaker(fail), { name: 'otel gone', clock });

    for (let n = 0; n < 3; n++) await call().catch(() => {});

    expect(await points('stampede.calls', 'otel gone')).toEqual([
      [{ 'stampede.name': 'otel gone', 'stampede.outcome': 'refused' }, 3],
    ]);
    expect(await points('stampede.attempts', 'otel gone')).toEqual([]);
    expect(await points('stampede.refusals', 'otel gone')).toEqual([
      [{ 'stampede.name': 'otel gone', 'stampede.refusal.kind': 'circuit' }, 3],
    ]);
  });

  it('gives all metrics the attributes of the options', async () => {
    observe({ attributes: { service: 'cart' } });
    await withRetry(async () => 'pong', { name: 'ping' })();

    expect(await points('stampede.attempts')).toEqual([[{ service: 'cart', 'stampede.name': 'ping' }, 1]]);
  });

  it('keeps at most so many names and kinds of errors apart', async () => {
    observe({ maxNames: 2 });
    const clock = new VirtualClock();
    const errors = Array.from({ length: 120 }, (_, n) => Object.assign(new Error(), { code: `E_${n}` }));

    for (const error of errors) {
      const call = withRetry(() => Promise.reject(error), { name: error.code, maxTries: 1, clock });
      await call().catch(() => {});
    }

    const all = (await points('stampede.giveups')).map(
      ([attributes]) => attributes as Record<string, string>,
    );
    expect(new Set(all.map((one) => one['stampede.name']))).toEqual(new Set(['E_0', 'E_1', 'other']));
    const types = new Set(all.map((one) => one['error.type']));
    expect([types.size, types.has('E_99'), types.has('E_100'), types.has('_OTHER')]).toEqual([
      101,
      true,
      false,
      true,
    ]);
  });

  it('ends when it is stopped: nothing is counted and nothing read any more', async () => {
    const stop = observe();
    const budget = retryBudget({ name: 'otel stopped', minimum: 9, clock: new VirtualClock() });
    budget.take('error');
    await withRetry(async () => 'pong', { name: 'ping' })();
    const before = await collected();

    stop();
    stop();
    await withRetry(async () => 'pong', { name: 'ping' })();
    budget.take('error');

    // A meter cannot give an instrument back: the SDK goes on exporting the last value.
    expect((await collected()).get('stampede.calls')).toEqual(before.get('stampede.calls'));
    expect(await points('stampede.budget.tokens', 'otel stopped')).toEqual([
      [{ 'stampede.name': 'otel stopped' }, 8],
    ]);
    expect(eventTypes.filter(isObserved)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ trace: 1 }, 'trace is not an option of observeWithOpenTelemetry'],
    [{ meter: {} }, 'meter must be a Meter of @opentelemetry/api; got {}.'],
    [{ spanEvents: 'yes' }, 'spanEvents must be true or false; got "yes".'],
    [{ maxNames: 1.5 }, 'maxNames must be a whole number of 1 or more; got 1.5.'],
  ])('refuses %j', (options, message) => {
    expect(() => observeWithOpenTelemetry(options)).toThrow(message);
    expect(eventTypes.filter(isObserved)).toEqual([]);
  });
});
