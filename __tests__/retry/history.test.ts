import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, onException, onPredicate, retryHistory, withRetry } from '../../src/core.js';
import { bothDrivers, thrown } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const wait = constant(10);

describe('retryHistory', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    const failing = async (call: () => unknown, clock: VirtualClock): Promise<unknown> =>
      finish(clock, call).then(
        () => undefined,
        (error: unknown) => error,
      );

    it(`${kind}: gives the attempts of the call that ended with this error`, async () => {
      const clock = new VirtualClock();
      const [first, last] = [new Error('first'), new Error('last')];

      const error = await failing(
        withRetry(play(first, last), { wait, jitter: null, maxTries: 2, maxTime: '1m', clock }),
        clock,
      );

      expect(error).toBe(last);
      expect(retryHistory(error)).toEqual({
        attempts: [
          { tries: 1, elapsed: 0, ok: false, error: first, wait: 10 },
          { tries: 2, elapsed: 10, ok: false, error: last, wait: undefined },
        ],
        omitted: 0,
      });
    });

    it(`${kind}: leaves the error as it is, frozen ones included`, async () => {
      const clock = new VirtualClock();
      const frozen = Object.freeze(new Error('frozen'));

      const error = await failing(withRetry(play(frozen), { wait, maxTries: 2, clock }), clock);

      expect(error).toBe(frozen);
      expect(retryHistory(frozen)?.attempts).toHaveLength(2);
      expect(Reflect.ownKeys(frozen).sort()).toEqual(['message', 'stack']);
    });

    it(`${kind}: gives the latest call where the same error ends several`, async () => {
      const clock = new VirtualClock();
      const shared = new Error('shared');

      await failing(withRetry(play(shared), { wait, maxTries: 5, clock }), clock);
      await failing(withRetry(play(shared), { wait, maxTries: 2, clock }), clock);

      expect(retryHistory(shared)?.attempts).toHaveLength(2);
    });

    it(`${kind}: keeps the first and the last nine of many attempts, and counts the rest`, async () => {
      const clock = new VirtualClock();
      const error = new Error('boom');

      await failing(withRetry(play(error), { wait, maxTries: 25, clock }), clock);

      const history = retryHistory(error);
      expect(history?.attempts.map(({ tries }) => tries)).toEqual([1, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
      expect(history?.omitted).toBe(15);
    });

    it(`${kind}: knows errors that passed through`, async () => {
      const clock = new VirtualClock();
      const error = new Error('mine');

      await failing(onException(wait, TypeError, { clock })(play(error)), clock);

      expect(retryHistory(error)?.attempts).toHaveLength(1);
    });

    it(`${kind}: knows the GiveUpError of a predicate`, async () => {
      const clock = new VirtualClock();
      const call = onPredicate(wait, undefined, { raiseOnGiveup: true, maxTries: 2, jitter: null, clock })(
        play(0),
      );

      const error = await failing(call, clock);

      expect(retryHistory(error)?.attempts).toMatchObject([
        { tries: 1, ok: true, value: 0, wait: 10 },
        { tries: 2, ok: true, value: 0 },
      ]);
    });

    it(`${kind}: knows what a callback threw to end the call`, async () => {
      const clock = new VirtualClock();
      const bug = new TypeError('my giveup');
      const giveup = (): never => {
        throw bug;
      };

      await failing(withRetry(play(new Error('boom')), { giveup, clock }), clock);

      expect(retryHistory(bug)?.attempts).toHaveLength(1);
    });

    it.each([undefined, null, 'text', 5])(
      `${kind}: knows nothing of %p, which is no object`,
      async (value) => {
        const clock = new VirtualClock();

        await failing(withRetry(play(thrown(value)), { wait, maxTries: 2, clock }), clock);

        expect(retryHistory(value)).toBeUndefined();
      },
    );
  });

  it('knows nothing of an error that no retried call has ended with', () => {
    expect(retryHistory(new Error('fresh'))).toBeUndefined();
  });

  it('is frozen', () => {
    const error = new Error('boom');
    const ping = withRetry(
      () => {
        throw error;
      },
      { maxTries: 1 },
    );

    expect(ping).toThrow(error);
    expect([retryHistory(error), retryHistory(error)?.attempts].every(Object.isFrozen)).toBe(true);
  });
});
