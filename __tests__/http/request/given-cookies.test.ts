import { describe, expect, it } from '@jest/globals';
import { type CookiesInput, mergedCookies, readCookies } from '../../../src/http/request/given-cookies.js';

describe('readCookies', () => {
  it.each<[string, CookiesInput]>([
    ['an object', { a: 1, b: 'x y', c: undefined, d: null }],
    ['a Map', new Map<string, string | number | null>([['a', 1], ['b', 'x y'], ['d', null]])], // prettier-ignore
    ['pairs', [['a', '1'], ['b', 'x y'], ['d', null]]], // prettier-ignore
  ])('reads %s', (_, given) => {
    expect([...readCookies(given)]).toEqual([['a', '1'], ['b', 'x y'], ['d', null]]); // prettier-ignore
  });

  it.each([
    ['a semicolon', { a: 's3cret; b=2' }],
    ['a line break', { a: 's3cret\r\nx: y' }],
    ['what is not ASCII', { a: 's3cretü' }],
    ['an object', { a: {} }],
    ['a name with a space', { 'a b': 's3cret' }],
    ['a name with =', { 'a=b': 's3cret' }],
    ['an empty name', { '': 's3cret' }],
    ['text', 'a=s3cret'],
    ['null', null],
    ['a flat list', ['a', 's3cret']],
  ])('refuses %s, and does not show the value', (_, given) => {
    const read = () => readCookies(given as CookiesInput);

    expect(read).toThrow(/^cookies/);
    expect(read).not.toThrow('s3cret');
  });
});

it('mergedCookies merges name by name, and null takes away', () => {
  expect(mergedCookies({ a: '1', b: '2' }, readCookies({ b: null, c: 3 }))).toEqual({ a: '1', c: '3' });
});
