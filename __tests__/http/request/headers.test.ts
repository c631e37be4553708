import { describe, expect, it } from '@jest/globals';
import { Headers as UndiciHeaders } from 'undici';
import { OptionError } from '../../../src/core.js';
import { HeaderBag, type HeadersInput, isHarmless, readHeaders } from '../../../src/http/request/headers.js';

const errorOf = (given: unknown): OptionError => {
  try {
    HeaderBag.from(given as HeadersInput);
  } catch (error) {
    return error as OptionError;
  }
  throw new Error('nothing was refused');
};

describe('HeaderBag', () => {
  it('finds a header by its name in any case, and sends it as it was written', () => {
    const bag = HeaderBag.from({ 'X-Trace': 'abc', accept: 'text/plain' });

    expect([bag.get('x-trace'), bag.get('ACCEPT'), bag.get('nope')]).toEqual([
      'abc',
      'text/plain',
      undefined,
    ]);
    expect(bag.has('X-TRACE')).toBe(true);
    expect(bag.toWire()).toEqual(['X-Trace', 'abc', 'accept', 'text/plain']);
  });

  it.each<[string, HeadersInput]>([
    ['an object', { 'x-a': 1, 'x-b': 'two' }],
    ['a Map', new Map<string, string | number>([['x-a', 1], ['x-b', 'two']])], // prettier-ignore
    ['pairs', [['x-a', '1'], ['x-b', 'two']]], // prettier-ignore
    ['Headers', new Headers({ 'x-a': '1', 'x-b': 'two' })],
    ["undici's Headers", new UndiciHeaders({ 'x-a': '1', 'x-b': 'two' })],
    ['another bag', HeaderBag.from({ 'X-A': '1', 'X-B': 'two' })],
  ])('is made from %s', (_, given) => {
    expect([...HeaderBag.from(given)]).toEqual([['x-a', '1'], ['x-b', 'two']]); // prettier-ignore
  });

  it('sends a list as several headers of one name, and joins them when asked', () => {
    const bag = HeaderBag.from({ 'x-tag': ['a', 2], cookie: ['a=1', 'b=2'] });

    expect(bag.toWire()).toEqual(['x-tag', 'a', 'x-tag', '2', 'cookie', 'a=1', 'cookie', 'b=2']);
    expect([bag.get('x-tag'), bag.get('cookie')]).toEqual(['a, 2', 'a=1; b=2']);
  });

  it('keeps what is given twice in pairs', () => {
    expect(HeaderBag.from([['x-tag', 'a'], ['X-Tag', 'b']]).get('x-tag')).toBe('a, b'); // prettier-ignore
  });

  it('is merged name by name: null takes away, undefined says nothing', () => {
    const base = HeaderBag.from({ Accept: '*/*', 'user-agent': 'us', 'x-tag': ['a', 'b'] });

    const merged = base.merged({ ACCEPT: 'text/html', 'User-Agent': null, 'x-tag': undefined, 'x-no': null });

    expect(merged.toWire()).toEqual(['x-tag', 'a', 'x-tag', 'b', 'ACCEPT', 'text/html']);
    expect(base.get('user-agent')).toBe('us');
  });

  it('sets in place of all of a name, and deletes all of them', () => {
    const bag = HeaderBag.from({ 'x-tag': ['a', 'b'], 'x-other': 'c' });

    bag.set('X-TAG', 'z');
    expect(bag.get('x-tag')).toBe('z');
    expect([bag.delete('x-Tag'), bag.delete('x-tag')]).toEqual([true, false]);

    expect(bag.toWire()).toEqual(['x-other', 'c']);
  });

  it('gives a copy of what a test says yes to', () => {
    const bag = HeaderBag.from({ Authorization: 'secret', Accept: '*/*', 'Content-Type': 'a/b' });

    expect(bag.filter(isHarmless).toWire()).toEqual(['Accept', '*/*', 'Content-Type', 'a/b']);
  });

  it('sees nothing that is changed later', () => {
    const given: Record<string, string | string[]> = { 'x-a': '1', 'x-list': ['a'] };
    const bag = HeaderBag.from(given);

    given['x-a'] = '2';
    (given['x-list'] as string[]).push('b');
    bag.toWire().push('x-c', '3');

    expect(bag.toWire()).toEqual(['x-a', '1', 'x-list', 'a']);
  });

  it('treats __proto__ as a name like any other', () => {
    const bag = HeaderBag.from(JSON.parse('{ "__proto__": "a", "constructor": "b" }') as HeadersInput);

    expect(bag.toWire()).toEqual(['__proto__', 'a', 'constructor', 'b']);
    expect(HeaderBag.from({}).get('constructor')).toBeUndefined();
  });

  it('holds a thousand headers', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`x-${n}`, n]));

    expect(HeaderBag.from(many).get('x-999')).toBe('999');
  });
});

describe('headers that are refused', () => {
  it.each([
    ['a line break in a value', { 'x-a': 'a\r\nx-b: c' }, 'U+000D at position 1'],
    ['NUL in a value', { 'x-a': '\0' }, 'U+0000'],
    ['a character past Latin-1', { 'x-a': 'snow ☃' }, 'U+2603 at position 5'],
    ['a line break in a name', { 'x\r\na': '1' }, 'letters, digits'],
    ['a space in a name', { 'x a': '1' }, 'letters, digits'],
    ['an empty name', { '': '1' }, 'letters, digits'],
    ['an object as value', { 'x-a': { b: 1 } }, 'text or a number; got an object'],
    ['a boolean as value', { 'x-a': true }, 'text or a number; got true'],
    ['NaN as value', { 'x-a': NaN }, 'got NaN'],
    ['null in a list', { 'x-a': ['a', null] }, 'got null'],
    ['a symbol as value', { 'x-a': Symbol('a') }, 'text or a number'],
    ['a name twice in different case', { 'X-A': '1', 'x-a': '2' }, 'twice'],
    ['transfer-encoding', { 'Transfer-Encoding': 'chunked' }, 'in chunks by itself'],
    ['expect', { expect: '100-continue' }, 'not supported'],
    ['upgrade', { upgrade: 'websocket' }, 'cannot become another'],
    ['connection: upgrade', { connection: 'Upgrade' }, '"close" or "keep-alive"'],
    ['a content-length that is none', { 'content-length': '1e3' }, 'a number of bytes'],
    ['a negative content-length', { 'content-length': -1 }, 'a number of bytes'],
    ['two hosts', { host: ['a', 'b'] }, 'must be one value'],
    ['text', 'x-a: 1', 'must be an object'],
    ['null', null, 'must be an object'],
    ['a flat list', ['x-a', '1'], 'must be an object'],
  ])('%s', (_, given, text) => {
    const error = errorOf(given);

    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toContain(text);
  });

  it('are told without their value, which may be a secret', () => {
    const error = errorOf({ authorization: 'Bearer s3cret\n' });

    expect(error.message).toContain('headers["authorization"]');
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`).not.toContain('s3cret');
  });

  it('are told by their name when it is the name', () => {
    expect(() => readHeaders({ 'x a': '1' })).toThrow('"x a"');
  });
});
