import { describe, expect, it } from '@jest/globals';
import {
  VirtualClock,
  chain,
  constant,
  expo,
  fibo,
  fullJitter,
  retry,
  runtime,
  seeded,
  withRetry,
} from '../../src/core.js';
import type { BackoffDetails, WaitMaker } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

describe('the option wait', () => {
  catchWarnings();
  const boom = new Error('boom');

  bothDrivers((kind, play, finish, make) => {
    const waitsOf = async (wait: WaitMaker | undefined, tries = 4): Promise<number[]> => {
      const waits: number[] = [];
      const clock = new VirtualClock();
      const onBackoff = ({ wait }: BackoffDetails): void => void waits.push(wait);
      const call = withRetry(play(boom), { wait, jitter: null, maxTries: tries, clock, onBackoff });
      await finish(clock, call).catch(() => {});
      return waits;
    };

    it(`${kind}: answers with the third attempt after two failures`, async () => {
      const clock = new VirtualClock();
      const script = play(boom, boom, 'pong');
      const ping = withRetry(script, { wait: constant(100), jitter: null, clock });

      const answer = await finish(clock, ping);

      expect(answer).toBe('pong');
      expect(script.calls).toBe(3);
      expect(clock.now()).toBe(200);
    });

    it.each([
      ['a factory', expo, [1000, 2000, 4000]],
      ['a factory that was called', expo(), [1000, 2000, 4000]],
      ['a factory that was called with options', expo({ factor: 10, maxValue: 20 }), [10, 20, 20]],
      [
        'a function*',
        function* () {
          yield* [7, 8, 9];
        },
        [7, 8, 9],
      ],
      ['a function that gives another maker', () => fibo({ maxValue: '1s' }), [1000, 1000, 1000]],
      ['a function that gives a factory', () => expo, [1000, 2000, 4000]],
      ['a function that gives an iterator', () => [3, 2, 1].values(), [3, 2, 1]],
      ['a maker of makers of makers', () => () => () => constant(5), [5, 5, 5]],
    ] as [string, WaitMaker, number[]][])(`${kind}: takes %s`, async (_form, wait, expected) => {
      const waits = await waitsOf(wait);

      expect(waits).toEqual(expected);
    });

    it(`${kind}: waits 100, 200, 400 ms and so on up to 10 s by default`, async () => {
      const waits = await waitsOf(undefined, 10);

      expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    });

    it(`${kind}: hands a function* the first outcome, and each later one by yield`, async () => {
      const seen: unknown[] = [];
      const wait = function* (first: unknown): Generator<number, void, unknown> {
        seen.push(first);
        seen.push(yield 1);
        seen.push(yield 1);
      };
      const clock = new VirtualClock();
      const errors = [new Error('first'), new Error('second'), new Error('third')];
      const call = withRetry(play(...errors, 'pong'), { wait, clock });

      await finish(clock, call).catch(() => {});

      expect(seen).toEqual(errors.map((error) => ({ ok: false, error })));
    });

    it(`${kind}: hands the innermost of several makers the first outcome`, async () => {
      const seen: unknown[] = [];
      const wait = (): WaitMaker => (first: unknown) => {
        seen.push(first);
        return constant(1);
      };

      await waitsOf(wait, 3);

      expect(seen).toEqual([{ ok: false, error: boom }]);
    });

    it(`${kind}: does not call a maker when nothing fails`, async () => {
      let made = 0;
      const clock = new VirtualClock();
      const wait = (): WaitMaker => {
        made += 1;
        return constant(1);
      };

      await finish(clock, withRetry(play('pong'), { wait, clock }));

      expect(made).toBe(0);
    });

    it(`${kind}: starts afresh for every call`, async () => {
      const clock = new VirtualClock();
      const waits: number[] = [];
      const onBackoff = ({ wait }: BackoffDetails): void => void waits.push(wait);
      const wait = constant([1, 2]);
      const call = withRetry(play(boom), { wait, jitter: null, clock, onBackoff });

      await finish(clock, call).catch(() => {});
      await finish(clock, call).catch(() => {});

      expect(waits).toEqual([1, 2, 1, 2]);
    });

    it(`${kind}: gives up when the waits end`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);
      const call = withRetry(script, { wait: chain(constant([1, 2]), constant([3])), clock });

      const end = finish(clock, call);

      await expect(end).rejects.toBe(boom);
      expect(script.calls).toBe(4);
    });

    it(`${kind}: waits as long as the outcome says, and never less`, async () => {
      const clock = new VirtualClock();
      const slow = Object.assign(new Error('slow'), { retryInMs: 70 });
      const wait = runtime({
        value: (outcome) => (outcome.ok ? 0 : (outcome.error as typeof slow).retryInMs),
      });
      const call = withRetry(play(slow, 'pong'), { wait, clock });

      await finish(clock, call);

      expect(clock.now()).toBeGreaterThanOrEqual(70);
      expect(clock.now()).toBeLessThanOrEqual(77);
    });

    it(`${kind}: spreads waits with the jitter and the dice it is given`, async () => {
      const clock = new VirtualClock();
      const waits: number[] = [];
      const onBackoff = ({ wait }: BackoffDetails): void => void waits.push(wait);
      const options = { wait: constant(1000), random: seeded(7), maxTries: 4, clock, onBackoff };

      await finish(clock, withRetry(play(boom), options)).catch(() => {});

      const dice = seeded(7);
      expect(waits).toEqual([1, 2, 3].map(() => fullJitter(1000, dice)));
    });

    it(`${kind}: waits no time at all between attempts for a wait of 0 or below`, async () => {
      const clock = new VirtualClock();
      const script = play(boom, boom, boom, 'pong');
      const call = withRetry(script, { wait: constant([0, 0, 0]), clock });
      const below = withRetry(play(boom, 'pong'), { wait: () => [-5].values(), clock });

      const answers = [await finish(clock, call), await finish(clock, below)];

      expect(answers).toEqual(['pong', 'pong']);
      expect(clock.now()).toBe(0);
    });

    it(`${kind}: keeps this and the arguments for every attempt`, async () => {
      const clock = new VirtualClock();
      const seen: unknown[] = [];
      const call = make(function (this: unknown, ...args) {
        seen.push(this, args);
        if (seen.length < 4) throw boom;
        return 'pong';
      });
      const owner = { call: withRetry(call, { wait: constant(1), clock }) };

      await finish(clock, () => owner.call('a', 2));

      expect(seen).toEqual([owner, ['a', 2], owner, ['a', 2]]);
    });

    it(`${kind}: wraps any number of functions with one retry, each call on its own`, async () => {
      const clock = new VirtualClock();
      const patient = retry({ wait: constant([10, 20]), jitter: null, clock });
      const first = play(boom, 'first');
      const second = play(boom, boom, 'second');

      const answers = [await finish(clock, patient(first)), await finish(clock, patient(second))];

      expect(answers).toEqual(['first', 'second']);
      expect(clock.now()).toBe(40);
    });

    it(`${kind}: may be one sequence for several calls, which goes on when one of them ends`, async () => {
      const clock = new VirtualClock();
      const waits: number[] = [];
      let isReturned = false;
      const shared = (function* () {
        try {
          for (let wait = 10; ; wait += 10) yield wait;
        } finally {
          isReturned = true;
        }
      })();
      const patient = retry({
        wait: () => shared,
        jitter: null,
        clock,
        onBackoff: ({ wait }) => waits.push(wait),
      });

      await finish(clock, patient(play(boom, 'first')));
      await finish(clock, patient(play(boom, boom, 'second')));

      expect(waits).toEqual([10, 20, 30]);
      expect(isReturned).toBe(false);
    });
  });
});
