import { describe, expect, it } from '@jest/globals';
import {
  VirtualClock,
  cap,
  constant,
  expo,
  linear,
  random,
  retry,
  retryAfter,
  withRetry,
} from '../../src/core.js';
import type { CallDetails } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { notedBudget } from '../support/budget.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(1);

type Read = (details: CallDetails) => unknown;

/** Each option that may be a function: how it is given, and what it may give. */
const options: readonly (readonly [string, (read: Read) => object, unknown])[] = [
  ['maxTries', (maxTries) => ({ maxTries, wait }), 3],
  ['maxTime', (maxTime) => ({ maxTime, wait }), '1m'],
  ['budget', (budget) => ({ budget, wait }), notedBudget()],
  ['enabled', (enabled) => ({ enabled, wait }), true],
  ['the interval of constant', (interval) => ({ wait: constant(interval as never) }), 1],
  ['the factor of expo', (factor) => ({ wait: expo({ factor: factor as never }) }), 1],
  ['the step of linear', (step) => ({ wait: linear({ step: step as never }) }), 1],
  ['the max of random', (max) => ({ wait: random({ max: max as never }) }), 1],
  ['the max of cap', (max) => ({ wait: cap(wait, max as never) }), 1],
  ['the max of retryAfter', (max) => ({ wait: retryAfter({ max: max as never }) }), 1],
];

describe('an option that is a function of the call', () => {
  catchWarnings();

  bothDrivers((kind, play, finish, make) => {
    describe.each(options)(`${kind}: %s`, (option, given, value) => {
      it('is asked once per call, with the details and the this of the call', async () => {
        const clock = new VirtualClock();
        const asked: unknown[] = [];
        const read = function (this: unknown, { args, tries }: CallDetails): unknown {
          asked.push([this, args, tries]);
          return value;
        };
        const owner = { ping: withRetry(play(boom, boom, 'pong', boom, 'pong'), { ...given(read), clock }) };
        const call = (...args: unknown[]): unknown => owner.ping(...args);

        await finish(clock, call, 'first');
        await finish(clock, call, 'second');

        expect(asked).toEqual([
          [owner, ['first'], 1],
          [owner, ['second'], 1],
        ]);
      });

      const needed = option === 'budget' ? 1 : 0; // a success earns
      it(`is asked ${needed} times when no attempt has failed`, async () => {
        const clock = new VirtualClock();
        let asked = 0;
        const read = (): unknown => {
          asked += 1;
          return value;
        };

        await finish(clock, withRetry(play('pong'), { ...given(read), clock }));

        expect(asked).toBe(needed);
      });

      it("reaches the caller with what it throws, the function's error as cause", async () => {
        const clock = new VirtualClock();
        const bug = new TypeError('my option');
        const read = (): never => {
          throw bug;
        };

        const end = finish(clock, withRetry(play(boom), { ...given(read), clock }));

        await expect(end).rejects.toBe(bug);
        expect(bug.cause).toBe(boom);
      });

      it("is refused when it gives what is not allowed, with the function's error as cause", async () => {
        const clock = new VirtualClock();
        const script = play(boom);

        const end = finish(clock, withRetry(script, { ...given(() => 'nonsense'), clock }));

        await expect(end).rejects.toMatchObject({ code: 'ERR_OPTION', value: 'nonsense', cause: boom });
        expect(script.calls).toBe(1);
      });
    });

    it(`${kind}: is told how long the call has taken`, async () => {
      const clock = new VirtualClock();
      const elapsed: number[] = [];
      const slow = make(() => {
        clock.block(50);
        throw boom;
      });
      const maxTries = (details: CallDetails): number => {
        elapsed.push(details.elapsed);
        return 1;
      };

      await finish(clock, withRetry(slow, { maxTries, clock })).catch(() => {});

      expect(elapsed).toEqual([50]);
    });

    it.each([
      [0, 1],
      ['1s', 11],
    ])(`${kind}: bounds the time by what maxTime gives (%p)`, async (given, tries) => {
      const clock = new VirtualClock();
      const script = play(boom);
      const maxTime = (): never => given as never;

      await finish(
        clock,
        withRetry(script, { wait: constant(100), jitter: null, maxTries: 99, maxTime, clock }),
      ).catch(() => {});

      expect(script.calls).toBe(tries);
    });

    it(`${kind}: may give no budget`, async () => {
      const clock = new VirtualClock();

      const answer = await finish(
        clock,
        withRetry(play(boom, 'pong'), { wait, budget: () => undefined, clock }),
      );

      expect(answer).toBe('pong');
    });

    it(`${kind}: may give a budget, which then pays`, async () => {
      const clock = new VirtualClock();
      const budget = notedBudget();

      await finish(clock, withRetry(play(boom, 'pong'), { wait, budget: () => budget, clock }));

      expect(budget.notes).toEqual(['take error', 'earn']);
    });
  });
});

describe('the option enabled', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it.each([
      ['false', false],
      ['a function that gives false', () => false],
    ])(
      `${kind}: makes exactly one attempt when it is %s, and leaves its outcome alone`,
      async (_form, enabled) => {
        const clock = new VirtualClock();
        const told: string[] = [];
        const failing = play(boom);
        const empty = play(0);
        const common = { enabled, raiseOnGiveup: false, clock, onGiveup: () => told.push('giveup') };

        const end = finish(clock, withRetry(failing, common));

        await expect(end).rejects.toBe(boom);
        expect(
          await finish(clock, withRetry(empty, { ...common, predicate: () => true, raiseOnGiveup: true })),
        ).toBe(0);
        expect([failing.calls, empty.calls, told]).toEqual([1, 1, []]);
      },
    );

    it(`${kind}: retries when it is true`, async () => {
      const clock = new VirtualClock();

      expect(await finish(clock, withRetry(play(boom, 'pong'), { wait, enabled: true, clock }))).toBe('pong');
    });

    it(`${kind}: may be turned off for one call of a policy`, async () => {
      const clock = new VirtualClock();
      const script = play(boom, 'pong');
      const policy = retry({ wait, clock });

      const end = finish(clock, policy.with({ enabled: false })(script));

      await expect(end).rejects.toBe(boom);
      expect(script.calls).toBe(1);
    });

    it(`${kind}: still hears an abort when it is false`, async () => {
      const clock = new VirtualClock();
      const script = play('pong');

      const end = finish(
        clock,
        withRetry(script, { enabled: false, signal: AbortSignal.abort('enough'), clock }),
      );

      await expect(end).rejects.toBe('enough');
      expect(script.calls).toBe(0);
    });
  });
});
