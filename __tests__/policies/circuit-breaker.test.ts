import { describe, expect, it, jest } from '@jest/globals';
import { compose } from '../../src/call/compose.js';
import { currentCall } from '../../src/call/context.js';
import { OptionError, RefusalError, StampedeError, TimeoutError, isRefusal } from '../../src/errors.js';
import { type StampedeEvent, subscribe } from '../../src/events.js';
import { CircuitOpenError } from '../../src/policies/circuit-open-error.js';
import { type CircuitBreaker, circuitBreaker } from '../../src/policies/circuit-breaker.js';
import type { CircuitBreakerOptions, CircuitDetails } from '../../src/policies/circuit-options.js';
import { deadline } from '../../src/policies/deadline.js';
import { timeout } from '../../src/policies/timeout.js';
import { retry } from '../../src/retry/with-retry.js';
import { systemClock } from '../../src/time/clock.js';
import type { Duration } from '../../src/time/duration.js';
import { seeded } from '../../src/time/random.js';
import type { Sleeper } from '../../src/time/timers.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';
import { constant, expo } from '../../src/wait/generators.js';
import { retryAfter } from '../../src/wait/retry-after.js';
import { runInNode } from '../support/run-in-node.js';

const boom = new Error('boom');

interface Lab {
  readonly clock: VirtualClock;
  readonly breaker: CircuitBreaker;
  readonly call: (outcome?: unknown) => Promise<unknown>;
  readonly events: CircuitDetails[];
}

/** A breaker around an async function that gives or throws what it is told to. */
function lab(options: CircuitBreakerOptions = {}): Lab {
  const clock = new VirtualClock();
  const events: CircuitDetails[] = [];
  const note = (details: CircuitDetails): number => events.push(details);
  const breaker = circuitBreaker({
    clock,
    consecutive: 3,
    jitter: null,
    ramp: null,
    onOpen: note,
    onHalfOpen: note,
    onRamp: note,
    onClose: note,
    ...options,
  });
  const call = breaker(async function play(outcome: unknown): Promise<unknown> {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
  return { clock, breaker, call, events };
}

async function endOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => value,
    (error: unknown) => error,
  );
}

async function trip({ call }: Lab, times = 3): Promise<void> {
  for (let i = 0; i < times; i++) await endOf(call(boom));
}

describe('circuitBreaker', () => {
  it('goes from closed to open, to half-open, over the ramp, and back', async () => {
    const random = seeded(7);
    const all = lab({ ramp: {}, random, name: 'users' });
    expect(await all.call('pong')).toBe('pong');
    await trip(all);
    expect(all.breaker.state).toBe('open');
    expect(await endOf(all.call('pong'))).toBeInstanceOf(CircuitOpenError);

    await all.clock.advance('5s');
    expect(all.breaker.state).toBe('half-open');
    expect(await all.call('pong')).toBe('pong');
    expect(all.breaker.state).toBe('ramp');
    for (let i = 0; i < 5; i++) {
      await all.clock.advance('1s');
      await endOf(all.call('pong'));
    }

    expect(all.breaker.state).toBe('closed');
    expect(all.events.map(({ event, from, to, because }) => [event, from, to, because])).toEqual([
      ['open', 'closed', 'open', 'consecutive'],
      ['halfOpen', 'open', 'half-open', 'openTime'],
      ['ramp', 'half-open', 'ramp', 'probes'],
      ['close', 'ramp', 'closed', 'ramp'],
    ]);
    expect(all.events[0]).toMatchObject({
      name: 'users',
      retryAt: 5000,
      reopened: 1,
      counts: { consecutive: 3 },
      outcome: { ok: false, error: boom },
    });
    expect(Object.isFrozen(all.events[0])).toBe(true);
  });

  it('gives what the function gives, the very same error included', async () => {
    const { call } = lab();

    await expect(call(boom)).rejects.toBe(boom);

    const sync = circuitBreaker()((n: number) => n + 1);
    expect(sync(1)).toBe(2);
  });

  it.each(['sync', 'async', 'promise'])('refuses in the way of the function: %s', async (kind) => {
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ clock, consecutive: 1 });
    const bad = breaker(
      kind === 'async'
        ? async () => Promise.reject(boom)
        : (): unknown => {
            if (kind === 'sync') throw boom;
            return Promise.reject(boom);
          },
    );
    const first = (): unknown => bad();
    if (kind === 'sync') expect(first).toThrow(boom);
    else await expect(first()).rejects.toBe(boom);

    if (kind === 'sync') expect(first).toThrow(CircuitOpenError);
    else await expect(first()).rejects.toBeInstanceOf(CircuitOpenError);
  });

  it('is told by `mode` how to refuse a function that it has not seen return', async () => {
    const quiet = (): unknown => 1;
    const asked = circuitBreaker({ consecutive: 1, mode: 'async' });
    asked.open();
    await expect(asked(quiet)()).rejects.toBeInstanceOf(CircuitOpenError);

    const auto = circuitBreaker({ consecutive: 1 });
    auto.open();
    expect(auto(quiet)).toThrow(CircuitOpenError);

    const sync = circuitBreaker({ consecutive: 1, mode: 'sync' });
    const promising = sync(() => Promise.resolve(1));
    await promising();
    sync.open();
    expect(promising).toThrow(CircuitOpenError);
  });

  it('decorates methods, keeps this, name and length, and guards many functions with one circuit', async () => {
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ clock, consecutive: 2 });
    class Api {
      base = 'x';
      @breaker
      async get(id: number): Promise<string> {
        if (id < 0) throw boom;
        return `${this.base}${id}`;
      }
      @breaker
      list(): string {
        return this.base;
      }
    }
    const api = new Api();

    expect(await api.get(1)).toBe('x1');
    expect([api.get.name, api.get.length]).toEqual(['get', 1]);
    await endOf(api.get(-1));
    await endOf(api.get(-2));

    expect(() => api.list()).toThrow('The circuit "Api.get" is open; nothing was sent.');
  });

  it('makes foreign thenables into promises and looks at their end', async () => {
    const breaker = circuitBreaker({ consecutive: 1 });
    const thenable = {
      then: (_: unknown, reject: (error: unknown) => void) => reject(boom),
    } as unknown as PromiseLike<number>;
    const call = breaker(() => thenable);

    await expect(call()).rejects.toBe(boom);
    expect(breaker.state).toBe('open');
  });

  it('runs single calls', async () => {
    const { breaker } = lab({ consecutive: 2 });
    const bad = (): Promise<number> => breaker.run(() => Promise.reject<number>(boom));

    expect(await breaker.run(async ({ tries }) => tries)).toBe(1);
    expect(breaker.run(() => 5)).toBe(5);
    await expect(bad()).rejects.toBe(boom);
    await expect(bad()).rejects.toBe(boom);

    await expect(bad()).rejects.toBeInstanceOf(CircuitOpenError);
    expect(() => breaker.run(5 as never)).toThrow('run takes a function');
  });

  it('opens, closes and isolates by hand, and tells so', async () => {
    const { breaker, call, events } = lab();
    breaker.open();
    breaker.close();
    breaker.close();
    breaker.isolate();

    const error = (await endOf(call(1))) as CircuitOpenError;

    expect(error).toMatchObject({ state: 'isolated', retryAt: Infinity, retryAfter: undefined });
    expect(breaker.state).toBe('isolated');
    breaker.close();
    expect(await call(1)).toBe(1);
    expect(events.map(({ to, because }) => `${to} ${because}`)).toEqual([
      'open manual',
      'closed manual',
      'isolated manual',
      'closed manual',
    ]);
  });

  it('ends a retry at once, and names the least wait for one that lists it', async () => {
    const { clock, breaker } = lab({ consecutive: 1, openTime: '3s' });
    let calls = 0;
    const fn = async (): Promise<string> => {
      calls += 1;
      if (calls === 1) throw boom;
      return 'pong';
    };

    await expect(clock.run(compose(retry({ clock, maxTries: 5 }), breaker)(fn))).rejects.toBeInstanceOf(
      CircuitOpenError,
    );
    expect(calls).toBe(1);
    const errors = [CircuitOpenError];
    const patient = compose(retry({ clock, errors, wait: constant(1), jitter: null }), breaker);
    const start = clock.now();

    expect(await clock.run(patient(fn))).toBe('pong');
    expect(clock.now() - start).toBeGreaterThanOrEqual(3000 - start);
  });

  it('publishes its changes and refusals where somebody listens', async () => {
    const seen: StampedeEvent[] = [];
    const all = lab({ name: 'users' });
    const stop = subscribe((event) => seen.push(event));
    await trip(all);
    await endOf(all.call(1));
    await all.clock.advance('5s');
    await all.call(1);
    stop();

    expect(seen.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'circuit:open users',
      'circuit:refuse users',
      'circuit:half-open users',
      'circuit:close users',
    ]);
  });

  it('lets a handler close the circuit that has just opened, and survives one that throws', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const all: Lab = lab({
      onOpen: [
        () => {
          throw new Error('handler');
        },
        () => all.breaker.close(),
      ],
    });

    await trip(all);

    expect(all.breaker.state).toBe('closed');
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});

describe('changes', () => {
  /** Who has heard what: two handlers of each kind, and two listeners, of which the first does something. */
  function heardBy(act: (heard: string, breaker: CircuitBreaker) => void): Record<string, string[]> {
    const heard: Record<string, string[]> = { first: [], second: [], hub: [], hub2: [] };
    const events = [
      subscribe(({ type }) => {
        heard['hub']!.push(type);
        act(`hub ${type}`, breaker);
      }),
      subscribe(({ type }) => heard['hub2']!.push(type)),
    ];
    const handlers = [
      ({ to }: CircuitDetails): void => {
        heard['first']!.push(to);
        act(to, breaker);
      },
      ({ to }: CircuitDetails) => heard['second']!.push(to),
    ];
    const { breaker } = lab({ onOpen: handlers, onClose: handlers });
    breaker.open();
    for (const stop of events) stop();
    return heard;
  }

  it.each(['open', 'hub circuit:open'])(
    'are told in the order in which they happened: closed at %s',
    (when) => {
      const heard = heardBy((what, breaker) => {
        if (what === when) breaker.close();
      });

      expect(heard).toEqual({
        first: ['open', 'closed'],
        second: ['open', 'closed'],
        hub: ['circuit:open', 'circuit:close'],
        hub2: ['circuit:open', 'circuit:close'],
      });
    },
  );

  it('are told in order beside those of another breaker, and refusals', () => {
    const other = circuitBreaker({ name: 'other' });
    const call = other(() => 1);
    const heard = heardBy((what) => {
      if (what !== 'open') return;
      other.open();
      expect(call).toThrow(CircuitOpenError);
    });

    expect(heard['hub']).toEqual(['circuit:open', 'circuit:open', 'circuit:refuse']);
    expect(heard['second']).toEqual(['open']);
  });
});

describe('what counts', () => {
  it('T7: leaves refusals, option errors and excluded outcomes out, and what a probe of them held is free', async () => {
    const refusal = new RefusalError('ERR_BULKHEAD_FULL', 'full');
    const notFound = Object.assign(new Error('404'), { status: 404 });
    const all = lab({
      consecutive: 1,
      isNeutral: (outcome) => !outcome.ok && (outcome.error as { status?: number }).status === 404,
    });

    for (const error of [refusal, new OptionError('wait', 1, 'must be'), notFound])
      await endOf(all.call(error));
    expect(all.breaker.state).toBe('closed');
    await endOf(all.call(boom));
    await all.clock.advance('5s');
    await endOf(all.call(notFound));

    expect(all.breaker.state).toBe('half-open');
    expect(await all.call('pong')).toBe('pong');
    expect(all.breaker.state).toBe('closed');
  });

  it('takes values for failures where isFailure says so', async () => {
    const all = lab({ consecutive: 2, isFailure: (outcome) => outcome.ok && outcome.value === 503 });

    await trip(all, 5);
    expect(all.breaker.state).toBe('closed');
    await all.call(503);
    await all.call(503);

    expect(all.breaker.state).toBe('open');
    expect(all.events[0]).toMatchObject({ outcome: { ok: true, value: 503 } });
  });

  it.each([
    ['throws', () => (undefined as any).property],
    ['gives no boolean', () => undefined],
  ])('reports a callback that %s, and judges by the error alone', async (_, isFailure: any) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const all = lab({ isFailure });

    expect(await all.call('pong')).toBe('pong');
    await trip(all);

    expect(all.breaker.state).toBe('open');
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it('T6: takes an error after the caller has aborted for neither success nor failure, in a probe too', async () => {
    const all = lab({ consecutive: 1 });
    const hanging = async (): Promise<never> => {
      const { signal } = currentCall();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(boom));
      });
    };
    const cancel = async (reason?: unknown): Promise<void> => {
      const controller = new AbortController();
      const call = compose(retry({ signal: controller.signal, clock: all.clock }), all.breaker)(hanging)();
      controller.abort(reason);
      await endOf(call);
    };

    await cancel(); // the first, whose function names the breaker
    await cancel();
    expect(all.breaker.state).toBe('closed');
    all.breaker.open();
    await all.clock.advance('5s');
    await cancel();
    expect(all.breaker.state).toBe('half-open');
    await cancel(new TimeoutError('call', 5)); // a timeout around it: the answer took too long

    expect(all.breaker.state).toBe('open');
  });

  const cut = Object.assign(new Error('cut'), { name: 'AbortError' });

  it('T6: takes an AbortError for a cancelled call, whoever knew the signal', async () => {
    const all = lab({ consecutive: 1 });

    await endOf(all.call(cut));

    expect(all.breaker.state).toBe('closed');
  });

  it('takes an AbortError for what isFailure says of it', async () => {
    const all = lab({ consecutive: 1, isFailure: (outcome) => !outcome.ok });

    await endOf(all.call(cut));

    expect(all.breaker.state).toBe('open');
  });

  it('takes a call for which there was no time left for neither', async () => {
    const clock = new VirtualClock();
    let sent = 0;
    const breaker = circuitBreaker({ consecutive: 1, clock });
    const load = compose(
      deadline({ ms: 0, clock }),
      breaker,
      timeout({ ms: 100, clock }),
    )(async () => (sent += 1));
    const inner = compose(breaker, timeout({ ms: 100, clock }))(async () => (sent += 1));
    const late = deadline({ ms: 50, clock })(async () => {
      clock.block(50);
      return inner();
    });

    await endOf(load());
    await endOf(late());

    expect([sent, breaker.state]).toEqual([0, 'closed']);
  });
});

describe('slow calls', () => {
  const slow = { consecutive: null, failureRate: null, slowAfter: '1s', slowRate: 0.5, minCalls: 4 } as const;

  it('T9: opens when calls hang, at the time at which they become slow', async () => {
    const clock = new VirtualClock();
    const opened: number[] = [];
    const breaker = circuitBreaker({ ...slow, clock, onOpen: () => void opened.push(clock.now()) });
    const hang = breaker(() => new Promise(() => {}));
    for (let i = 0; i < 4; i++) {
      void hang();
      await clock.advance(100);
    }

    expect(clock.pending).toBe(1);
    await clock.advance('10s');

    expect(opened).toEqual([1300]);
    expect(clock.pending).toBe(0);
  });

  it('counts calls that end in time as quick, and leaves no timer behind', async () => {
    const { clock, breaker, call } = lab(slow);
    for (let i = 0; i < 20; i++) {
      await call(i);
      await clock.advance(300);
    }

    await clock.advance('2s');

    expect(breaker.state).toBe('closed');
    expect(clock.pending).toBe(0);
  });

  it('has nothing of a slow call in the calls after it', async () => {
    const rates = { consecutive: null, failureRate: 0.5, slowRate: 1, slowAfter: '1s', minCalls: 4 } as const;
    const { clock, breaker, call } = lab(rates);
    const slowly = breaker(
      () => new Promise((resolve) => clock.schedule({ place: -1, unref: true, wake: resolve }, 2000)),
    );
    await clock.run(slowly);

    for (let i = 0; i < 3; i++) await endOf(call(boom));

    expect(breaker.state).toBe('open');
  });

  it('keeps a slow sync call apart from those that a handler makes meanwhile', () => {
    const clock = new VirtualClock();
    let opened = 0;
    const breaker: CircuitBreaker = circuitBreaker({
      ...slow,
      consecutive: 1,
      minCalls: 1,
      clock,
      onOpen: () => {
        opened += 1;
        breaker.close();
        quick();
      },
    });
    const quick = breaker(() => 1);
    const take = breaker(() => {
      clock.block(2000);
      throw boom;
    });

    expect(take).toThrow(boom);

    expect([opened, breaker.state]).toEqual([1, 'closed']);
  });

  it('measures sync functions when they come back', () => {
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ ...slow, clock });
    const take = breaker((ms: number) => {
      clock.block(ms);
      if (ms === 3000) throw boom;
    });
    const outcomes = [10, 2000, 10, 3000].map((ms) => {
      try {
        take(ms);
      } catch (error) {
        return error;
      }
      return breaker.state;
    });

    expect(outcomes).toEqual(['closed', 'closed', 'closed', boom]);
    expect(breaker.state).toBe('open');
  });

  it('gives an answer that has come while the thread was blocked its turn before the verdict', async () => {
    class LateClock extends VirtualClock {
      override schedule(sleeper: Sleeper, wait: number): void {
        super.schedule({ place: -1, unref: true, wake: () => sleeper.wake(500) }, wait);
      }
    }
    const clock = new LateClock();
    const breaker = circuitBreaker({ ...slow, minCalls: 1, clock });
    const answers: (() => void)[] = [];
    const call = breaker(
      () =>
        new Promise<void>((resolve) => {
          answers.push(resolve);
        }),
    );

    const first = call();
    setImmediate(() => answers[0]!()); // read in the turn before the one in which the verdict is given
    await clock.advance('2s');
    await first;
    expect(breaker.state).toBe('closed');
    void call();
    await clock.advance('2s');
    await clock.advance(0);

    expect(breaker.state).toBe('open');
  });
});

describe('the open time', () => {
  async function openTimes(
    options: CircuitBreakerOptions,
    times: number,
    error: Error = boom,
  ): Promise<number[]> {
    const all = lab({ consecutive: 1, ...options });
    const lengths: number[] = [];
    for (let i = 0; i < times; i++) {
      await endOf(all.call(error));
      const length = all.events.at(-1)!.retryAt - all.clock.now();
      lengths.push(length);
      await all.clock.advance(length);
    }
    return lengths;
  }

  it('doubles to its longest, or follows waits, the last of which it keeps', async () => {
    expect(await openTimes({ openTime: '1s', maxOpenTime: '5s' }, 5)).toEqual([1000, 2000, 4000, 5000, 5000]);
    expect(await openTimes({ openTime: expo({ factor: 10 }) }, 3)).toEqual([10, 20, 40]);
    expect(await openTimes({ openTime: constant([70, 90]) }, 4)).toEqual([70, 90, 90, 90]);
  });

  it('starts its waits again after a recovery', async () => {
    const all = lab({ consecutive: 1, openTime: constant([70, 90]) });
    await endOf(all.call(boom));
    await all.clock.advance(70);
    await all.call(1);

    await endOf(all.call(boom));

    expect(all.events.at(-1)!.retryAt).toBe(140);
  });

  it('is never shorter than the service has asked for', async () => {
    const busy = Object.assign(new Error('busy'), { headers: { 'retry-after': '7' } });
    const [length] = await openTimes(
      { openTime: retryAfter(), jitter: undefined, random: () => 0.5 },
      1,
      busy,
    );

    expect(length).toBeCloseTo(7700);
  });

  it('goes on with what it had when waits or jitter fail, and says so', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});

    expect(
      await openTimes({ openTime: () => ({ next: () => (undefined as any).value }) as never }, 1),
    ).toEqual([5000]);
    expect(await openTimes({ openTime: 30, jitter: () => NaN }, 1)).toEqual([30]);

    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });

  it('T10: is spread, so that a fleet which opened together does not come back together', async () => {
    const random = seeded(3);
    const firsts: number[] = [];
    for (let i = 0; i < 500; i++) {
      const one = lab({ consecutive: 1, jitter: undefined, random });
      one.breaker.open();
      firsts.push(one.events[0]!.retryAt);
    }

    const bins = new Map<number, number>();
    for (const at of firsts) bins.set(Math.floor(at / 100), (bins.get(Math.floor(at / 100)) ?? 0) + 1);

    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(4000);
    expect(Math.max(...firsts)).toBeLessThan(6000);
    expect(Math.max(...bins.values())).toBeLessThan(500 * 0.12);
  });

  it('T11: is spread at its longest too, with no moment that gathers a crowd', async () => {
    const lengths = await openTimes(
      { openTime: '1s', maxOpenTime: '2s', jitter: undefined, random: seeded(5) },
      300,
    );
    const longest = lengths.slice(1);

    expect(new Set(longest).size).toBe(longest.length);
    expect(Math.min(...longest)).toBeGreaterThanOrEqual(1600);
    expect(Math.max(...longest)).toBeLessThan(2400);
  });
});

describe('a refusal', () => {
  it('T18: is one frozen error without a stack for a whole open period', async () => {
    const all = lab({ name: 'users' });
    await trip(all);

    const [first, second] = (await Promise.all([
      endOf(all.call(1)),
      endOf(all.call(2)),
    ])) as CircuitOpenError[];

    expect(first).toBe(second);
    expect(Object.isFrozen(first)).toBe(true);
    expect(first!.stack?.split('\n')).toHaveLength(1);
    expect(first).toMatchObject({
      code: 'ERR_CIRCUIT_OPEN',
      breaker: 'users',
      retryAt: 5000,
      retryAfter: 5000,
    });
    expect(first).toBeInstanceOf(StampedeError);
    expect(isRefusal(first)).toBe(true);
    await all.clock.advance('4s');
    expect(first!.retryAfter).toBe(1000);
    await all.clock.advance('4s');
    expect(first!.retryAfter).toBe(0);
    await endOf(all.call(boom));
    const later = await endOf(all.call(1));
    expect(later).not.toBe(first);
    expect(Error.stackTraceLimit).toBeGreaterThan(0);
  });

  it('has a stack of its own where that is asked for', async () => {
    const all = lab({ stack: true });
    all.breaker.open();

    const [first, second] = [await endOf(all.call(1)), await endOf(all.call(1))] as [
      CircuitOpenError,
      CircuitOpenError,
    ];

    expect(first).not.toBe(second);
    expect(first.stack).toContain('circuit-breaker.test');
  });

  it('T14: meets all calls beside the probe, which do not wait for it', async () => {
    const all = lab({ consecutive: 1 });
    let calls = 0;
    const slowly = all.breaker(async () => {
      calls += 1;
      return new Promise(() => {});
    });
    all.breaker.open();
    await all.clock.advance('5s');

    const ends = Array.from({ length: 100 }, () => endOf(slowly()));
    const refused = await Promise.all(ends.slice(1));

    expect(calls).toBe(1);
    expect(new Set(refused).size).toBe(1);
    expect(refused[0]).toMatchObject({ state: 'half-open', retryAt: Infinity, retryAfter: undefined });
  });
});

describe('beside a bare call', () => {
  it('keeps the asynchronous stack, and loses no rejection', async () => {
    const { stdout, stderr } = await runInNode(`
      import { circuitBreaker } from './src/policies/circuit-breaker.ts';
      process.on('unhandledRejection', (error) => console.log('unhandled', error.name));
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      const breaker = circuitBreaker({ consecutive: 3, slowAfter: undefined });
      const inner = breaker(async function failing() { await turn(); throw new Error('boom'); });
      async function theCaller() { await inner(); }
      await theCaller().catch((error) => console.log(/theCaller/.test(error.stack)));
      inner().catch(() => {});
      await inner().catch(() => {});
      await turn();
      inner().catch((error) => console.log(error.code));
      await turn();
      inner();
      await turn();
    `);

    expect(stdout.trim().split('\n')).toEqual(['true', 'ERR_CIRCUIT_OPEN', 'unhandled CircuitOpenError']);
    expect(stderr).toBe('');
  });

  it('passes through what a call that nobody guards against gives, inside another call too', async () => {
    const { clock, breaker, events } = lab();
    const outer = compose(retry({ clock, maxTries: 3, maxTime: '1m', wait: constant(1) }), breaker);
    let calls = 0;
    const fn = outer(async () => {
      calls += 1;
      if (calls % 2 === 1) throw boom;
      return calls;
    });

    expect([await clock.run(fn), await clock.run(fn)]).toEqual([2, 4]);
    expect(events).toEqual([]);
    expect(breaker.state).toBe('closed');
  });
});

describe('many circuits in one breaker', () => {
  it('T16: keeps the trouble of one key to that key', async () => {
    const all = lab({ key: ({ args }) => String(args[0]), consecutive: 1 });
    const fetch = all.breaker(async (host: string) => {
      if (host === 'bad') throw boom;
      return host;
    });
    await endOf(fetch('bad'));

    expect(await fetch('good')).toBe('good');
    expect(await endOf(fetch('bad'))).toBeInstanceOf(CircuitOpenError);
    expect(['bad', 'good', 'new'].map((key) => all.breaker.stateOf(key))).toEqual([
      'open',
      'closed',
      'closed',
    ]);
    expect(all.breaker.state).toBe('open');
    expect(all.events[0]).toMatchObject({ key: 'bad' });
    all.breaker.close('bad');
    expect(all.breaker.state).toBe('closed');
    all.breaker.isolate();
    expect(all.breaker.stateOf('good')).toBe('isolated');
  });

  it('T19: holds a bounded number of keys, open circuits last', async () => {
    const { breaker } = lab({ key: ({ args }) => String(args[0]), maxKeys: 10, consecutive: 1 });
    const call = breaker(async (key: string) => {
      if (key === 'bad') throw boom;
    });
    await endOf(call('bad'));

    for (let i = 0; i < 1000; i++) await call(`user ${i}`);

    expect(breaker.stateOf('bad')).toBe('open');
  });

  it('refuses a key that is no text', () => {
    const { breaker } = lab({ key: () => 5 as never });

    expect(breaker(() => 1)).toThrow('key must give a text; got 5.');
  });
});

describe('the process', () => {
  it('T17: is not kept alive by an open circuit, nor by a call that may become slow', async () => {
    const { clock, breaker } = lab();
    breaker.open();
    expect(clock.pending).toBe(0);

    const spy = jest.spyOn(systemClock, 'schedule');
    const slow = circuitBreaker({ slowAfter: '60s' });
    await slow(async () => 1)();
    const [sleeper] = spy.mock.calls[0]!;
    systemClock.cancel(sleeper);
    spy.mockRestore();

    expect(sleeper.unref).toBe(true);
  });

  it('T19: keeps nothing of the calls that have passed through', async () => {
    const { stdout } = await runInNode(
      `
      import { circuitBreaker } from './src/policies/circuit-breaker.ts';
      const failing = circuitBreaker({ failureRate: 1, lastCalls: 1000, window: undefined });
      const call = failing(async (n) => { if (n % 2) throw n; });
      const timed = circuitBreaker({ failureRate: 1, window: '10s', slowAfter: '1s', key: () => 'a' })(async (n) => { if (n % 2) throw n; });
      const round = async () => { for (let n = 0; n < 20000; n++) { await call(n).catch(() => {}); await timed(n).catch(() => {}); } };
      const heap = () => { gc(); return process.memoryUsage().heapUsed; };
      await round(); await round();
      const before = heap();
      await round(); await round();
      console.log(Math.round((heap() - before) / 80000));
      `,
      ['--expose-gc'],
    );

    expect(Number(stdout)).toBeLessThanOrEqual(2);
  });
});

describe('options', () => {
  it.each<[string, unknown, string]>([
    ['a misspelt one', { failureRat: 1 }, 'did you mean failureRate?'],
    ['the name another library has for one', { resetTimeout: 1 }, 'did you mean openTime?'],
    ['no object', 5, 'must be an object'],
    [
      'a rate in percent',
      { failureRate: 50 },
      'failureRate must be a share over 0, up to 1 (did you mean 0.5?); got 50.',
    ],
    ['a rate of nothing', { failureRate: 0 }, 'failureRate'],
    ['nothing that opens it', { failureRate: null, consecutive: null }, 'failureRate'],
    ['half a failure', { consecutive: 1.5 }, 'consecutive must be a whole number'],
    ['no failures', { consecutive: {} }, 'consecutive.failures'],
    ['a typo inside', { consecutive: { failure: 5 } }, 'did you mean failures?'],
    ['two windows', { window: '5s', lastCalls: 5 }, 'window counts by time, and lastCalls by calls'],
    ['a window of nothing', { consecutive: 5, lastCalls: 10 }, 'lastCalls needs failureRate or slowAfter'],
    ['minCalls of nothing', { consecutive: 5, minCalls: 10 }, 'minCalls needs failureRate or slowAfter'],
    ['more calls than it remembers', { lastCalls: 10, minCalls: 20 }, 'at most lastCalls, which is 10'],
    ['the same inside', { lastCalls: 10, minCalls: { least: 20 } }, 'at most lastCalls, which is 10'],
    ['seconds for milliseconds', { window: 0.5 }, 'did you mean 500 ms?'],
    ['no time', { slowAfter: 0 }, 'slowAfter must be 1 ms or more'],
    ['a slow rate of nothing', { slowRate: 0.5 }, 'slowRate needs slowAfter'],
    [
      'an end before the start',
      { openTime: '5s', maxOpenTime: '1s' },
      'maxOpenTime must not be less than openTime',
    ],
    ['a bound of waits', { openTime: expo, maxOpenTime: '1s' }, 'maxOpenTime bounds'],
    ['running waits', { openTime: expo()({}, {}) as unknown as Duration }, 'openTime must be milliseconds'],
    ['more successes than probes', { halfOpen: { successes: 3, of: 2 } }, 'halfOpen.of must not be less'],
    ['a typo among the probes', { halfOpen: { lese: 3 } }, 'did you mean lease?'],
    [
      'a ramp that hardly rises',
      { ramp: { factor: 1.0001 } },
      'ramp.factor must be a number of 1.01 or more',
    ],
    ['a ramp from nothing', { ramp: { from: 0 } }, 'ramp.from'],
    ['a handler that is none', { onOpen: 5 }, 'onOpen must be a function'],
    ['an odd clock', { clock: {} }, 'clock must be a Clock'],
    ['an odd mode', { mode: 'fast' }, 'mode must be'],
    ['no keys', { maxKeys: 0 }, 'maxKeys must be a whole number'],
    ['a stack by number', { stack: 1 }, 'stack must be true or false'],
    ['too many calls', { lastCalls: 1e9 }, 'lastCalls must be a whole number from 1 to'],
  ])('refuses %s', (_, options, message) => {
    const make = (): unknown => circuitBreaker(options as CircuitBreakerOptions);

    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });

  it('has defaults that open at half of a hundred calls, or five failures in a row over ten seconds', async () => {
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ clock });
    const call = breaker(async (error?: Error) => {
      if (error) throw error;
    });

    for (let i = 0; i < 19; i++) await endOf(call(boom));
    expect(breaker.state).toBe('closed');
    await endOf(call(boom));
    expect(breaker.state).toBe('open');
    breaker.close();
    for (let i = 0; i < 100; i++) await call();
    for (let i = 0; i < 5; i++) {
      expect(breaker.state).toBe('closed');
      await endOf(call(boom));
      await clock.advance('2.5s');
    }

    expect(breaker.state).toBe('open');
  });
});
