/**
 * Retries inside retries, and how they are kept from multiplying.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, retry, withRetry } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

catchWarnings();

describe('the option nested', () => {
  bothDrivers((kind, play, finish) => {
    const layers = (
      nested: 'once' | 'again',
      clock: VirtualClock,
      script: (...args: unknown[]) => unknown,
    ) => {
      const layer = retry({ wait: constant(10), maxTries: 3, nested, clock });
      return layer(layer(layer(script)));
    };

    it(`${kind}: 'again' makes 27 attempts of three layers of three tries`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);

      await expect(finish(clock, layers('again', clock, script))).rejects.toBe(boom);

      expect(script.calls).toBe(27);
    });

    it(`${kind}: 'once' makes three attempts of three layers of three tries`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);

      await expect(finish(clock, layers('once', clock, script))).rejects.toBe(boom);

      expect(script.calls).toBe(3);
    });

    it(`${kind}: 'once' forgets the mark with the call, though the error object is the same`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);
      const load = layers('once', clock, script);

      await expect(finish(clock, load)).rejects.toBe(boom);
      await expect(finish(clock, load)).rejects.toBe(boom);

      expect(script.calls).toBe(6);
    });

    it(`${kind}: 'once' tries again what no inner retry has given up on`, async () => {
      const clock = new VirtualClock();
      const script = play(boom, boom, 'pong');

      const answer = await finish(clock, withRetry(script, { wait: constant(10), nested: 'once', clock }));

      expect([answer, script.calls]).toEqual(['pong', 3]);
    });
  });

  it.each([
    [0, 3],
    [5, 3],
    [6, 9],
  ])("'once' sees through %i wrappings of the error and makes %i attempts", async (wrappings, attempts) => {
    const clock = new VirtualClock();
    let calls = 0;
    const inner = withRetry(
      async () => {
        calls += 1;
        throw new Error('inner');
      },
      { wait: constant(10), maxTries: 3, clock },
    );
    const middle = async (): Promise<void> => {
      try {
        await inner();
      } catch (error) {
        let wrapped: unknown = error;
        for (let step = 0; step < wrappings; step++) wrapped = new Error('wrapped', { cause: wrapped });
        throw wrapped;
      }
    };
    const outer = withRetry(middle, { wait: constant(10), maxTries: 3, nested: 'once', clock });

    await expect(clock.run(outer)).rejects.toThrow(wrappings === 0 ? 'inner' : 'wrapped');

    expect(calls).toBe(attempts);
  });

  it('is refused when it is neither', () => {
    expect(() => retry({ nested: 'twice' as never })).toThrow(
      'nested must be "once" or "again"; got "twice".',
    );
  });
});
