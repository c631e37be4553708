import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { OptionError } from '../../../src/core.js';
import { checkRequestOptions, checkSessionOptions } from '../../../src/http/request/checked-options.js';
import { type HttpRequest, checkMethod, prepare } from '../../../src/http/request/prepare.js';
import type { RequestOptions, SessionRequestOptions } from '../../../src/http/request/request-options.js';
import { mergeRequestOptions, requestDefaults } from '../../../src/http/request/settled-options.js';

const settled = (session: SessionRequestOptions, call?: RequestOptions) =>
  mergeRequestOptions(
    mergeRequestOptions(requestDefaults, checkSessionOptions('RetrySession', session)),
    checkRequestOptions('request', call),
  );

/** A call without a session. */
const plain = (call?: RequestOptions, method = 'POST', url = 'http://x/a'): HttpRequest =>
  prepare(method, url, settled({}, call));

/** A GET of a session. */
const inSession = (session: SessionRequestOptions, call?: RequestOptions, url = 'http://x/a'): HttpRequest =>
  prepare('GET', url, settled(session, call));

const wire = (request: HttpRequest): Record<string, string> => Object.fromEntries(request.headers);

describe('prepare', () => {
  it('needs nothing but a method and an address', () => {
    const request = plain(undefined, 'get', 'http://x/a?b#c');

    expect(request).toMatchObject({
      method: 'GET',
      auth: undefined,
      cookies: {},
      timeouts: { connect: 5000, read: 30_000, total: 60_000 },
      stream: false,
      signal: undefined,
      allowRedirects: true,
      maxRedirects: 10,
      maxResponseSize: 67_108_864,
      decompress: true,
      keepHeaders: false,
      hooks: [],
    });
    expect([request.url.href, request.body.kind]).toEqual(['http://x/a?b#c', 'none']);
    expect(wire(request)).toEqual({
      accept: '*/*',
      'accept-encoding': 'gzip, deflate, br',
      'user-agent': 'stampede-js',
    });
  });

  it('follows no redirects of HEAD unless told to', () => {
    expect(plain({}, 'HEAD').allowRedirects).toBe(false);
    expect(plain({ allowRedirects: true }, 'HEAD').allowRedirects).toBe(true);
    expect(inSession({ allowRedirects: false }).allowRedirects).toBe(false);
  });

  it('asks for nothing compressed when it is not to be inflated', () => {
    expect(plain({ decompress: false }).headers.has('accept-encoding')).toBe(false);
    expect(inSession({ decompress: false }, { decompress: true }).headers.has('accept-encoding')).toBe(true);
    expect(
      plain({ decompress: false, headers: { 'accept-encoding': 'br' } }).headers.get('accept-encoding'),
    ).toBe('br');
  });

  it('lets a call change what it names, and take away with null', () => {
    const session: SessionRequestOptions = {
      params: { a: 1, b: 2 },
      headers: { 'X-A': '1', 'X-B': '2' },
      cookies: { a: '1', b: '2' },
      timeout: { connect: 10, total: 100 },
      hooks: { response: () => 1 },
    };

    const request = inSession(
      session,
      {
        params: { b: null, c: 3 },
        headers: { 'x-b': null, 'x-c': '3', accept: null },
        cookies: { b: null, c: 3 },
        timeout: { read: 20 },
        hooks: { response: null },
      },
      'http://x/?q=1',
    );

    expect(request.url.search).toBe('?q=1&a=1&c=3');
    expect(wire(request)).toMatchObject({ 'x-a': '1', 'x-c': '3' });
    expect([request.headers.has('x-b'), request.headers.has('accept')]).toEqual([false, false]);
    expect(request.cookies).toEqual({ a: '1', c: '3' });
    expect(request.timeouts).toEqual({ connect: 10, read: 20, total: 100, isTotalGiven: true });
    expect(request.hooks).toEqual([]);
  });

  it('keeps the very transport of the session for a call that says nothing of it', () => {
    const options = settled({ verify: false });

    expect(mergeRequestOptions(options, checkRequestOptions('get', { json: 1 })).transport).toBe(
      options.transport,
    );
    expect(mergeRequestOptions(options, checkRequestOptions('get', { trustEnv: true })).transport).toEqual({
      ...options.transport,
      trustEnv: true,
    });
  });

  it('changes nothing of the session, and shares nothing with the caller', () => {
    const headers = { 'x-a': '1' };
    const options = settled({}, { json: 1, headers });
    const url = new URL('http://x/a');
    const request = prepare('POST', url, options);

    headers['x-a'] = '2';
    url.pathname = '/b';
    request.headers.set('cookie', 'a=1');

    expect([request.headers.get('x-a'), request.url.pathname]).toEqual(['1', '/a']);
    expect([options.headers.has('cookie'), options.headers.has('content-type')]).toEqual([false, false]);
    expect(requestDefaults.headers.has('content-type')).toBe(false);
  });
});

describe('whose credentials are sent', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const url = 'http://url:pw@x/a';

  it.each<[string, SessionRequestOptions, RequestOptions, string, string | undefined]>([
    ['those of the address', {}, {}, url, basic('url:pw')],
    ['those of the session', { auth: ['session', 'pw'] }, {}, 'http://x/', basic('session:pw')],
    ['a header of the session', { headers: { authorization: 'S' } }, {}, 'http://x/', 'S'],
    ['the address before the session', { auth: ['session', 'pw'] }, {}, url, basic('url:pw')],
    [
      'the address before a header of the session',
      { headers: { authorization: 'S' } },
      {},
      url,
      basic('url:pw'),
    ],
    ['the call before the address', {}, { auth: { bearer: 'call' } }, url, 'Bearer call'],
    [
      'the call before the session',
      { auth: ['s', 'pw'] },
      { auth: ['call', 'pw'] },
      'http://x/',
      basic('call:pw'),
    ],
    [
      'a header of the call before both',
      { auth: ['s', 'pw'] },
      { headers: { Authorization: 'C' } },
      url,
      'C',
    ],
    [
      'the call before a header of the session',
      { headers: { authorization: 'S' } },
      { auth: { bearer: 'c' } },
      'http://x/',
      'Bearer c',
    ],
    ['none where the call says null', { auth: ['s', 'pw'] }, { auth: null }, url, undefined],
    [
      'none where the call takes the header away',
      { auth: ['s', 'pw'] },
      { headers: { authorization: null } },
      'http://x/',
      undefined,
    ],
    ['those of the base', { baseUrl: 'http://base:pw@x' }, {}, 'a', basic('base:pw')],
    [
      'auth before those of the base',
      { baseUrl: 'http://base:pw@x', auth: { bearer: 't' } },
      {},
      'a',
      'Bearer t',
    ],
  ])('%s', (_, session, call, address, wanted) => {
    const request = inSession(session, call, address);

    expect(request.headers.get('authorization')).toBe(wanted);
    expect(request.url.href).not.toContain('pw');
  });

  it('leaves a function to be asked later', () => {
    const sign = () => 'Signed';

    expect(inSession({ auth: sign }).auth).toBe(sign);
    expect(inSession({ auth: sign }, { auth: ['a', 'b'] }).auth).toBeUndefined();
    expect(inSession({ auth: sign }, {}, url).auth).toBeUndefined();
  });
});

describe('an address that is not of the base', () => {
  const session: SessionRequestOptions = {
    baseUrl: 'https://api.example/v1',
    auth: ['me', 's3cret'],
    headers: { 'x-api-key': 's3cret', 'accept-language': 'de', 'x-kept': '1' },
    cookies: { sid: 's3cret' },
    params: { key: 's3cret' },
  };
  const seen = (request: HttpRequest) => JSON.stringify([request.url.href, wire(request), request.cookies]);

  it.each(['https://other.example/', 'http://api.example/v1/a', 'https://api.example:8443/v1/a'])(
    'gets nothing that was meant for the base: %s',
    (url) => {
      const request = inSession(
        session,
        { headers: { 'x-own': '1' }, cookies: { own: '1' }, params: { own: 1 } },
        url,
      );

      expect(seen(request)).not.toContain('s3cret');
      expect(wire(request)).toMatchObject({
        'accept-language': 'de',
        'x-own': '1',
        'user-agent': 'stampede-js',
      });
      expect([request.headers.has('authorization'), request.headers.has('x-kept')]).toEqual([false, false]);
      expect([request.cookies, request.url.search]).toEqual([{ own: '1' }, '?own=1']);
    },
  );

  it('gets the auth that the call gives it', () => {
    const request = inSession(session, { auth: { bearer: 'own' } }, 'https://other.example/');

    expect(request.headers.get('authorization')).toBe('Bearer own');
  });

  it('gets what keepHeaders names, or all', () => {
    const url = 'https://other.example/';

    expect(inSession({ ...session, keepHeaders: ['X-Kept'] }, {}, url).headers.get('x-kept')).toBe('1');
    expect(inSession({ ...session, keepHeaders: true }, {}, url).headers.get('x-api-key')).toBe('s3cret');
  });

  it('of the same origin gets all, also when it is absolute', () => {
    const request = inSession(session, {}, 'https://api.example/v2');

    expect(request.headers.get('x-api-key')).toBe('s3cret');
    expect(request.headers.has('authorization')).toBe(true);
  });
});

describe('the headers of a body', () => {
  it('say its type, unless one was given', () => {
    expect(plain({ json: {} }).headers.get('content-type')).toBe('application/json');
    expect(plain({ json: {}, headers: { 'Content-Type': 'a/b' } }).headers.get('content-type')).toBe('a/b');
    expect(plain({ body: 'x' }).headers.has('content-type')).toBe(false);
  });

  it('say the boundary of a form with files, whatever was given', () => {
    const files = { a: 'x' };
    const boundary = /^multipart\/form-data; boundary=/;
    const withDefault = settled({ headers: { 'content-type': 'application/json' } }, { files });

    expect(plain({ files }).headers.get('content-type')).toMatch(boundary);
    expect(prepare('POST', 'http://x/', withDefault).headers.get('content-type')).toMatch(boundary);
    expect(
      plain({ files, headers: { 'content-type': 'multipart/form-data' } }).headers.get('content-type'),
    ).toMatch(boundary);
    expect(() => plain({ files, headers: { 'content-type': 'a/b' } })).toThrow(
      'must be left out with a form of files',
    );
  });

  it('leave the length of bytes to undici, and say that of a Blob', () => {
    expect(plain({ body: 'four', headers: { 'content-length': 4 } }).headers.has('content-length')).toBe(
      false,
    );
    expect(plain({ body: new Blob(['four']) }).headers.get('content-length')).toBe('4');
    expect(
      plain({ body: new PassThrough(), headers: { 'content-length': 4 } }).headers.get('content-length'),
    ).toBe('4');
  });

  it.each<[RequestOptions]>([[{ body: 'four' }], [{}], [{ body: new Blob(['four']) }], [{ json: [1] }]])(
    'refuse a wrong length of %p',
    (call) => {
      expect(() => plain({ ...call, headers: { 'content-length': 5 } })).toThrow(
        /content-length must be left out, or be/,
      );
    },
  );

  it.each(['HEAD', 'TRACE', 'head'])('are none with %s, which has no body', (method) => {
    expect(() => plain({ body: 'x' }, method)).toThrow(OptionError);
    expect(plain({}, method).body.kind).toBe('none');
  });

  it('may go with GET and with methods that nobody knows', () => {
    expect(plain({ json: {} }, 'GET').body.kind).toBe('bytes');
    expect(plain({ json: {} }, 'query').method).toBe('QUERY');
  });
});

describe('checkMethod', () => {
  it.each([
    ['get', 'GET'],
    ['PATCH', 'PATCH'],
    ['m-search', 'M-SEARCH'],
    ['Propfind', 'PROPFIND'],
  ])('makes %s %s', (given, wanted) => {
    expect(checkMethod(given)).toBe(wanted);
  });

  it.each(
    [
      ['', 'GET / HTTP/1.1\r\nx:', 'GET '],
      [Symbol('a'), {}, undefined, null],
      ['connect', 'CONNECT'],
    ].flat(),
  )('refuses %p', (given) => {
    expect(() => checkMethod(given)).toThrow(OptionError);
  });
});
