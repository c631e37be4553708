/** Times as people write them, and what is no time. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toMs } from '../../src/core.js';
import { readable } from '../../src/time/duration.js';

const units: Record<string, readonly string[]> = {
  1: ['ms', 'msec', 'msecs', 'millisecond', 'milliseconds'],
  1000: ['s', 'sec', 'secs', 'second', 'seconds'],
  60_000: ['m', 'min', 'mins', 'minute', 'minutes'],
  3_600_000: ['h', 'hr', 'hrs', 'hour', 'hours'],
  86_400_000: ['d', 'day', 'days'],
  604_800_000: ['w', 'week', 'weeks'],
  31_557_600_000: ['y', 'yr', 'yrs', 'year', 'years'],
};
const everyUnit = Object.entries(units).flatMap(([ms, names]) =>
  names.map((name) => [name, Number(ms)] as const),
);

describe('toMs', () => {
  it.each(everyUnit)('reads the unit %s, with a space or without, in either case', (unit, ms) => {
    const texts = [`2${unit}`, `2 ${unit}`, `2${unit.toUpperCase()}`];

    const read = texts.map((text) => toMs('interval', text));

    expect(read).toEqual([2 * ms, 2 * ms, 2 * ms]);
  });

  it.each([
    ['0s', 0],
    ['1.5s', 1500],
    ['.5s', 500],
    ['0.25 ms', 0.25],
    ['1.5 hours', 5_400_000],
    ['007s', 7000],
    ['5   s', 5000],
  ])('reads %j as `ms` does', (text, ms) => {
    expect(toMs('interval', text)).toBe(ms);
  });

  it.each([0, 0.001, 1, 250, 2 ** 31, 1e300])('takes the number %d for milliseconds', (ms) => {
    expect(toMs('interval', ms)).toBe(ms);
  });

  it.each([
    ['an unknown unit', '5 parsecs', '"5 parsecs"'],
    ['an empty text', '', '""'],
    ['a space', ' ', '" "'],
    ['a number without a unit', '100', '"100"'],
    ['a unit without a number', 's', '"s"'],
    ['a negative text', '-1s', '"-1s"'],
    ['a decimal comma', '1,5s', '"1,5s"'],
    ['two points', '1.5.5s', '"1.5.5s"'],
    ['an exponent', '1e3ms', '"1e3ms"'],
    ['a hexadecimal number', '0x10ms', '"0x10ms"'],
    ['a sum of times', '1m 30s', '"1m 30s"'],
    ['something after the unit', '5s!', '"5s!"'],
    ['two lines', '5s\n', String.raw`"5s\n"`],
    ['a word', 'soon', '"soon"'],
    ['the word Infinity', 'Infinity', '"Infinity"'],
    ['a negative number', -1, '-1'],
    ['NaN', Number.NaN, 'NaN'],
    ['Infinity', Infinity, 'Infinity'],
    ['-Infinity', -Infinity, '-Infinity'],
    ['a bigint', 5n, '5n'],
    ['a boolean', true, 'true'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['an object', {}, '{}'],
    ['a list', [5], '[5]'],
    ['a date', new Date(0), 'a Date'],
    ['a boxed number', Object(5), 'a Number'],
    ['a function', () => 5, 'a function'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
  ])('refuses %s, with the option, the value and examples', (_, value, shown) => {
    const read = (): unknown => toMs('maxTime', value);

    expect(read).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION',
        option: 'maxTime',
        message: `maxTime must be milliseconds or a string with a unit such as "250ms", "5s" or "2m", 0 or more; got ${shown}.`,
      }),
    );
  });

  it('takes Infinity only where a time may be endless, and says so', () => {
    expect(toMs('maxTime', Infinity, { infinite: true })).toBe(Infinity);
    expect(() => toMs('maxTime', 'for ever', { infinite: true })).toThrow(
      '0 or more (or Infinity); got "for ever".',
    );
    expect(() => toMs('maxTime', -Infinity, { infinite: true })).toThrow('got -Infinity.');
    expect(() => toMs('maxTime', Number.NaN, { infinite: true })).toThrow('got NaN.');
  });

  it('refuses a time below the least one, and names it', () => {
    expect(toMs('timeout', 1, { least: 1 })).toBe(1);
    expect(() => toMs('timeout', 0.3, { least: 1 })).toThrow('at least 1 ms; got 0.3.');
    expect(() => toMs('timeout', '0.3ms', { least: 1 })).toThrow('at least 1 ms; got "0.3ms".');
  });

  it('refuses a text of more than a hundred characters, as `ms` does', () => {
    const read = (): unknown => toMs('interval', `${'0'.repeat(100)}5ms`);

    expect(read).toThrow('interval must be milliseconds');
  });

  it('gives every time of 0 or more that is written with its unit', () => {
    const check = (amount: number, [unit, ms]: readonly [string, number]): void => {
      expect(toMs('interval', `${amount}${unit}`)).toBe(amount * ms);
    };

    fc.assert(fc.property(fc.nat(1_000_000), fc.constantFrom(...everyUnit), check));
  });
});

describe('readable', () => {
  it.each([
    [0, '0ms'],
    [80.4, '80ms'],
    [999, '999ms'],
    [1000, '1.0s'],
    [1234, '1.2s'],
    [59_900, '59.9s'],
    [60_000, '1.0m'],
    [210_000, '3.5m'],
    [3_600_000, '1.0h'],
    [5_400_000, '1.5h'],
  ])('writes %d as %s', (ms, text) => {
    expect(readable(ms)).toBe(text);
  });
});
