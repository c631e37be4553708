/**
 * What other retry libraries get wrong, each fault as a test of ours.
 *
 * Stack traces, and what a process has left at the end, have files of their own beside this one; memory for each
 * attempt is in `retry/crowds.test.ts`.
 */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  VirtualClock,
  constant,
  expo,
  fibo,
  onPredicate,
  retry,
  systemClock,
  withRetry,
} from '../../src/core.js';
import { bothDrivers, thrown } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const day = 86_400_000;

describe('a wait of the real clock', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  /** A call that fails once and waits `wait` milliseconds on the system's clock, under fake timers. */
  const waiting = (wait: number): { readonly calls: () => number; readonly end: Promise<unknown> } => {
    jest.useFakeTimers();
    let calls = 0;
    const ping = async (): Promise<string> => {
      if ((calls += 1) === 1) throw boom;
      return 'pong';
    };
    const end = withRetry(ping, { wait: constant(wait), jitter: null })();
    return { calls: () => calls, end };
  };

  it('of 2^31 + 5 ms, which overflows a timer, takes 2^31 + 5 ms', async () => {
    const { calls, end } = waiting(2 ** 31 + 5);

    await jest.advanceTimersByTimeAsync(300);
    const soon = calls();
    await jest.advanceTimersByTimeAsync(2 ** 31 - 300 + 4);
    const almost = calls();
    await jest.advanceTimersByTimeAsync(2);

    expect([soon, almost, calls()]).toEqual([1, 1, 2]);
    expect(await end).toBe('pong');
  });

  it('of 1e300 ms is waited in slices, without a hot loop', async () => {
    const { calls } = waiting(1e300);
    const set = jest.spyOn(globalThis, 'setTimeout');

    await jest.advanceTimersByTimeAsync(100 * day);

    expect(calls()).toBe(1);
    expect(jest.getTimerCount()).toBe(1);
    expect(set.mock.calls.length).toBeLessThanOrEqual(10);
  });

  it('without an end never wakes, and ends with its signal', async () => {
    jest.useFakeTimers();
    const controller = new AbortController();
    const { signal } = controller;
    const wait = (): { next: () => { value: number } } => ({ next: () => ({ value: Infinity }) });
    let calls = 0;
    const ping = async (): Promise<never> => {
      calls += 1;
      throw boom;
    };

    const end = withRetry(ping, { wait: wait as never, signal })().catch((reason: unknown) => reason);
    await jest.advanceTimersByTimeAsync(100 * day);
    controller.abort('enough');

    expect([await end, calls]).toEqual(['enough', 1]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('of 0 ms sets no timer', async () => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    let calls = 0;
    const ping = async (): Promise<string> => {
      if ((calls += 1) < 4) throw boom;
      return 'pong';
    };

    const answer = await withRetry(ping, { wait: constant(0) })();
    const timers = set.mock.calls.length;
    set.mockRestore();

    expect([answer, timers]).toEqual(['pong', 0]);
  });

  it('is aborted at once, and leaves no timer', async () => {
    jest.useFakeTimers();
    const controller = new AbortController();
    const ping = withRetry(async () => Promise.reject(boom), {
      wait: constant('1h'),
      signal: controller.signal,
    });

    const end = ping().catch((reason: unknown) => reason);
    await jest.advanceTimersByTimeAsync(10);
    controller.abort('enough');

    expect(await end).toBe('enough');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('shares one timer with all other waits', async () => {
    jest.useFakeTimers();
    const ping = withRetry(async () => Promise.reject(boom), {
      wait: constant('1s'),
      maxTries: 2,
      raiseOnGiveup: false,
    });

    const ends = Promise.all(Array.from({ length: 100 }, () => ping()));
    await jest.advanceTimersByTimeAsync(0);
    const timers = jest.getTimerCount();
    await jest.advanceTimersByTimeAsync(1000);
    await ends;

    expect([timers, jest.getTimerCount()]).toEqual([1, 0]);
  });

  it('honours timers that are replaced after import, and again those that are put back', async () => {
    jest.useFakeTimers();
    const before = systemClock.now();
    await jest.advanceTimersByTimeAsync(5000);
    const after = systemClock.now();
    jest.useRealTimers();

    expect(after - before).toBe(5000);
    expect(await withRetry(async () => 'pong')()).toBe('pong');
  });
});

describe('a wrapped function', () => {
  catchWarnings();

  it.each<[string, (a: number, b: string) => unknown]>([
    ['sync', function ping(_a, _b) {}],
    ['async', async function ping(_a, _b) {}],
  ])('keeps its name and length (%s)', (_kind, fn) => {
    const wrapped = [withRetry(fn), retry({ maxTries: 3 })(fn), onPredicate(fibo)(fn)];

    expect(wrapped.map(({ name, length }) => [name, length])).toEqual(wrapped.map(() => ['ping', 2]));
  });

  bothDrivers((kind, play, finish, make) => {
    it(`${kind}: is retried when it throws synchronously`, async () => {
      const clock = new VirtualClock();
      let calls = 0;
      const ping = (): unknown => {
        if ((calls += 1) === 1) throw boom; // before any promise
        return kind === 'sync' ? 'pong' : Promise.resolve('pong');
      };

      const answer = await finish(clock, withRetry(ping, { clock }));

      expect([answer, calls]).toEqual(['pong', 2]);
    });

    it.each([undefined, null, 0, '', 'a string', Symbol('s')])(
      `${kind}: is retried when it throws %p, and throws it in the end`,
      async (value) => {
        const clock = new VirtualClock();
        const script = play(thrown(value));

        const end = finish(clock, withRetry(script, { maxTries: 3, clock }));

        await expect(end).rejects.toBe(value);
        expect(script.calls).toBe(3);
      },
    );

    it(`${kind}: is retried when it throws a TypeError`, async () => {
      const clock = new VirtualClock();

      const answer = await finish(clock, withRetry(play(new TypeError('fetch failed'), 'pong'), { clock }));

      expect(answer).toBe('pong');
    });

    it(`${kind}: ends with the last error itself, neither wrapped nor the most frequent`, async () => {
      const clock = new VirtualClock();
      const [a, b, last] = [new Error('a'), new Error('b'), new Error('c')];
      const before = Object.getOwnPropertyDescriptors(last);

      const end = finish(clock, withRetry(play(a, b, a, last), { maxTries: 4, clock }));

      await expect(end).rejects.toBe(last);
      expect(Object.getOwnPropertyDescriptors(last)).toEqual(before);
    });

    it(`${kind}: does not wait after its last failure`, async () => {
      const clock = new VirtualClock();

      const end = finish(
        clock,
        withRetry(play(boom), { wait: constant(300), jitter: null, maxTries: 2, clock }),
      );

      await expect(end).rejects.toBe(boom);
      expect([clock.now(), clock.pending]).toEqual([300, 0]);
    });

    it(`${kind}: makes no attempt after it has given up`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);

      await finish(clock, withRetry(script, { giveup: () => true, clock })).catch(() => {});
      await clock.advance('1h');

      expect(script.calls).toBe(1);
    });

    it(`${kind}: can be called again after a call that failed, with all its tries and waits`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);
      const ping = withRetry(script, { wait: constant([1, 2]), jitter: null, clock });

      await finish(clock, ping).catch(() => {});
      await finish(clock, ping).catch(() => {});

      expect([script.calls, clock.now()]).toEqual([6, 6]);
    });

    it(`${kind}: goes on after a wait of 0`, async () => {
      const clock = new VirtualClock();

      const answer = await finish(clock, withRetry(play(boom, boom, 'pong'), { wait: constant(0), clock }));

      expect(answer).toBe('pong');
    });

    it(`${kind}: waits longer each time, also after thousands of attempts`, async () => {
      const clock = new VirtualClock();
      const script = play(...Array<Error>(3000).fill(boom), 'pong');
      const wait = expo({ factor: 1, maxValue: 1000 });

      const answer = await finish(
        clock,
        withRetry(script, { wait, jitter: null, maxTries: Infinity, clock }),
      );

      expect(answer).toBe('pong');
      expect(clock.now()).toBe(1023 + 2990 * 1000);
    });

    it(`${kind}: takes frozen options, and changes none`, async () => {
      const clock = new VirtualClock();
      const options = Object.freeze({
        wait: constant(1),
        errors: Object.freeze([Error]),
        maxTries: 2,
        clock,
      });
      const open = { wait: constant(1), maxTries: 2, clock };
      const copy = { ...open };

      await finish(clock, withRetry(play(boom), options)).catch(() => {});
      await finish(clock, withRetry(play(boom), open)).catch(() => {});
      await finish(clock, retry(options).with(Object.freeze({ maxTries: 3 }))(play('pong')));

      expect(open).toEqual(copy);
    });

    it(`${kind}: does not look at options that are changed after it was wrapped`, async () => {
      const clock = new VirtualClock();
      const options = { wait: constant(1), maxTries: 2, clock };
      const script = play(boom);
      const ping = withRetry(script, options);
      options.maxTries = 9;

      await finish(clock, ping).catch(() => {});

      expect(script.calls).toBe(2);
    });

    it(`${kind}: keeps this`, async () => {
      const clock = new VirtualClock();
      const owner = {
        greeting: 'pong',
        ping: withRetry(
          make(function (this: { greeting: string }) {
            return this.greeting;
          }),
          { clock },
        ),
      };

      expect(await finish(clock, () => owner.ping())).toBe('pong');
    });
  });
});
