import { describe, expect, it } from '@jest/globals';
import { OptionError } from '../../../src/core.js';
import { checkRequestOptions, checkSessionOptions } from '../../../src/http/request/checked-options.js';
import { requestOptionNames, requestSynonyms } from '../../../src/http/request/request-option-names.js';
import type { RequestOptions } from '../../../src/http/request/request-options.js';

const check = (options: unknown) => checkRequestOptions('get', options as RequestOptions);

describe('checkRequestOptions', () => {
  it('finds nothing in nothing, and makes nothing for it', () => {
    expect(check(undefined)).toBe(check(null));
    expect(Object.values(check({ params: undefined })).filter((value) => value !== undefined)).toEqual([]);
  });

  it.each([
    ['paramz', 'did you mean params?'],
    ['timout', 'did you mean timeout?'],
    ['allow_redirects', 'did you mean allowRedirects?'],
    ['baseURL', 'did you mean baseUrl?'],
    ['prefixUrl', 'did you mean baseUrl?'],
    ['searchParams', 'did you mean params?'],
    ['form', 'did you mean data?'],
    ['proxy', 'did you mean proxies?'],
    ['method', 'request(method, url, options)'],
    ['credentials', 'auth, or cookies'],
    ['__proto', 'the options are params'],
  ])('refuses %s: %s', (name, text) => {
    const refused = () => check({ [name]: 's3cret' });

    expect(refused).toThrow(OptionError);
    expect(refused).toThrow(text);
    expect(refused).not.toThrow('s3cret');
  });

  it('leaves to others what they read', () => {
    const others = new Set(['retries', 'backoff']);

    expect(checkRequestOptions('get', { retries: 3 } as RequestOptions, others).payload).toBeUndefined();
    expect(() => checkRequestOptions('get', { retrys: 3 } as RequestOptions, others)).toThrow(
      'did you mean retries?',
    );
    expect(() => checkRequestOptions('get', { retry: 3 } as RequestOptions, others)).toThrow(
      'did you mean retries?',
    );
  });

  it.each([
    [{ allowRedirects: 'no' }, 'allowRedirects must be true or false'],
    [{ stream: 1 }, 'stream must be true or false'],
    [{ decompress: null }, 'decompress must be true or false'],
    [{ trustEnv: 0 }, 'trustEnv must be true or false'],
    [{ maxRedirects: -1 }, 'maxRedirects must be a whole number'],
    [{ maxRedirects: 2.5 }, 'maxRedirects must be a whole number'],
    [{ maxRedirects: Infinity }, 'maxRedirects must be a whole number'],
    [{ maxRedirects: '3' }, 'maxRedirects must be a whole number'],
    [{ maxResponseSize: NaN }, 'maxResponseSize must be a whole number'],
    [{ maxResponseSize: 2 ** 53 }, 'maxResponseSize must be a whole number'],
    [{ keepHeaders: 'x-a' }, 'keepHeaders must be true, false, or a list'],
    [{ keepHeaders: [1] }, 'keepHeaders must be true, false, or a list'],
    [{ signal: {} }, 'signal must be an AbortSignal'],
    [{ signal: 5 }, 'signal must be an AbortSignal'],
    [{ signal: new AbortController() }, 'signal must be an AbortSignal'],
    [
      { auth: ['a', 'b'], headers: { Authorization: 'c' } },
      'auth cannot stand beside a header authorization',
    ],
    [{ headers: null }, 'headers must be'],
    [{ hooks: { before: [] } }, 'hooks'],
    [{ baseUrl: '/api' }, 'baseUrl must be absolute'],
    [{ dispatcher: 'agent' }, 'dispatcher must be'],
    ['text', 'options of get must be an object'],
    [[], 'options of get must be an object'],
    [5, 'options of get must be an object'],
  ])('refuses %p', (options, text) => {
    expect(() => check(options)).toThrow(OptionError);
    expect(() => check(options)).toThrow(text);
  });

  it('accepts what takes a default away', () => {
    const nulls = { auth: null, proxies: null, cert: null, baseUrl: null, dispatcher: null };

    expect(check({ ...nulls, signal: null, maxResponseSize: Infinity, maxRedirects: 0 })).toMatchObject(
      nulls,
    );
    expect(check({ auth: ['a', 'b'], headers: { authorization: null } }).auth).toMatch(/^Basic/);
  });
});

describe('checkSessionOptions', () => {
  it.each(['data', 'json', 'files', 'body', 'signal'])('refuses %s, which belongs to one request', (name) => {
    expect(() => checkSessionOptions('RetrySession', { [name]: 1 })).toThrow(
      `${name} belongs to one request, not to RetrySession`,
    );
  });
});

it('no name that we know is a synonym of another', () => {
  expect(requestOptionNames.filter((name) => Object.hasOwn(requestSynonyms, name))).toEqual([]);
});
