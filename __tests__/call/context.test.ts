import { describe, expect, it } from '@jest/globals';
import {
  UsageError,
  VirtualClock,
  constant,
  currentCall,
  isStampedeError,
  retry,
  subscribe,
  withRetry,
} from '../../src/core.js';
import type { CallContext } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { countedSignal } from '../support/signals.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(10);
const fail = (): never => {
  throw boom;
};

describe('currentCall', () => {
  catchWarnings();

  bothDrivers((kind, _play, finish, make) => {
    it(`${kind}: says which attempt it is`, async () => {
      const clock = new VirtualClock();
      const tries: number[] = [];
      const call = make(() => {
        tries.push(currentCall().tries);
        if (tries.length < 3) throw boom;
      });

      await finish(clock, withRetry(call, { wait, clock }));

      expect(tries).toEqual([1, 2, 3]);
    });

    it(`${kind}: says how much time is left, now and when it is asked again`, async () => {
      const clock = new VirtualClock();
      const left: number[] = [];
      const call = make(() => {
        const context = currentCall();
        left.push(context.remaining());
        clock.block(30);
        left.push(context.remaining());
        if (left.length < 4) throw boom;
      });

      await finish(clock, withRetry(call, { wait, jitter: null, maxTime: 100, clock }));

      expect(left).toEqual([100, 70, 60, 30]);
    });

    it(`${kind}: never says that less than no time is left`, async () => {
      const clock = new VirtualClock();
      let left = NaN;
      const call = make(() => {
        clock.block(500);
        left = currentCall().remaining();
      });

      await finish(clock, withRetry(call, { maxTime: 100, clock }));

      expect(left).toBe(0);
    });

    it(`${kind}: says that there is no end of time without a limit`, async () => {
      const clock = new VirtualClock();
      const left: number[] = [];
      const call = make(() => {
        left.push(currentCall().remaining());
        if (left.length === 1) throw boom;
      });

      await finish(clock, withRetry(call, { wait, clock }));

      expect(left).toEqual([Infinity, Infinity]);
    });

    it(`${kind}: has the signal of the call, the same in each attempt`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const seen: AbortSignal[] = [];
      const call = make(() => {
        const { signal } = currentCall();
        seen.push(signal);
        if (seen.length === 1) throw boom;
        counted.abort('enough');
        seen.push(signal);
        throw boom;
      });

      await finish(clock, withRetry(call, { wait, signal: counted.signal, clock })).catch(() => {});

      expect(new Set(seen).size).toBe(1);
      expect([seen[0]?.aborted, seen[0]?.reason]).toEqual([true, 'enough']);
    });

    it(`${kind}: has a signal that nobody aborts where none was given, the same each time it is read`, async () => {
      const clock = new VirtualClock();
      let seen: [AbortSignal, AbortSignal] | undefined;
      const call = make(() => {
        const context = currentCall();
        seen = [context.signal, context.signal];
      });

      await finish(clock, withRetry(call, { clock }));

      expect(seen?.[0]).toBeInstanceOf(AbortSignal);
      expect(seen?.[0]).toBe(seen?.[1]);
      expect(seen?.[0].aborted).toBe(false);
    });

    it(`${kind}: is gone when the call is over, however it ended`, async () => {
      const clock = new VirtualClock();
      const ends: Promise<unknown>[] = [
        finish(
          clock,
          withRetry(
            make(() => 'pong'),
            { clock },
          ),
        ),
        finish(clock, withRetry(make(fail), { maxTries: 2, clock })).catch(() => {}),
        finish(
          clock,
          withRetry(
            make(() => 'pong'),
            { signal: AbortSignal.abort(), clock },
          ),
        ).catch(() => {}),
      ];

      expect(() => currentCall()).toThrow(UsageError);
      await Promise.all(ends);
      expect(() => currentCall()).toThrow(UsageError);
    });

    it(`${kind}: belongs to the function, not to handlers, options and waits`, async () => {
      const clock = new VirtualClock();
      const asked: unknown[] = [];
      const ask = (): void => {
        try {
          asked.push(currentCall());
        } catch (error) {
          asked.push((error as Error).name);
        }
      };
      const options = {
        wait: function* () {
          ask();
          yield 1;
        },
        giveup: () => (ask(), false),
        maxTries: () => (ask(), 3),
        onAttempt: ask,
        onBackoff: ask,
        onSuccess: ask,
        clock,
      };
      let calls = 0;
      const call = make(() => {
        if ((calls += 1) === 1) throw boom;
      });

      await finish(clock, withRetry(call, options as object));

      expect(asked.length).toBeGreaterThanOrEqual(6);
      expect(new Set(asked)).toEqual(new Set(['UsageError']));
    });
  });

  it('is there before the first await of an async function, and not after', async () => {
    const clock = new VirtualClock();
    let before: CallContext | undefined;
    let after: unknown;
    const call = withRetry(
      async () => {
        before = currentCall();
        await null;
        try {
          currentCall();
        } catch (error) {
          after = error;
        }
      },
      { clock },
    );

    await clock.run(call);

    expect(before?.tries).toBe(1);
    expect(after).toBeInstanceOf(UsageError);
  });

  it('can be kept: what was asked before the first await stays true after it', async () => {
    const clock = new VirtualClock();
    const left: number[] = [];
    const call = withRetry(
      async () => {
        const context = currentCall();
        await null;
        clock.block(40);
        left.push(context.remaining(), context.tries);
      },
      { maxTime: 100, clock },
    );

    await clock.run(call);

    expect(left).toEqual([60, 1]);
  });

  it('is refused outside of a wrapped function, as a TypeError of ours', () => {
    let error: unknown;
    try {
      currentCall();
    } catch (thrown) {
      error = thrown;
    }

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'ERR_USAGE' });
    expect(isStampedeError(error)).toBe(true);
  });

  it('has the same to say while the event hub is watched', () => {
    const stop = subscribe(() => {});
    const tries = withRetry(() => currentCall().tries)();
    stop();

    expect(tries).toBe(1);
    expect(() => currentCall()).toThrow(UsageError);
  });

  it('is what run() hands over', () => {
    const pair = retry({ name: 'ping' }).run((context) => [context.tries, currentCall().tries]);

    expect(pair).toEqual([1, 1]);
  });
});
