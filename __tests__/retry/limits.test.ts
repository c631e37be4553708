import { describe, expect, it } from '@jest/globals';
import {
  VirtualClock,
  constant,
  noJitter,
  onException,
  onPredicate,
  retry,
  runtime,
  withRetry,
} from '../../src/core.js';
import type { GiveUpDetails } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { SleepyClock } from '../support/sleepy-clock.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

describe('the option maxTries', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it.each([1, 2, 7])(`${kind}: counts all attempts, the first included (%p)`, async (maxTries) => {
      const clock = new VirtualClock();
      const script = play(boom);

      const end = finish(clock, withRetry(script, { wait: constant(1), maxTries, clock }));

      await expect(end).rejects.toBe(boom);
      expect(script.calls).toBe(maxTries);
    });

    it.each([
      ['withRetry', (script: () => unknown, clock: VirtualClock) => withRetry(script, { clock })],
      ['retry', (script: () => unknown, clock: VirtualClock) => retry({ clock })(script)],
      [
        'onException',
        (script: () => unknown, clock: VirtualClock) => onException(constant(1), Error, { clock })(script),
      ],
    ])(`${kind}: is ten in %s`, async (_name, wrap) => {
      const clock = new VirtualClock();
      const script = play(boom);

      await finish(clock, wrap(script, clock)).catch(() => {});

      expect(script.calls).toBe(10);
    });

    it(`${kind}: may be Infinity`, async () => {
      const clock = new VirtualClock();
      const script = play(...Array<Error>(300).fill(boom), 'pong');

      const answer = await finish(clock, withRetry(script, { wait: constant(1), maxTries: Infinity, clock }));

      expect(answer).toBe('pong');
      expect(script.calls).toBe(301);
    });

    it(`${kind}: bounds polling where it is given`, async () => {
      const clock = new VirtualClock();
      const script = play(0);

      const answer = await finish(clock, onPredicate(constant(1), undefined, { maxTries: 4, clock })(script));

      expect(answer).toBe(0);
      expect(script.calls).toBe(4);
    });
  });
});

describe('the option maxTime', () => {
  catchWarnings();

  bothDrivers((kind, play, finish, make) => {
    it(`${kind}: is read after the attempt, so a slow attempt is the last`, async () => {
      const clock = new VirtualClock();
      let calls = 0;
      const slow = make(() => {
        calls += 1;
        clock.block(1000);
        throw boom;
      });

      const end = finish(clock, withRetry(slow, { wait: constant(1), maxTime: '1s', clock }));

      await expect(end).rejects.toBe(boom);
      expect([calls, clock.now()]).toEqual([1, 1000]);
    });

    it(`${kind}: cuts the last wait to the time left, before jitter`, async () => {
      const clock = new VirtualClock();
      const bounds: number[] = [];
      const jitter = (wait: number): number => {
        bounds.push(wait);
        return wait;
      };
      const script = play(boom);

      await finish(clock, withRetry(script, { wait: constant(100), jitter, maxTime: 250, clock })).catch(
        () => {},
      );

      expect(bounds).toEqual([100, 100, 50]);
      expect([script.calls, clock.now()]).toEqual([4, 250]);
    });

    it(`${kind}: gives up because of maxTime`, async () => {
      const clock = new VirtualClock();
      const told: GiveUpDetails[] = [];
      const onGiveup = (details: GiveUpDetails): void => void told.push(details);
      const options = { wait: constant(100), jitter: noJitter, maxTime: 250, clock, onGiveup };

      await finish(clock, withRetry(play(boom), options)).catch(() => {});

      expect(told).toMatchObject([{ reason: 'maxTime', elapsed: 250, tries: 4 }]);
    });

    it(`${kind}: lets the first attempt be made even when it is 0`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);

      const end = finish(clock, withRetry(script, { maxTime: 0, clock }));

      await expect(end).rejects.toBe(boom);
      expect(script.calls).toBe(1);
    });

    it(`${kind}: does not touch a success that took longer`, async () => {
      const clock = new VirtualClock();
      const slow = make(() => {
        clock.block(5000);
        return 'pong';
      });

      const answer = await finish(clock, withRetry(slow, { maxTime: 10, clock }));

      expect(answer).toBe('pong');
    });

    it(`${kind}: never cuts a wait that a server asked for: gives up at once instead`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);
      const wait = runtime({ value: () => 60 });

      const end = finish(clock, withRetry(script, { wait, maxTime: 100, jitter: null, clock }));

      await expect(end).rejects.toBe(boom);
      expect([script.calls, clock.now()]).toEqual([2, 60]);
    });

    it(`${kind}: is looked at again after a wake that is more than a second late`, async () => {
      const clock = new SleepyClock(1001);
      const script = play(boom, 'pong');
      const told: string[] = [];
      const onGiveup = ({ reason }: GiveUpDetails): void => void told.push(reason);

      const end = finish(
        clock,
        withRetry(script, { wait: constant(100), jitter: null, maxTime: 1050, clock, onGiveup }),
      );

      await expect(end).rejects.toBe(boom);
      expect([script.calls, told]).toEqual([1, ['maxTime']]);
    });

    it(`${kind}: forgives a wake that is a second late, and one later than that within the limit`, async () => {
      const aSecond = new SleepyClock(1000);
      const anHour = new SleepyClock(3_600_000);
      const options = { wait: constant(100), jitter: null };

      const answers = [
        await finish(aSecond, withRetry(play(boom, 'pong'), { ...options, maxTime: 1050, clock: aSecond })),
        await finish(anHour, withRetry(play(boom, 'pong'), { ...options, maxTime: '2h', clock: anHour })),
      ];

      expect(answers).toEqual(['pong', 'pong']);
    });

    it(`${kind}: bounds polling, and gives the last value`, async () => {
      const clock = new VirtualClock();
      const script = play(0);
      const options = { jitter: null, maxTime: '1s', clock } as const;

      const answer = await finish(clock, onPredicate(constant(300), undefined, options)(script));

      expect(answer).toBe(0);
      expect([script.calls, clock.now()]).toEqual([5, 1000]);
    });

    it(`${kind}: survives a clock that jumps back an hour`, async () => {
      const clock = new (class extends VirtualClock {
        skew = 0;
        override now(): number {
          return super.now() + this.skew;
        }
      })(7_200_000);
      const elapsed: number[] = [];
      const jumpy = make(() => {
        clock.skew -= 3_600_000;
        throw boom;
      });
      const onBackoff = (details: { elapsed: number }): void => void elapsed.push(details.elapsed);

      await finish(
        clock,
        withRetry(jumpy, { wait: constant(1), maxTime: '1m', maxTries: 3, clock, onBackoff }),
      ).catch(() => {});

      expect(elapsed).toEqual([0, 0]);
    });
  });
});

describe('the option clock', () => {
  catchWarnings();

  bothDrivers((kind, play, finish, make) => {
    it(`${kind}: is read in no call that succeeds at once without a time limit or a handler`, async () => {
      let reads = 0;
      const clock = new (class extends VirtualClock {
        override now(): number {
          reads += 1;
          return super.now();
        }
      })();
      const call = withRetry(play('pong'), { clock });

      for (let count = 0; count < 3; count++) await new Promise((resolve) => resolve(call()));

      expect(reads).toBe(0);
    });

    it(`${kind}: says how long the call has taken so far, without a time limit too`, async () => {
      const clock = new VirtualClock();
      const elapsed: number[] = [];
      const slow = make(() => {
        clock.block(50);
        throw boom;
      });
      const onBackoff = (details: { elapsed: number }): void => void elapsed.push(details.elapsed);
      const options = { wait: constant(100), jitter: null, maxTries: 3, clock, onBackoff };

      await finish(clock, withRetry(slow, options)).catch(() => {});

      expect(elapsed).toEqual([50, 200]);
    });
  });
});
