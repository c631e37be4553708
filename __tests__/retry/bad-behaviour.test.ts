/**
 * Functions and callbacks that misbehave while a call runs: nothing they had to say is lost.
 */
import { describe, expect, it } from '@jest/globals';
import {
  OptionError,
  VirtualClock,
  constant,
  onPredicate,
  retryAfter,
  subscribe,
  withRetry,
} from '../../src/core.js';
import { bothDrivers, thrown } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(1);

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function hostile(): object {
  const trap = (): never => {
    throw new Error('hands off');
  };
  return new Proxy(
    {},
    { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap },
  );
}

function silent(): Error {
  const get = (): never => {
    throw new Error('no message for you');
  };
  return Object.defineProperties(new Error(), { message: { get }, name: { get }, code: { get } });
}

const odd: readonly (readonly [string, () => unknown])[] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a string', () => 'just text'],
  ['a symbol', () => Symbol('s')],
  ['a function', () => () => {}],
  ['a frozen error', () => Object.freeze(new Error('frozen'))],
  ['an object without a prototype', () => Object.create(null) as unknown],
  ['a Proxy that throws', hostile],
  ['a revoked Proxy', revoked],
  ['an error whose message, name and code throw', silent],
];

// Comparing with `===`: a matcher would look inside.
const same = (left: unknown, right: unknown): boolean => left === right;

describe('a function that throws', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it.each(odd)(`${kind}: %s sees it retried, and the very same value come out`, async (_what, make) => {
      const clock = new VirtualClock();
      const value = make();
      const script = play(thrown(value));
      const told: string[] = [];
      const note = ({ event }: { event: string }): void => void told.push(event);
      const stop = subscribe(() => {});
      const budget = { take: () => true, refund() {}, earn() {} };
      const options = { wait: retryAfter({ fallback: wait }), maxTries: 2, budget, clock };
      const handlers = { log: () => {}, onBackoff: note, onGiveup: note };

      let out: { error: unknown } | undefined;
      await finish(clock, withRetry(script, { ...options, ...handlers })).catch(
        (error: unknown) => (out = { error }),
      );
      stop();

      expect(out !== undefined && same(out.error, value)).toBe(true);
      expect([script.calls, told]).toEqual([2, ['backoff', 'giveup']]);
    });

    it.each(odd)(`${kind}: %s sees it tested against classes without harm`, async (_what, make) => {
      const clock = new VirtualClock();
      const value = make();
      const script = play(thrown(value));

      let out: { error: unknown } | undefined;
      await finish(clock, withRetry(script, { errors: [TypeError, RangeError], clock })).catch(
        (error: unknown) => (out = { error }),
      );

      expect(out !== undefined && same(out.error, value)).toBe(true);
      expect(script.calls).toBe(1);
    });

    it.each(odd)(`${kind}: %s sees it kept as the cause when a callback fails`, async (_what, make) => {
      const clock = new VirtualClock();
      const value = make();
      const bug = new TypeError('my giveup');
      const giveup = (): never => {
        throw bug;
      };

      let out: unknown;
      await finish(clock, withRetry(play(thrown(value)), { giveup, clock })).catch(
        (error: unknown) => (out = error),
      );

      expect(same(out, bug)).toBe(true);
      expect(same(bug.cause, value)).toBe(true);
    });
  });
});

describe('a callback that throws what takes no cause', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it.each(odd.filter(([what]) => what !== 'an error whose message, name and code throw'))(
      `${kind}: %s comes wrapped, with the function's error as cause`,
      async (_what, make) => {
        const clock = new VirtualClock();
        const value = make();
        const giveup = (): never => {
          throw value;
        };

        let out: unknown;
        await finish(clock, withRetry(play(boom), { giveup, clock })).catch(
          (error: unknown) => (out = error),
        );

        expect(out).toBeInstanceOf(OptionError);
        expect(same((out as OptionError).cause, boom)).toBe(true);
      },
    );
  });
});

describe('a test of errors that throws', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: reaches the caller, with the function's error as cause`, async () => {
      const clock = new VirtualClock();
      const bug = new TypeError('my test');
      const errors = (): never => {
        throw bug;
      };

      const end = finish(clock, withRetry(play(boom), { errors, clock }));

      await expect(end).rejects.toBe(bug);
      expect(bug.cause).toBe(boom);
    });
  });
});

describe('a sync function that returns what throws when it is looked at', () => {
  it.each([
    ['a revoked Proxy', revoked],
    ['a Proxy that throws', hostile],
  ])('gives it back untouched: %s', (_what, make) => {
    const value = make();

    const got = withRetry(() => value)();

    expect(same(got, value)).toBe(true);
  });

  it('gives it to a predicate as it is', () => {
    const value = revoked();
    const seen: boolean[] = [];
    const poll = onPredicate(wait, (given) => {
      seen.push(same(given, value));
      return false;
    })(() => value);

    poll();

    expect(seen).toEqual([true]);
  });
});
