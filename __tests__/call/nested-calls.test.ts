/**
 * A retried call inside another: what the inner one inherits.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, currentCall, withRetry } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { countedSignal } from '../support/signals.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(10);

describe('a call inside another', () => {
  catchWarnings();

  bothDrivers((kind, _play, finish, make) => {
    it(`${kind}: an inner call has no more time than the outer one`, async () => {
      const clock = new VirtualClock();
      const left: number[] = [];
      const note = make(() => {
        left.push(currentCall().remaining());
      });
      const longer = withRetry(note, { maxTime: 900, clock });
      const shorter = withRetry(note, { maxTime: 20, clock });
      const unlimited = withRetry(note, { clock });
      const outer = withRetry(
        make(() => {
          clock.block(30);
          return kind === 'sync'
            ? [longer(), shorter(), unlimited()]
            : Promise.all([longer(), shorter(), unlimited()]);
        }),
        { maxTime: 100, clock },
      );

      await finish(clock, outer);

      expect(left).toEqual([70, 20, 70]);
    });

    it(`${kind}: an inner call never waits past the deadline of the outer one`, async () => {
      const clock = new VirtualClock();
      const starts: number[] = [];
      const inner = withRetry(
        make(() => {
          starts.push(clock.now());
          throw boom;
        }),
        { wait: constant(40), jitter: null, clock },
      );
      const outer = withRetry(
        make(() => inner()),
        { maxTime: 100, clock },
      );

      await finish(clock, outer).catch(() => {});

      expect(starts).toEqual([0, 40, 80, 100]);
      expect(clock.now()).toBe(100);
    });

    it(`${kind}: an inner call starts with the attempts of its own at 1`, async () => {
      const clock = new VirtualClock();
      const tries: number[] = [];
      const inner = withRetry(
        make(() => {
          tries.push(currentCall().tries);
          throw boom;
        }),
        { wait, maxTries: 2, clock },
      );

      await finish(
        clock,
        withRetry(
          make(() => inner()),
          { wait, maxTries: 2, clock },
        ),
      ).catch(() => {});

      expect(tries).toEqual([1, 2, 1, 2]);
    });

    it(`${kind}: an inner call ends with the outer signal, and sees it`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const seen: AbortSignal[] = [];
      const inner = withRetry(
        make(() => {
          seen.push(currentCall().signal);
          throw boom;
        }),
        {
          wait,
          clock,
          onBackoff: () => {
            counted.abort('enough');
          },
        },
      );
      const outer = withRetry(
        make(() => inner()),
        { signal: counted.signal, clock },
      );

      const end = finish(clock, outer);

      await expect(end).rejects.toBe('enough');
      expect(seen.map(({ aborted, reason }) => [aborted, reason])).toEqual([[true, 'enough']]);
      expect(counted.listeners).toBe(0);
    });

    it(`${kind}: gives the outer call back when the inner one is over`, async () => {
      const clock = new VirtualClock();
      const seen: unknown[] = [];
      let outerTries = 0;
      const inner = withRetry(
        make(() => 'pong'),
        { clock },
      );
      const outer = make(() => {
        outerTries += 1;
        const before = currentCall().tries;
        const end: unknown = inner();
        seen.push([before, currentCall().tries]);
        if (outerTries === 1) throw boom;
        return end;
      });

      await finish(clock, withRetry(outer, { wait, clock }));

      expect(seen).toEqual([
        [1, 1],
        [2, 2],
      ]);
    });
  });

  it('joins the signal of an inner async call with that of the outer one', async () => {
    const clock = new VirtualClock();
    const [own, around] = [countedSignal(), countedSignal()];
    let seen: AbortSignal | undefined;
    const inner = withRetry(
      () => {
        seen = currentCall().signal;
        return new Promise(() => {});
      },
      { signal: own.signal, mode: 'async', clock },
    );
    const outer = withRetry(async () => inner(), { signal: around.signal, clock });

    const end = outer().catch((reason: unknown) => reason);
    const before = seen?.aborted;
    around.abort('enough');

    expect(await end).toBe('enough');
    expect([before, seen?.aborted, seen?.reason]).toEqual([false, true, 'enough']);
    expect([own.listeners, around.listeners]).toEqual([0, 0]);
  });

  it('aborts the joined signal by the inner one as well, and only the inner call', async () => {
    const clock = new VirtualClock();
    const [own, around] = [countedSignal(), countedSignal()];
    const reasons: unknown[] = [];
    const inner = withRetry(
      () => {
        const { signal } = currentCall();
        signal.addEventListener('abort', () => void reasons.push(signal.reason));
        return new Promise(() => {});
      },
      { signal: own.signal, mode: 'async', clock },
    );
    const outer = withRetry(async () => (await inner().catch((reason: unknown) => reason)) as string, {
      signal: around.signal,
      clock,
    });

    const end = outer();
    own.abort('mine');

    expect(await end).toBe('mine');
    expect(reasons).toEqual(['mine']);
    expect(around.signal.aborted).toBe(false);
  });
});
