/** litl/backoff's suite, the tests of `on_exception`: `test_backoff.py` and `test_backoff_async.py`. */
import { describe, expect, it } from '@jest/globals';
import {
  VirtualClock,
  constant,
  expo,
  fullJitter,
  onException,
  onPredicate,
  randomJitter,
  seeded,
} from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { KeyError, ValueError, numbered, recorder, withoutWarnings } from './cases.js';

withoutWarnings();

describe('onException, as in the suite of litl/backoff', () => {
  bothDrivers((kind, play, finish) => {
    it(`${numbered(kind, 'B5', 'B34')}: answers after three failures`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError(), new KeyError(), new KeyError(), true);
      const load = onException(expo, KeyError, { clock })(script);

      const answer = await finish(clock, load);

      expect(answer).toBe(true);
      expect(script.calls).toBe(4);
    });

    it(`${numbered(kind, 'B6', 'B35')}: retries each of several classes of errors`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError(), new ValueError(), true);
      const load = onException(expo, [KeyError, ValueError], { clock })(script);

      const answer = await finish(clock, load);

      expect(answer).toBe(true);
      expect(script.calls).toBe(3);
    });

    for (const [sync, async, maxTries] of [
      ['B7', 'B36', 3],
      ['B8', 'B37', () => 3],
    ] as const) {
      const given = sync === 'B7' ? 'maxTries' : 'maxTries given as a function';
      it(`${numbered(kind, sync, async)}: throws the error itself after ${given}`, async () => {
        const clock = new VirtualClock();
        const errors = [new KeyError('1'), new KeyError('2'), new KeyError('3')];
        const script = play(...errors, true);
        const load = onException(expo, KeyError, { jitter: null, maxTries, clock })(script);

        const call = finish(clock, load, 10, { foo: 'bar' });

        await expect(call).rejects.toBe(errors[2]);
        expect(script.seen).toEqual(Array(3).fill([10, { foo: 'bar' }]));
      });
    }

    it(`${numbered(kind, 'B9', 'B38')}: waits each wait of a list, jittered, then gives up`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const error = new KeyError('foo');
      const options = { random: () => 0.5, clock, ...handlers };
      const load = onException(constant(['1s', '2s', '3s']), KeyError, options)(play(error));

      const call = finish(clock, load);

      await expect(call).rejects.toBe(error);
      expect(backoffs.map(({ wait }) => wait)).toEqual([500, 1000, 1500]);
      expect(giveups.map(({ reason }) => reason)).toEqual(['waits']);
      expect(successes).toEqual([]);
    });

    it(`${numbered(kind, 'B10', 'B39')}: adds to the waits with randomJitter`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const options = { jitter: randomJitter(), random: seeded(7), clock, ...handlers };
      const load = onException(expo({ factor: 500 }), Error, options)(play(Error('1'), Error('2'), 'ok'));

      await finish(clock, load);

      expect([backoffs.length, giveups.length, successes.length]).toEqual([2, 0, 1]);
      for (const [index, { wait }] of backoffs.entries()) {
        expect(wait).toBeGreaterThan(500 * 2 ** index);
        expect(wait).toBeLessThan(500 * 2 ** index + 1000);
      }
    });

    it(`${numbered(kind, 'B11', 'B40')}: draws the waits from below with fullJitter`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const options = { jitter: fullJitter, random: seeded(7), clock, ...handlers };
      const load = onException(expo({ factor: 500 }), Error, options)(play(Error('1'), Error('2'), 'ok'));

      await finish(clock, load);

      expect([backoffs.length, giveups.length, successes.length]).toEqual([2, 0, 1]);
      for (const [index, { wait }] of backoffs.entries()) {
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThan(500 * 2 ** index);
      }
    });

    it(`${numbered(kind, 'B12', 'B41')}: tells of each backoff and of the success`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const errors = [new ValueError('catch me'), new ValueError('catch me')] as const;
      const script = play(...errors, undefined);
      const load = onException(constant(0), Error, { name: 'call', jitter: null, clock, ...handlers })(
        script,
      );

      await finish(clock, load, 1, 2, 3, { foo: 1, bar: 2 });

      const known = {
        target: script,
        args: [1, 2, 3, { foo: 1, bar: 2 }],
        thisArg: undefined,
        name: 'call',
        elapsed: 0,
        history: expect.anything(),
      };
      const waited = { ...known, event: 'backoff', rule: 0, ok: false, wait: 0 };
      expect(backoffs).toStrictEqual([
        { ...waited, error: errors[0], tries: 1 },
        { ...waited, error: errors[1], tries: 2 },
      ]);
      expect(successes).toStrictEqual([
        { ...known, event: 'success', rule: undefined, ok: true, value: undefined, tries: 3 },
      ]);
      expect(giveups).toEqual([]);
    });

    for (const raiseOnGiveup of [true, false]) {
      const outcome = raiseOnGiveup ? 'throws' : 'gives undefined';
      it(`${numbered(kind, 'B13', 'B42')}: tells of giving up, and ${outcome}`, async () => {
        const clock = new VirtualClock();
        const { backoffs, giveups, successes, handlers } = recorder();
        const error = new ValueError('catch me');
        const script = play(error);
        const options = { name: 'call', maxTries: 3, jitter: null, raiseOnGiveup, clock, ...handlers };
        const load = onException(constant(0), ValueError, options)(script);

        const call = finish(clock, load, 1, 2, 3, { foo: 1, bar: 2 });

        if (raiseOnGiveup) await expect(call).rejects.toBe(error);
        else await expect(call).resolves.toBe(undefined);
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
            ok: false,
            error,
            reason: 'maxTries',
          },
        ]);
      });
    }

    it(`${numbered(kind, 'B14', 'B43')}: stops at the error that giveup names`, async () => {
      const clock = new VirtualClock();
      const script = play(new ValueError('foo'), new ValueError('bar'), new ValueError('baz'), 'too far');
      const giveup = (error: ValueError): boolean => error.message === 'baz';
      const load = onException(constant, ValueError, { giveup, clock })(script);

      const call = finish(clock, load);

      await expect(call).rejects.toThrow('baz');
      expect(script.calls).toBe(3);
    });

    if (kind !== 'sync') {
      it(`${numbered(kind, 'B44')}: waits for what an async giveup answers`, async () => {
        const clock = new VirtualClock();
        const script = play(new ValueError('foo'), new ValueError('bar'), new ValueError('baz'), 'too far');
        const giveup = async (error: ValueError): Promise<boolean> => error.message === 'baz';
        const load = onException(constant, ValueError, { giveup, clock })(script);

        const call = finish(clock, load);

        await expect(call).rejects.toThrow('baz');
        expect(script.calls).toBe(3);
      });
    }

    it(`${numbered(kind, 'B18', 'B49')}: takes what a jitter without parameters gives as the wait`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const options = { jitter: () => 250, clock, ...handlers };
      const load = onException(constant('1s'), Error, options)(play(Error('1'), Error('2'), 'ok'));

      await finish(clock, load);

      expect(backoffs.map(({ wait }) => wait)).toEqual([250, 250]);
    });

    it(`${numbered(kind, 'B19', 'B50')}: takes it so for values, too`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const options = { jitter: () => 250, clock, ...handlers };
      const poll = onPredicate(constant('1s'), undefined, options)(play(false, false, true));

      await finish(clock, poll);

      expect(backoffs.map(({ wait }) => wait)).toEqual([250, 250]);
    });

    it(`${numbered(kind, 'B20', 'B51')}: makes as many attempts as the function maxTries says`, async () => {
      const clock = new VirtualClock();
      const script = play(new ValueError());
      const load = onException(constant, ValueError, { maxTries: () => 3, clock })(script);

      const call = finish(clock, load);

      await expect(call).rejects.toBeInstanceOf(ValueError);
      expect(script.calls).toBe(3);
    });

    it(`${numbered(kind, 'B21', 'B52')}: asks the function maxTries once in each call`, async () => {
      const clock = new VirtualClock();
      const script = play(new ValueError());
      const limits = [3, 2];
      const maxTries = (): number => limits.shift()!;
      const load = onException(constant, ValueError, { maxTries, clock })(script);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(ValueError);
      await expect(finish(clock, load)).rejects.toBeInstanceOf(ValueError);

      expect(limits).toEqual([]);
      expect(script.calls).toBe(5);
    });

    it(`${numbered(kind, 'B22', 'B53')}: reads an option of the waits from a function`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const asked: number[] = [];
      const factor = ({ tries }: { tries: number }): number => {
        asked.push(tries);
        return 100;
      };
      const options = { jitter: null, maxTries: 4, clock, ...handlers };
      const load = onException(expo({ factor, maxValue: 250 }), ValueError, options)(play(new ValueError()));

      await expect(finish(clock, load)).rejects.toBeInstanceOf(ValueError);

      expect(backoffs.map(({ wait }) => wait)).toEqual([100, 200, 250]);
      expect(asked).toEqual([1]);
    });
  });

  it('B25 async: two calls at the same time know nothing of each other', async () => {
    const clock = new VirtualClock();
    const { successes, handlers } = recorder();
    const calls = new Map<string, number>();
    const load = onException(constant('1s'), KeyError, { jitter: null, clock, ...handlers })(async (
      name: string,
      failures: number,
    ) => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      if (calls.get(name)! <= failures) throw new KeyError(name);
      return name;
    });

    const answers = await clock.run(Promise.all([load('short', 3), load('long', 5)]));

    expect(answers).toEqual(['short', 'long']);
    expect(successes.map(({ args, tries, elapsed }) => [args[0], tries, elapsed])).toEqual([
      ['short', 4, 3000],
      ['long', 6, 5000],
    ]);
  });

  it('B25 sync: a call made while another waits knows nothing of it', () => {
    const clock = new VirtualClock();
    const { successes, handlers } = recorder();
    const left = new Map([
      ['outer', 1],
      ['inner', 3],
    ]);
    const load = onException(constant('1s'), KeyError, {
      ...handlers,
      jitter: null,
      clock,
      onBackoff: ({ args }) => {
        if (args[0] === 'outer') load('inner');
      },
    })((name: string) => {
      left.set(name, left.get(name)! - 1);
      if (left.get(name)! >= 0) throw new KeyError(name);
      return name;
    });

    const answer = load('outer');

    expect(answer).toBe('outer');
    expect(successes.map(({ args, tries, elapsed }) => [args[0], tries, elapsed])).toEqual([
      ['inner', 4, 3000],
      ['outer', 2, 4000],
    ]);
  });

  it('B54: a function that answers an abort with a value has the last word', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    let calls = 0;
    const nap = onPredicate(expo, undefined, { clock })(async (signal: AbortSignal) => {
      calls += 1;
      return new Promise<boolean>((resolve) => signal.addEventListener('abort', () => resolve(true)));
    });

    const answer = nap(controller.signal);
    controller.abort();

    await expect(answer).resolves.toBe(true);
    expect(calls).toBe(1);
  });

  it('B54: the option signal ends the call at once, whatever the function makes of it', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    let calls = 0;
    const nap = onPredicate(expo, undefined, { clock, signal: controller.signal })(async () => {
      calls += 1;
      return new Promise<boolean>(() => {});
    });
    const reason = new Error('enough');

    const answer = nap();
    controller.abort(reason);

    await expect(answer).rejects.toBe(reason);
    expect(calls).toBe(1);
  });

  it('B56: a sync function gives its value, not a promise of it', () => {
    const clock = new VirtualClock();
    const errors = [new KeyError(), new KeyError(), new KeyError()];
    const load = onException(expo, KeyError, { clock })(() => {
      const error = errors.shift();
      if (error) throw error;
      return true;
    });

    const answer = load();

    expect(answer).toBe(true);
    expect(errors).toEqual([]);
  });
});
