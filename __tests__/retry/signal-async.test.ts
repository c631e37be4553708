import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, withRetry } from '../../src/core.js';
import type { AbortDetails } from '../../src/core.js';
import { countedSignal } from '../support/signals.js';

const boom = new Error('boom');
const wait = constant(100);

describe('the option signal in an async call', () => {
  it('ends the call at once during an attempt, even one that ignores it', async () => {
    const clock = new VirtualClock();
    const counted = countedSignal();
    const told: AbortDetails[] = [];
    const onAbort = (details: AbortDetails): void => void told.push(details);
    const ping = withRetry(() => new Promise(() => {}), {
      signal: counted.signal,
      clock,
      mode: 'async',
      onAbort,
    });

    const end = ping().catch((reason: unknown) => reason);
    await clock.advance(10);
    counted.abort('enough');

    expect(await end).toBe('enough');
    expect(counted.listeners).toBe(0);
    expect(told).toMatchObject([{ error: undefined, tries: 1 }]);
  });

  it('ends the call at once during a wait, with the last error for onAbort', async () => {
    const clock = new VirtualClock();
    const counted = countedSignal();
    const told: AbortDetails[] = [];
    let calls = 0;
    const failing = async (): Promise<never> => {
      calls += 1;
      throw boom;
    };
    const onAbort = (details: AbortDetails): void => void told.push(details);
    const ping = withRetry(failing, { wait, jitter: null, signal: counted.signal, clock, onAbort });

    const end = ping().catch((reason: unknown) => reason);
    await clock.advance(150);
    counted.abort('enough');

    expect(await end).toBe('enough');
    await clock.advance(1000);
    expect([calls, clock.pending, counted.listeners]).toEqual([2, 0, 0]);
    expect(told).toMatchObject([{ error: boom, abortReason: 'enough', tries: 2, elapsed: 150 }]);
  });

  it.each(['onBackoff', 'onGiveup', 'onSuccess'] as const)(
    'ends the call at once while %s is awaited',
    async (option) => {
      const clock = new VirtualClock();
      const counted = countedSignal();
      const ping = async (): Promise<string> => {
        if (option !== 'onSuccess') throw boom;
        return 'pong';
      };
      const options = { wait, maxTries: option === 'onBackoff' ? 2 : 1, signal: counted.signal, clock };

      const end = withRetry(ping, { ...options, [option]: () => new Promise(() => {}) })().catch(
        (reason: unknown) => reason,
      );
      await clock.advance(1);
      counted.abort('enough');

      expect(await end).toBe('enough');
      expect(counted.listeners).toBe(0);
    },
  );

  it.each([
    ['giveup', { giveup: () => new Promise<boolean>(() => {}) }],
    ['predicate', { predicate: () => new Promise<boolean>(() => {}) }],
  ])('ends the call at once while %s is awaited', async (option, given) => {
    const clock = new VirtualClock();
    const counted = countedSignal();
    const ping = async (): Promise<string> => {
      if (option === 'giveup') throw boom;
      return 'pong';
    };

    const end = withRetry(ping, { ...given, signal: counted.signal, clock })().catch(
      (reason: unknown) => reason,
    );
    await clock.advance(1);
    counted.abort('enough');

    expect(await end).toBe('enough');
    expect(counted.listeners).toBe(0);
  });

  it('waits for no onAbort handler', async () => {
    const clock = new VirtualClock();
    const counted = countedSignal();
    const ping = withRetry(async () => Promise.reject(boom), {
      wait,
      clock,
      signal: counted.signal,
      onAbort: () => new Promise(() => {}),
    });

    const end = ping().catch((reason: unknown) => reason);
    await clock.advance(1);
    counted.abort('enough');

    expect(await end).toBe('enough');
  });

  it('ignores what an attempt ends with after the abort', async () => {
    const clock = new VirtualClock();
    const counted = countedSignal();
    const told: string[] = [];
    let fail: (error: Error) => void = () => {};
    const ping = (): Promise<never> =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    const note = ({ event }: { event: string }): void => void told.push(event);
    const call = withRetry(ping, {
      signal: counted.signal,
      clock,
      onBackoff: note,
      onGiveup: note,
      onAbort: note,
    });

    const end = call().catch((reason: unknown) => reason);
    counted.abort('enough');
    await end;
    fail(boom);
    await clock.advance(60_000);

    expect(told).toEqual(['abort']);
  });

  it('ends 10,000 calls that share it, and leaves no listener', async () => {
    const clock = new VirtualClock();
    const counted = countedSignal();
    const ping = withRetry(async () => Promise.reject(boom), { wait, signal: counted.signal, clock });

    const ends = Array.from({ length: 10_000 }, () => ping().catch((reason: unknown) => reason));
    await clock.advance(0);
    const during = counted.listeners;
    counted.abort('enough');

    expect(new Set(await Promise.all(ends))).toEqual(new Set(['enough']));
    expect(during).toBeGreaterThan(0);
    expect([counted.listeners, clock.pending]).toEqual([0, 0]);
  });
});
