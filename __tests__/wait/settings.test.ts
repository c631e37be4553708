/** Options of generators: refused when the wait is made, and read once per call where they are functions. */
import { describe, expect, it, jest } from '@jest/globals';
import {
  type CallDetails,
  VirtualClock,
  type WaitMaker,
  constant,
  decay,
  decorrelated,
  expo,
  fibo,
  linear,
  random,
  retryAfter,
  runtime,
  withRetry,
} from '../../src/core.js';
import { boom, take } from './taken.js';

const factories: Record<string, (options: any) => WaitMaker> = {
  decay,
  decorrelated,
  expo,
  fibo,
  linear,
  random,
  retryAfter,
  runtime,
};

type Refused = readonly [factory: string, option: string, value: unknown, shown: string];

const noTimes: readonly (readonly [unknown, string])[] = [
  [-1, '-1'],
  [Number.NaN, 'NaN'],
  ['5 parsecs', '"5 parsecs"'],
  ['', '""'],
  ['100', '"100"'],
  ['-1s', '"-1s"'],
  [{}, '{}'],
  [new Date(0), 'a Date'],
  [5n, '5n'],
  [null, 'null'],
  [true, 'true'],
  [[5], '[5]'],
];

const times: readonly (readonly [string, string, 'finite' | 'infinite'])[] = [
  ['expo', 'factor', 'finite'],
  ['expo', 'maxValue', 'infinite'],
  ['fibo', 'initial', 'finite'],
  ['fibo', 'maxValue', 'infinite'],
  ['decay', 'initial', 'finite'],
  ['decay', 'minValue', 'finite'],
  ['linear', 'initial', 'finite'],
  ['linear', 'step', 'finite'],
  ['linear', 'maxValue', 'infinite'],
  ['random', 'min', 'finite'],
  ['random', 'max', 'finite'],
  ['decorrelated', 'base', 'finite'],
  ['decorrelated', 'maxValue', 'infinite'],
  ['retryAfter', 'max', 'finite'],
];

const refusedTimes = times.flatMap(([factory, option, bound]): Refused[] => [
  ...noTimes.map(([value, shown]): Refused => [factory, option, value, shown]),
  ...(bound === 'finite' ? [[factory, option, Infinity, 'Infinity'] as const] : []),
]);

const noNumbers: readonly (readonly [unknown, string])[] = [
  [0, '0'],
  [-1, '-1'],
  [Number.NaN, 'NaN'],
  [Infinity, 'Infinity'],
  ['2', '"2"'],
  [null, 'null'],
  [2n, '2n'],
  [{}, '{}'],
];

const refusedNumbers = [
  ['expo', 'base'],
  ['decay', 'decayFactor'],
].flatMap(([factory, option]) =>
  noNumbers.map(([value, shown]) => [factory!, option!, value, shown] as const),
);

const make = (factory: string, options: unknown): WaitMaker =>
  factory === 'constant' ? constant(options as number) : factories[factory]!(options);

describe('an option of a generator', () => {
  it.each(refusedTimes)('%s({ %s: %p }) is refused as no time', (factory, option, value, shown) => {
    expect(() => make(factory, { [option]: value })).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION',
        option,
        message: expect.stringMatching(
          /^\w+ must be milliseconds or a string with a unit such as "250ms", "5s" or "2m"/,
        ),
      }),
    );
    expect(() => make(factory, { [option]: value })).toThrow(
      new RegExp(`^${option} .*; got ${escaped(shown)}\\.$`),
    );
  });

  it.each(refusedNumbers)(
    '%s({ %s: %p }) is refused: it must be a number above 0',
    (factory, option, value, shown) => {
      expect(() => make(factory, { [option]: value })).toThrow(
        expect.objectContaining({
          code: 'ERR_OPTION',
          option,
          message: expect.stringMatching(
            new RegExp(`^${option} must be .*above 0.*; got ${escaped(shown)}\\.$`),
          ),
        }),
      );
    },
  );

  it.each<[string, () => unknown, string, string]>([
    ['constant(-1)', () => make('constant', -1), 'interval', 'got -1.'],
    ["constant('5 parsecs')", () => make('constant', '5 parsecs'), 'interval', 'got "5 parsecs".'],
    ['constant({})', () => make('constant', {}), 'interval', 'got {}.'],
    ['constant(null)', () => make('constant', null), 'interval', 'got null.'],
    ['constant(Infinity)', () => make('constant', Infinity), 'interval', 'got Infinity.'],
    ['constant([1, NaN])', () => make('constant', [1, Number.NaN]), 'interval', 'got NaN.'],
    ["constant(['5 parsecs'])", () => make('constant', ['5 parsecs']), 'interval', 'got "5 parsecs".'],
    ['constant(new Set([-1]))', () => make('constant', new Set([-1])), 'interval', 'got -1.'],
    [
      "random({ distribution: 'poisson' })",
      () => make('random', { distribution: 'poisson' }),
      'distribution',
      'must be "normal" or "uniform"; got "poisson".',
    ],
    [
      'random({ min: 20, max: 10 })',
      () => random({ min: 20, max: 10 }),
      'min',
      'must not be above max, which is 10; got 20.',
    ],
    [
      "random({ min: '2s' })",
      () => random({ min: '2s' }),
      'min',
      'must not be above max, which is 1000; got',
    ],
    [
      'decorrelated({ base: 20, maxValue: 10 })',
      () => decorrelated({ base: 20, maxValue: 10 }),
      'base',
      'must not be above maxValue, which is 10; got 20.',
    ],
    [
      "decorrelated({ base: '20s' })",
      () => decorrelated({ base: '20s' }),
      'base',
      'must not be above maxValue, which is 10000; got',
    ],
    [
      'decorrelated({ base: 0 }), which would wait 0 for ever,',
      () => decorrelated({ base: 0 }),
      'base',
      'got 0.',
    ],
    [
      'runtime({ value: 5 })',
      () => make('runtime', { value: 5 }),
      'value',
      'must be a function of the outcome; got 5.',
    ],
    ['runtime({})', () => make('runtime', {}), 'value', 'must be a function of the outcome; got undefined.'],
    [
      'retryAfter({ fallback: 5 })',
      () => make('retryAfter', { fallback: 5 }),
      'fallback',
      'write constant(5); got 5.',
    ],
    ['retryAfter({ fallback: null })', () => make('retryAfter', { fallback: null }), 'fallback', 'got null.'],
  ])('%s is refused', (_, made, option, message) => {
    expect(made).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option }));
    expect(made).toThrow(message);
  });

  it.each([
    ['expo', 'maxvalue', 'maxValue'],
    ['expo', 'max_value', 'maxValue'],
    ['expo', 'facter', 'factor'],
    ['fibo', 'intial', 'initial'],
    ['decay', 'decayfactor', 'decayFactor'],
    ['linear', 'steps', 'step'],
    ['random', 'distributon', 'distribution'],
    ['random', 'maximum', undefined],
    ['decorrelated', 'bases', 'base'],
    ['runtime', 'values', 'value'],
    ['retryAfter', 'fallBack', 'fallback'],
    ['retryAfter', 'mx', 'max'],
  ])('%s({ %s }) is unknown, and the error says what was meant', (factory, key, meant) => {
    const hint = meant === undefined ? 'the options are min, max, distribution' : `did you mean ${meant}?`;

    expect(() => make(factory, { [key]: 5 })).toThrow(
      `${key} is not an option of ${factory} (${hint}); got 5.`,
    );
  });

  it.each(
    Object.keys(factories).flatMap((factory) =>
      [5, '5s', null, [5], () => 5].map((options) => [factory, options] as const),
    ),
  )('%s(%p) is refused: options are an object', (factory, options) => {
    expect(() => make(factory, options)).toThrow(`The options of ${factory} must be an object; got`);
  });
});

describe('an option that is a function of the call', () => {
  interface Case {
    readonly name: string;
    readonly maker: (spy: (details: CallDetails) => any) => WaitMaker;
    readonly value: unknown;
    readonly waits: readonly number[];
  }
  const cases: readonly Case[] = [
    { name: 'constant(f)', maker: (f) => constant(f), value: '2s', waits: [2000, 2000] },
    { name: 'constant(f) of a list', maker: (f) => constant(f), value: [5, 6], waits: [5, 6] },
    { name: 'expo({ base })', maker: (f) => expo({ base: f }), value: 3, waits: [1000, 3000] },
    { name: 'expo({ factor })', maker: (f) => expo({ factor: f }), value: '1ms', waits: [1, 2] },
    { name: 'expo({ maxValue })', maker: (f) => expo({ maxValue: f }), value: '1.5s', waits: [1000, 1500] },
    { name: 'fibo({ initial })', maker: (f) => fibo({ initial: f }), value: 0, waits: [0, 1000] },
    { name: 'fibo({ maxValue })', maker: (f) => fibo({ maxValue: f }), value: 500, waits: [500, 500] },
    {
      name: 'decay({ initial })',
      maker: (f) => decay({ initial: f, minValue: 9 }),
      value: 10,
      waits: [10, 9],
    },
    {
      name: 'decay({ decayFactor })',
      maker: (f) => decay({ decayFactor: f }),
      value: Math.LN2,
      waits: [1000, 500],
    },
    { name: 'decay({ minValue })', maker: (f) => decay({ minValue: f }), value: '0.9s', waits: [1000, 900] },
    { name: 'linear({ initial })', maker: (f) => linear({ initial: f }), value: 5, waits: [5, 1005] },
    { name: 'linear({ step })', maker: (f) => linear({ step: f }), value: 5, waits: [1000, 1005] },
    { name: 'linear({ maxValue })', maker: (f) => linear({ maxValue: f }), value: 1100, waits: [1000, 1100] },
    {
      name: 'random({ min })',
      maker: (f) => random({ min: f, distribution: 'uniform' }),
      value: 500,
      waits: [750, 750],
    },
    {
      name: 'random({ max })',
      maker: (f) => random({ max: f, distribution: 'uniform' }),
      value: 500,
      waits: [250, 250],
    },
    {
      name: 'random({ distribution })',
      maker: (f) => random({ distribution: f }),
      value: 'uniform',
      waits: [500, 500],
    },
    { name: 'decorrelated({ base })', maker: (f) => decorrelated({ base: f }), value: 10, waits: [20, 35] },
    {
      name: 'decorrelated({ maxValue })',
      maker: (f) => decorrelated({ maxValue: f }),
      value: 300,
      waits: [200, 200],
    },
    { name: 'retryAfter({ max })', maker: (f) => retryAfter({ max: f }), value: '1s', waits: [100, 200] },
  ];

  it.each(cases)(
    '$name is called once per call, with its details and its this',
    ({ maker, value, waits }) => {
      const details = { name: 'ping', tries: 1 };
      const thisArg = { host: 'example' };
      const seen: unknown[] = [];
      const read = jest.fn(function (this: unknown, given: CallDetails): unknown {
        seen.push(this, given);
        return value;
      });
      const made = maker(read);
      expect(read).not.toHaveBeenCalled();

      const taken = [1, 2].map(() => take(made, 2, { details, thisArg, random: () => 0.5 }));

      expect(taken).toEqual([waits, waits].map((row) => row.map((wait) => expect.closeTo(wait, 6))));
      expect(seen).toEqual([thisArg, details, thisArg, details]);
    },
  );

  it.each(cases)('$name is checked when it is read, and the error of the function is kept', ({ maker }) => {
    const made = maker(() => ({}) as never);

    expect(() => take(made, 1)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION',
        message: expect.stringContaining('got {}.'),
        cause: boom,
      }),
    );
  });

  it.each(cases)(
    '$name: an error in it reaches the caller, with the error of the function as cause',
    ({ maker }) => {
      const fault = new TypeError('no such setting');
      const wait = maker(() => {
        throw fault;
      });
      const fail = (): never => {
        throw boom;
      };

      const caught = thrownBy(withRetry(fail, { wait, clock: new VirtualClock() }));

      expect(caught).toBe(fault);
      expect(fault.cause).toBe(boom);
    },
  );

  it.each<[string, WaitMaker, string]>([
    ['random', random({ min: () => 20, max: 10 }), 'min must not be above max, which is 10; got 20.'],
    ['random', random({ min: 20, max: () => 10 }), 'min must not be above max, which is 10; got 20.'],
    [
      'decorrelated',
      decorrelated({ base: () => 20, maxValue: 10 }),
      'base must not be above maxValue, which is 10; got 20.',
    ],
  ])('%s compares its bounds when both are known', (_, made, message) => {
    expect(() => take(made, 1)).toThrow(expect.objectContaining({ message, cause: boom }));
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

function escaped(text: string): string {
  return text.replace(/[{}[\]"().]/g, String.raw`\$&`);
}
