import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, onException, onPredicate, retryHistory, withRetry } from '../../src/core.js';
import type { AbortDetails } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { notedBudget } from '../support/budget.js';
import { countedSignal } from '../support/signals.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(100);

describe('the option signal', () => {
  catchWarnings();

  bothDrivers((kind, play, finish, make) => {
    it(`${kind}: makes no attempt when it has aborted before`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const reason = new Error('too late');
      const told: AbortDetails[] = [];
      const script = play('pong');
      const onAbort = (details: AbortDetails): void => void told.push(details);
      counted.abort(reason);

      const end = finish(clock, withRetry(script, { signal: counted.signal, clock, onAbort }));

      await expect(end).rejects.toBe(reason);
      expect([script.calls, counted.listeners]).toEqual([0, 0]);
      expect(told).toMatchObject([{ abortReason: reason, error: undefined, tries: 0 }]);
    });

    it(`${kind}: ends a call that a handler aborts, without another attempt`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const script = play(boom);
      const told: AbortDetails[] = [];
      const call = withRetry(script, {
        wait,
        clock,
        signal: counted.signal,
        onBackoff: () => {
          counted.abort('enough');
        },
        onAbort: (details) => void told.push(details),
      });

      const end = finish(clock, call);

      await expect(end).rejects.toBe('enough');
      expect([script.calls, clock.now(), clock.pending, counted.listeners]).toEqual([1, 0, 0, 0]);
      expect(told).toMatchObject([{ error: boom, abortReason: 'enough', tries: 1 }]);
    });

    it(`${kind}: ends a call during whose attempt it aborts, as an abort and not as a backoff`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const told: string[] = [];
      const budget = notedBudget();
      const failing = make(() => {
        counted.abort('enough');
        throw boom;
      });
      const note = ({ event }: { event: string }): void => void told.push(event);
      const handlers = { onBackoff: note, onAbort: note, onGiveup: note };

      const end = finish(
        clock,
        withRetry(failing, { wait, signal: counted.signal, budget, clock, ...handlers }),
      );

      await expect(end).rejects.toBe('enough');
      expect(told).toEqual(['abort']);
      expect([clock.now(), counted.listeners]).toEqual([0, 0]);
    });

    it(`${kind}: ends a call during whose poll it aborts, as an abort and not as a backoff`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const told: string[] = [];
      const empty = make(() => {
        counted.abort('enough');
        return 0;
      });
      const note = ({ event }: { event: string }): void => void told.push(event);
      const options = { signal: counted.signal, clock, onBackoff: note, onAbort: note, onGiveup: note };

      const end = finish(clock, onPredicate(wait, undefined, options)(empty));

      await expect(end).rejects.toBe('enough');
      expect(told).toEqual(['abort']);
    });

    it(`${kind}: ends a call during whose last attempt it aborts with its own reason`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const told: string[] = [];
      const failing = make(() => {
        counted.abort('enough');
        throw boom;
      });
      const note = ({ event }: { event: string }): void => void told.push(event);
      const options = { maxTries: 1, signal: counted.signal, clock, onAbort: note, onGiveup: note };

      const end = finish(clock, withRetry(failing, options));

      await expect(end).rejects.toBe('enough');
      expect(told).toEqual(['abort']);
    });

    it(`${kind}: makes no attempt when onAttempt aborts it`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const script = play(boom, 'pong');
      const onAttempt = (): void => {
        counted.abort('enough');
      };

      const end = finish(clock, withRetry(script, { wait, signal: counted.signal, clock, onAttempt }));

      await expect(end).rejects.toBe('enough');
      expect([script.calls, counted.listeners]).toEqual([0, 0]);
    });

    it(`${kind}: makes no second attempt when onAttempt aborts it`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const script = play(boom, 'pong');
      const onAttempt = ({ tries }: { tries: number }): void => {
        if (tries === 2) counted.abort('enough');
      };

      const end = finish(clock, withRetry(script, { wait, signal: counted.signal, clock, onAttempt }));

      await expect(end).rejects.toBe('enough');
      expect([script.calls, counted.listeners]).toEqual([1, 0]);
    });

    it(`${kind}: ends a retry between polls of a value`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const onBackoff = (): void => {
        counted.abort('enough');
      };
      const script = play(0);

      const end = finish(
        clock,
        onPredicate(wait, undefined, { signal: counted.signal, clock, onBackoff })(script),
      );

      await expect(end).rejects.toBe('enough');
      expect([script.calls, counted.listeners]).toEqual([1, 0]);
    });

    it(`${kind}: is not a give-up, so raiseOnGiveup: false does not silence it`, async () => {
      const clock = new VirtualClock();
      const signal = AbortSignal.abort('enough');

      const end = finish(clock, withRetry(play('pong'), { signal, raiseOnGiveup: false, clock }));

      await expect(end).rejects.toBe('enough');
    });

    it.each([
      ['succeeds', ['pong'], 10],
      ['succeeds late', [boom, boom, 'pong'], 10],
      ['gives up', [boom], 2],
    ])(
      `${kind}: has no listener left when the call %s, and does nothing when it aborts then`,
      async (_case, outcomes, maxTries) => {
        const clock = new VirtualClock();
        const counted = countedSignal();
        const told: string[] = [];
        const onAbort = (): void => void told.push('abort');
        const options = { wait, maxTries, signal: counted.signal, clock, onAbort };

        await finish(clock, withRetry(play(...outcomes), options)).catch(() => {});
        const left = counted.listeners;
        counted.abort('after the end');

        expect(left).toBe(0);
        expect(counted.added).toBeLessThanOrEqual(1);
        expect(told).toEqual([]);
      },
    );

    it(`${kind}: has no listener left when an error passes through`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();

      await finish(clock, onException(wait, TypeError, { signal: counted.signal, clock })(play(boom))).catch(
        () => {},
      );

      expect(counted.listeners).toBe(0);
    });

    it(`${kind}: may be a function of the call, asked once per call, with its this and details`, async () => {
      const clock = new VirtualClock();
      const seen: unknown[] = [];
      const signals: AbortSignal[] = [AbortSignal.abort('first'), new AbortController().signal];
      const signal = function (this: unknown, { args }: { args: readonly unknown[] }): AbortSignal {
        seen.push(this, args);
        return signals.shift()!;
      };
      const owner = { call: withRetry(play(boom, 'pong'), { wait, signal, clock }) };
      const call = (...args: unknown[]): unknown => owner.call(...args);

      const ends = [
        await finish(clock, call, 1).catch((reason: unknown) => reason),
        await finish(clock, call, 2),
      ];

      expect(ends).toEqual(['first', 'pong']);
      expect(seen).toEqual([owner, [1], owner, [2]]);
    });

    it(`${kind}: may be a function that gives none`, async () => {
      const clock = new VirtualClock();

      const answer = await finish(
        clock,
        withRetry(play(boom, 'pong'), { wait, signal: () => undefined, clock }),
      );

      expect(answer).toBe('pong');
    });

    it(`${kind}: lets what its function throws reach the caller, with no attempt made`, async () => {
      const clock = new VirtualClock();
      const bug = new TypeError('my signal');
      const script = play('pong');
      const signal = (): AbortSignal => {
        throw bug;
      };

      const end = finish(clock, withRetry(script, { signal, clock }));

      await expect(end).rejects.toBe(bug);
      expect(script.calls).toBe(0);
    });

    it(`${kind}: passes undefined on as the reason of the standard: an AbortError`, async () => {
      const clock = new VirtualClock();
      const controller = new AbortController();
      controller.abort();

      const end = finish(clock, withRetry(play('pong'), { signal: controller.signal, clock }));

      await expect(end).rejects.toMatchObject({ name: 'AbortError' });
    });

    it(`${kind}: keeps the history of the call for its reason`, async () => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const reason = new Error('enough');
      const onBackoff = (): void => {
        counted.abort(reason);
      };

      await finish(clock, withRetry(play(boom), { wait, signal: counted.signal, clock, onBackoff })).catch(
        () => {},
      );

      expect(retryHistory(reason)?.attempts).toMatchObject([{ tries: 1, error: boom }]);
    });
  });

  it.each([
    ['throws from a plain function that has given no promise yet', () => Promise.resolve(1), {}, 'thrown'],
    ['rejects from an async function', async () => 1, {}, 'rejected'],
    ["rejects with mode: 'async'", () => Promise.resolve(1), { mode: 'async' as const }, 'rejected'],
  ])('%s when it has aborted before the first call', async (_title, fn, options, expected) => {
    const signal = AbortSignal.abort(boom);
    const call = withRetry(fn, { ...options, signal });

    let how = 'thrown';
    try {
      const end = call();
      how = 'rejected';
      await end;
      how = 'neither';
    } catch (error) {
      expect(error).toBe(boom);
    }

    expect(how).toBe(expected);
  });
});
