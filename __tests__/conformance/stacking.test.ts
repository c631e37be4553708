/** Several decorators of litl/backoff on one function, and one decorator on several. */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, expo, onException, onPredicate, withRetry } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { KeyError, ValueError, recorder, withoutWarnings } from './cases.js';

withoutWarnings();

describe('stacked decorators', () => {
  bothDrivers((kind, play, finish) => {
    it(`${kind}: nest, and the outer one sees one failure where the inner one gives up`, async () => {
      const clock = new VirtualClock();
      const steps: string[] = [];
      const named = (who: string) => ({
        onBackoff: () => void steps.push(`${who} backs off`),
        onGiveup: () => void steps.push(`${who} gives up`),
        jitter: null,
        clock,
      });
      const script = play(new KeyError());
      const inner = onException(constant(1), KeyError, { maxTries: 3, ...named('inner') })(script);
      const outer = onException(constant(10), KeyError, { maxTries: 2, ...named('outer') })(inner);

      await expect(finish(clock, outer)).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(6);
      expect(steps).toEqual([
        'inner backs off',
        'inner backs off',
        'inner gives up',
        'outer backs off',
        'inner backs off',
        'inner backs off',
        'inner gives up',
        'outer gives up',
      ]);
    });

    it(`${kind}: start the inner one from the beginning each time: tries, time and waits`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, handlers } = recorder();
      const options = { jitter: null, maxTries: 3, maxTime: '1m', clock, ...handlers } as const;
      const inner = onException(expo, KeyError, options)(play(new KeyError()));
      const outer = onException(constant('50s'), KeyError, { jitter: null, maxTries: 2, clock })(inner);

      await expect(finish(clock, outer)).rejects.toBeInstanceOf(KeyError);

      expect(backoffs.map(({ wait }) => wait)).toEqual([1000, 2000, 1000, 2000]);
      expect(giveups.map(({ tries, elapsed }) => [tries, elapsed])).toEqual([
        [3, 3000],
        [3, 3000],
      ]);
      expect(clock.now()).toBe(56_000);
    });

    it(`${kind}: may watch a value and an error each`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError(), '', new KeyError(), 'pong');
      const load = onPredicate(constant('1s'), undefined, { jitter: null, clock })(
        onException(constant('10s'), KeyError, { jitter: null, clock })(script),
      );

      const answer = await finish(clock, load);

      expect(answer).toBe('pong');
      expect(clock.now()).toBe(21_000);
    });

    it(`${kind}: share a budget only where they are given one`, async () => {
      const clock = new VirtualClock();
      let left = 3;
      const budget = { take: () => left-- > 0, refund: () => {}, earn: () => {} };
      const script = play(new KeyError());
      const options = { maxTries: 3, jitter: null, clock, budget };
      const inner = onException(constant(1), KeyError, options)(script);
      const outer = onException(constant(1), KeyError, options)(inner);

      await expect(finish(clock, outer)).rejects.toBeInstanceOf(KeyError);

      // Two retries of the inner one, one of the outer one; then nobody has any left.
      expect(script.calls).toBe(4);
    });

    it(`${kind}: are not needed for several policies: rules keep their waits and counts for the whole call`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, handlers } = recorder();
      const script = play(new KeyError(), new ValueError(), new KeyError(), new ValueError());
      const load = withRetry(script, {
        rules: [
          { errors: KeyError, wait: expo },
          { errors: ValueError, wait: constant(50), maxTries: 2 },
        ],
        jitter: null,
        clock,
        ...handlers,
      });

      await expect(finish(clock, load)).rejects.toBeInstanceOf(ValueError);

      expect(backoffs.map(({ rule, wait }) => [rule, wait])).toEqual([
        [0, 1000],
        [1, 50],
        [0, 2000],
      ]);
      expect(giveups.map(({ rule, reason, tries }) => [rule, reason, tries])).toEqual([[1, 'maxTries', 4]]);
    });

    it(`${kind}: one decorator on several functions keeps nothing between them`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const patient = onException(expo, KeyError, { jitter: null, clock, ...handlers });
      const first = play(new KeyError(), new KeyError(), 'one');
      const second = play(new KeyError(), new KeyError(), 'two');

      const answers = [await finish(clock, patient(first)), await finish(clock, patient(second))];

      expect(answers).toEqual(['one', 'two']);
      expect(backoffs.map(({ target, tries, wait }) => [target === first, tries, wait])).toEqual([
        [true, 1, 1000],
        [true, 2, 2000],
        [false, 1, 1000],
        [false, 2, 2000],
      ]);
    });
  });
});
