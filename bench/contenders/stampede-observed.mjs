/**
 * The doors of `observe`: loaded and not used, used with nobody who listens, and at work.
 *
 * Each is loaded when its turn comes, since what is measured first is a process that has none of them.
 */
import { expo, subscribe, withRetry } from '../../dist/esm/index.js';

const wait = expo({ factor: 100, maxValue: '10s' });
const call = (fn) => withRetry(fn, { wait, maxTries: 6 });

const observe = () => import('../../dist/esm/observe/index.js');
const prometheus = () => import('../../dist/esm/observe/prometheus/index.js');
const openTelemetry = () => import('../../dist/esm/observe/opentelemetry/index.js');

const listening = async (types) => {
  let events = 0;
  subscribe(() => void (events += 1), { types });
  return { call, seen: () => events };
};

const variant = (label, observed) => ({ name: `stampede, ${label}`, kind: 'stampede', observed });

export default [
  variant('unobserved', () => ({ call })),
  variant('doors imported', async () => {
    await Promise.all([observe(), prometheus(), openTelemetry()]);
    return { call };
  }),
  variant('observed before', async () => {
    const { observeWithPrometheus } = await prometheus();
    const stop = observeWithPrometheus();
    await call(async () => 42)();
    stop();
    return { call };
  }),
  variant('channels, no subscriber', async () => {
    const { observeWithDiagnostics } = await observe();
    observeWithDiagnostics();
    return { call };
  }),
  variant('channels, backoff only', async () => {
    const { observeWithDiagnostics } = await observe();
    const { subscribe: subscribeTo } = await import('node:diagnostics_channel');
    observeWithDiagnostics();
    subscribeTo('stampede:retry:backoff', () => {});
    return { call };
  }),
  variant('channels, end', async () => {
    const { observeWithDiagnostics } = await observe();
    const { subscribe: subscribeTo } = await import('node:diagnostics_channel');
    let events = 0;
    observeWithDiagnostics();
    subscribeTo('stampede:retry:end', () => void (events += 1));
    return { call, seen: () => events };
  }),
  variant('a listener of backoffs', () => {
    subscribe(() => {}, { types: ['retry:backoff', 'retry:giveup', 'circuit:open'] });
    return { call };
  }),
  variant('a listener of ends', () => listening(['retry:end'])),
  variant('a listener of everything', () => listening()),
  variant('Prometheus', async () => {
    const { observeWithPrometheus } = await prometheus();
    const { register } = await import('../../node_modules/prom-client/index.js');
    observeWithPrometheus();
    return {
      call,
      seen: async () => Number(/^stampede_calls_total.* (\d+)$/m.exec(await register.metrics())?.[1]),
    };
  }),
  variant('OpenTelemetry', async () => {
    const { observeWithOpenTelemetry } = await openTelemetry();
    const { MeterProvider, MetricReader } =
      await import('../../node_modules/@opentelemetry/sdk-metrics/build/src/index.js');
    const reader = new (class extends MetricReader {
      async onForceFlush() {}
      async onShutdown() {}
    })();
    observeWithOpenTelemetry({ meter: new MeterProvider({ readers: [reader] }).getMeter('bench') });
    const seen = async () => {
      const { scopeMetrics } = (await reader.collect()).resourceMetrics;
      const calls = scopeMetrics[0]?.metrics.find(({ descriptor }) => descriptor.name === 'stampede.calls');
      return calls?.dataPoints[0]?.value ?? 0;
    };
    return { call, seen };
  }),
];
