/** What no wait may ever be: endless, negative, above its bound. For any generator with any options. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Jitter,
  type Outcome,
  type WaitMaker,
  add,
  cap,
  chain,
  constant,
  decay,
  decorrelated,
  equalJitter,
  expo,
  fibo,
  fullJitter,
  linear,
  noJitter,
  proportionalJitter,
  random,
  randomJitter,
  retryAfter,
  runtime,
  seeded,
} from '../../src/core.js';
import { type Asked, answers } from './taken.js';

/** A maker, and what its longest wait may be. */
interface Bounded {
  readonly name: string;
  readonly maker: WaitMaker;
  readonly most: number;
}

// Everyday times, and those that nobody means.
const ms = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, Number.MIN_VALUE, 2 ** 31, Number.MAX_SAFE_INTEGER, 1e300) },
);
const share = fc.oneof(
  fc.constantFrom(0.5, 1, 2, 3, 1e-300, 1e300),
  fc.double({ min: Number.MIN_VALUE, max: 1e9, noNaN: true }),
);
const pair = fc.tuple(ms, ms).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const bound = fc.oneof(ms, fc.constant(Infinity));

const generators: Record<string, fc.Arbitrary<Bounded>> = {
  constant: ms.map((interval) => ({
    name: `constant(${interval})`,
    maker: constant(interval),
    most: interval,
  })),
  'constant of a list': fc.array(ms).map((list) => ({
    name: `constant(${JSON.stringify(list)})`,
    maker: constant(list),
    most: Math.max(0, ...list),
  })),
  expo: fc.record({ base: share, factor: ms, maxValue: bound }).map((options) => ({
    name: `expo(${show(options)})`,
    maker: expo(options),
    most: options.maxValue,
  })),
  fibo: fc.record({ initial: fc.option(ms, { nil: undefined }), maxValue: bound }).map((options) => ({
    name: `fibo(${show(options)})`,
    maker: fibo(options),
    most: options.maxValue,
  })),
  linear: fc.record({ initial: ms, step: ms, maxValue: bound }).map((options) => ({
    name: `linear(${show(options)})`,
    maker: linear(options),
    most: options.maxValue,
  })),
  decay: fc.record({ initial: ms, decayFactor: share, minValue: ms }).map((options) => ({
    name: `decay(${show(options)})`,
    maker: decay(options),
    most: Math.max(options.initial, options.minValue),
  })),
  random: fc
    .tuple(pair, fc.constantFrom('normal' as const, 'uniform' as const))
    .map(([[min, max], distribution]) => ({
      name: `random(${show({ min, max, distribution })})`,
      maker: random({ min, max, distribution }),
      most: max,
    })),
  decorrelated: pair
    .filter(([base]) => base >= 1)
    .map(([base, maxValue]) => ({
      name: `decorrelated(${show({ base, maxValue })})`,
      maker: decorrelated({ base, maxValue }),
      most: maxValue,
    })),
  runtime: ms.map((wait) => ({
    name: `runtime of ${wait}`,
    maker: runtime({ value: () => wait }),
    most: wait,
  })),
  retryAfter: ms.map((max) => ({
    name: `retryAfter({ max: ${max} })`,
    maker: retryAfter({ max, fallback: expo({ maxValue: 500 }) }),
    most: Math.max(max, 500),
  })),
};

const any = fc.oneof(...Object.values(generators));

const combinators: Record<string, fc.Arbitrary<Bounded>> = {
  cap: fc.tuple(any, ms).map(([{ name, maker, most }, max]) => ({
    name: `cap(${name}, ${max})`,
    maker: cap(maker, max),
    most: Math.min(most, max),
  })),
  chain: fc.array(any, { minLength: 1, maxLength: 4 }).map((parts) => ({
    name: `chain(${parts.map(({ name }) => name).join(', ')})`,
    maker: chain(...parts.map(({ maker }) => maker)),
    most: Math.max(...parts.map(({ most }) => most)),
  })),
};

const all = Object.entries({ ...generators, ...combinators });

function show(options: object): string {
  return JSON.stringify(options, (_, value: unknown) => (value === Infinity ? 'Infinity' : value));
}

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.anything().map((error): Outcome => ({ ok: false, error })),
  fc.anything().map((value): Outcome => ({ ok: true, value })),
  fc
    .oneof(fc.nat().map(String), fc.string())
    .map((header): Outcome => ({ ok: true, value: { headers: { 'retry-after': header } } })),
  ms.map((retryAfter): Outcome => ({ ok: false, error: { retryAfter } })),
);

// The ends of the die now and then, and what fell between.
const asked: fc.Arbitrary<Asked> = fc
  .tuple(fc.integer(), fc.array(outcome, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([seed, outcomes, extreme]) => {
    const die = seeded(seed);
    const ends = [0, 1 - 2 ** -53];
    return { outcomes, random: () => (extreme && die() < 0.5 ? ends[Math.floor(die() * 2)]! : die()) };
  });

describe('3,000 waits', () => {
  it.each(all)(
    'of %s are finite, never negative and never above their bound, whatever the options',
    (_, bounded) => {
      const check = ({ maker, most }: Bounded, asked: Asked): void => {
        const waits = answers(maker, 3000, asked).map(({ value }) => value);
        const wrong = waits.findIndex((wait) => !(wait >= 0 && wait <= most && wait < Infinity));
        expect({ wrong, wait: waits[wrong] }).toEqual({ wrong: -1, wait: undefined });
      };

      fc.assert(fc.property(bounded, asked, check), { numRuns: 60 });
    },
  );

  it('of a sum are the sums of the parts', () => {
    const check = (parts: readonly Bounded[], asked: Asked): void => {
      const waits = answers(add(...parts.map(({ maker }) => maker)), 3000, asked);
      const most = parts.reduce((sum, part) => sum + part.most, 0);
      const wrong = waits.findIndex(({ value }) => !(value >= 0 && value <= most * (1 + 4 * Number.EPSILON)));
      expect({ wrong, wait: waits[wrong] }).toEqual({ wrong: -1, wait: undefined });
    };

    fc.assert(fc.property(fc.array(any, { minLength: 1, maxLength: 4 }), asked, check), { numRuns: 60 });
  });

  it('are the same again from the same dice', () => {
    const check = ({ maker }: Bounded, seed: number): void => {
      const [first, again] = [1, 2].map(() => answers(maker, 100, { random: seeded(seed) }));
      expect(again).toEqual(first);
    };

    fc.assert(fc.property(fc.oneof(...all.map(([, bounded]) => bounded)), fc.integer(), check));
  });

  const jitters: readonly (readonly [string, Jitter, (most: number) => number])[] = [
    ['fullJitter', fullJitter, (most) => most],
    ['equalJitter', equalJitter, (most) => most],
    ['randomJitter()', randomJitter(), (most) => most + 1000],
    ['randomJitter({ max: 70 })', randomJitter({ max: 70 }), (most) => most + 70],
    ['proportionalJitter()', proportionalJitter(), (most) => 1.2 * most],
    ['proportionalJitter({ ratio: 1 })', proportionalJitter({ ratio: 1 }), (most) => 2 * most],
    ['noJitter', noJitter, (most) => most],
  ];

  it.each(jitters)('are finite, never negative and within the stated width after %s', (_, jitter, width) => {
    const check = ({ maker, most }: Bounded, asked: Asked): void => {
      const dice = asked.random!;
      const waits = answers(maker, 3000, asked).map(({ value }) => jitter(value, dice));
      const limit = width(Math.min(most, Number.MAX_VALUE / 2)) * (1 + 4 * Number.EPSILON) + Number.MIN_VALUE;
      const wrong = waits.findIndex((wait) => !(wait >= 0 && wait <= limit));
      expect({ wrong, wait: waits[wrong] }).toEqual({ wrong: -1, wait: undefined });
    };
    const everyday = fc
      .oneof(...Object.values(generators))
      .filter(({ most }) => most < 1e300 || most === Infinity);

    fc.assert(fc.property(everyday, asked, check), { numRuns: 60 });
  });
});
