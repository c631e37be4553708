/** Time that passes when the test says so. */
import { describe, expect, it, jest } from '@jest/globals';
import { type Sleeper, VirtualClock } from '../../src/core.js';

type Wake = (late: number) => void;

function sleep(clock: VirtualClock, wait: number, wake: Wake = () => {}): Sleeper {
  const sleeper: Sleeper = { place: -1, unref: false, wake };
  clock.schedule(sleeper, wait);
  return sleeper;
}

const pause = (clock: VirtualClock, wait: number): Promise<void> =>
  new Promise((resolve) => void sleep(clock, wait, () => resolve()));

describe('VirtualClock', () => {
  it('stands still at its start, which is 0 unless told otherwise', () => {
    const [plain, started] = [new VirtualClock(), new VirtualClock(1_700_000_000_000)];

    expect([plain.now(), plain.date()]).toEqual([0, 0]);
    expect([started.now(), started.date()]).toEqual([1_700_000_000_000, 1_700_000_000_000]);
  });

  describe('advance', () => {
    it('lets a time pass, a number or a text with a unit', async () => {
      const clock = new VirtualClock(10);

      await clock.advance(90);
      await clock.advance('2m');

      expect(clock.now()).toBe(120_100);
    });

    it.each([-1, Infinity, Number.NaN, '5 parsecs', undefined])(
      'refuses %p, which is no time',
      async (time) => {
        const clock = new VirtualClock();

        await expect(clock.advance(time as never)).rejects.toThrow('time must be milliseconds');
        expect(clock.now()).toBe(0);
      },
    );

    it('wakes whoever is due on the way, each at its moment, and nobody else', async () => {
      const clock = new VirtualClock();
      const woken: [number, number][] = [];
      for (const wait of [300, 100, 200.5, 301])
        sleep(clock, wait, () => void woken.push([wait, clock.now()]));

      await clock.advance(300);

      expect(woken).toEqual([
        [100, 100],
        [200.5, 200.5],
        [300, 300],
      ]);
      expect(clock.pending).toBe(1);
    });

    it('wakes those of one moment in the order in which they came', async () => {
      const clock = new VirtualClock();
      const woken: number[] = [];
      for (let name = 0; name < 100; name++) sleep(clock, 5, () => void woken.push(name));

      await clock.advance(5);

      expect(woken).toEqual(Array.from({ length: 100 }, (_, name) => name));
    });

    it('wakes those who fall asleep on the way, when their time comes within it', async () => {
      const clock = new VirtualClock();
      const moments: number[] = [];
      const again = (): void => {
        moments.push(clock.now());
        sleep(clock, 100, again);
      };
      sleep(clock, 100, again);

      await clock.advance(450);

      expect(moments).toEqual([100, 200, 300, 400]);
      expect(clock.now()).toBe(450);
    });

    it('lets promises settle before it goes on', async () => {
      const clock = new VirtualClock();
      const moments: number[] = [];
      const work = async (): Promise<void> => {
        for (let round = 0; round < 3; round++) {
          await pause(clock, 100);
          for (let turn = 0; turn < 50; turn++) await null;
          moments.push(clock.now());
        }
      };
      const done = work();

      await clock.advance(300);
      await done;

      expect(moments).toEqual([100, 200, 300]);
    });

    it('begins with those promises that have not settled yet', async () => {
      const clock = new VirtualClock();
      let woken = false;
      void Promise.resolve()
        .then(() => pause(clock, 100))
        .then(() => (woken = true));

      await clock.advance(100);

      expect(woken).toBe(true);
    });

    it('wakes nobody whose wait is endless', async () => {
      const clock = new VirtualClock();
      const wake = jest.fn<Wake>();
      sleep(clock, Infinity, wake);

      await clock.advance(Number.MAX_VALUE);

      expect(wake).not.toHaveBeenCalled();
      expect(clock.pending).toBe(1);
    });
  });

  it('counts who sleeps, and forgets who is cancelled', async () => {
    const clock = new VirtualClock();
    const wake = jest.fn<Wake>();
    const [first, second] = [sleep(clock, 100, wake), sleep(clock, 100)];
    expect(clock.pending).toBe(2);

    clock.cancel(first);
    clock.cancel(first);
    expect(clock.pending).toBe(1);

    await clock.advance(100);
    clock.cancel(second);
    expect(clock.pending).toBe(0);
    expect(wake).not.toHaveBeenCalled();
  });

  describe('block', () => {
    it('lets the time pass at once and wakes nobody meanwhile', () => {
      const clock = new VirtualClock();
      const wake = jest.fn<Wake>();
      sleep(clock, 50, wake);

      clock.block(200);

      expect(clock.now()).toBe(200);
      expect(wake).not.toHaveBeenCalled();
    });

    it('makes those late who would have woken meanwhile, and never turns time back', async () => {
      const clock = new VirtualClock();
      const late: number[] = [];
      sleep(clock, 100, () => clock.block(1000));
      sleep(clock, 150, (ms) => void late.push(ms));

      await clock.advance(200);

      expect(late).toEqual([950]);
      expect(clock.now()).toBe(1100);
    });
  });

  describe('run', () => {
    it('lets just enough time pass for the work to end, and gives its result', async () => {
      const clock = new VirtualClock();
      sleep(clock, 10_000);
      const work = async (): Promise<string> => {
        await pause(clock, 1000);
        await pause(clock, 500);
        return 'done';
      };

      const result = await clock.run(work);

      expect(result).toBe('done');
      expect(clock.now()).toBe(1500);
      expect(clock.pending).toBe(1);
    });

    it('takes a promise, any thenable, and a function that gives a plain value', async () => {
      const clock = new VirtualClock();
      const thenable = {
        then: (resolve: (value: string) => void) => resolve('thenable'),
      } as PromiseLike<string>;

      const results = [
        await clock.run(pause(clock, 5)),
        await clock.run(thenable),
        await clock.run(() => 'plain'),
      ];

      expect(results).toEqual([undefined, 'thenable', 'plain']);
    });

    it('passes on a rejection, and what the function throws', async () => {
      const clock = new VirtualClock();
      const fault = new Error('boom');
      const rejects = async (): Promise<never> => {
        await pause(clock, 100);
        throw fault;
      };
      const throws = (): never => {
        throw fault;
      };

      await expect(clock.run(rejects)).rejects.toBe(fault);
      await expect(clock.run(throws)).rejects.toBe(fault);
    });

    it.each([
      ['nobody sleeps', undefined],
      ['nobody ever wakes', Infinity],
    ])('waits for real work, such as I/O, when %s', async (_, wait) => {
      const clock = new VirtualClock();
      if (wait !== undefined) sleep(clock, wait);
      const read = async (): Promise<string> => {
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => void setImmediate(resolve));
        return 'read';
      };

      const result = await clock.run(read);

      expect(result).toBe('read');
      expect(clock.now()).toBe(0);
    });

    it('runs under fake timers too', async () => {
      jest.useFakeTimers();
      const clock = new VirtualClock();

      await clock.run(pause(clock, 1000));
      jest.useRealTimers();

      expect(clock.now()).toBe(1000);
    });
  });
});
