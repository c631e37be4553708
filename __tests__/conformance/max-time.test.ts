/** What `max_time` means in litl/backoff, and what `maxTime` means here. */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, onException, runtime, seeded } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { KeyError, lasting, recorder, withoutWarnings } from './cases.js';

withoutWarnings();

describe('maxTime', () => {
  bothDrivers((kind, play, finish) => {
    it(`${kind}: cuts the last wait to the time left, and one more attempt follows`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, handlers } = recorder();
      const script = play(new KeyError());
      const options = { jitter: null, maxTime: '2.5s', clock, ...handlers } as const;
      const load = onException(constant('1s'), KeyError, options)(script);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(backoffs.map(({ wait }) => wait)).toEqual([1000, 1000, 500]);
      expect(script.calls).toBe(4);
      expect(giveups.map(({ tries, elapsed, reason }) => [tries, elapsed, reason])).toEqual([
        [4, 2500, 'maxTime'],
      ]);
    });

    it(`${kind}: cuts the bound of the last wait before the jitter is drawn`, async () => {
      const waits = new Set<number>();
      const random = seeded(7);
      for (let client = 0; client < 200; client++) {
        const clock = new VirtualClock();
        const { backoffs, handlers } = recorder();
        const options = { maxTime: 100, maxTries: 2, random, clock, ...handlers };
        const load = onException(constant('1s'), KeyError, options)(play(new KeyError()));

        await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

        expect(backoffs[0]!.wait).toBeLessThan(100);
        waits.add(backoffs[0]!.wait);
      }

      expect(waits.size).toBe(200);
    });

    it(`${kind}: counts the attempt that has just ended, so a slow function is not called again`, async () => {
      const clock = new VirtualClock();
      const { giveups, handlers } = recorder();
      const script = play(new KeyError());
      const slow = lasting(kind, clock, script, [100, 100]);
      const load = onException(constant(1), KeyError, { maxTime: 50, clock, ...handlers })(slow);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(1);
      expect(giveups.map(({ elapsed, reason }) => [elapsed, reason])).toEqual([[100, 'maxTime']]);
    });

    it(`${kind}: gives up when the time is exactly over, and not just before`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError());
      const slow = lasting(kind, clock, script, [49, 1]);
      const load = onException(constant(0), KeyError, { maxTime: 50, clock })(slow);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(2);
      expect(clock.now()).toBe(50);
    });

    it(`${kind}: lets an attempt that is under way finish`, async () => {
      const clock = new VirtualClock();
      const slow = lasting(kind, clock, play(new KeyError(), 'late'), [10, 500]);
      const load = onException(constant(10), KeyError, { jitter: null, maxTime: 50, clock })(slow);

      const answer = await finish(clock, load);

      expect(answer).toBe('late');
      expect(clock.now()).toBe(520);
    });

    it(`${kind}: of 0 makes exactly one attempt`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError(), 'too late');
      const load = onException(constant(0), KeyError, { maxTime: 0, clock })(script);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(1);
    });

    it(`${kind}: never cuts a wait that a server asked for, but gives up at once`, async () => {
      const clock = new VirtualClock();
      const { giveups, handlers } = recorder();
      const script = play(new KeyError());
      const options = { maxTime: '5s', clock, ...handlers } as const;
      const load = onException(runtime({ value: () => 10_000 }), KeyError, options)(script);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(1);
      expect(clock.now()).toBe(0);
      expect(giveups.map(({ reason }) => reason)).toEqual(['maxTime']);
    });
  });

  it('is a plan; a signal that aborts after a while is the hard deadline', async () => {
    const clock = new VirtualClock();
    const late = new Error('late');
    const deadline = (): AbortSignal => {
      const controller = new AbortController();
      clock.schedule({ place: -1, unref: false, wake: () => controller.abort(late) }, 50);
      return controller.signal;
    };
    const hang = async (): Promise<never> => new Promise(() => {});
    const load = onException(constant(10), KeyError, { signal: deadline, clock })(hang);

    const call = clock.run(() => load());

    await expect(call).rejects.toBe(late);
    expect(clock.now()).toBe(50);
  });
});
