/** litl/backoff's suite, the tests of `on_predicate`: `test_backoff.py` and `test_backoff_async.py`. */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, expo, onPredicate } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { lasting, numbered, recorder } from './cases.js';

describe('onPredicate, as in the suite of litl/backoff', () => {
  bothDrivers((kind, play, finish) => {
    it(`${numbered(kind, 'B1', 'B31')}: retries a falsy value until it is true`, async () => {
      const clock = new VirtualClock();
      const script = play(false, false, true);
      const poll = onPredicate(expo, undefined, { clock })(script);

      const answer = await finish(clock, poll);

      expect(answer).toBe(true);
      expect(script.calls).toBe(3);
    });

    it(`${numbered(kind, 'B2', 'B32')}: gives the last value after maxTries`, async () => {
      const clock = new VirtualClock();
      const script = play(0, '', false, true);
      const poll = onPredicate(expo, undefined, { jitter: null, maxTries: 3, clock })(script);

      const answer = await finish(clock, poll);

      expect(answer).toBe(false);
      expect(script.calls).toBe(3);
      expect(clock.now()).toBe(3000);
    });

    for (const [number, maxTime] of [
      ['B3', 10_000],
      ['B4', () => 10_000],
    ] as const) {
      const given = number === 'B3' ? 'a number' : 'a function';
      it(`${numbered(kind, number)}: gives up once maxTime, ${given}, has passed`, async () => {
        const clock = new VirtualClock();
        const { giveups, handlers } = recorder();
        const script = play(false, false, false, 'too late');
        const slow = lasting(kind, clock, script, [1000, 7000, 0.005]);
        const poll = onPredicate(expo, undefined, { jitter: null, maxTime, clock, ...handlers })(slow);

        const answer = await finish(clock, poll);

        // Ends at 1 s; from 2 s to 9 s; from 10 s, where the wait was cut to, to 10.000005 s.
        expect(answer).toBe(false);
        expect(script.calls).toBe(3);
        expect(giveups).toEqual([
          expect.objectContaining({ tries: 3, elapsed: 10_000.005, reason: 'maxTime' }),
        ]);
      });
    }

    it(`${numbered(kind, 'B33')}: reads maxTries from a function`, async () => {
      const clock = new VirtualClock();
      const script = play(0, '', false, true);
      const poll = onPredicate(expo, undefined, { jitter: null, maxTries: () => 3, clock })(script);

      const answer = await finish(clock, poll);

      expect(answer).toBe(false);
      expect(script.calls).toBe(3);
    });

    it(`${numbered(kind, 'B15', 'B45')}: tells of each backoff and of the success`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const script = play(false, false, true);
      const poll = onPredicate(constant(0), undefined, { name: 'call', jitter: null, clock, ...handlers })(
        script,
      );

      await finish(clock, poll, 1, 2, 3, { foo: 1, bar: 2 });

      const known = {
        target: script,
        args: [1, 2, 3, { foo: 1, bar: 2 }],
        thisArg: undefined,
        name: 'call',
        elapsed: 0,
        history: expect.anything(),
        ok: true,
      };
      const waited = { ...known, event: 'backoff', rule: 0, value: false, wait: 0 };
      expect(backoffs).toStrictEqual([
        { ...waited, tries: 1 },
        { ...waited, tries: 2 },
      ]);
      expect(successes).toStrictEqual([
        { ...known, event: 'success', rule: undefined, value: true, tries: 3 },
      ]);
      expect(giveups).toEqual([]);
    });

    it(`${numbered(kind, 'B16', 'B46')}: tells of giving up with the last value`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const script = play(undefined);
      const options = { name: 'call', jitter: null, maxTries: 3, clock, ...handlers };
      const poll = onPredicate(constant(0), undefined, options)(script);

      await finish(clock, poll, 1, 2, 3, { foo: 1, bar: 2 });

      expect(successes).toEqual([]);
      expect(backoffs).toHaveLength(2);
      expect(giveups).toStrictEqual([
        {
          event: 'giveup',
          target: script,
          args: [1, 2, 3, { foo: 1, bar: 2 }],
          thisArg: undefined,
          name: 'call',
          tries: 3,
          elapsed: 0,
          rule: 0,
          history: expect.anything(),
          ok: true,
          value: undefined,
          reason: 'maxTries',
        },
      ]);
    });

    it(`${numbered(kind, 'B17', 'B47')}: takes the handlers of an event from any iterable`, async () => {
      const clock = new VirtualClock();
      const recorders = [recorder(), recorder(), recorder()];
      const each = function* <K extends keyof (typeof recorders)[0]['handlers']>(event: K) {
        for (const { handlers } of recorders) yield handlers[event];
      };
      const poll = onPredicate(constant(0), undefined, {
        onBackoff: each('onBackoff'),
        onGiveup: each('onGiveup'),
        onSuccess: each('onSuccess'),
        maxTries: 3,
        jitter: null,
        clock,
      })(play(undefined));

      await finish(clock, poll);
      await finish(clock, poll);

      for (const { backoffs, giveups, successes } of recorders) {
        expect(backoffs.map(({ tries }) => tries)).toEqual([1, 2, 1, 2]);
        expect(giveups.map(({ tries }) => tries)).toEqual([3, 3]);
        expect(successes).toEqual([]);
      }
    });

    it(`${numbered(kind, 'B24', 'B48')}: waits each wait of a list, then gives up`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const waits = [1, 2, 3, 6, 9];
      const poll = onPredicate(constant(waits), undefined, { jitter: null, clock, ...handlers })(play(false));

      const answer = await finish(clock, poll);

      expect(answer).toBe(false);
      expect(backoffs.map(({ wait }) => wait)).toEqual(waits);
      expect(giveups.map(({ reason }) => reason)).toEqual(['waits']);
      expect(successes).toEqual([]);
    });
  });

  it('B23 async: two calls at the same time know nothing of each other', async () => {
    const clock = new VirtualClock();
    const { successes, handlers } = recorder();
    const calls = new Map<string, number>();
    const poll = onPredicate(constant('1s'), undefined, { jitter: null, clock, ...handlers })(async (
      name: string,
      needed: number,
    ) => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return calls.get(name) === needed;
    });

    await clock.run(Promise.all([poll('short', 3), poll('long', 5)]));

    expect(Object.fromEntries(calls)).toEqual({ short: 3, long: 5 });
    expect(successes.map(({ args, tries, elapsed }) => [args[0], tries, elapsed])).toEqual([
      ['short', 3, 2000],
      ['long', 5, 4000],
    ]);
  });

  it('B23 sync: a call made while another waits knows nothing of it', () => {
    const clock = new VirtualClock();
    const { successes, handlers } = recorder();
    const left = new Map([
      ['outer', 2],
      ['inner', 3],
    ]);
    const poll = onPredicate(constant('1s'), undefined, {
      ...handlers,
      jitter: null,
      clock,
      onBackoff: ({ args, tries }) => {
        if (args[0] === 'outer' && tries === 1) poll('inner');
      },
    })((name: string) => {
      left.set(name, left.get(name)! - 1);
      return left.get(name) === 0;
    });

    const answer = poll('outer');

    expect(answer).toBe(true);
    expect(successes.map(({ args, tries, elapsed }) => [args[0], tries, elapsed])).toEqual([
      ['inner', 3, 2000],
      ['outer', 2, 3000],
    ]);
  });

  it('B55: a sync function gives its value, not a promise of it', () => {
    const clock = new VirtualClock();
    const values = [false, false, true];
    const poll = onPredicate(expo, undefined, { clock })(() => values.shift() ?? true);

    const answer = poll();

    expect(answer).toBe(true);
    expect(values).toEqual([]);
  });
});
