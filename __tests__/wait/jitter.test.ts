/** How waits are spread. */
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import {
  type Jitter,
  equalJitter,
  fullJitter,
  noJitter,
  proportionalJitter,
  randomJitter,
} from '../../src/core.js';

const rows: readonly [name: string, jitter: Jitter, wait: number, die: number, ms: number][] = [
  ['fullJitter', fullJitter, 800, 0, 0],
  ['fullJitter', fullJitter, 800, 0.25, 200],
  ['fullJitter', fullJitter, 0, 0.25, 0],
  ['equalJitter', equalJitter, 800, 0, 400],
  ['equalJitter', equalJitter, 800, 0.25, 500],
  ['equalJitter', equalJitter, 0, 0.25, 0],
  ['randomJitter()', randomJitter(), 800, 0, 800],
  ['randomJitter()', randomJitter(), 800, 0.5, 1300],
  ["randomJitter({ max: '1s' })", randomJitter({ max: '1s' }), 800, 0.25, 1050],
  ['randomJitter({ max: 0 })', randomJitter({ max: 0 }), 800, 0.25, 800],
  ['proportionalJitter()', proportionalJitter(), 1000, 0, 800],
  ['proportionalJitter({ ratio: 0.2 })', proportionalJitter({ ratio: 0.2 }), 1000, 0.25, 900],
  ['proportionalJitter({ ratio: 0.2 })', proportionalJitter({ ratio: 0.2 }), 1000, 0.5, 1000],
  ['proportionalJitter({ ratio: 1 })', proportionalJitter({ ratio: 1 }), 1000, 0, 0],
  ['proportionalJitter({ ratio: 1 })', proportionalJitter({ ratio: 1 }), 1000, 0.75, 1500],
  ['proportionalJitter({ ratio: 0 })', proportionalJitter({ ratio: 0 }), 1000, 0.75, 1000],
  ['noJitter', noJitter, 800, 0.25, 800],
];

describe('a jitter', () => {
  it.each(rows)('%s makes of a wait of %d ms, by the die, %d: %d ms', (_, jitter, wait, die, ms) => {
    expect(jitter(wait, () => die)).toBeCloseTo(ms, 9);
  });

  it.each<[string, Jitter, (wait: number) => [number, number]]>([
    ['fullJitter', fullJitter, (wait) => [0, wait]],
    ['equalJitter', equalJitter, (wait) => [wait / 2, wait]],
    ['randomJitter({ max: 700 })', randomJitter({ max: 700 }), (wait) => [wait, wait + 700]],
    [
      'proportionalJitter({ ratio: 0.3 })',
      proportionalJitter({ ratio: 0.3 }),
      (wait) => [wait * 0.7, wait * 1.3],
    ],
    ['noJitter', noJitter, (wait) => [wait, wait]],
  ])('%s stays within its stated width, whatever the wait and the die', (_, jitter, width) => {
    const wait = fc.double({ min: 0, max: 1e15, noNaN: true });
    const die = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const check = (wait: number, die: number): void => {
      const [least, most] = width(wait);
      const ms = jitter(wait, () => die);
      const rounding = most * Number.EPSILON * 2 + Number.MIN_VALUE;
      expect(ms).toBeGreaterThanOrEqual(least - rounding);
      expect(ms).toBeLessThanOrEqual(most + rounding);
    };

    fc.assert(fc.property(wait, die, check), { numRuns: 1000 });
  });

  it.each<[string, (wait: number) => number]>([
    ['fullJitter', (wait) => fullJitter(wait)],
    ['equalJitter', (wait) => equalJitter(wait)],
  ])("%s uses the host's dice where none are given", (_, jitter) => {
    const die = jest.spyOn(Math, 'random').mockReturnValue(0.5);

    const ms = jitter(100);
    die.mockRestore();

    expect([50, 75]).toContain(ms);
  });

  it.each([-1, Number.NaN, '100', null, undefined, 5n])('refuses %p as a wait', (wait) => {
    expect(() => fullJitter(wait as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', option: 'wait' }),
    );
    expect(() => equalJitter(wait as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', option: 'wait' }),
    );
  });
});

describe('the options of a jitter', () => {
  const makers: Record<string, (options: any) => Jitter> = { randomJitter, proportionalJitter };

  it.each([
    ['randomJitter', 'max', -1, 'must be milliseconds or a string with a unit', 'got -1.'],
    ['randomJitter', 'max', '5 parsecs', 'must be milliseconds or a string with a unit', 'got "5 parsecs".'],
    ['randomJitter', 'max', Number.NaN, 'must be milliseconds or a string with a unit', 'got NaN.'],
    ['randomJitter', 'max', Infinity, 'must be milliseconds or a string with a unit', 'got Infinity.'],
    ['randomJitter', 'max', {}, 'must be milliseconds or a string with a unit', 'got {}.'],
    ['randomJitter', 'max', null, 'must be milliseconds or a string with a unit', 'got null.'],
    ['proportionalJitter', 'ratio', -0.1, 'must be a number from 0 to 1', 'got -0.1.'],
    ['proportionalJitter', 'ratio', 1.1, 'must be a number from 0 to 1', 'got 1.1.'],
    ['proportionalJitter', 'ratio', Number.NaN, 'must be a number from 0 to 1', 'got NaN.'],
    ['proportionalJitter', 'ratio', '0.5', 'must be a number from 0 to 1', 'got "0.5".'],
    ['proportionalJitter', 'ratio', null, 'must be a number from 0 to 1', 'got null.'],
  ])('%s({ %s: %p }) is refused', (maker, option, value, allowed, got) => {
    const make = (): unknown => makers[maker]!({ [option]: value });

    expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option }));
    expect(make).toThrow(new RegExp(`^${option} ${allowed}.*${got.replaceAll(/[{}.]/g, String.raw`\$&`)}$`));
  });

  it.each([
    ['randomJitter', 'mx', 'max'],
    ['proportionalJitter', 'ration', 'ratio'],
  ])('%s({ %s }) is unknown, and the error says what was meant', (maker, key, meant) => {
    expect(() => makers[maker]!({ [key]: 0.5 })).toThrow(
      `${key} is not an option of ${maker} (did you mean ${meant}?); got 0.5.`,
    );
  });

  it.each(
    Object.keys(makers).flatMap((maker) =>
      [5, '5s', null, [0.5]].map((options) => [maker, options] as const),
    ),
  )('%s(%p) is refused: options are an object', (maker, options) => {
    expect(() => makers[maker]!(options)).toThrow(`The options of ${maker} must be an object; got`);
  });
});
