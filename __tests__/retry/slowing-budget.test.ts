import { describe, expect, it } from '@jest/globals';
import {
  type Budget,
  OptionError,
  VirtualClock,
  constant,
  gateway,
  hedge,
  retryBudget,
  runtime,
  seeded,
  withRetry,
} from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

/** A budget that always gives the same answer, and notes what it is told besides. */
function answering(answer: unknown): Budget & { readonly notes: readonly string[] } {
  const notes: string[] = [];
  return {
    notes,
    take: () => answer as boolean,
    refund: () => void notes.push('refund'),
    earn: () => void notes.push('earn'),
  };
}

describe('a budget that slows', () => {
  catchWarnings();
  const boom = new Error('boom');

  bothDrivers((kind, play, finish) => {
    it(`${kind}: makes the wait as long as it says`, async () => {
      const clock = new VirtualClock();
      const budget = answering(5000);
      const ping = withRetry(play(boom, boom, 'pong'), { wait: constant(100), jitter: null, budget, clock });

      const answer = await finish(clock, ping);

      expect(answer).toBe('pong');
      expect(clock.now()).toBe(10_000);
      expect(budget.notes).toEqual(['earn']);
    });

    it(`${kind}: leaves a wait alone that is longer`, async () => {
      const clock = new VirtualClock();
      const options = { wait: constant(7000), jitter: null, budget: answering(5000), clock };

      await finish(clock, withRetry(play(boom, 'pong'), options));

      expect(clock.now()).toBe(7000);
    });

    it(`${kind}: is a wait of its own where the others are of nothing`, async () => {
      const clock = new VirtualClock();
      const options = { wait: constant(0), budget: answering(5000), random: () => 0.5, clock };

      await finish(clock, withRetry(play(boom, 'pong'), options));

      expect(clock.now()).toBe(5250);
    });

    it(`${kind}: spreads the wait, and only upward`, async () => {
      const waits: number[] = [];
      const random = seeded(7);
      for (let call = 0; call < 500; call++) {
        const clock = new VirtualClock();
        const options = { wait: constant(5000), budget: answering(5000), random, clock };
        await finish(clock, withRetry(play(boom, 'pong'), options));
        waits.push(clock.now());
      }

      expect(Math.min(...waits)).toBeGreaterThanOrEqual(5000);
      expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
      expect(new Set(waits.map((ms) => Math.floor(ms / 100))).size).toBeGreaterThan(20);
      expect(new Set(waits).size).toBeGreaterThan(490); // no crowd anywhere
    });

    it(`${kind}: gives up with the reason budget where the time left is too short, and cuts nothing`, async () => {
      const clock = new VirtualClock();
      const budget = answering(5000);
      const reasons: string[] = [];
      const ping = withRetry(play(boom), {
        wait: constant(100),
        maxTime: 12_000,
        maxTries: Infinity,
        jitter: null,
        budget,
        clock,
        onGiveup: ({ reason }) => reasons.push(reason),
      });

      await expect(finish(clock, ping)).rejects.toBe(boom);

      expect(reasons).toEqual(['budget']);
      expect(clock.now()).toBe(10_000);
      expect(budget.notes).toEqual([]);
    });

    it(`${kind}: gives up with the reason budget where handlers have taken the time`, async () => {
      const clock = new VirtualClock();
      const reasons: string[] = [];
      const ping = withRetry(play(boom), {
        wait: constant(100),
        maxTime: 6000,
        jitter: null,
        budget: answering(5000),
        clock,
        onBackoff: () => {
          clock.block(2000);
        },
        onGiveup: ({ reason }) => reasons.push(reason),
      });

      await expect(finish(clock, ping)).rejects.toBe(boom);

      expect(reasons).toEqual(['budget']);
      expect(clock.now()).toBe(2000);
    });

    it(`${kind}: lets a server ask for more`, async () => {
      const clock = new VirtualClock();
      const wait = runtime({ value: () => 9000 });
      const options = { wait, jitter: null, budget: answering(5000), clock };

      await finish(clock, withRetry(play(boom, 'pong'), options));

      expect(clock.now()).toBe(9000);
    });

    it.each([NaN, -1, 'x', Infinity, null, undefined, Promise.resolve(true)])(
      `${kind}: may not answer %p`,
      async (answer) => {
        const clock = new VirtualClock();
        const ping = withRetry(play(boom), { wait: constant(1), budget: answering(answer), clock });

        const error: unknown = await finish(clock, ping).catch((thrown: unknown) => thrown);

        expect(error).toBeInstanceOf(OptionError);
        expect(error).toMatchObject({ option: 'budget', cause: boom });
      },
    );
  });

  it('is not refunded when the wait is aborted', async () => {
    const clock = new VirtualClock();
    const budget = answering(5000);
    const controller = new AbortController();
    const ping = withRetry(
      async () => {
        await null;
        throw boom;
      },
      { wait: constant(1), budget, clock, signal: controller.signal },
    );

    const end = ping().catch((reason: unknown) => reason);
    await clock.advance(100);
    controller.abort('enough');

    expect(await end).toBe('enough');
    expect(budget.notes).toEqual([]);
  });

  it('is no hedge', async () => {
    const clock = new VirtualClock();
    let sent = 0;
    const slow = hedge({ after: 10, idempotent: true, clock, budget: answering(5000) })(async () => {
      sent += 1;
      await new Promise<void>((wake) => {
        clock.schedule({ place: -1, unref: false, wake: () => wake() }, 100);
      });
    });

    await clock.run(() => slow());

    expect(sent).toBe(1);
  });
});

describe('retryBudget({ whenEmpty })', () => {
  const boom = new Error('boom');
  const down = async (): Promise<never> => {
    await null;
    throw boom;
  };

  it('slows retries to one in so much time while it is empty, and pays for them again once calls succeed', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const note = ({ event }: { readonly event: string }): void => void told.push(event);
    const budget = retryBudget({ minimum: 3, whenEmpty: '10s', clock, onEmpty: note, onRefill: note });
    let isDown = true;
    const moments: number[] = [];
    const ping = withRetry(
      async () => {
        moments.push(clock.now());
        await null;
        if (isDown) throw boom;
        return 'pong';
      },
      { wait: constant(100), maxTries: Infinity, jitter: null, budget, clock },
    );

    const answer = ping();
    await clock.advance('35s');
    isDown = false;
    await clock.run(answer);
    for (let call = 0; call < 20; call++) await clock.run(() => ping());
    isDown = true;
    const again = ping();
    await clock.advance(150);
    isDown = false;
    await clock.run(again);

    expect(moments.slice(0, 8)).toEqual([0, 100, 200, 300, 10_300, 20_300, 30_300, 40_300]);
    expect(moments.slice(-3)).toEqual([40_300, 40_400, 40_500]);
    expect(told).toEqual(['empty', 'refill']);
    expect(budget.state).toBe('available');
  });

  it('gives up by default, and where it says so', async () => {
    for (const options of [{}, { whenEmpty: 'giveup' as const }, { whenEmpty: undefined }]) {
      const clock = new VirtualClock();
      const reasons: string[] = [];
      const budget = retryBudget({ minimum: 1, clock, ...options });
      const onGiveup = ({ reason }: { readonly reason: string }): void => void reasons.push(reason);

      await clock.run(() =>
        withRetry(down, { wait: constant(1), budget, clock, onGiveup })().catch(() => {}),
      );

      expect(reasons).toEqual(['budget']);
    }
  });

  it('does not take the same call for more traffic with each retry that it lets wait', async () => {
    const clock = new VirtualClock();
    const budget = retryBudget({ minimum: 0, whenEmpty: 1, clock, window: '1h' });
    const ping = withRetry(down, { wait: constant(0), maxTries: 500, jitter: null, budget, clock });

    await clock.run(() => ping().catch(() => {}));

    expect(budget.capacity).toBe(0);
  });

  it('slows the retries of a gateway, and sends none of its hedges', async () => {
    const clock = new VirtualClock();
    let sent = 0;
    const door = gateway('door', {
      clock,
      timeout: false,
      deadline: '1m',
      budget: { minimum: 0, whenEmpty: '10s' },
      circuitBreaker: { consecutive: 100 },
      retry: { maxTries: 4, wait: constant(1), jitter: null },
      hedge: { after: 1, idempotent: true },
    });
    const call = door(async () => {
      sent += 1;
      await new Promise<void>((wake) => {
        clock.schedule({ place: -1, unref: false, wake: () => wake() }, 100);
      });
      throw boom;
    });

    await expect(clock.run(() => call())).rejects.toBe(boom);

    expect(sent).toBe(4);
    expect(clock.now()).toBe(30_400);
  });

  it.each([0, -1, NaN, Infinity, 'never', 'give up', null, false])('may not be %p', (whenEmpty) => {
    expect(() => retryBudget({ whenEmpty: whenEmpty as never })).toThrow(OptionError);
    expect(() => retryBudget({ whenEmpty: whenEmpty as never })).toThrow(/whenEmpty/);
  });
});
