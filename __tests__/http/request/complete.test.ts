import { describe, expect, it } from '@jest/globals';
import type { AuthFunction, AuthRequest } from '../../../src/http/request/auth.js';
import { checkRequestOptions } from '../../../src/http/request/checked-options.js';
import { complete } from '../../../src/http/request/complete.js';
import { type HttpRequest, prepare } from '../../../src/http/request/prepare.js';
import type { RequestOptions } from '../../../src/http/request/request-options.js';
import { mergeRequestOptions, requestDefaults } from '../../../src/http/request/settled-options.js';

const prepared = (options: RequestOptions): HttpRequest =>
  prepare('POST', 'http://x/a?b', mergeRequestOptions(requestDefaults, checkRequestOptions('post', options)));

describe('complete', () => {
  it('gives a usual request back at once, the very same', () => {
    const request = prepared({ json: 1, auth: ['a', 'b'] });

    expect(complete(request)).toBe(request);
  });

  it('waits for the encoding of a form', async () => {
    const request = prepared({ files: { a: 'x' } });

    const completed = complete(request);

    expect(completed).toBeInstanceOf(Promise);
    expect(await completed).toBe(request);
    expect(request.body.length).toBeGreaterThan(100);
  });

  it('sets what an auth function gives: a value, headers, or nothing', () => {
    const headersFor = (auth: AuthFunction) => (complete(prepared({ auth })) as HttpRequest).headers;

    expect(headersFor(() => 'Signed abc').get('authorization')).toBe('Signed abc');
    expect(headersFor(() => ({ 'x-signature': 'abc', accept: null })).toWire()).not.toContain('accept');
    expect(headersFor(() => ({ 'x-signature': 'abc' })).get('x-signature')).toBe('abc');
    expect(headersFor(() => undefined).has('authorization')).toBe(false);
  });

  it('waits for an auth function that gives a promise, after the form is encoded', async () => {
    const seen: AuthRequest[] = [];
    const auth: AuthFunction = (request) => {
      seen.push(request);
      return Promise.resolve('Signed abc');
    };

    const completed = await complete(prepared({ files: { a: 'x' }, auth }));

    expect([completed.headers.get('authorization'), completed.auth]).toEqual(['Signed abc', undefined]);
    expect(Buffer.from(seen[0]!.body!).toString()).toContain('form-data; name="a"');
  });

  it('shows an auth function copies', () => {
    const auth: AuthFunction = ({ url, headers, method, body }) => {
      url.pathname = '/changed';
      headers.set('x-changed', '1');
      return `${method} ${Buffer.from(body!).toString()}`;
    };

    const completed = complete(prepared({ json: [1], auth })) as HttpRequest;

    expect(completed.url.href).toBe('http://x/a?b');
    expect(completed.headers.has('x-changed')).toBe(false);
    expect(completed.headers.get('authorization')).toBe('POST [1]');
  });

  it('lets the error of an auth function through', async () => {
    const boom = new Error('boom');
    const auth = () => {
      throw boom;
    };

    expect(() => complete(prepared({ auth }))).toThrow(boom);
    await expect(complete(prepared({ auth: () => Promise.reject(boom) }))).rejects.toBe(boom);
  });

  it.each([5, true, 'a\r\nb'])('refuses %p from an auth function', (answer) => {
    expect(() => complete(prepared({ auth: () => answer as string }))).toThrow(/^(auth|headers)/);
  });
});
