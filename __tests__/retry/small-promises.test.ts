/**
 * Small promises of a retry, each of which was broken once.
 */
import { describe, expect, it, jest } from '@jest/globals';
import { type CallDetails, VirtualClock, constant, retry, retryHistory, withRetry } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { SleepyClock } from '../support/sleepy-clock.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

describe('a retry', () => {
  const warnings = catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: tells the first predicate of the attempt that has just ended`, async () => {
      const clock = new VirtualClock();
      const lengths: number[] = [];
      const predicate = (value: unknown, { history }: CallDetails): boolean => {
        lengths.push(history.attempts.length);
        return value === 0;
      };

      await finish(clock, withRetry(play(0, 0, 1), { predicate, wait: constant(10), clock }));

      expect(lengths).toEqual([1, 2, 3]);
    });

    it(`${kind}: keeps handlers that came as an iterator for its changed copies`, async () => {
      const clock = new VirtualClock();
      const told = jest.fn();
      const patient = retry({ wait: constant(10), onBackoff: [told, told].values(), clock });

      await finish(clock, () => patient.with({ maxTries: 5 }).run(play(boom, 'pong')));

      expect(told).toHaveBeenCalledTimes(2);
    });

    it(`${kind}: gives up after a late wake by the rule that had matched`, async () => {
      const rules: unknown[] = [];
      const clock = new SleepyClock(5000);
      const onGiveup = ({ rule }: CallDetails): void => void rules.push(rule);

      await finish(
        clock,
        withRetry(play(boom), { wait: constant(10), maxTime: 1000, onGiveup, clock }),
      ).catch(() => {});

      expect(rules).toEqual([0]);
    });

    it(`${kind}: claims no wait that was not waited`, async () => {
      const clock = new VirtualClock();
      const onBackoff = (): void => {
        clock.block(1000);
      };

      await finish(
        clock,
        withRetry(play(boom), { wait: constant(10), maxTime: 100, onBackoff, clock }),
      ).catch(() => {});

      expect(retryHistory(boom)?.attempts.at(-1)).toMatchObject({ tries: 1, wait: undefined });
    });

    it(`${kind}: refuses a budget that answers with a promise`, async () => {
      const clock = new VirtualClock();
      const budget = { take: () => Promise.resolve(false) as never, refund() {}, earn() {} };

      const end = finish(clock, withRetry(play(boom), { wait: constant(10), budget, clock }));

      await expect(end).rejects.toMatchObject({ code: 'ERR_OPTION', option: 'budget', cause: boom });
    });

    it(`${kind}: asks no limit about an error that is not retried`, async () => {
      const clock = new VirtualClock();
      const maxTries = jest.fn(() => 3);

      await finish(clock, withRetry(play(boom), { errors: TypeError, maxTries, clock })).catch(() => {});

      expect(maxTries).not.toHaveBeenCalled();
    });
  });

  it('waits for a predicate that gives a foreign thenable', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const count = async (): Promise<number> => (calls += 1);
    const later = (answer: boolean): PromiseLike<boolean> => ({
      then: (resolve) => Promise.resolve(answer).then(resolve),
    });
    const patient = withRetry(count, { predicate: (value) => later(value < 3), wait: constant(10), clock });

    expect(await clock.run(patient)).toBe(3);
  });

  it('warns once of blocking for all that one wrapper runs', () => {
    const patient = retry({ wait: constant(0), maxTries: 2, clock: new VirtualClock() });
    let failing = true;

    for (let run = 0; run < 5; run++) {
      patient.run(() => {
        failing = !failing;
        if (!failing) throw boom;
      });
    }

    expect(warnings.codes.filter((code) => code === 'STAMPEDE_BLOCKING')).toHaveLength(1);
  });
});
