/** OpenTelemetry: the event for each attempt on the span that is active, by the real SDK. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Span, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { VirtualClock, circuitBreaker, constant, withRetry } from '../../src/core.js';
import { observeWithOpenTelemetry } from '../../src/observe/opentelemetry/index.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = Object.assign(new Error('password=hunter2'), { code: 'ECONNRESET' });

let exporter: InMemorySpanExporter;
let stop: () => void;

beforeEach(() => {
  exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  stop = observeWithOpenTelemetry();
});

afterEach(() => {
  stop();
  trace.disable();
  context.disable();
});

/** Runs `work` in a span. @returns The events of the span, each as its name and attributes. */
async function eventsOf(
  work: (span: Span) => unknown,
  name = 'work',
): Promise<[string, object | undefined][]> {
  await trace.getTracer('test').startActiveSpan(name, async (span) => {
    try {
      await work(span);
    } catch {
      // how it ends is not what is asked here
    } finally {
      span.end();
    }
  });
  const span = exporter.getFinishedSpans().find((one) => one.name === name)!;
  return span.events.map((event) => [event.name, event.attributes]);
}

describe('an event on the active span', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: tells of each attempt: which it was, its error, the wait that follows`, async () => {
      const clock = new VirtualClock();
      const waits = constant(['250ms', '2s']);
      const ping = withRetry(play(boom, new RangeError(), 'pong'), {
        wait: waits,
        jitter: null,
        name: 'ping',
        clock,
      });

      const events = await eventsOf(() => finish(clock, ping, 'secret'));

      expect(events).toEqual([
        [
          'stampede.attempt',
          {
            'stampede.name': 'ping',
            'stampede.tries': 1,
            'error.type': 'ECONNRESET',
            'stampede.retry.wait': 0.25,
          },
        ],
        [
          'stampede.attempt',
          {
            'stampede.name': 'ping',
            'stampede.tries': 2,
            'error.type': 'RangeError',
            'stampede.retry.wait': 2,
          },
        ],
        ['stampede.attempt', { 'stampede.name': 'ping', 'stampede.tries': 3 }],
      ]);
    });

    it(`${kind}: tells why there was no other`, async () => {
      const clock = new VirtualClock();
      const ping = withRetry(play(boom), { wait: constant(10), maxTries: 2, name: 'ping', clock });

      const events = await eventsOf(() => finish(clock, ping));

      expect(events.map(([, attributes]) => attributes)).toEqual([
        expect.objectContaining({ 'stampede.tries': 1, 'error.type': 'ECONNRESET' }),
        {
          'stampede.name': 'ping',
          'stampede.tries': 2,
          'error.type': 'ECONNRESET',
          'stampede.giveup.reason': 'maxTries',
        },
      ]);
    });

    it(`${kind}: tells of an error that nothing matched`, async () => {
      const clock = new VirtualClock();

      const events = await eventsOf(() =>
        finish(clock, withRetry(play(boom), { errors: TypeError, name: 'ping', clock })),
      );

      expect(events).toEqual([
        [
          'stampede.attempt',
          {
            'stampede.name': 'ping',
            'stampede.tries': 1,
            'error.type': 'ECONNRESET',
            'stampede.outcome': 'passed',
          },
        ],
      ]);
    });
  });

  it('says of an attempt that was refused that nothing was sent', async () => {
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ name: 'gone', consecutive: 1, clock });
    const call = withRetry(
      breaker(async () => Promise.reject(boom)),
      { name: 'ping', wait: constant(10), clock },
    );

    const events = await eventsOf(() => clock.run(call));

    expect(events.map(([, attributes]) => attributes)).toEqual([
      expect.not.objectContaining({ 'stampede.refused': true }),
      {
        'stampede.name': 'ping',
        'stampede.tries': 2,
        'error.type': 'ERR_CIRCUIT_OPEN',
        'stampede.refused': true,
        'stampede.outcome': 'refused',
      },
    ]);
  });

  it('tells of an attempt that an abort has ended, and of none where a wait was aborted', async () => {
    const clock = new VirtualClock();
    const controllers = [new AbortController(), new AbortController()];
    const never = (): Promise<never> => new Promise(() => {});
    const hanging = withRetry(never, { signal: controllers[0]!.signal, name: 'hanging', clock });
    const waiting = withRetry(async () => Promise.reject(boom), {
      signal: controllers[1]!.signal,
      name: 'waiting',
      wait: constant('1h'),
      clock,
    });

    const events = await eventsOf(async () => {
      const ends = [hanging(), waiting()].map((end) => end.catch(() => {}));
      await clock.advance(1000);
      for (const controller of controllers) controller.abort();
      await Promise.all(ends);
    });

    const seen = events.map(([, attributes]) => attributes as Record<string, unknown>);
    expect(seen.map((one) => [one['stampede.name'], one['stampede.tries'], one['stampede.outcome']])).toEqual(
      [
        ['waiting', 1, undefined],
        ['hanging', 1, 'abort'],
      ],
    );
  });

  it('is on the span of its own call, however many are under way', async () => {
    const clock = new VirtualClock();
    const tried = new Map<string, number>();
    const call = withRetry(
      async (name: string) => {
        tried.set(name, (tried.get(name) ?? 0) + 1);
        if (tried.get(name)! <= 2) throw boom;
      },
      { wait: constant(['10ms', '30ms']), jitter: null, clock },
    );
    const spans = Array.from({ length: 5 }, (_, n) => `span ${n}`);

    const events = await clock.run(() => Promise.all(spans.map((name) => eventsOf(() => call(name), name))));

    expect(events.map((list) => list.length)).toEqual([3, 3, 3, 3, 3]);
  });

  it('leaves the span active inside of each attempt', async () => {
    const clock = new VirtualClock();
    const seen: (string | undefined)[] = [];
    let outside: string | undefined;
    const call = withRetry(
      async () => {
        seen.push(trace.getActiveSpan()?.spanContext().spanId);
        if (seen.length < 3) throw boom;
      },
      { wait: constant('1s'), clock },
    );

    await eventsOf((span) => {
      outside = span.spanContext().spanId;
      return clock.run(call);
    });

    expect(seen).toEqual([outside, outside, outside]);
  });

  it('never tells arguments or messages', async () => {
    const clock = new VirtualClock();
    const breaker = circuitBreaker({
      name: 'keyed',
      consecutive: 1,
      key: ({ args }) => String(args[0]),
      clock,
    });
    const call = withRetry(
      breaker(async (token: string) => Promise.reject(new Error(`no entry for ${token}`))),
      { wait: constant(1), clock },
    );

    const events = await eventsOf(() => clock.run(() => call('s3cret')));

    expect(events.length).toBeGreaterThan(0);
    expect(JSON.stringify(events)).not.toContain('s3cret');
  });

  it('is not made without an active span, nor is a span', async () => {
    expect(await withRetry(async () => 'pong')()).toBe('pong');

    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('is not made for a span that is not recorded', async () => {
    trace.disable();
    trace.setGlobalTracerProvider(new BasicTracerProvider({ sampler: new AlwaysOffSampler() }));
    let added = 0;

    await trace.getTracer('test').startActiveSpan('unrecorded', async (span) => {
      span.addEvent = () => {
        added += 1;
        return span;
      };
      await withRetry(async () => 'pong')();
      span.end();
    });

    expect(added).toBe(0);
  });

  it('is not made where the options say so', async () => {
    stop();
    stop = observeWithOpenTelemetry({ spanEvents: false });

    expect(await eventsOf(() => withRetry(async () => 'pong')())).toEqual([]);
  });

  it('is not made any more once it is stopped', async () => {
    stop();

    expect(await eventsOf(() => withRetry(async () => 'pong')())).toEqual([]);
  });
});
