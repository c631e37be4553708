import { describe, expect, it } from '@jest/globals';
import { OptionError } from '../../../src/core.js';
import { type ParamsInput, encoded, mergedParams, readParams } from '../../../src/http/request/params.js';

const read = (given: unknown) => readParams('params', given as ParamsInput);

describe('readParams', () => {
  it.each<[string, unknown, string]>([
    ['an object', { a: 1, b: 'x y', c: true, d: 10n }, 'a=1&b=x+y&c=true&d=10'],
    ['lists', { a: [1, 2], b: [] }, 'a=1&a=2'],
    ['a URLSearchParams', new URLSearchParams('a=1&a=2&b=%26'), 'a=1&a=2&b=%26'],
    ['a Map', new Map([['a', 1]]), 'a=1'],
    ['pairs', [['a', 1], ['a', [2, 3]]], 'a=1&a=2&a=3'], // prettier-ignore
    ['text', '?a=1&b=2', 'a=1&b=2'],
    ['nothing', {}, ''],
    ['what says nothing', { a: undefined, b: null }, ''],
    ['what must be encoded', { 'a&b': 'ü=☃\r\n' }, 'a%26b=%C3%BC%3D%E2%98%83%0D%0A'],
  ])('reads %s', (_, given, wanted) => {
    expect(encoded(read(given))).toBe(wanted);
  });

  it.each([
    ['an object in an object', { a: { b: 1 } }],
    ['NaN', { a: NaN }],
    ['null in a list', { a: [null] }],
    ['a list in a list', { a: [[1]] }],
    ['a Date', { a: new Date(0) }],
    ['a function', { a: () => 1 }],
    ['a number', 5],
    ['null', null],
    ['a flat list', ['a', 'b']],
  ])('refuses %s', (_, given) => {
    expect(() => read(given)).toThrow(OptionError);
    expect(() => read(given)).toThrow(/^params/);
  });
});

it('mergedParams merges name by name, and null takes away', () => {
  const merged = mergedParams(read({ a: 1, b: [1, 2], c: 3 }), read({ b: 9, c: null, d: 4 }));

  expect(encoded(merged)).toBe('a=1&b=9&d=4');
});
