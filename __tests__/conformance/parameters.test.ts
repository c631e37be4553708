/** The parameters of litl/backoff's decorators: what became of each, and of what went wrong with it. */
import { describe, expect, it } from '@jest/globals';
import {
  OptionError,
  UsageError,
  VirtualClock,
  type WaitMaker,
  constant,
  expo,
  fullJitter,
  onException,
  onPredicate,
  retry,
  withRetry,
} from '../../src/core.js';
import * as core from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { KeyError, ValueError, lasting, recorder, withoutWarnings } from './cases.js';

withoutWarnings();

/** Options as JavaScript may give them. */
const wrong = (options: object): object => options;

describe('the parameters of litl/backoff', () => {
  it('exports every name of backoff, in camel case', () => {
    const names = ['onException', 'onPredicate', 'expo', 'fibo', 'constant', 'runtime', 'decay'];
    const jitters = ['fullJitter', 'randomJitter'];

    for (const name of [...names, ...jitters]) {
      expect(typeof core[name as keyof typeof core]).toBe('function');
    }
  });

  it('takes waits and errors by position, the rest by name', () => {
    const clock = new VirtualClock();
    const errors = [new KeyError(), new KeyError()];
    class Shop {
      @onException(constant('2s'), KeyError, { jitter: null, clock })
      open(): string {
        const error = errors.shift();
        if (error) throw error;
        return 'open';
      }
    }

    const answer = new Shop().open();

    expect(answer).toBe('open');
    expect(clock.now()).toBe(4000);
  });

  it('takes waits and predicate by position, the rest by name', () => {
    const clock = new VirtualClock();
    const batches = [[], [], ['job']];
    class Queue {
      @onPredicate(constant('2s'), (jobs: string[]) => jobs.length === 0, { jitter: null, clock })
      poll(): string[] {
        return batches.shift() ?? [];
      }
    }

    const jobs = new Queue().poll();

    expect(jobs).toEqual(['job']);
    expect(clock.now()).toBe(4000);
  });

  it('refuses a decorator that is not called, when it is used', () => {
    const bare = onException as unknown as (method: () => void, context: object) => unknown;

    expect(() => bare(() => {}, { kind: 'method', name: 'load' })).toThrow(
      'onException makes a decorator; write @onException(expo, Error).',
    );
  });

  bothDrivers((kind, play, finish) => {
    it(`${kind}: makes one call of a function that was never wrapped`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError(), 'pong');
      const patient = onException(constant('1s'), KeyError, { jitter: null, clock });

      const answer = await finish(clock, () => patient.run(script));

      expect(answer).toBe('pong');
      expect(clock.now()).toBe(1000);
    });

    it(`${kind}: begins the waits anew in every call`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const script = play(new KeyError(), new KeyError(), 'one', new KeyError(), new KeyError(), 'two');
      const load = onException(expo, KeyError, { jitter: null, clock, ...handlers })(script);

      await finish(clock, load);
      await finish(clock, load);

      expect(backoffs.map(({ wait }) => wait)).toEqual([1000, 2000, 1000, 2000]);
    });

    it(`${kind}: retries what is falsy, and an empty list is not`, async () => {
      const clock = new VirtualClock();
      const empty: unknown[] = [];
      const script = play(undefined, null, false, 0, '', NaN, 0n, empty);
      const poll = onPredicate(constant, undefined, { clock })(script);

      const answer = await finish(clock, poll);

      expect(answer).toBe(empty);
      expect(script.calls).toBe(8);
    });

    it(`${kind}: makes ten attempts by default where errors are retried`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError());
      const load = onException(constant(1), KeyError, { clock })(script);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(10);
    });

    it(`${kind}: makes any number of attempts where maxTries is Infinity`, async () => {
      const clock = new VirtualClock();
      const script = play(...Array<Error>(50).fill(new KeyError()), 'pong');
      const load = onException(constant(1), KeyError, { maxTries: Infinity, clock })(script);

      const answer = await finish(clock, load);

      expect(answer).toBe('pong');
      expect(script.calls).toBe(51);
    });

    it(`${kind}: polls without an end by default`, async () => {
      const clock = new VirtualClock();
      const script = play(...Array<boolean>(500).fill(false), 'job');
      const poll = onPredicate(constant('1m'), undefined, { jitter: null, clock })(script);

      const answer = await finish(clock, poll);

      expect(answer).toBe('job');
      expect(clock.now()).toBe(500 * 60_000);
    });

    it(`${kind}: counts all attempts in maxTries, not the retries`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError());
      const load = onException(constant, KeyError, { maxTries: 1, clock })(script);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(1);
      expect(clock.now()).toBe(0);
    });

    it(`${kind}: goes on for any time without maxTime`, async () => {
      const clock = new VirtualClock();
      const script = play(...Array<Error>(9).fill(new KeyError()), 'pong');
      const load = onException(constant('30 days'), KeyError, { jitter: null, clock })(script);

      const answer = await finish(clock, load);

      expect(answer).toBe('pong');
      expect(clock.now()).toBe(9 * 30 * 86_400_000);
    });

    it(`${kind}: draws each wait with fullJitter by default`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const script = play(new KeyError(), new KeyError(), 'pong');
      const load = onException(expo, KeyError, { random: () => 0.25, clock, ...handlers })(script);

      await finish(clock, load);

      expect(backoffs.map(({ wait }) => wait)).toEqual(
        [1000, 2000].map((wait) => fullJitter(wait, () => 0.25)),
      );
      expect(clock.now()).toBe(750);
    });

    it(`${kind}: leaves a wait as it is with jitter: null`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError(), new KeyError(), 'pong');
      const random = (): number => {
        throw new Error('nobody needs dice');
      };
      const load = onException(expo, KeyError, { jitter: null, random, clock })(script);

      await finish(clock, load);

      expect(clock.now()).toBe(3000);
    });

    it(`${kind}: names a jitter that throws a TypeError of its own, and keeps both errors`, async () => {
      const clock = new VirtualClock();
      const failure = new KeyError();
      const fault = new TypeError('wait.toFixd is not a function');
      const jitter = (): number => {
        throw fault;
      };
      const script = play(failure);
      const load = onException(constant, KeyError, { jitter, clock })(script);

      const ended = finish(clock, load);

      await expect(ended).rejects.toMatchObject({ code: 'ERR_OPTION', option: 'jitter', cause: failure });
      await expect(ended).rejects.toHaveProperty('value', fault);
      expect(script.calls).toBe(1);
    });

    it(`${kind}: never stops early without giveup`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError(), new KeyError(), 'pong');
      const load = onException(constant, KeyError, { clock })(script);

      expect(await finish(clock, load)).toBe('pong');
    });

    it(`${kind}: asks giveup about every failure, the last included, and it comes before maxTries`, async () => {
      const clock = new VirtualClock();
      const { giveups, handlers } = recorder();
      const errors = [new KeyError('1'), new KeyError('2'), new KeyError('3')];
      const asked: unknown[] = [];
      const giveup = (error: Error): boolean => {
        asked.push(error);
        return error === errors[2];
      };
      const options = { maxTries: 3, giveup, clock, ...handlers };
      const load = onException(constant, KeyError, options)(play(...errors));

      await expect(finish(clock, load)).rejects.toBe(errors[2]);

      expect(asked).toEqual(errors);
      expect(giveups.map(({ reason }) => reason)).toEqual(['giveup']);
    });

    it(`${kind}: takes any truthy answer of giveup for a yes`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError());
      const giveup = (() => 'yes') as unknown as () => boolean;
      const load = onException(constant, KeyError, { giveup, clock })(script);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(1);
    });

    it(`${kind}: gives undefined with raiseOnGiveup: false, also when the waits run out`, async () => {
      for (const [reason, wait, options] of [
        ['waits', constant([1, 1]), {}],
        ['maxTries', constant(1), { maxTries: 3 }],
        ['maxTime', constant(1), { maxTime: 2, jitter: null }],
        ['giveup', constant(1), { giveup: () => true }],
        ['budget', constant(1), { budget: { take: () => false, refund: () => {}, earn: () => {} } }],
      ] as const) {
        const clock = new VirtualClock();
        const { giveups, handlers } = recorder();
        const script = lasting(kind, clock, play(new KeyError()), [1]);
        const load = onException(wait, KeyError, { ...options, raiseOnGiveup: false, clock, ...handlers })(
          script,
        );

        const answer: unknown = await finish(clock, load);

        expect([reason, answer]).toEqual([reason, undefined]);
        expect(giveups.map((told) => told.reason)).toEqual([reason]);
      }
    });

    it(`${kind}: calls the handlers of an event in order`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const handler = (name: string) => () => void told.push(name);
      const script = play(new KeyError(), 'pong');
      const onBackoff = [handler('first'), handler('second')];
      const load = onException(constant, KeyError, { onBackoff, onSuccess: handler('one'), clock })(script);

      await finish(clock, load);

      expect(told).toEqual(['first', 'second', 'one']);
    });
  });

  bothDrivers((kind, play, finish) => {
    if (kind === 'sync') return;

    it(`${kind}: waits for what an async predicate answers`, async () => {
      const clock = new VirtualClock();
      const script = play(1, 2, 3);
      const isSmall = async (value: number): Promise<boolean> => value < 3;
      const poll = onPredicate(constant, isSmall, { maxTries: 5, clock })(script);

      const answer = await finish(clock, poll);

      expect(answer).toBe(3);
      expect(script.calls).toBe(3);
    });
  });

  it('refuses an async predicate of a sync function', () => {
    const clock = new VirtualClock();
    const poll = onPredicate(constant, (async () => false) as never, { clock })(() => 1);

    expect(poll).toThrow(OptionError);
    expect(clock.now()).toBe(0);
  });

  it.each([0, -1, 2.5, NaN, '5', null])('refuses maxTries: %p when the function is wrapped', (maxTries) => {
    expect(() => onException(expo, Error, wrong({ maxTries }))).toThrow(
      /^maxTries must be a whole number of 1/,
    );
    expect(() => onPredicate(expo, undefined, wrong({ maxTries }))).toThrow(OptionError);
  });

  it('takes several classes as an array, and refuses what is none when the function is wrapped', () => {
    expect(() => onException(expo, [KeyError, ValueError])).not.toThrow();

    for (const errors of [[], ['KeyError'], 'KeyError', new KeyError(), undefined, {}]) {
      expect(() => onException(expo, errors as never)).toThrow(/^errors must/);
    }
  });

  it('refuses missing waits when the function is wrapped', () => {
    expect(() => onException(undefined as unknown as WaitMaker, Error)).toThrow(/^wait must/);
    expect(() => onPredicate(undefined as unknown as WaitMaker)).toThrow(/^wait must/);
  });

  it('refuses a misspelt option when the function is wrapped, with the name that was meant', () => {
    expect(() => onException(expo, Error, wrong({ maxTires: 3 }))).toThrow(/maxTires.*maxTries/);
    expect(() => onPredicate(expo, undefined, wrong({ jiter: null }))).toThrow(/jiter.*jitter/);
  });

  it('refuses a misspelt option of the waits when they are made, with the name that was meant', () => {
    expect(() => expo(wrong({ maxvalue: 10 }))).toThrow(/maxvalue.*maxValue/);
  });

  it('has no options of the waits among its own', () => {
    expect(() => onException(expo, Error, wrong({ maxValue: 10 }))).toThrow(OptionError);
    expect(() => onException(constant, Error, wrong({ interval: 10 }))).toThrow(OptionError);
  });

  it('knows giveup for errors only', () => {
    expect(() => onPredicate(expo, undefined, wrong({ giveup: () => true }))).toThrow(OptionError);
  });

  it('takes times in milliseconds or with a unit, and refuses what looks like seconds', () => {
    expect(() => onException(expo, Error, { maxTime: '0.3s' })).not.toThrow();
    expect(() => onException(expo, Error, { maxTime: 300 })).not.toThrow();

    expect(() => onException(expo, Error, { maxTime: 0.3 })).toThrow(/did you mean 300 ms/);
  });

  it('offers the same without a decorator', () => {
    const clock = new VirtualClock();
    const errors = [new KeyError(), new KeyError()];
    const open = (): string => {
      const error = errors.shift();
      if (error) throw error;
      return 'open';
    };

    const one = withRetry(open, { wait: constant('1s'), errors: KeyError, jitter: null, clock })();
    errors.push(new KeyError());
    const other = retry({ wait: constant('1s'), errors: KeyError, jitter: null, clock })(open)();

    expect([one, other]).toEqual(['open', 'open']);
    expect(clock.now()).toBe(3000);
    expect(() => withRetry('open' as never)).toThrow(UsageError);
  });
});
