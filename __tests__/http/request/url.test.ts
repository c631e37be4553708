import { describe, expect, it } from '@jest/globals';
import { OptionError } from '../../../src/core.js';
import { addQuery, readBaseUrl, resolveUrl, shownUrl } from '../../../src/http/request/url.js';

const base = (text: string) => readBaseUrl(text);
const errorOf = (given: unknown, from?: string): OptionError => {
  try {
    resolveUrl(given as string, from === undefined ? undefined : readBaseUrl(from));
  } catch (error) {
    return error as OptionError;
  }
  throw new Error('nothing was refused');
};

describe('resolveUrl', () => {
  it.each([
    ['https://x/api', 'users', 'https://x/api/users'],
    ['https://x/api', '/users', 'https://x/api/users'],
    ['https://x/api/', '/users', 'https://x/api/users'],
    ['https://x/api/', 'users/', 'https://x/api/users/'],
    ['https://x', 'users', 'https://x/users'],
    ['https://x/', '/', 'https://x/'],
    ['https://x/api', '', 'https://x/api'],
    ['https://x/api', '?page=2', 'https://x/api?page=2'],
    ['https://x/api', './jobs:run', 'https://x/api/jobs:run'],
    ['https://x/api', 'v1/jobs:run', 'https://x/api/v1/jobs:run'],
    ['https://x/api', 'a//b', 'https://x/api/a//b'],
    ['https://x/api', 'http://y/z', 'http://y/z'],
    ['https://x/api', '/\\evil.example', 'https://x/api//evil.example'],
    ['https://x/api', '@evil.example', 'https://x/api/@evil.example'],
    ['https://x', '.evil.example', 'https://x/.evil.example'],
  ])('of %s and %s is %s', (from, text, wanted) => {
    expect(resolveUrl(text, base(from)).url.href).toBe(wanted);
  });

  it.each([
    ['HTTP://EXAMPLE.org/A', 'http://example.org/A'],
    ['  https://x/a  ', 'https://x/a'],
    ['https://x/a b?c d', 'https://x/a%20b?c%20d'],
    ['https://x/a\r\nb', 'https://x/ab'],
    ['https://müller.example/ü', 'https://xn--mller-kva.example/%C3%BC'],
  ])('reads %j as %s', (text, wanted) => {
    expect(resolveUrl(text, undefined).url.href).toBe(wanted);
  });

  it('makes a URL of its own', () => {
    const given = new URL('https://x/a');
    const { url } = resolveUrl(given, undefined);

    given.pathname = '/b';

    expect(url.href).toBe('https://x/a');
  });

  it('takes credentials out of the address, decoded', () => {
    const { url, credentials } = resolveUrl('https://me%40x:p%3Aw@x/a', undefined);

    expect(url.href).toBe('https://x/a');
    expect(credentials).toEqual({ username: 'me@x', password: 'p:w' });
    expect(resolveUrl('https://100%:%zz@x/', undefined).credentials).toEqual({
      username: '100%',
      password: '%zz',
    });
  });

  it.each([
    ['', 'must not be empty'],
    ['   ', 'must not be empty'],
    ['not a url', 'must be absolute'],
    ['/users', 'must be absolute'],
    ['//x/users', 'http: or https: before //'],
    ['ftp://x/', 'must start with http'],
    ['file:///etc/passwd', 'must start with http'],
    ['javascript:alert(1)', 'must start with http'],
    ['data:,a', 'must start with http'],
    ['localhost:3000/a', 'must start with http'],
    ['http:x', 'must start with http'],
    ['http://', 'http or https address'],
    ['http://[::1', 'http or https address'],
    ['http://x:99999/', 'http or https address'],
    ['http://x:0/', 'a port other than 0'],
    [`https://x/${'a'.repeat(70_000)}`, 'at most 65536 characters; got 70010'],
    [undefined, 'must be text or a URL'],
    [42, 'must be text or a URL'],
    [{ href: 'https://x/' }, 'must be text or a URL'],
  ])('refuses %.40j', (given, text) => {
    const error = errorOf(given);

    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toContain(text);
  });

  it.each(['//y/users', 'jobs:run', 'javascript:alert(1)'])(
    'refuses %s also where there is a base',
    (given) => {
      expect(errorOf(given, 'https://x/api')).toBeInstanceOf(OptionError);
    },
  );

  it.each([
    'http://me:s3cret@x:99999/a?token=s3cret#s3cret',
    'http://me:s3/cret@x:99999/',
    'http://me:s3?cret@x/a@b',
    'ftp://me:s3cret@x/a',
    '//me:s3cret@x/?a=s3cret',
    'me:s3cret@x',
    '/a?token=s3cret',
  ])('shows no credentials and no query of %s', (given) => {
    const error = errorOf(given);

    expect(`${error.message} ${String(error.value)} ${String(error.cause)}`).not.toMatch(/s3/);
  });
});

describe('readBaseUrl', () => {
  it('takes credentials out', () => {
    expect(base('https://me:pw@x/api/')).toEqual({
      prefix: 'https://x/api',
      origin: 'https://x',
      credentials: { username: 'me', password: 'pw' },
    });
  });

  it.each(['https://x/?key=1', 'https://x/#top', 'x', '', 'ftp://x', '/api'])('refuses %j', (given) => {
    expect(() => base(given)).toThrow(/^baseUrl must/);
  });
});

it('addQuery adds to the query that is there, and leaves that as it is', () => {
  const signed = new URL('https://x/a?sig=a%20b+c#top');
  const plain = new URL('https://x/a');

  addQuery(signed, 'd=1');
  addQuery(plain, 'd=1');
  addQuery(plain, '');

  expect([signed.href, plain.href]).toEqual(['https://x/a?sig=a%20b+c&d=1#top', 'https://x/a?d=1']);
});

it('shownUrl shows neither credentials nor query nor fragment', () => {
  expect(shownUrl(new URL('https://me:pw@x:8443/a?b#c'))).toBe('https://x:8443/a');
});
