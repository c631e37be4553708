import { describe, expect, it } from '@jest/globals';
import {
  GiveUpError,
  VirtualClock,
  constant,
  isStampedeError,
  onException,
  onPredicate,
  withRetry,
} from '../../src/core.js';
import type { CallDetails, GiveUpDetails, GiveUpReason, WaitMaker } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { notedBudget } from '../support/budget.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

describe('the option giveup', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: stops at once when it is true`, async () => {
      const clock = new VirtualClock();
      const fatal = new Error('fatal');
      const script = play(boom, fatal, 'pong');
      const giveup = (error: unknown): boolean => error === fatal;

      const end = finish(clock, withRetry(script, { wait: constant(10), jitter: null, giveup, clock }));

      await expect(end).rejects.toBe(fatal);
      expect([script.calls, clock.now()]).toEqual([2, 10]);
    });

    it(`${kind}: is asked on the last failure too, and its word goes before maxTries`, async () => {
      const clock = new VirtualClock();
      const asked: unknown[] = [];
      const reasons: string[] = [];
      const giveup = (error: unknown, { tries }: CallDetails): boolean => {
        asked.push([error, tries]);
        return tries === 2;
      };
      const onGiveup = ({ reason }: GiveUpDetails): void => void reasons.push(reason);

      await finish(
        clock,
        withRetry(play(boom), { wait: constant(1), maxTries: 2, giveup, clock, onGiveup }),
      ).catch(() => {});

      expect(asked).toEqual([
        [boom, 1],
        [boom, 2],
      ]);
      expect(reasons).toEqual(['giveup']);
    });

    it(`${kind}: is not asked about an error that nothing matches`, async () => {
      const clock = new VirtualClock();
      let asked = 0;
      const giveup = (): boolean => {
        asked += 1;
        return false;
      };

      await finish(clock, onException(constant(1), TypeError, { giveup, clock })(play(boom))).catch(() => {});

      expect(asked).toBe(0);
    });

    it(`${kind}: reaches the caller with what it throws, the function's error as cause`, async () => {
      const clock = new VirtualClock();
      const bug = new TypeError('my giveup');
      const giveup = (): boolean => {
        throw bug;
      };

      const end = finish(clock, withRetry(play(boom), { giveup, clock }));

      await expect(end).rejects.toBe(bug);
      expect(bug.cause).toBe(boom);
    });

    it(`${kind}: keeps both errors when it throws one that has a cause of its own`, async () => {
      const clock = new VirtualClock();
      const bug = new TypeError('my giveup', { cause: 'mine' });
      const giveup = (): boolean => {
        throw bug;
      };

      const end = finish(clock, withRetry(play(boom), { giveup, clock }));

      await expect(end).rejects.toMatchObject({ code: 'ERR_OPTION', value: bug, cause: boom });
    });

    it(`${kind}: may throw the function's own error`, async () => {
      const clock = new VirtualClock();
      const giveup = (error: unknown): boolean => {
        throw error;
      };

      const end = finish(clock, withRetry(play(boom), { giveup, clock }));

      await expect(end).rejects.toBe(boom);
      expect('cause' in boom).toBe(false);
    });
  });

  it('may be async for an async function', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const ping = async (): Promise<void> => {
      calls += 1;
      throw boom;
    };
    const giveup = async (_error: unknown, { tries }: CallDetails): Promise<boolean> => tries === 3;

    const end = clock.run(withRetry(ping, { wait: constant(1), giveup, clock }));

    await expect(end).rejects.toBe(boom);
    expect(calls).toBe(3);
  });

  it("reaches the caller with its rejection, the function's error as cause", async () => {
    const clock = new VirtualClock();
    const bug = new TypeError('my giveup');
    const ping = withRetry(async () => Promise.reject(boom), { giveup: () => Promise.reject(bug), clock });

    const end = clock.run(ping);

    await expect(end).rejects.toBe(bug);
    expect(bug.cause).toBe(boom);
  });

  it('is refused when it gives a promise for a sync function, with the error as cause', () => {
    const ping = withRetry(
      () => {
        throw boom;
      },
      { giveup: async () => false, clock: new VirtualClock() },
    );

    expect(ping).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option: 'giveup', cause: boom }));
  });
});

interface Case {
  readonly giveup?: () => boolean;
  readonly maxTries?: number;
  readonly maxTime?: number;
  readonly wait?: WaitMaker;
  readonly budget?: ReturnType<typeof notedBudget>;
}

/** For each reason to give up, options that lead to it with the first attempt. */
const reasons: readonly (readonly [GiveUpReason, () => Case])[] = [
  ['giveup', () => ({ giveup: () => true })],
  ['maxTries', () => ({ maxTries: 1 })],
  ['maxTime', () => ({ maxTime: 0 })],
  ['waits', () => ({ wait: constant([]) })],
  ['budget', () => ({ budget: notedBudget(0) })],
];

describe('the option raiseOnGiveup', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    describe.each(reasons)(`${kind}, giving up because of %s`, (reason, options) => {
      const seen: GiveUpDetails[] = [];
      const onGiveup = (details: GiveUpDetails): void => void (seen[0] = details);

      it('throws the very error by default', async () => {
        const clock = new VirtualClock();
        const script = play(boom);

        const end = finish(clock, withRetry(script, { ...options(), clock, onGiveup }));

        await expect(end).rejects.toBe(boom);
        expect(seen[0]).toMatchObject({ reason, error: boom, ok: false, tries: 1 });
      });

      it('gives undefined for an error when it is false', async () => {
        const clock = new VirtualClock();
        const script = play(boom);

        const answer = await finish(
          clock,
          withRetry(script, { ...options(), raiseOnGiveup: false, clock, onGiveup }),
        );

        expect(answer).toBeUndefined();
        expect(seen[0]).toMatchObject({ reason, error: boom, tries: 1 });
      });

      if (reason === 'giveup') return; // it is asked about errors only

      it('gives the last value of a predicate by default', async () => {
        const clock = new VirtualClock();
        const predicate = (): boolean => true;

        const answer = await finish(
          clock,
          withRetry(play('last'), { ...options(), predicate, clock, onGiveup }),
        );

        expect(answer).toBe('last');
        expect(seen[0]).toMatchObject({ reason, value: 'last', ok: true, tries: 1 });
      });

      it('throws a GiveUpError with value, reason and tries for a predicate when it is true', async () => {
        const clock = new VirtualClock();
        const given = {
          ...options(),
          predicate: () => true,
          raiseOnGiveup: true,
          name: 'poll',
          clock,
          onGiveup,
        };

        const error: unknown = await finish(clock, withRetry(play('last'), given)).catch(
          (thrown: unknown) => thrown,
        );

        expect(error).toBeInstanceOf(GiveUpError);
        expect(error).toMatchObject({ code: 'ERR_GIVE_UP', value: 'last', reason, tries: 1 });
        expect((error as Error).message).toMatch(/^poll /);
        expect(isStampedeError(error)).toBe(true);
        expect(seen[0]).toMatchObject({ reason });
      });
    });

    it(`${kind}: does not silence an error that nothing matches`, async () => {
      const clock = new VirtualClock();
      const call = onException(constant(1), TypeError, { raiseOnGiveup: false, clock })(play(boom));

      const end = finish(clock, call);

      await expect(end).rejects.toBe(boom);
    });

    it(`${kind}: leaves a value that the predicate accepts alone`, async () => {
      const clock = new VirtualClock();
      const call = onPredicate(constant(1), undefined, { raiseOnGiveup: true, maxTries: 2, clock })(
        play(0, 'pong'),
      );

      const answer = await finish(clock, call);

      expect(answer).toBe('pong');
    });

    it(`${kind}: throws the last of several errors, untouched`, async () => {
      const clock = new VirtualClock();
      const last = Object.freeze(new Error('last'));
      const call = withRetry(play(boom, new Error('b'), boom, last), {
        wait: constant(1),
        maxTries: 4,
        clock,
      });

      const end = finish(clock, call);

      await expect(end).rejects.toBe(last);
    });
  });
});
