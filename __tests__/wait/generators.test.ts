/** The waits of each generator, number by number. */
import { describe, expect, it, jest } from '@jest/globals';
import {
  type Outcome,
  type WaitMaker,
  constant,
  decay,
  decorrelated,
  expo,
  fibo,
  linear,
  random,
  runtime,
  seeded,
} from '../../src/core.js';
import { answers, boom, take } from './taken.js';

describe('a generator', () => {
  it.each<[string, WaitMaker, readonly number[]]>([
    ['constant', constant, [1000, 1000, 1000, 1000]],
    ['constant()', constant(), [1000, 1000, 1000, 1000]],
    ['constant(0)', constant(0), [0, 0, 0, 0]],
    ['constant(250)', constant(250), [250, 250, 250, 250]],
    ["constant('2s')", constant('2s'), [2000, 2000, 2000, 2000]],
    ['constant(() => 5)', constant(() => 5), [5, 5, 5, 5]],
    ["constant(() => '5s')", constant(() => '5s'), [5000, 5000, 5000, 5000]],
    ['expo', expo, [1000, 2000, 4000, 8000, 16_000]],
    ['expo()', expo(), [1000, 2000, 4000, 8000, 16_000]],
    ['expo({ base: 3 })', expo({ base: 3 }), [1000, 3000, 9000, 27_000]],
    ['expo({ factor: 3 })', expo({ factor: 3 }), [3, 6, 12, 24, 48]],
    ["expo({ base: 3, factor: '5s' })", expo({ base: 3, factor: '5s' }), [5000, 15_000, 45_000]],
    [
      "expo({ factor: 100, maxValue: '1s' })",
      expo({ factor: 100, maxValue: '1s' }),
      [100, 200, 400, 800, 1000, 1000, 1000],
    ],
    ['expo({ maxValue: 500 })', expo({ maxValue: 500 }), [500, 500]],
    ['expo({ maxValue: Infinity })', expo({ maxValue: Infinity }), [1000, 2000]],
    ['expo({ base: 1 })', expo({ base: 1 }), [1000, 1000, 1000]],
    ['expo({ base: 0.5 })', expo({ base: 0.5 }), [1000, 500, 250]],
    ['expo({ factor: 0 })', expo({ factor: 0 }), [0, 0, 0]],
    ['expo({ base: undefined })', expo({ base: undefined }), [1000, 2000]],
    ['fibo', fibo, [1000, 1000, 2000, 3000, 5000, 8000, 13_000]],
    ['fibo()', fibo(), [1000, 1000, 2000, 3000, 5000, 8000, 13_000]],
    ['fibo({ initial: 0 })', fibo({ initial: 0 }), [0, 1000, 1000, 2000, 3000, 5000, 8000]],
    ["fibo({ initial: '3s' })", fibo({ initial: '3s' }), [3000, 4000, 7000, 11_000, 18_000]],
    ["fibo({ maxValue: '8s' })", fibo({ maxValue: '8s' }), [1000, 1000, 2000, 3000, 5000, 8000, 8000, 8000]],
    ["fibo({ initial: 0, maxValue: '144s' })", fibo({ initial: 0, maxValue: '144s' }), [0, 1000, 1000, 2000]],
    ['decay', decay, [1000, 1000 / Math.E, 1000 / Math.E ** 2, 1000 / Math.E ** 3]],
    [
      "decay({ initial: '100s' })",
      decay({ initial: '100s' }),
      [100_000, 100_000 / Math.E, 100_000 / Math.E ** 2],
    ],
    [
      'decay({ decayFactor: 3 })',
      decay({ decayFactor: 3 }),
      [1000, 1000 * Math.exp(-3), 1000 * Math.exp(-6)],
    ],
    [
      "decay({ initial: '100s', decayFactor: 3, minValue: '5s' })",
      decay({ initial: '100s', decayFactor: 3, minValue: '5s' }),
      [100_000, 5000, 5000, 5000],
    ],
    ['decay({ minValue: 1000 })', decay({ minValue: 1000 }), [1000, 1000, 1000]],
    ['linear', linear, [1000, 2000, 3000, 4000]],
    ['linear({ initial: 100, step: 50 })', linear({ initial: 100, step: 50 }), [100, 150, 200, 250]],
    [
      "linear({ step: '2s', maxValue: '4s' })",
      linear({ step: '2s', maxValue: '4s' }),
      [1000, 3000, 4000, 4000],
    ],
    ['linear({ initial: 0, step: 0 })', linear({ initial: 0, step: 0 }), [0, 0, 0]],
  ])('%s goes on and on by its rule', (_, maker, waits) => {
    expect(take(maker, waits.length)).toEqual(waits.map((wait) => expect.closeTo(wait, 6)));
  });

  it.each<[string, WaitMaker, readonly number[]]>([
    ['constant([100, 200, 500])', constant([100, 200, 500]), [100, 200, 500]],
    ["constant([100, '1s'])", constant([100, '1s']), [100, 1000]],
    ['constant([])', constant([]), []],
    ["constant(new Set([5, '6ms']))", constant(new Set([5, '6ms'] as const)), [5, 6]],
    ['constant(() => [1, 2])', constant(() => [1, 2]), [1, 2]],
  ])('%s waits so and then no more', (_, maker, waits) => {
    expect(take(maker, 10)).toEqual(waits);
  });
});

describe('constant', () => {
  it('refuses an iterator that can be walked only once, as the next call would get nothing', () => {
    function* once(): Generator<number> {
      yield 1;
    }
    const message = 'interval must be walkable once per call: an array or a Set, not a running iterator; got';

    expect(() => constant(once())).toThrow(message);
    expect(() => constant([1, 2].values())).toThrow(message);
    expect(() => constant(new Set([1]).values())).toThrow(message);
    expect(() =>
      take(
        constant(() => once()),
        1,
      ),
    ).toThrow(message);
  });

  it('takes no notice when the array is changed later', () => {
    const intervals = [1, 2, 3];
    const maker = constant(intervals);

    intervals.length = 0;

    expect(take(maker, 5)).toEqual([1, 2, 3]);
  });

  it('walks an iterable without an end as far as it is asked', () => {
    const endless = {
      *[Symbol.iterator]() {
        for (let wait = 1; ; wait++) yield wait;
      },
    };

    expect(take(constant(endless), 5)).toEqual([1, 2, 3, 4, 5]);
    expect(take(constant(endless), 3)).toEqual([1, 2, 3]);
  });

  it('names the wait of an iterable that is no time, and keeps the error of the function', () => {
    const late = {
      *[Symbol.iterator]() {
        yield 1;
        yield '5 parsecs' as never;
      },
    };

    expect(() => take(constant(late), 2)).toThrow(
      expect.objectContaining({
        option: 'interval',
        message: expect.stringContaining('got "5 parsecs"'),
        cause: boom,
      }),
    );
  });
});

describe('random', () => {
  it('draws between 0 and a second unless told otherwise, and says that it is random already', () => {
    const drawn = answers(random, 1000);

    expect(drawn.every(({ value, kind }) => value > 0 && value < 1000 && kind === 'spread')).toBe(true);
    expect(Math.max(...drawn.map(({ value }) => value))).toBeGreaterThan(800);
  });

  it.each([
    ['normal', 0, 3000],
    ['normal', 0.5, 9000],
    ['uniform', 0, 3000],
    ['uniform', 0.5, 9000],
    ['uniform', 0.75, 12_000],
  ] as const)('%s: the die %d gives %d between three seconds and fifteen', (distribution, die, wait) => {
    const maker = random({ min: '3s', max: '15s', distribution });

    expect(take(maker, 2, { random: () => die })).toEqual([wait, wait].map((ms) => expect.closeTo(ms, 4)));
  });

  it('stays within its bounds at the ends of the die', () => {
    for (const distribution of ['normal', 'uniform'] as const) {
      for (const die of [0, Number.MIN_VALUE, 1 - 2 ** -53]) {
        const [wait] = take(random({ min: 0.1, max: 0.3, distribution }), 1, { random: () => die });

        expect(wait).toBeGreaterThanOrEqual(0.1);
        expect(wait).toBeLessThanOrEqual(0.3);
      }
    }
  });

  it('gives the one wait there is between equal bounds', () => {
    expect(take(random({ min: 5, max: 5 }), 3)).toEqual([5, 5, 5]);
  });

  it('takes its draws from the dice of the call, so that a seed gives the same waits again', () => {
    const [first, again, other] = [7, 7, 8].map((seed) => take(random, 20, { random: seeded(seed) }));

    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

describe('decorrelated', () => {
  it('draws between base and three times the last wait', () => {
    const maker = decorrelated({ base: 100, maxValue: '10s' });

    expect(take(maker, 4, { random: () => 0.5 })).toEqual([200, 350, 575, 912.5]);
  });

  it('cuts the range at maxValue, not the draw', () => {
    const maker = decorrelated({ base: 100, maxValue: 400 });

    expect(take(maker, 4, { random: () => 0.5 })).toEqual([200, 250, 250, 250]);
  });

  it('draws between a tenth of a second and ten seconds unless told otherwise, random already', () => {
    const drawn = answers(decorrelated, 10_000);

    expect(drawn.every(({ value, kind }) => value >= 100 && value < 10_000 && kind === 'spread')).toBe(true);
    expect(Math.max(...drawn.map(({ value }) => value))).toBeGreaterThan(9900);
  });

  it('begins anew for every call', () => {
    const maker = decorrelated();
    take(maker, 50);

    const [first] = take(maker, 1, { random: () => 0.999_999 });

    expect(first).toBeCloseTo(300, 2);
  });

  it('stays below maxValue at the end of the die', () => {
    const maker = decorrelated({ base: 1.1, maxValue: 1.3 });

    const waits = take(maker, 3, { random: () => 1 - 2 ** -53 });

    expect(Math.max(...waits)).toBeLessThanOrEqual(1.3);
  });
});

describe('runtime', () => {
  it('waits as long as the outcome says, and counts as asked for by the server', () => {
    const outcomes: Outcome<any, any>[] = [
      { ok: false, error: { wait: 700 } },
      { ok: true, value: { wait: 300 } },
    ];
    const value = jest.fn(
      (outcome: Outcome<any, any>): number => (outcome.ok ? outcome.value : outcome.error).wait,
    );

    const waits = answers(runtime({ value }), 2, { outcomes });

    expect(waits).toEqual([
      { value: 700, kind: 'server' },
      { value: 300, kind: 'server' },
    ]);
    expect(value.mock.calls).toEqual(outcomes.map((outcome) => [outcome]));
  });

  it.each([Number.NaN, '5s', undefined, null, {}])(
    'refuses %p as a wait, and keeps the error of the function',
    (wait) => {
      const maker = runtime({ value: () => wait as never });

      expect(() => take(maker, 1)).toThrow(
        expect.objectContaining({
          message: expect.stringContaining('A wait of runtime must be a number of milliseconds; got'),
          cause: boom,
        }),
      );
    },
  );
});

describe('every factory', () => {
  it.each<[string, { readonly name: string }]>(
    Object.entries({ constant, decay, decorrelated, expo, fibo, linear, random, runtime }),
  )('%s bears its name, and so do its waits in error texts', (name, factory) => {
    expect(factory.name).toBe(name);
  });
});
