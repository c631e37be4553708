/** The system clock, on a host of which every timer is ours. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Sleeper, systemClock } from '../../src/core.js';

const longestSlice = 2 ** 31 - 1;

interface Woken extends Sleeper {
  /** How late each wake came. */
  readonly late: number[];
}

function sleeper({ unref = false, wake = () => {} }: { unref?: boolean; wake?: () => void } = {}): Woken {
  const late: number[] = [];
  return {
    place: -1,
    unref,
    late,
    wake: (ms) => {
      late.push(ms);
      wake();
    },
  };
}

interface HandTimer {
  readonly delay: number;
  readonly ring: () => void;
  referenced: boolean;
  ref(): void;
  unref(): void;
}

/** `setTimeout`, `clearTimeout` and `performance.now`, moved by hand. */
class HandHost {
  now = 5000;
  /** Every delay that was asked for. */
  readonly delays: number[] = [];
  /** Those that would still fire, by handle. */
  readonly pending = new Map<unknown, HandTimer>();
  /** What `this` was in each call of a timer function. */
  readonly receivers: unknown[] = [];

  constructor({ handles = 'objects' }: { handles?: 'objects' | 'numbers' } = {}) {
    const { receivers, delays, pending } = this;
    function setTimeout(this: unknown, ring: () => void, delay: number): unknown {
      receivers.push(this);
      delays.push(delay);
      const timer: HandTimer = {
        delay,
        ring,
        referenced: true,
        ref: () => void (timer.referenced = true),
        unref: () => void (timer.referenced = false),
      };
      const handle = handles === 'objects' ? timer : delays.length;
      pending.set(handle, timer);
      return handle;
    }
    function clearTimeout(this: unknown, handle: unknown): void {
      receivers.push(this);
      pending.delete(handle);
    }
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(setTimeout as never);
    jest.spyOn(globalThis, 'clearTimeout').mockImplementation(clearTimeout);
    jest.spyOn(performance, 'now').mockImplementation(() => this.now);
  }

  /** The one timer that is pending. */
  get timer(): HandTimer {
    expect(this.pending.size).toBe(1);
    const [timer] = this.pending.values();
    return timer!;
  }

  /** Lets time pass, then the pending timer fires, whether or not its time has come. */
  fireAfter(ms: number): void {
    this.now += ms;
    const { timer } = this;
    this.pending.clear();
    timer.ring();
  }
}

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('systemClock', () => {
  describe('on one host', () => {
    let host: HandHost;
    let used: Sleeper[];
    const sleeping = (wait: number, options: Parameters<typeof sleeper>[0] = {}): Woken => {
      const one = sleeper(options);
      used.push(one);
      systemClock.schedule(one, wait);
      return one;
    };
    beforeEach(() => {
      host = new HandHost();
      used = [];
    });
    afterEach(() => {
      for (const one of used) systemClock.cancel(one);
      expect(host.pending.size).toBe(0);
    });

    it('arms one timer for a thousand waits, for the soonest of them', () => {
      for (let wait = 2000; wait > 1000; wait--) sleeping(wait);

      expect(host.timer.delay).toBe(1001);
    });

    it('arms the timer anew for a sooner wait, and leaves it alone for a later one', () => {
      sleeping(1000);
      sleeping(3000);
      sleeping(500);

      expect(host.delays).toEqual([1000, 500]);
      expect(host.timer.delay).toBe(500);
    });

    it('wakes each at its moment, those of one moment in the order in which they came', () => {
      const order: string[] = [];
      const wakeAs = (name: string) => ({ wake: () => void order.push(name) });
      sleeping(200, wakeAs('late'));
      sleeping(100, wakeAs('first'));
      sleeping(100, wakeAs('second'));

      host.fireAfter(100);
      expect(order).toEqual(['first', 'second']);

      host.fireAfter(100);
      expect(order).toEqual(['first', 'second', 'late']);
      expect(host.pending.size).toBe(0);
    });

    it('tells each how late it is', () => {
      const [soon, later] = [sleeping(100), sleeping(300)];

      host.fireAfter(1500);

      expect([soon.late, later.late]).toEqual([[1400], [1200]]);
    });

    it('arms a timer that fired early for what is left, and wakes nobody before its time', () => {
      const early = sleeping(1000);

      host.fireAfter(999.4);
      expect(early.late).toEqual([]);
      expect(host.timer.delay).toBe(1);

      host.fireAfter(0.6);
      expect(early.late).toEqual([0]);
    });

    it.each([0.2, 1.5, 99.01])(
      'never asks for less than a wait of %d ms, as hosts cut fractions off',
      (wait) => {
        sleeping(wait);

        expect(host.timer.delay).toBe(Math.ceil(wait));
      },
    );

    it.each([
      [2 ** 31 - 1, [longestSlice]],
      [2 ** 31, [longestSlice, 1]],
      [2 ** 32 + 5, [longestSlice, longestSlice, 7]],
    ])('waits %d ms in slices that a timer can count', (wait, slices) => {
      const one = sleeping(wait);

      for (const slice of slices) {
        expect(one.late).toEqual([]);
        host.fireAfter(slice);
      }

      expect(host.delays).toEqual(slices);
      expect(one.late).toEqual([0]);
    });

    it.each([Infinity, 1e300])(
      'goes on for ever with a wait of %d, slice by slice, never in a hot loop',
      (wait) => {
        const one = sleeping(wait);

        for (let slice = 0; slice < 1000; slice++) host.fireAfter(longestSlice);

        expect(one.late).toEqual([]);
        expect(host.delays).toEqual(new Array(1001).fill(longestSlice));
      },
    );

    it('wakes a short wait beside an endless one', () => {
      const [endless, short] = [sleeping(Infinity), sleeping(100)];

      host.fireAfter(100);

      expect([endless.late, short.late]).toEqual([[], [0]]);
      expect(host.timer.delay).toBe(longestSlice);
    });

    it('leaves no timer when the last wait is cancelled', () => {
      const [one, two] = [sleeping(100), sleeping(200)];

      systemClock.cancel(one);
      systemClock.cancel(two);

      expect(host.pending.size).toBe(0);
    });

    it('does nothing when somebody is cancelled who does not sleep', () => {
      const one = sleeping(100);

      systemClock.cancel(sleeper());
      host.fireAfter(100);
      systemClock.cancel(one);

      expect(one.late).toEqual([0]);
    });

    it('does not wake others early when the soonest wait is cancelled', () => {
      const [soon, later] = [sleeping(100), sleeping(300)];

      systemClock.cancel(soon);
      host.fireAfter(100);
      expect(later.late).toEqual([]);

      host.fireAfter(200);
      expect([soon.late, later.late]).toEqual([[], [0]]);
    });

    it('does not wake whom another cancels in the same moment', () => {
      const victim = sleeper();
      sleeping(100, { wake: () => systemClock.cancel(victim) });
      systemClock.schedule(victim, 100);

      host.fireAfter(100);

      expect(victim.late).toEqual([]);
    });

    it('arms one timer, after all are awake, when everybody who wakes sleeps again', () => {
      const sleepAgain = (wait: number) => ({ wake: () => void sleeping(wait) });
      for (const wait of [300, 200, 400]) sleeping(100, sleepAgain(wait));
      host.delays.length = 0;

      host.fireAfter(100);

      expect(host.delays).toEqual([200]);
    });

    it('wakes the others although one of them throws', () => {
      const fault = new Error('a sleeper must not throw');
      sleeping(100, {
        wake: () => {
          throw fault;
        },
      });
      const other = sleeping(100);

      expect(() => host.fireAfter(100)).toThrow(fault);
      host.fireAfter(0);

      expect(other.late).toEqual([0]);
    });

    describe('keeps the process alive', () => {
      it('for a wait that needs it', () => {
        sleeping(100);

        expect(host.timer.referenced).toBe(true);
      });

      it('not for waits that may be forgotten', () => {
        sleeping(200, { unref: true });
        sleeping(100, { unref: true });

        expect(host.timer.referenced).toBe(false);
      });

      it('again when a wait joins that needs it, whether sooner or later', () => {
        sleeping(100, { unref: true });
        const later = sleeping(200);
        expect(host.timer.referenced).toBe(true);

        systemClock.cancel(later);
        expect(host.timer.referenced).toBe(false);

        sleeping(50);
        expect(host.timer.referenced).toBe(true);
      });

      it('no longer when the last that needs it wakes', () => {
        sleeping(100);
        sleeping(200, { unref: true });

        host.fireAfter(100);

        expect(host.timer.referenced).toBe(false);
      });
    });

    it('calls the timers as plain functions, the way a browser demands', () => {
      const one = sleeping(100);
      systemClock.cancel(one);

      expect(host.receivers).toEqual([undefined, undefined]);
    });
  });

  it('works with timers that are numbers, as in a browser', () => {
    const host = new HandHost({ handles: 'numbers' });
    const [forgotten, woken] = [sleeper({ unref: true }), sleeper({ unref: true })];
    systemClock.schedule(forgotten, 100);
    systemClock.schedule(woken, 200);

    systemClock.cancel(forgotten);
    host.fireAfter(200);

    expect([forgotten.late, woken.late]).toEqual([[], [0]]);
    expect(host.pending.size).toBe(0);
  });

  it('wakes nobody early by a clock that ticks only every 100 ms, as in a browser that hides the time', () => {
    const host = new HandHost();
    let time = 0;
    const letTime = (passed: number): void => {
      time += passed;
      host.now = Math.floor(time / 100) * 100;
    };
    letTime(0);
    const moments: number[] = [];
    const again = sleeper({ wake: () => systemClock.schedule(again, 50) });
    const long = sleeper({ wake: () => void moments.push(time) });
    systemClock.schedule(long, 5000);
    systemClock.schedule(again, 50);

    while (moments.length === 0 && time < 6000) {
      letTime(host.timer.delay);
      host.fireAfter(0);
    }
    systemClock.cancel(again);

    expect(moments).toHaveLength(1);
    expect(moments[0]).toBeGreaterThanOrEqual(5000);
  });

  it('honours fake timers that came after the import', () => {
    jest.useFakeTimers();
    const one = sleeper();
    systemClock.schedule(one, 1000);

    jest.advanceTimersByTime(999);
    expect(one.late).toEqual([]);

    jest.advanceTimersByTime(1);
    expect(one.late).toEqual([0]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('honours a fake setTimeout beside the real performance', () => {
    jest.useFakeTimers({ doNotFake: ['performance'] });
    const one = sleeper();
    systemClock.schedule(one, 60_000);

    jest.advanceTimersByTime(61_000);
    const wakes = one.late.length;
    systemClock.cancel(one);

    expect(wakes).toBe(1);
  });

  it('keeps old waits on the timers they began on when timers are replaced, and cancels them there', () => {
    const before = new HandHost();
    const [waits, cancelled] = [sleeper(), sleeper()];
    systemClock.schedule(waits, 100);
    systemClock.schedule(cancelled, 100);
    jest.restoreAllMocks();
    const after = new HandHost();
    const late = sleeper();

    systemClock.schedule(late, 50);
    systemClock.cancel(cancelled);
    after.fireAfter(50);
    before.fireAfter(100);

    // performance is the new host's by now: only the order of wakes is of interest
    systemClock.cancel(waits);
    expect(late.late).toEqual([0]);
    expect(cancelled.late).toEqual([]);
    expect([before.pending.size, after.pending.size]).toEqual([0, 0]);
  });

  it('reads performance when it is asked, so that it may be replaced', () => {
    jest.spyOn(performance, 'now').mockReturnValueOnce(42);

    expect(systemClock.now()).toBe(42);
  });

  it('goes by the monotonic clock, whatever happens to the date', () => {
    const host = new HandHost();
    jest.spyOn(Date, 'now').mockReturnValue(-3_600_000);
    const one = sleeper();
    systemClock.schedule(one, 100);

    host.fireAfter(100);

    expect(one.late).toEqual([0]);
    expect(systemClock.date()).toBe(-3_600_000);
  });

  describe('block', () => {
    it('stops the thread again when it was let go early', () => {
      const host = new HandHost();
      const stops: unknown[] = [];
      jest.spyOn(Atomics, 'wait').mockImplementation((_array, _index, _value, ms) => {
        stops.push(ms);
        host.now += Number(ms) === 100 ? 99.5 : Number(ms);
        return 'timed-out';
      });

      systemClock.block(100);

      expect(stops).toEqual([100, 0.5]);
      expect(host.now).toBe(5100);
    });

    it.each([0, -5])('does not stop the thread for %d ms', (wait) => {
      const stop = jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');

      systemClock.block(wait);

      expect(stop).not.toHaveBeenCalled();
    });

    it('throws what the host throws where blocking is impossible', () => {
      const refusal = new TypeError('Atomics.wait cannot be called in this context');
      jest.spyOn(Atomics, 'wait').mockImplementation(() => {
        throw refusal;
      });

      expect(() => systemClock.block(100)).toThrow(refusal);
    });
  });
});
