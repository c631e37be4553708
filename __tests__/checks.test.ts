/** How options are checked: all complain alike, and about misspelt ones with what was meant. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { atLeast, checkKeys, nearest } from '../src/checks.js';

const known = ['wait', 'errors', 'maxTries', 'maxTime', 'jitter', 'giveup', 'onBackoff', 'onGiveup'];

describe('atLeast', () => {
  it.each([
    [0, 0],
    [0, 0.5],
    [1, 1],
    [1, Number.MAX_VALUE],
  ])('of %d lets %d through', (least, value) => {
    expect(atLeast(least, 'ratio', value)).toBe(value);
  });

  it.each<[number, unknown, string]>([
    [0, -0.001, '-0.001'],
    [1, 0.999, '0.999'],
    [0, Number.NaN, 'NaN'],
    [0, '5', '"5"'],
    [0, 5n, '5n'],
    [0, null, 'null'],
    [0, undefined, 'undefined'],
    [0, [5], '[5]'],
    [0, Object(5), 'a Number'],
  ])('of %d refuses %p with the option, the value and what is allowed', (least, value, shown) => {
    expect(() => atLeast(least, 'ratio', value)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION',
        option: 'ratio',
        value,
        message: `ratio must be a number of ${least} or more; got ${shown}.`,
      }),
    );
  });

  it('refuses Infinity, and says that it must be finite', () => {
    expect(() => atLeast(0, 'ratio', Infinity)).toThrow(
      /^ratio must be a finite number of 0 or more; got Infinity\.$/,
    );
  });
});

describe('checkKeys', () => {
  it.each<[string, object]>([
    ['none', {}],
    ['known ones', { wait: 1, maxTries: 2 }],
    ['known ones that are undefined', { wait: undefined }],
    ['those of an object without a prototype', Object.assign(Object.create(null), { wait: 1 })],
    ['those of a frozen object', Object.freeze({ wait: 1 })],
  ])('lets %s through', (_, options) => {
    expect(() => checkKeys('withRetry', options, known)).not.toThrow();
  });

  it.each([
    ['maxTires', 'maxTries'],
    ['maxtries', 'maxTries'],
    ['max_tries', 'maxTries'],
    ['maxRetries', 'maxTries'],
    ['maxTimes', 'maxTime'],
    ['onbackoff', 'onBackoff'],
    ['onGiveUp', 'onGiveup'],
    ['error', 'errors'],
    ['jiter', 'jitter'],
    ['giveUp', 'giveup'],
  ])('refuses %s: did you mean %s?', (key, meant) => {
    expect(() => checkKeys('withRetry', { wait: 1, [key]: 5 }, known)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION',
        option: key,
        value: 5,
        message: `${key} is not an option of withRetry (did you mean ${meant}?); got 5.`,
      }),
    );
  });

  it('lists the options where nothing is near', () => {
    expect(() => checkKeys('expo', { deadline: '5s' }, ['base', 'factor', 'maxValue'])).toThrow(
      'deadline is not an option of expo (the options are base, factor, maxValue); got "5s".',
    );
  });

  it('refuses an unknown option even if it is undefined', () => {
    expect(() => checkKeys('withRetry', { maxTires: undefined }, known)).toThrow('did you mean maxTries?');
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a number', 5, '5'],
    ['a text', '5s', '"5s"'],
    ['a list', [], '[]'],
    ['a function', () => {}, 'a function'],
  ])('refuses %s in place of options', (_, options, shown) => {
    expect(() => checkKeys('expo', options, known)).toThrow(
      `The options of expo must be an object; got ${shown}.`,
    );
  });
});

describe('nearest', () => {
  it('knows a name with one letter too many, too few, or wrong', () => {
    const names = ['wait', 'errors', 'maxTries', 'jitter', 'onBackoff', 'predicate'];
    const check = (name: string, at: number, letter: string, slip: number): void => {
      const place = at % name.length;
      const [before, after] = [name.slice(0, place), name.slice(place)];
      const mistyped = [
        `${before}${letter}${after}`,
        `${before}${after.slice(1)}`,
        `${before}${letter}${after.slice(1)}`,
      ];
      expect(nearest(mistyped[slip % 3]!, names)).toBe(name);
    };

    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.constantFrom('x', 'q', 'Z'), fc.nat(), check),
    );
  });

  it.each([
    ['', []],
    ['deadline', known],
    ['concurrency', known],
  ])('finds nothing near %j', (word, names) => {
    expect(nearest(word, names)).toBeUndefined();
  });

  it('takes the first of equally near names', () => {
    expect(nearest('maxTi', ['maxTid', 'maxTic'])).toBe('maxTid');
  });
});
