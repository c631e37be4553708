import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, expo, retry, withRetry } from '../../src/core.js';
import type { BackoffDetails, GiveUpDetails } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { notedBudget } from '../support/budget.js';
import { catchWarnings } from '../support/warnings.js';

class Busy extends Error {}
class Lost extends Error {}

describe('the option rules', () => {
  catchWarnings();
  const busy = new Busy('busy');
  const lost = new Lost('lost');

  bothDrivers((kind, play, finish) => {
    it(`${kind}: lets each rule keep its own waits`, async () => {
      const clock = new VirtualClock();
      const waits: unknown[] = [];
      const rules = [
        { errors: Busy, wait: constant([100, 200]) },
        { errors: Lost, wait: constant([1, 2]) },
      ];
      const onBackoff = ({ wait, rule }: BackoffDetails): void => void waits.push([rule, wait]);

      await finish(
        clock,
        withRetry(play(busy, lost, busy, lost, 'pong'), { rules, jitter: null, clock, onBackoff }),
      );

      expect(waits).toEqual([
        [0, 100],
        [1, 1],
        [0, 200],
        [1, 2],
      ]);
    });

    it(`${kind}: lets each rule count on its own`, async () => {
      const clock = new VirtualClock();
      const script = play(busy, lost, busy, lost, lost);
      const told: unknown[] = [];
      const rules = [
        { errors: Busy, maxTries: 3 },
        { errors: Lost, maxTries: 2 },
      ];
      const onGiveup = ({ rule, reason, tries }: GiveUpDetails): void =>
        void told.push([rule, reason, tries]);

      const end = finish(clock, withRetry(script, { rules, wait: constant(1), clock, onGiveup }));

      await expect(end).rejects.toBe(lost);
      expect(told).toEqual([[1, 'maxTries', 4]]);
    });

    it(`${kind}: lets the first rule that matches decide`, async () => {
      const clock = new VirtualClock();
      const waits: number[] = [];
      const rules = [
        { errors: Error, wait: constant(5) },
        { errors: Busy, wait: constant(500) },
      ];
      const onBackoff = ({ wait }: BackoffDetails): void => void waits.push(wait);

      await finish(clock, withRetry(play(busy, 'pong'), { rules, jitter: null, clock, onBackoff }));

      expect(waits).toEqual([5]);
    });

    it(`${kind}: lets an outcome pass that no rule matches`, async () => {
      const clock = new VirtualClock();
      const script = play(lost);

      const end = finish(clock, withRetry(script, { rules: [{ errors: Busy }], clock }));

      await expect(end).rejects.toBe(lost);
      expect(script.calls).toBe(1);
    });

    it(`${kind}: takes rules for values beside rules for errors`, async () => {
      const clock = new VirtualClock();
      const script = play(busy, 'empty', 'pong');
      const rules = [
        { errors: Busy },
        { predicate: (value: unknown) => value === 'empty', wait: constant(7) },
      ];

      const answer = await finish(
        clock,
        withRetry(script, { rules, wait: constant(3), jitter: null, clock }),
      );

      expect(answer).toBe('pong');
      expect(clock.now()).toBe(10);
    });

    it(`${kind}: lets a predicate of a later rule speak when an earlier one says no`, async () => {
      const clock = new VirtualClock();
      const script = play('second', 'pong');
      const rules = [
        { predicate: (value: unknown) => value === 'first' },
        { predicate: (value: unknown) => value === 'second' },
      ];

      expect(await finish(clock, withRetry(script, { rules, wait: constant(1), clock }))).toBe('pong');
    });

    it(`${kind}: binds all rules by the outer maxTries`, async () => {
      const clock = new VirtualClock();
      const script = play(busy, lost);
      const rules = [
        { errors: Busy, maxTries: 9 },
        { errors: Lost, maxTries: 9 },
      ];

      await finish(clock, withRetry(script, { rules, wait: constant(1), maxTries: 4, clock })).catch(
        () => {},
      );

      expect(script.calls).toBe(4);
    });

    it(`${kind}: binds all rules by the outer maxTime, budget and giveup`, async () => {
      const clock = new VirtualClock();
      const rules = [
        { errors: Busy, wait: constant(60) },
        { errors: Lost, wait: constant(60) },
      ];
      const reasons: string[] = [];
      const onGiveup = ({ reason }: GiveUpDetails): void => void reasons.push(reason);
      const common = { rules, jitter: null, clock, onGiveup };

      await finish(clock, withRetry(play(busy, lost), { ...common, maxTime: 100 })).catch(() => {});
      await finish(clock, withRetry(play(busy, lost), { ...common, budget: notedBudget(1) })).catch(() => {});
      await finish(
        clock,
        withRetry(play(busy, lost), { ...common, giveup: (error) => error === lost }),
      ).catch(() => {});

      expect(reasons).toEqual(['maxTime', 'budget', 'giveup']);
    });

    it(`${kind}: asks the giveup of the rule as well`, async () => {
      const clock = new VirtualClock();
      const script = play(busy, lost);
      const asked: unknown[] = [];
      const rules = [
        { errors: Busy, giveup: () => false },
        {
          errors: Lost,
          giveup: (error: unknown) => {
            asked.push(error);
            return true;
          },
        },
      ];

      await finish(clock, withRetry(script, { rules, wait: constant(1), clock })).catch(() => {});

      expect([script.calls, asked]).toEqual([2, [lost]]);
    });

    it(`${kind}: stops when either giveup says so, the rule's or the outer one`, async () => {
      const clock = new VirtualClock();
      const scripts = [play(busy), play(busy)] as const;
      const options = (own: boolean, outer: boolean): object => ({
        rules: [{ errors: Busy, giveup: () => own }],
        giveup: () => outer,
        wait: constant(1),
        clock,
      });

      await finish(clock, withRetry(scripts[0], options(true, false))).catch(() => {});
      await finish(clock, withRetry(scripts[1], options(false, true))).catch(() => {});

      expect(scripts.map(({ calls }) => calls)).toEqual([1, 1]);
    });

    it(`${kind}: starts afresh for every call`, async () => {
      const clock = new VirtualClock();
      const script = play(busy, busy, 'pong', busy, busy, 'pong');
      const ping = retry({
        rules: [{ errors: Busy, maxTries: 3, wait: constant([1, 2]) }, { errors: Lost }],
        clock,
      })(script);

      const answers = [await finish(clock, ping), await finish(clock, ping)];

      expect(answers).toEqual(['pong', 'pong']);
    });

    it(`${kind}: gives rules without waits the waits of the retry, one sequence for each`, async () => {
      const clock = new VirtualClock();
      const waits: number[] = [];
      const rules = [{ errors: Busy }, { errors: Lost }];
      const onBackoff = ({ wait }: BackoffDetails): void => void waits.push(wait);
      const options = { rules, wait: expo({ factor: 1 }), jitter: null, clock, onBackoff };

      await finish(clock, withRetry(play(busy, busy, lost, 'pong'), options));

      expect(waits).toEqual([1, 2, 1]);
    });
  });

  it('may have an async predicate for an async function', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const count = async (): Promise<number> => (calls += 1);
    const rules = [
      { predicate: async () => false },
      { predicate: async (value: unknown) => (value as number) < 3 },
    ];

    expect(await clock.run(withRetry(count, { rules, wait: constant(1), clock }))).toBe(3);
  });
});
