/** Options that are functions of the call, which litl/backoff calls "runtime configuration". */
import { describe, expect, it } from '@jest/globals';
import {
  type CallDetails,
  OptionError,
  VirtualClock,
  constant,
  expo,
  fibo,
  onException,
  onPredicate,
  runtime,
} from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { KeyError, recorder, withoutWarnings } from './cases.js';

withoutWarnings();

describe('options given as functions', () => {
  bothDrivers((kind, play, finish) => {
    it(`${kind}: are called with the details and the this of the call`, async () => {
      const clock = new VirtualClock();
      const asked: [unknown, unknown[], number][] = [];
      const maxTries = function (this: unknown, { args, tries }: CallDetails): number {
        asked.push([this, [...args], tries]);
        return args[0] as number;
      };
      const script = play(new KeyError());
      const client = { load: onException(constant(1), KeyError, { maxTries, clock })(script) };

      await expect(finish(clock, () => client.load(2))).rejects.toBeInstanceOf(KeyError);
      await expect(finish(clock, () => client.load(4))).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(6);
      expect(asked).toEqual([
        [client, [2], 1],
        [client, [4], 1],
      ]);
    });

    it(`${kind}: may be maxTime, enabled, budget and every option of the waits`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, handlers } = recorder();
      const asked: string[] = [];
      const given =
        <T>(name: string, value: T) =>
        (): T => {
          asked.push(name);
          return value;
        };
      const paid: string[] = [];
      const budget = { take: (what: string) => paid.push(what) > 0, refund: () => {}, earn: () => {} };
      const wait = expo({
        base: given('base', 3),
        factor: given('factor', 100),
        maxValue: given('maxValue', '250ms'),
      });
      const load = onException(wait, KeyError, {
        maxTime: given('maxTime', '500ms'),
        enabled: given('enabled', true),
        budget: given('budget', budget),
        jitter: null,
        clock,
        ...handlers,
      })(play(new KeyError()));

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(backoffs.map(({ wait }) => wait)).toEqual([100, 250, 150]);
      expect(giveups.map(({ reason }) => reason)).toEqual(['maxTime']);
      expect(paid).toEqual(['error', 'error', 'error']);
      expect(asked.toSorted()).toEqual(['base', 'budget', 'enabled', 'factor', 'maxTime', 'maxValue']);
    });

    it(`${kind}: end the call with what they throw, and keep the error of the attempt as its cause`, async () => {
      for (const [option, given] of [
        ['maxTries', (fail: () => never) => ({ options: { maxTries: fail } })],
        ['maxTime', (fail: () => never) => ({ options: { maxTime: fail } })],
        ['factor', (fail: () => never) => ({ options: {}, wait: expo({ factor: fail }) })],
      ] as const) {
        const clock = new VirtualClock();
        const failure = new KeyError();
        const fault = new TypeError(`a bug in ${option}`);
        const { options, wait = constant(1) } = given(() => {
          throw fault;
        }) as { options: object; wait?: typeof expo };
        const script = play(failure);
        const load = onException(wait, KeyError, { ...options, clock })(script);

        await expect(finish(clock, load)).rejects.toBe(fault);

        expect(fault.cause).toBe(failure);
        expect(script.calls).toBe(1);
      }
    });

    it(`${kind}: are checked when they have answered`, async () => {
      const clock = new VirtualClock();
      const failure = new KeyError();
      const script = play(failure);
      const load = onException(constant(1), KeyError, { maxTries: () => 0, clock })(script);

      const error: unknown = await finish(clock, load).catch((reason: unknown) => reason);

      expect(error).toBeInstanceOf(OptionError);
      expect(error).toMatchObject({ option: 'maxTries', value: 0, cause: failure });
      expect(script.calls).toBe(1);
    });

    it(`${kind}: are not taken for what is a function anyway: errors, predicate, jitter, value`, async () => {
      const clock = new VirtualClock();
      const seen: unknown[] = [];
      const failure = new KeyError();
      const load = onException(
        runtime({
          value: (outcome, unit = 100) => {
            seen.push(outcome);
            return unit;
          },
        }),
        (error: Error) => error === failure,
        {
          jitter: (wait) => {
            seen.push(wait);
            return wait / 100;
          },
          clock,
        },
      )(play(failure, 'pong'));

      await finish(clock, load);

      // The wait of a server is never shortened; its jitter draws what is added, from a tenth of it.
      expect(seen).toEqual([{ ok: false, error: failure }, 10]);
      expect(clock.now()).toBeCloseTo(100.1, 9);
    });
  });

  it.each(['raiseOnGiveup', 'mode', 'name', 'unref', 'clock'])('are refused for %s', (option) => {
    expect(() => onException(fibo, KeyError, { [option]: () => true })).toThrow(OptionError);
    expect(() => onPredicate(fibo, undefined, { [option]: () => true })).toThrow(OptionError);
  });
});
