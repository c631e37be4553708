/** What litl/backoff tells its handlers, key by key. */
import { describe, expect, it, jest } from '@jest/globals';
import {
  type BackoffDetails,
  type Clock,
  type Details,
  VirtualClock,
  constant,
  expo,
  onException,
  onPredicate,
  systemClock,
} from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { KeyError, lasting, recorder, withoutWarnings } from './cases.js';

withoutWarnings();

describe('the details of litl/backoff', () => {
  bothDrivers((kind, play, finish) => {
    it(`${kind}: name the function that was wrapped, not the wrapper`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, handlers } = recorder();
      const script = play(new KeyError());
      const load = onException(constant(1), KeyError, { maxTries: 2, clock, ...handlers })(script);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(load).not.toBe(script);
      expect([...backoffs, ...giveups].map(({ target }) => target === script)).toEqual([true, true]);
    });

    it(`${kind}: hold the caller's arguments, options objects among them, and its this`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const options = { retries: 'no business of ours' };
      const owner = {
        load: onException(constant(1), KeyError, { clock, ...handlers })(play(new KeyError(), 'pong')),
      };

      await finish(clock, () => owner.load(42, options));

      expect(backoffs[0]?.args).toEqual([42, options]);
      expect(backoffs[0]?.args[1]).toBe(options);
      expect(backoffs[0]?.thisArg).toBe(owner);
    });

    it(`${kind}: count the tries from 1, the one that has just ended included`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const options = { maxTries: 3, clock, ...handlers };
      const script = play(new KeyError(), new KeyError(), 'pong', new KeyError());
      const load = onException(constant(1), KeyError, options)(script);

      await finish(clock, load);
      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(backoffs.map(({ tries }) => tries)).toEqual([1, 2, 1, 2]);
      expect(successes.map(({ tries }) => tries)).toEqual([3]);
      expect(giveups.map(({ tries }) => tries)).toEqual([3]);
    });

    it(`${kind}: measure to the end of the attempt, in milliseconds`, async () => {
      const clock = new VirtualClock(5000);
      const { backoffs, successes, handlers } = recorder();
      const script = lasting(kind, clock, play(new KeyError(), new KeyError(), 'pong'), [100, 200, 300]);
      const load = onException(constant('1s'), KeyError, { jitter: null, clock, ...handlers })(script);

      await finish(clock, load);

      expect(backoffs.map(({ elapsed }) => elapsed)).toEqual([100, 1300]);
      expect(successes.map(({ elapsed }) => elapsed)).toEqual([2600]);
    });

    it(`${kind}: never measure less than before, though the clock be set back`, async () => {
      const clock = new VirtualClock();
      const moments = [3_600_000, 3_600_100, 0];
      const jumpy: Clock = {
        now: () => (moments.length > 1 ? moments.shift()! : moments[0]!),
        date: () => 0,
        schedule: (sleeper, wait) => clock.schedule(sleeper, wait),
        cancel: (sleeper) => clock.cancel(sleeper),
        block: (wait) => clock.block(wait),
      };
      const { backoffs, handlers } = recorder();
      const script = play(new KeyError(), new KeyError(), new KeyError(), 'pong');
      const load = onException(constant(1), KeyError, { clock: jumpy, ...handlers })(script);

      await finish(clock, load);

      expect(backoffs.map(({ elapsed }) => elapsed)).toEqual([100, 100, 100]);
    });

    it(`${kind}: hold a wait on backing off only: the final one, jittered and cut`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const options = { maxTime: 1600, random: () => 0.5, maxTries: 3, clock, ...handlers };
      const script = play(new KeyError(), new KeyError(), 'pong', new KeyError());
      const load = onException(expo, KeyError, options)(script);

      await finish(clock, load);
      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      // Half of 1000; half of the 1100 that are left, which is less than 2000.
      expect(backoffs.map(({ wait }) => wait)).toEqual([500, 550, 500, 550]);
      for (const details of [...giveups, ...successes]) expect(details).not.toHaveProperty('wait');
    });

    it(`${kind}: hold the value on every event of a predicate, the waits having run out included`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const options = { clock, ...handlers };
      const script = play('a', 'b', 'c', 'd', 'good');
      const poll = onPredicate(constant([1, 1]), (value: string) => value !== 'good', options)(script);

      await finish(clock, poll);
      await finish(clock, poll);

      const values = [...backoffs, ...giveups, ...successes].map((details) => details.ok && details.value);
      expect(values).toEqual(['a', 'b', 'd', 'c', 'good']);
      expect(giveups.map(({ reason }) => reason)).toEqual(['waits']);
      for (const details of [...backoffs, ...giveups, ...successes]) {
        expect(details).not.toHaveProperty('error');
      }
    });

    it(`${kind}: hold the error on backing off and giving up, and the value of a success`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const errors = [new KeyError('1'), new KeyError('2'), new KeyError('3')] as const;
      const script = play(errors[0], 'pong', errors[1], errors[2]);
      const load = onException(constant([1]), KeyError, { clock, ...handlers })(script);

      await finish(clock, load);
      await expect(finish(clock, load)).rejects.toBe(errors[2]);

      expect(backoffs.map((details) => !details.ok && details.error)).toEqual([errors[0], errors[1]]);
      expect(giveups.map((details) => !details.ok && details.error)).toEqual([errors[2]]);
      expect(successes.map(({ value }) => value)).toEqual(['pong']);
      for (const details of [...backoffs, ...giveups]) expect(details).not.toHaveProperty('value');
    });

    it(`${kind}: are one frozen object for all handlers of an event`, async () => {
      const clock = new VirtualClock();
      const seen: BackoffDetails[] = [];
      const vandal = (details: BackoffDetails): void => {
        seen.push(details);
        (details as { wait: number }).wait = 0;
      };
      const script = play(new KeyError(), 'pong');
      const onBackoff = [vandal, (details: BackoffDetails) => void seen.push(details)];
      const load = onException(constant('1s'), KeyError, { jitter: null, clock, onBackoff })(script);

      await finish(clock, load);

      expect(seen).toHaveLength(2);
      expect(seen[0]).toBe(seen[1]);
      expect(seen[1]?.wait).toBe(1000);
      expect(clock.now()).toBe(1000);
    });

    it(`${kind}: are told apart by event, and have a public type`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const handler = (details: Details): void => {
        switch (details.event) {
          case 'backoff':
            told.push(`waits ${details.wait}`);
            break;
          case 'giveup':
            told.push(`gives up: ${details.reason}`);
            break;
          default:
            told.push(details.event);
        }
      };
      const options = { jitter: null, maxTries: 2, clock, onBackoff: handler, onGiveup: handler };
      const load = onException(constant(5), KeyError, options)(play(new KeyError()));

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(told).toEqual(['waits 5', 'gives up: maxTries']);
    });
  });

  it('are timed by a clock that does not follow the wall clock', () => {
    const before = systemClock.now();
    const date = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);

    const passed = systemClock.now() - before;

    date.mockRestore();
    expect(passed).toBeGreaterThanOrEqual(0);
    expect(passed).toBeLessThan(60_000);
  });
});
