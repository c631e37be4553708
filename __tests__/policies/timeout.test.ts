import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  TimeoutError,
  UsageError,
  VirtualClock,
  compose,
  constant,
  currentCall,
  isStampedeError,
  subscribe,
  withRetry,
} from '../../src/core.js';
import type { StampedeEvent } from '../../src/core.js';
import type { TimeoutDetails } from '../../src/policies/timed-call.js';
import { deadline } from '../../src/policies/deadline.js';
import { fallback } from '../../src/policies/fallback.js';
import { hedge } from '../../src/policies/hedge.js';
import { timeout } from '../../src/policies/timeout.js';
import { runInNode } from '../support/run-in-node.js';
import { countedSignal } from '../support/signals.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const never = (): Promise<never> => new Promise(() => {});

/** Gives `value` after `ms` of virtual time, whatever the signal says. */
function after<T>(clock: VirtualClock, ms: number, value: T): Promise<T> {
  return new Promise((resolve) => {
    clock.schedule({ place: -1, unref: false, wake: () => resolve(value) }, ms);
  });
}

const errorOf = (end: PromiseLike<unknown>): Promise<any> =>
  Promise.resolve(end).then(
    (value) => ({ value }),
    (error: unknown) => error,
  );

describe('timeout', () => {
  const warnings = catchWarnings();

  it('lets an answer through that comes in time', async () => {
    const clock = new VirtualClock();
    const call = timeout({ ms: 100, clock })(async (text: string) => after(clock, 99, text));

    expect(await clock.run(() => call('pong'))).toBe('pong');
    expect(clock.now()).toBe(99);
  });

  it('lets the error of the function through, the very same', async () => {
    const clock = new VirtualClock();
    const call = timeout({ ms: 100, clock })(async () => {
      throw boom;
    });

    await expect(call()).rejects.toBe(boom);
    expect(clock.pending).toBe(0);
  });

  it('T40: ends at its time even when the function ignores the signal', async () => {
    const clock = new VirtualClock();
    const call = timeout({ ms: '2s', clock })(async function slow() {
      return never();
    });

    const error = await clock.run(errorOf(call()));

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe('slow took longer than 2000 ms.');
    expect([error.timeout, clock.now()]).toEqual([2000, 2000]);
  });

  it('aborts the signal of the attempt with the error that the caller gets', async () => {
    const clock = new VirtualClock();
    let signal: AbortSignal | undefined;
    const call = timeout({ ms: 50, clock })(async () => {
      ({ signal } = currentCall());
      return never();
    });

    const error = await clock.run(errorOf(call()));

    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBe(error);
  });

  it('T41: never aborts the signal of a call that has ended in time', async () => {
    const clock = new VirtualClock();
    let signal: AbortSignal | undefined;
    const call = timeout({ ms: 50, clock })(async () => {
      ({ signal } = currentCall());
      return after(clock, 10, 'a body');
    });

    await clock.run(call);
    await clock.advance(1000);

    expect(signal?.aborted).toBe(false);
  });

  it('T42: a signal that is first read after the end of the time is aborted', async () => {
    const clock = new VirtualClock();
    let signal: AbortSignal | undefined;
    const call = timeout({ ms: 50, clock }).run((context) =>
      after(clock, 80, undefined).then(() => {
        ({ signal } = context);
      }),
    );

    const error = await clock.run(errorOf(call));
    await clock.advance(100);

    expect(signal?.reason).toBe(error);
    expect(signal?.aborted).toBe(true);
  });

  it('T43: gives no verdict on an answer that arrived while the thread was blocked', async () => {
    const block = (ms: number): void => {
      const until = performance.now() + ms;
      while (performance.now() < until);
    };
    const call = timeout(20)(
      () =>
        new Promise((resolve) => {
          setTimeout(resolve, 25, 'pong');
        }),
    );

    const end = call();
    block(60);

    expect(await end).toBe('pong');
  });

  it('T43: the same for an answer that comes by way of a socket', async () => {
    const { stdout } = await runInNode(`
      import { timeout } from './src/policies/timeout.ts';
      import { Worker } from 'node:worker_threads';
      import { once } from 'node:events';
      import { get, Agent } from 'node:http';
      const server = new Worker(\`
        const { parentPort } = require('node:worker_threads');
        const server = require('node:http').createServer((_, response) => setTimeout(() => response.end('pong'), 60));
        server.listen(0, () => parentPort.postMessage(server.address().port));
      \`, { eval: true });
      const [port] = await once(server, 'message');
      const agent = new Agent({ keepAlive: true });
      const load = () => new Promise((resolve) => {
        get({ port, agent }, (response) => { response.resume().on('end', () => resolve(response.statusCode)); });
      });
      await load();
      const end = timeout(100)(load)();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const until = performance.now() + 300;
      while (performance.now() < until);
      console.log(await end.catch((error) => error.code));
      agent.destroy();
      await server.terminate();
    `);

    expect(stdout).toBe('200\n');
  });

  it('T44: handles the late rejection of an attempt that was given up', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const clock = new VirtualClock();
    const call = timeout({ ms: 10, clock })(() =>
      after(clock, 20, undefined).then(() => {
        throw boom;
      }),
    );

    const error = await clock.run(errorOf(call()));
    await clock.advance(100);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    process.off('unhandledRejection', note);

    expect(error).toBeInstanceOf(TimeoutError);
    expect(unhandled).toEqual([]);
  });

  it.each([
    ['a value', async () => 'pong'],
    ['an error', async () => Promise.reject(boom)],
    ['the end of the time', never],
    ['a throw', () => ((): Promise<never> => Promise.reject(boom))()],
    [
      'a throw before any promise',
      (): Promise<never> => {
        throw boom;
      },
    ],
    ['a plain value', () => 'pong' as never],
  ])('T45: leaves no timer behind after %s', async (_, fn: () => Promise<unknown>) => {
    const clock = new VirtualClock();
    const call = timeout({ ms: 10, clock })(fn);

    await clock.run(errorOf(new Promise((resolve) => resolve(call()))));

    expect(clock.pending).toBe(0);
  });

  it.each([
    ['a value', async () => 'pong'],
    ['an error', async () => Promise.reject(boom)],
    ['the end of the time', never],
  ])('T45: leaves no listener on the signal around it after %s', async (_, fn) => {
    const clock = new VirtualClock();
    const around = countedSignal();
    const inner = timeout({ ms: 10, clock })(fn);
    const outer = withRetry(async () => inner(), { signal: around.signal, maxTries: 1, clock });

    await clock.run(errorOf(outer()));

    expect([around.added > 0, around.listeners, clock.pending]).toEqual([true, 0, 0]);
  });

  it('ends with the call around it when that is aborted, and tells the function', async () => {
    const clock = new VirtualClock();
    const around = countedSignal();
    let signal: AbortSignal | undefined;
    const inner = timeout({ ms: 1000, clock })(() => {
      ({ signal } = currentCall());
      return never();
    });
    const outer = withRetry(async () => inner(), { signal: around.signal, clock });

    const end = outer();
    around.abort('enough');

    await expect(end).rejects.toBe('enough');
    expect([signal?.aborted, signal?.reason]).toEqual([true, 'enough']);
    expect([around.listeners, clock.pending]).toEqual([0, 0]);
  });

  it('is not called when the call around it has been aborted', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const around = new AbortController();
    const inner = timeout({ ms: 10, clock })(async () => {
      calls += 1;
    });
    const outer = timeout({ ms: 1000, clock })(async () => {
      around.abort('enough');
      return inner();
    });
    const call = withRetry(async () => outer(), { signal: around.signal, clock });

    await expect(call()).rejects.toBe('enough');
    expect(calls).toBe(0);
  });

  it('T46: is shortened by what the call around it has left', async () => {
    const clock = new VirtualClock();
    const inner = timeout({ ms: 1000, clock })(never);
    const outer = timeout({ ms: 100, clock })(() => {
      clock.block(40);
      return errorOf(inner());
    });

    const end = errorOf(outer());
    await clock.advance(59);
    const pending = clock.pending;
    await clock.advance(1);

    expect((await end).timeout).toBe(100);
    expect([pending, clock.pending, clock.now()]).toEqual([2, 0, 100]);
  });

  it('T46: makes no call when there is no time left', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const inner = timeout({ ms: 1000, clock, mode: 'async' })(async () => {
      calls += 1;
    });
    const outer = withRetry(
      async () => {
        clock.block(100);
        return inner();
      },
      { maxTime: 100, clock, errors: TypeError },
    );

    const error = await clock.run(errorOf(outer()));

    expect([error.code, error.timeout, calls]).toEqual(['ERR_TIMEOUT', 0, 0]);
  });

  it('T49: each call has a signal of its own', async () => {
    const clock = new VirtualClock();
    const signals: AbortSignal[] = [];
    const call = timeout({ ms: 100, clock })(async () => {
      signals.push(currentCall().signal);
      return never();
    });

    const first = errorOf(call());
    await clock.advance(50);
    const second = errorOf(call());
    await clock.advance(50);

    expect((await first).code).toBe('ERR_TIMEOUT');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await clock.run(second);
  });

  it('T58: keeps the process alive until a call that hangs has timed out, and not a moment longer', async () => {
    const program = (options: string): string => `
      import { timeout } from './src/policies/timeout.ts';
      const started = performance.now();
      process.on('exit', () => console.log(performance.now() - started < 5000 ? 'soon' : 'late'));
      timeout({ ms: 50${options} })(() => new Promise(() => {}))().catch((error) => console.log(error.code));
      timeout({ ms: 20_000${options} })(async () => {})();
    `;

    const kept = await runInNode(program(''));
    const left = await runInNode(program(', unref: true'));

    expect(kept.stdout).toBe('ERR_TIMEOUT\nsoon\n');
    expect(left.stdout).toBe('soon\n');
  });

  it('is an ordinary error to a retry around it', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const flaky = async (): Promise<string> => {
      calls += 1;
      return calls < 3 ? never() : 'pong';
    };
    const ping = compose(
      timeout({ ms: 1000, clock }),
      timeout({ ms: 500, clock }),
    )(withRetry(timeout({ ms: 10, clock })(flaky), { wait: constant(5), jitter: null, clock }));

    expect(await clock.run(ping)).toBe('pong');
    expect([calls, clock.now(), clock.pending]).toEqual([3, 30, 0]);
  });

  it('shows the function which attempt it is and how long it has', async () => {
    const clock = new VirtualClock();
    const seen: unknown[] = [];
    const flaky = timeout({ ms: 50, clock })(async () => {
      const context = currentCall();
      seen.push([context.tries, context.remaining()]);
      throw boom;
    });

    await clock.run(
      errorOf(withRetry(flaky, { wait: constant(80), jitter: null, maxTime: 100, maxTries: 2, clock })()),
    );

    expect(seen).toEqual([
      [1, 50],
      [2, 20],
    ]);
  });

  it('leaves the frame of the caller as it was', async () => {
    const clock = new VirtualClock();
    const inner = timeout({ ms: 50, clock })(async () => 'pong');

    const outer = withRetry(async () => {
      const end = inner();
      return [currentCall().remaining(), await end];
    });

    expect(await outer()).toEqual([Infinity, 'pong']);
    expect(() => currentCall()).toThrow(UsageError);
  });

  it('lets a plain value pass, with one warning', () => {
    const call = timeout(10)((() => 'pong') as unknown as () => Promise<string>);

    expect([call(), call()]).toEqual(['pong', 'pong']);
    expect(warnings.codes).toEqual(['STAMPEDE_SYNC']);
  });

  it('warns once of all plain values that its run gives', () => {
    const policy = timeout(10);
    const plain = (() => 'pong') as unknown as () => Promise<string>;

    expect([policy.run(() => plain()), policy.run(() => plain())]).toEqual(['pong', 'pong']);
    expect(warnings.codes).toEqual(['STAMPEDE_SYNC']);
  });

  it('throws at once what a plain function throws, and rejects with it in mode async', async () => {
    const throwing = (): Promise<never> => {
      throw boom;
    };

    expect(() => timeout(10)(throwing)()).toThrow(boom);
    await expect(timeout({ ms: 10, mode: 'async' })(throwing)()).rejects.toBe(boom);
  });

  it('takes a foreign thenable for a promise', async () => {
    const clock = new VirtualClock();
    const thenable = { then: (resolve: (value: string) => void) => resolve('pong') };
    const call = timeout({ ms: 10, clock })(() => thenable as unknown as PromiseLike<string>);

    expect(await clock.run(call)).toBe('pong');
  });

  it('decorates methods, with their this and their arguments', async () => {
    const clock = new VirtualClock();
    const brief = timeout({ ms: 10, clock });
    class Api {
      base = 'http:';
      @brief
      async load(path: string): Promise<string> {
        return this.base + path;
      }
      @brief
      async hang(): Promise<never> {
        return never();
      }
    }

    expect(await clock.run(new Api().load('//'))).toBe('http://');
    expect((await clock.run(errorOf(new Api().hang()))).message).toBe('Api.hang took longer than 10 ms.');
    expect(Api.prototype.load.name).toBe('load');
  });

  it.each([
    ['timeout', timeout({ ms: 10 })],
    ['deadline', deadline({ ms: 10 })],
    ['fallback', fallback('none')],
    ['hedge', hedge({ after: 10, idempotent: true })],
  ])('%s decorates methods by a legacy decorator, and refuses what is no method', async (_, policy) => {
    class Api {
      base = 'http:';
      async load(path: string): Promise<string> {
        return this.base + path;
      }
    }
    const decorate = policy as unknown as (...use: unknown[]) => PropertyDescriptor;
    const descriptor = decorate(
      Api.prototype,
      'load',
      Object.getOwnPropertyDescriptor(Api.prototype, 'load'),
    );
    Object.defineProperty(Api.prototype, 'load', descriptor);

    expect(await new Api().load('//')).toBe('http://');
    expect(Api.prototype.load).toHaveLength(1);
    expect(() => decorate(class {})).toThrow(UsageError);
    expect(() => decorate(Api.prototype, 'field', undefined)).toThrow(UsageError);
  });

  it('runs one call', async () => {
    const clock = new VirtualClock();

    const end = timeout({ ms: 10, clock }).run(async (context) => [
      context.signal.aborted,
      context.tries,
      context.remaining(),
    ]);

    expect(await clock.run(end)).toEqual([false, 1, 10]);
  });

  describe('tells of the end', () => {
    let stop = (): void => {};
    afterEach(() => {
      stop();
    });

    it('to its handlers and the event hub, with frozen details', async () => {
      const clock = new VirtualClock();
      const told: TimeoutDetails[] = [];
      const events: StampedeEvent[] = [];
      stop = subscribe((event) => events.push(event));
      const call = timeout({
        ms: 10,
        clock,
        name: 'search',
        onTimeout: [(details) => told.push(details), () => Promise.reject(boom)],
      })(async (_query: string) => never());

      const error = await clock.run(errorOf(call('ann')));

      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({
        event: 'timeout',
        name: 'search',
        args: ['ann'],
        timeout: 10,
        elapsed: 10,
        error,
      });
      expect(Object.isFrozen(told[0])).toBe(true);
      expect(events[0]).toMatchObject({ type: 'timeout', name: 'search', details: told[0] });
    });
  });

  it.each([
    [0.3, 'did you mean 300 ms?'],
    [0, 'at least 1 ms'],
    [-1, '0 or more'],
    [Infinity, 'must be milliseconds'],
    ['5', 'with a unit'],
    [undefined, 'must be milliseconds'],
    [{ ms: 5, onTimout: 1 }, 'did you mean onTimeout?'],
    [{ ms: 5, mode: 'sync' }, 'only a promise can be waited for'],
    [{ ms: 5, clock: {} }, 'must be a Clock'],
    [{ ms: 5, onTimeout: 1 }, 'must be a function'],
    [{ ms: 5, unref: 1 }, 'must be true or false'],
    [{ ms: 5, name: '' }, 'must be a text'],
  ])('refuses %j', (given, says) => {
    expect(() => timeout(given as never)).toThrow(says);
    expect(() => timeout(given as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  });

  it('takes options beside the time too', async () => {
    const clock = new VirtualClock();

    expect((await clock.run(errorOf(timeout(10, { clock, name: 'mine' })(never)()))).message).toContain(
      'mine',
    );
    expect(() => timeout(10, { ms: 5 } as never)).toThrow('is not an option of timeout');
  });

  it('ends at its time, whatever the times are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        async (ms, takes, around) => {
          const clock = new VirtualClock();
          const inner = timeout({ ms, clock })(() => after(clock, takes, 'pong'));
          const outer = timeout({ ms: around, clock })(async () => inner());

          const end = await clock.run(errorOf(outer()));

          const limit = Math.min(ms, around);
          expect(clock.now()).toBe(Math.min(takes, limit));
          // At the very moment the answer has its turn first.
          if (takes <= limit) expect(end).toEqual({ value: 'pong' });
          else expect(isStampedeError(end) && end.code).toBe('ERR_TIMEOUT');
          await clock.advance(1000);
          expect(clock.pending).toBe(0);
        },
      ),
    );
  });

  it('keeps the asynchronous stack, of the error of the function and of its own', async () => {
    const { stdout } = await runInNode(`
      import { timeout } from './src/policies/timeout.ts';
      async function deepInside() { await null; throw new Error('boom'); }
      async function theCaller(call) { return await call(); }
      const stack = (call) => theCaller(call).catch((error) => error.stack);
      console.log(JSON.stringify([
        await stack(timeout(1000)(deepInside)),
        await stack(timeout(5)(() => new Promise(() => {}))),
        await stack(timeout(1000)(timeout(1000)(deepInside))),
      ]));
    `);
    const [own, timedOut, nested] = JSON.parse(stdout) as [string, string, string];

    expect(own).toMatch(/at async theCaller/);
    expect(timedOut).toMatch(/took longer than 5 ms/);
    expect(timedOut).toMatch(/at async theCaller/);
    expect(nested).toMatch(/at async theCaller/);
  });
});
