/**
 * What callers may get wrong: each rejects the promise of the call with an `OptionError` that names it, before anything
 * is sent, and without a secret in its words. The functions that check have tests of their own in `../request/`; here is
 * what reaches the caller.
 */
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { OptionError } from '../../../src/core.js';
import { RetryRequest, RetrySession } from '../../../src/http/index.js';
import { leavesNothing, rejection } from '../support/residue.js';
import { type TestServer, echoServer, scripted } from '../support/servers.js';

const { open, session } = leavesNothing();

const cycle: { self?: unknown } = {};
cycle.self = cycle;

type Given = readonly [what: string, options: unknown, words: string];

const options: readonly Given[] = [
  ['CR LF in a header', { headers: { 'x-a': 's3cret\r\nx-b: c' } }, 'headers["x-a"]'],
  ['NUL in a header', { headers: { 'x-a': 's3cret\0' } }, 'headers["x-a"]'],
  ['CR LF in the name of a header', { headers: { 'x\r\nx-b': 'c' } }, 'headers must have names'],
  ['a header for the connection', { headers: { 'transfer-encoding': 'chunked' } }, 'in chunks by itself'],
  ['a content-length that lies', { headers: { 'content-length': 3 }, data: 'hello' }, 'the 5 bytes'],
  ['CR LF in a cookie', { cookies: { a: 's3cret\r\nx: y' } }, 'cookies'],
  ['a semicolon in a cookie', { cookies: { a: 's3cret; b=c' } }, 'cookies'],
  ['CR LF in a password', { auth: ['me', 's3cret\r\nx: y'] }, 'auth must have no control characters'],
  ['a token with a space', { auth: { bearer: 's3cret s3cret' } }, 'auth.bearer'],
  ['a name without a password', { auth: ['s3cret'] }, 'auth as a list must be'],
  ['a timeout of 0', { timeout: 0 }, 'timeout must be at least 1 ms'],
  ['a timeout of NaN', { timeout: NaN }, 'timeout'],
  ['a negative timeout', { timeout: -1 }, 'timeout'],
  ['a timeout of text without a unit', { timeout: '100' }, 'with a unit'],
  ['a timeout of one number in a list', { timeout: [5] }, 'timeout as a list must be [connect, read]'],
  ['a timeout of a Date', { timeout: new Date(0) }, 'timeout'],
  ['a timeout of a BigInt', { timeout: 5n }, 'timeout'],
  ['a timeout with an unknown key', { timeout: { connnect: 5 } }, 'did you mean connect?'],
  ['a negative number of retries', { retries: -1 }, 'retries'],
  ['half a retry', { retries: 2.5 }, 'retries'],
  ['retries as text', { retries: '3' }, 'retries'],
  ['retries of NaN', { retries: { total: NaN } }, 'retries.total'],
  ['retries of an unknown kind', { retries: { conect: 1 } }, 'did you mean connect?'],
  ['maxRedirects of 1.5', { maxRedirects: 1.5 }, 'maxRedirects'],
  ['maxResponseSize of -1', { maxResponseSize: -1 }, 'maxResponseSize'],
  ['maxResponseSize as text', { maxResponseSize: '64MB' }, 'maxResponseSize'],
  ['maxRetryAfter of NaN', { maxRetryAfter: NaN }, 'maxRetryAfter'],
  ['a backoff that is none', { backoff: 5 }, 'backoff must make waits'],
  ['a random backoff upside down', { backoff: { type: 'random', min: 5, max: 1 } }, 'min'],
  ['a negative backoffFactor', { backoffFactor: -1 }, 'backoffFactor'],
  ['a status that is none', { statusForcelist: [5000] }, 'statusForcelist'],
  ['a method that is none', { allowedMethods: ['GE T'] }, 'allowedMethods'],
  ['an idempotencyKey with CR LF', { idempotencyKey: 'a\r\nb' }, 'idempotencyKey'],
  ['hooks that are no functions', { hooks: { response: 5 } }, 'hooks'],
  ['giveup that is no function', { giveup: true }, 'giveup must be a function'],
  ['a signal that is none', { signal: {} }, 'signal'],
  ['a dispatcher that is none', { dispatcher: {} }, 'dispatcher'],
  ['a proxy that is none', { proxies: 'socks5://me:s3cret@x' }, 'proxies must be an http or https address'],
  ['an unknown option', { tiemout: 5 }, 'did you mean timeout'],
  ['options that are text', 'GET', 'must be an object'],
  ['two bodies', { json: {}, data: 'a' }, 'json cannot be sent beside data'],
  ['JSON with a BigInt', { json: { a: 1n } }, 'json must be a value that JSON can hold'],
  ['JSON in a cycle', { json: cycle }, 'json must be a value that JSON can hold'],
  ['JSON whose toJSON throws', { json: { toJSON: () => cycle } }, 'json must be a value that JSON can hold'],
  ['JSON that is a function', { json: () => 1 }, 'json must be a value that JSON can hold'],
  ['a body that is a number', { body: 5 }, 'body must be text, bytes'],
  ['a body that is an object', { body: { a: 1 } }, 'json for JSON, data for a form'],
  ['a stream that was destroyed', { body: Readable.from(['a']).destroy() }, 'has been destroyed'],
];

const addresses: readonly (readonly [unknown, string])[] = [
  ['', 'url must not be empty'],
  ['not a url', 'url must be absolute'],
  ['//me:s3cret@x/', 'url must say http: or https:'],
  ['/relative?key=s3cret', 'url must be absolute'],
  ['ftp://me:s3cret@x/', 'url must start with http'],
  ['file:///etc/passwd', 'url must start with http'],
  ['javascript:alert(1)', 'url must start with http'],
  ['http://', 'url must be an http or https address'],
  ['http://[::1', 'url must be an http or https address'],
  ['http://me:s3cret@127.0.0.1:99999/', 'url must be an http or https address'],
  ['http://127.0.0.1:0/', 'a port other than 0'],
  [`http://127.0.0.1/${'x'.repeat(2_000_000)}`, 'at most 65536 characters'],
  [undefined, 'url must be text or a URL'],
  [Symbol('a'), 'url must be text or a URL'],
  [{ href: 'http://127.0.0.1/' }, 'url must be text or a URL'],
];

const methods: readonly unknown[] = [
  '',
  'GET / HTTP/1.1\r\nx:',
  'GE T',
  'CONNECT',
  'connect',
  Symbol('a'),
  {},
  5,
  null,
];

describe('a call with', () => {
  const refusal = async (
    call: (client: RetrySession | RetryRequest, server: TestServer) => Promise<unknown>,
    words: string,
  ): Promise<void> => {
    const server = await open(echoServer());
    for (const client of [session(), new RetryRequest()]) {
      const error = await rejection<OptionError>(call(client, server));
      expect(error).toBeInstanceOf(OptionError);
      expect(error.message).toContain(words);
      expect(`${error.message} ${String(error.cause)} ${String(error.stack)}`).not.toContain('s3cret');
      expect(error.message.length).toBeLessThan(500);
    }
    expect(server.connections).toBe(0);
  };

  it.each(options)('%s is refused', (_, given, words) =>
    refusal((client, { url }) => client.post(url, given as object), words),
  );

  it.each(addresses)('the address %.40p is refused', (url, words) =>
    refusal((client) => client.get(url as string), words),
  );

  it.each(methods)('the method %p is refused', (method) =>
    refusal((client, { url }) => client.request(method as string, url), 'method'),
  );
});

describe('a session with', () => {
  it.each<[string, object, string]>([
    ['a default header that is none', { headers: { 'x a': '1' } }, 'headers'],
    ['a base that is none', { baseUrl: 'ftp://me:s3cret@x' }, 'baseUrl'],
    ['a body for all calls', { body: 'a' }, 'body belongs to one request'],
    ['one idempotency key for all calls', { idempotencyKey: 'a' }, 'idempotencyKey'],
    ['a circuit that is none', { circuitBreaker: 5 }, 'circuitBreaker must be false'],
    ['a budget that is none', { budget: { ratio: -1 } }, 'ratio'],
    ['a clock that is none', { clock: {} }, 'clock'],
    ['__proto__ among the headers', { headers: JSON.parse('{"__proto__":{"a":1}}') as object }, 'headers'],
  ])('%s is refused when it is made', (_, given, words) => {
    for (const Client of [RetrySession, RetryRequest]) {
      const make = (): unknown => new Client(given);
      expect(make).toThrow(OptionError);
      expect(make).toThrow(words);
      expect(make).not.toThrow(/s3cret/);
    }
  });
});

describe('what looks wrong, and is not', () => {
  it('is sent as it is meant: no raw byte of an address reaches the wire', async () => {
    const server = await open(echoServer());

    await session().get(`${server.url.toUpperCase()}/a b/ü\r\n/☃?q=a b&q=ü#part`);

    expect(server.requests[0]?.url).toBe('/a%20b/%C3%BC/%E2%98%83?q=a%20b&q=%C3%BC');
  });

  it('is sent upper-case, if it is a method', async () => {
    const server = await open(echoServer());

    await session().request('purge', server.url);

    expect(server.requests[0]?.method).toBe('PURGE');
  });

  it('is a password in an address: it goes into auth, and nowhere else', async () => {
    const server = await open(scripted({ status: 503, body: 'no' }));
    const url = server.url.replace('http://', 'http://me:s3cret@');
    const lines: string[] = [];
    const log = (_level: string, text: string): void => void lines.push(text);

    const error = await rejection<Error>(session({ raiseOnStatus: true, log }).get(url));

    const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(Array(4).fill(basic));
    expect(lines).toHaveLength(4);
    expect(`${error.message} ${lines.join()} ${JSON.stringify(error)}`).not.toMatch(/s3cret|Basic/);
  });

  it('is Infinity, and times past what a timer can hold: no limit, and nothing fires at once', async () => {
    const server = await open(scripted({ delay: 30 }));

    for (const timeout of [
      Infinity,
      2 ** 31,
      2 ** 40,
      null,
      { connect: 2 ** 31, read: 1e300, total: Infinity },
    ]) {
      expect((await session().get(server.url, { timeout })).status).toBe(200);
    }
  });

  it('is what the caller changes during a backoff: each attempt sends what was given', async () => {
    const server = await open(scripted(503, 200, 503, 200));
    const url = new URL(`${server.url}/first`);
    const headers = { 'x-tag': 'first' };
    const json = { tag: 'first' };
    const body = Buffer.from('first');

    const changing = {
      onBackoff: () => {
        url.pathname = '/second';
        headers['x-tag'] = 'second';
        json.tag = 'second';
      },
    };
    await session(changing).post(url, { headers, json });
    await session({ onBackoff: () => void body.fill('x') }).post(server.url, { body });

    expect(server.requests.map(({ url: path }) => path)).toEqual(['/first', '/first', '/', '/']);
    expect(server.requests.slice(0, 2).map(({ headers: got }) => got['x-tag'])).toEqual(['first', 'first']);
    expect(server.requests[1]?.body.toString()).toBe('{"tag":"first"}');
    expect(server.requests[3]?.body.toString()).toBe('first');
  });
});
