/** The wait generators and jitters of litl/backoff, where its suite does not look. */
import { describe, expect, it } from '@jest/globals';
import {
  OptionError,
  type Outcome,
  VirtualClock,
  constant,
  decay,
  expo,
  fibo,
  fullJitter,
  onException,
  onPredicate,
  randomJitter,
  retryAfter,
  runtime,
  seeded,
} from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { KeyError, recorder, take, withoutWarnings } from './cases.js';

withoutWarnings();

class Busy extends Error {
  constructor(readonly headers: Record<string, string>) {
    super('busy');
  }
}

describe('the waits of litl/backoff', () => {
  it('of expo and fibo stay at maxValue for ever', () => {
    for (const wait of [expo({ maxValue: '60s' }), fibo({ maxValue: '60s' })]) {
      const waits = take(wait, 3000);

      expect(waits.slice(20)).toEqual(Array(2980).fill(60_000));
    }
  });

  it('of expo, fibo and decay stay finite numbers without a bound', () => {
    for (const wait of [expo(), expo({ base: 10 }), fibo(), decay()]) {
      const waits = take(wait, 3000);

      expect(waits.filter((value) => !(Number.isFinite(value) && value >= 0))).toEqual([]);
      for (const value of waits) expect(fullJitter(value)).toBeLessThanOrEqual(value);
    }
  });

  it('of constant are one second by default', () => {
    expect(take(constant(), 3)).toEqual([1000, 1000, 1000]);
  });

  it('of constant over an iterable are the same in every call, and a running iterator is refused', () => {
    const wait = constant(new Set([1, 2, 3]));

    expect(take(wait, 3)).toEqual([1, 2, 3]);
    expect(take(wait, 3)).toEqual([1, 2, 3]);
    expect(() => constant([1, 2, 3].values())).toThrow(OptionError);
  });

  it('of a running generator are refused, as calls would share them', () => {
    function* waits() {
      yield 10;
    }

    expect(() => onException(waits() as never, KeyError)).toThrow(/fresh sequence for every call/);
    expect(() => onException(waits, KeyError)).not.toThrow();
  });

  it('of decay shrink to the floor', () => {
    expect(take(decay({ initial: 1000, decayFactor: Math.log(2), minValue: 200 }), 5)).toEqual([
      1000,
      expect.closeTo(500, 9),
      expect.closeTo(250, 9),
      200,
      200,
    ]);
  });

  it('are spread by fullJitter from nothing to themselves', () => {
    const drawn = Array.from(
      { length: 4000 },
      (
        (random) => () =>
          fullJitter(1000, random)
      )(seeded(7)),
    );

    expect(Math.min(...drawn)).toBeLessThan(5);
    expect(Math.max(...drawn)).toBeGreaterThan(995);
    expect(drawn.reduce((sum, wait) => sum + wait) / 4000).toBeCloseTo(500, -2);
    expect(fullJitter(800, () => 0.25)).toBe(200);
  });

  it('are spread by randomJitter from themselves to a second more', () => {
    const jitter = randomJitter();

    expect(jitter(800, () => 0)).toBe(800);
    expect(jitter(800, () => 0.25)).toBe(1050);
    expect(randomJitter({ max: '2s' })(800, () => 0.25)).toBe(1300);
  });

  bothDrivers((kind, play, finish) => {
    it(`${kind}: of a generator of the user's begin with its first value`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      function* waits() {
        yield 10;
        yield 20;
        yield 30;
      }
      const load = onException(waits, KeyError, { jitter: null, clock, ...handlers })(play(new KeyError()));

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(backoffs.map(({ wait }) => wait)).toEqual([10, 20, 30]);
    });

    it(`${kind}: of a generator of the user's know every outcome, the first as its argument`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      function* waits(first: Outcome): Generator<number, void, Outcome> {
        for (let outcome = first; outcome.ok;) outcome = yield Number(outcome.value);
      }
      const options = { jitter: null, clock, ...handlers };
      const poll = onPredicate(waits, (value: number) => value < 40, options)(play(10, 20, 30, 40));

      await finish(clock, poll);

      expect(backoffs.map(({ wait }) => wait)).toEqual([10, 20, 30]);
    });

    it(`${kind}: of runtime are never less than asked, with the default jitter a tenth more at most`, async () => {
      const random = seeded(7);
      const waits: number[] = [];
      for (let client = 0; client < 100; client++) {
        const clock = new VirtualClock();
        const { backoffs, handlers } = recorder();
        const script = play(new KeyError(), 'pong');
        const load = onException(runtime({ value: () => 10_000 }), KeyError, { random, clock, ...handlers })(
          script,
        );

        await finish(clock, load);

        waits.push(backoffs[0]!.wait);
      }

      expect(Math.min(...waits)).toBeGreaterThanOrEqual(10_000);
      expect(Math.max(...waits)).toBeLessThanOrEqual(11_000);
      expect(new Set(waits).size).toBe(100);
    });

    it(`${kind}: of runtime that are no number end the call, with the error of the attempt as cause`, async () => {
      const clock = new VirtualClock();
      const failure = new Busy({});
      const wait = runtime({
        value: (outcome) => (outcome.ok ? 0 : Number(outcome.error.headers['retry-after'])),
      });
      const load = onException(wait, Busy, { clock })(play(failure, 'pong'));

      const error: unknown = await finish(clock, load).catch((reason: unknown) => reason);

      expect(error).toBeInstanceOf(OptionError);
      expect(error).toMatchObject({ message: expect.stringContaining('runtime'), cause: failure });
    });

    it(`${kind}: of retryAfter follow the server, and a generator where it says nothing`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const script = play(
        new Busy({ 'retry-after': '7' }),
        new Busy({}),
        new Busy({ 'retry-after': 'soon' }),
        'pong',
      );
      const wait = retryAfter({ fallback: expo({ factor: 100 }) });
      const load = onException(wait, Busy, { jitter: null, clock, ...handlers })(script);

      await finish(clock, load);

      expect(backoffs.map(({ wait }) => wait)).toEqual([7000, 200, 400]);
    });
  });
});
