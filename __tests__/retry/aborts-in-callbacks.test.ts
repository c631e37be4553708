/**
 * Aborts that come from inside: a callback or a handler of the call aborts its signal.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, subscribe, withRetry } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

catchWarnings();

/** A call with a budget whose level is counted, and a signal to abort. */
function stage() {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const state = { tokens: 5 };
  const budget = {
    take: (): boolean => (state.tokens -= 1) >= 0,
    refund: (): void => void (state.tokens += 1),
    earn: (): void => {},
  };
  const abort = (): void => {
    controller.abort('enough');
  };
  return { clock, state, abort, options: { wait: constant(10), signal: controller.signal, budget, clock } };
}

describe('an abort that comes from inside the call', () => {
  bothDrivers((kind, play, finish) => {
    it.each(['onGiveup', 'onBackoff', 'onSuccess'] as const)(
      `${kind}: by %s ends it once`,
      async (handler) => {
        const { clock, abort, options } = stage();
        const ends: unknown[] = [];
        const stop = subscribe(({ type, details }) => {
          if (type === 'retry:end') ends.push((details as { ended: string }).ended);
        });
        const script = handler === 'onSuccess' ? play('pong') : play(boom);

        const call = withRetry(script, { ...options, maxTries: 2, [handler]: abort });
        const end = await finish(clock, call).catch((error: unknown) => error);
        stop();

        expect(ends).toHaveLength(1);
        expect(kind !== 'sync' || handler === 'onBackoff' ? end : 'enough').toBe('enough');
      },
    );

    it(`${kind}: by giveup makes no other attempt and costs the budget nothing`, async () => {
      const { clock, state, abort, options } = stage();
      const script = play(boom);
      const giveup = (): boolean => {
        abort();
        return false;
      };
      const told: string[] = [];
      const note = ({ event }: { event: string }): void => void told.push(event);

      const call = withRetry(script, { ...options, giveup, onBackoff: note, onGiveup: note, onAbort: note });
      await finish(clock, call).catch(() => {});

      expect([script.calls, state.tokens]).toEqual([1, 5]);
      expect(told.filter((event) => event === 'giveup')).toEqual([]);
      expect(told.at(-1)).toBe('abort');
    });

    it(`${kind}: by onAttempt before a retry gives the budget back what it was charged`, async () => {
      const { clock, state, abort, options } = stage();
      const script = play(boom);
      const onAttempt = ({ tries }: { tries: number }): void => {
        if (tries === 2) abort();
      };

      await finish(clock, withRetry(script, { ...options, onAttempt })).catch(() => {});

      expect([script.calls, state.tokens]).toEqual([1, 5]);
    });
  });
});
