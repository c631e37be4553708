import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent } from 'undici';
import { OptionError, UsageError } from '../../../src/core.js';
import type { TransportOptions } from '../../../src/http/request/transport-options.js';
import { Agents } from '../../../src/http/wire/agents.js';
import { exchange } from '../../../src/http/wire/exchange.js';
import { local, lockedKey } from '../support/certificates.js';
import { closing, echoServer, httpServer, jsonServer, proxyServer } from '../support/servers.js';
import { errorOf, optionsFor, plainTransport, rested, textOf } from './exchanges.js';

const https = new URL('https://x.test');
const http = new URL('http://x.test');
const transport = (changes: Partial<TransportOptions>): TransportOptions => ({
  ...plainTransport,
  ...changes,
});

describe('the dispatcher of a request', () => {
  let shared = new Agents();
  let owner = new Agents(shared);
  const { open } = closing();

  afterEach(async () => {
    await Promise.all([owner.destroy(), shared.destroy()]);
    shared = new Agents();
    owner = new Agents(shared);
  });

  const get = (address: string, changes: Partial<TransportOptions> = {}): Promise<string> =>
    textOf(exchange(owner.dispatcherFor(new URL(address), transport(changes)), optionsFor(address)));

  it('is the same for all that need nothing special, whoever owns them', () => {
    const plain = shared.dispatcherFor(http, plainTransport);

    expect(owner.dispatcherFor(https, plainTransport)).toBe(plain);
    expect(owner.dispatcherFor(http, transport({ verify: false, cert: local }))).toBe(plain);
    expect(owner.dispatcherFor(https, transport({ proxies: { http: 'http://proxy.test' } }))).toBe(plain);
    expect(owner.dispatcherFor(http, transport({ proxies: { all: 'http://proxy.test', http: '' } }))).toBe(
      plain,
    );
  });

  it('is the one the user gives, whatever else is asked for', () => {
    const dispatcher = new Agent();

    expect(owner.dispatcherFor(https, transport({ dispatcher, verify: false, trustEnv: true }))).toBe(
      dispatcher,
    );
  });

  it('is kept for the same wishes, and another for others', () => {
    const of = (changes: Partial<TransportOptions>): unknown =>
      owner.dispatcherFor(https, transport(changes));
    const bytes = Buffer.from(local.cert);

    expect(of({ verify: false })).toBe(of({ verify: false }));
    expect(of({ verify: local.cert })).toBe(of({ verify: local.cert }));
    expect(of({ verify: bytes })).toBe(of({ verify: new Uint8Array(bytes) }));
    expect(of({ cert: local })).toBe(of({ cert: { ...local } }));
    const all = [
      {},
      { verify: false },
      { verify: local.cert },
      { cert: local },
      { verify: false, cert: local },
    ];
    const proxied = all.map((changes) => ({ ...changes, proxies: { all: 'http://proxy.test' } }));
    expect(new Set([...all, ...proxied].map(of)).size).toBe(10);
  });

  it('is not shared between owners when it is special', () => {
    const special = transport({ verify: false });

    expect(owner.dispatcherFor(https, special)).not.toBe(shared.dispatcherFor(https, special));
  });

  it('ends with its owner, and what is shared does not', async () => {
    const server = await open(jsonServer());
    await get(server.url);

    await owner.close();
    await rested();

    expect(server.sockets.size).toBe(1);
    expect(() => owner.dispatcherFor(http, plainTransport)).toThrow(UsageError);
    await shared.close();
    await rested();
    expect(server.sockets.size).toBe(0);
    expect(() => shared.dispatcherFor(http, plainTransport)).toThrow(/has been closed/);
  });

  it('is the one of the lender for who has borrowed, and stays when he goes', async () => {
    const special = transport({ verify: false });
    const borrower = owner.lend();

    expect(borrower.dispatcherFor(https, special)).toBe(owner.dispatcherFor(https, special));
    await borrower.destroy();

    expect(() => borrower.dispatcherFor(https, special)).toThrow(UsageError);
    expect(owner.dispatcherFor(https, special)).toMatchObject({ closed: false, destroyed: false });
  });

  it('is closed when too many others have come since', async () => {
    const first = owner.dispatcherFor(https, transport({ proxies: { all: 'http://proxy-0.test' } }));
    for (let n = 1; n <= 64; n++) {
      owner.dispatcherFor(https, transport({ proxies: { all: `http://proxy-${n}.test` } }));
    }

    const again = owner.dispatcherFor(https, transport({ proxies: { all: 'http://proxy-0.test' } }));

    expect(again).not.toBe(first);
    expect(first).toMatchObject({ closed: true });
  });

  it.each([
    ['verify', { verify: 'rubbish' }],
    ['verify', { verify: Buffer.from('-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----') }],
    ['cert', { cert: { cert: local.cert, key: 'rubbish' } }],
    ['cert', { cert: { cert: local.cert, key: lockedKey } }],
    ['cert', { cert: { cert: local.cert, key: lockedKey, passphrase: 'wrong' } }],
  ])('cannot be made of %s that TLS does not take', (option, changes) => {
    let error: unknown;
    try {
      owner.dispatcherFor(https, transport(changes));
    } catch (thrown) {
      error = thrown;
    }

    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ option });
    expect((error as Error).message).not.toMatch(/rubbish|wrong/);
  });

  it('shows our certificate to a server that asks', async () => {
    const tls = { ...local, ca: local.cert, requestCert: true, rejectUnauthorized: true };
    const server = await open(httpServer((_request, response) => response.end('welcome'), { tls }));
    const verify = [local.cert];

    expect(await get(server.url, { verify, cert: local })).toBe('200 welcome');
    const locked = { cert: local.cert, key: lockedKey, passphrase: 'sesame' };
    expect(await get(server.url, { verify, cert: locked })).toBe('200 welcome');
    expect(await errorOf(get(server.url, { verify }))).toMatchObject({ name: 'ConnectionError' });
  });
});

describe('a proxy', () => {
  let owner = new Agents();
  const { open } = closing();
  const before = { ...process.env };

  afterEach(async () => {
    await owner.destroy();
    owner = new Agents();
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  });

  const get = (address: string, changes: Partial<TransportOptions>): Promise<string> =>
    textOf(exchange(owner.dispatcherFor(new URL(address), transport(changes)), optionsFor(address)));

  it.each(['all', 'http', 'origin'])('is gone through when it is named for %s', async (key) => {
    const target = await open(echoServer());
    const proxy = await open(proxyServer());

    const text = await get(`${target.url}/a?b=c`, {
      proxies: { [key === 'origin' ? target.url : key]: proxy.url },
    });

    expect(text).toMatch(/^200 .*"url":"\/a\?b=c"/);
    expect(proxy.requests.map(({ method, url }) => [method, url])).toEqual([
      ['CONNECT', `127.0.0.1:${target.port}`],
    ]);
  });

  it('is gone through to a server that speaks TLS, which must convince us all the same', async () => {
    const target = await open(httpServer((_request, response) => response.end('secret'), { tls: local }));
    const proxy = await open(proxyServer());
    const proxies = { https: proxy.url };

    expect(await get(target.url, { proxies, verify: local.cert })).toBe('200 secret');
    expect(await errorOf(get(target.url, { proxies }))).toMatchObject({
      isPermanent: true,
      sent: false,
      transportCode: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it.each([
    ['user:p%40ss@', 'user:p@ss'],
    ['user@', 'user:'],
  ])('is told who asks: %s', async (credentials, expected) => {
    const target = await open(jsonServer());
    const proxy = await open(proxyServer());

    await get(target.url, { proxies: { all: proxy.url.replace('//', `//${credentials}`) } });

    const authorization = `Basic ${Buffer.from(expected).toString('base64')}`;
    expect(proxy.requests[0]?.headers['proxy-authorization']).toBe(authorization);
    expect(target.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('carries many requests at once, and keeps its tunnels', async () => {
    const target = await open(jsonServer());
    const proxy = await open(proxyServer());
    const proxies = { all: proxy.url };

    await Promise.all(Array.from({ length: 20 }, () => get(target.url, { proxies })));
    await rested();
    await get(target.url, { proxies });

    expect(target.requests).toHaveLength(21);
    expect(proxy.requests.length).toBeLessThanOrEqual(20);
  });

  it('is taken from the environment only when that is trusted', async () => {
    const target = await open(jsonServer());
    const proxy = await open(proxyServer());
    process.env['HTTP_PROXY'] = proxy.url.replace('http://', ''); // as curl allows

    await get(target.url, {});
    expect(proxy.requests).toHaveLength(0);
    await get(target.url, { trustEnv: true });
    expect(proxy.requests).toHaveLength(1);

    process.env['NO_PROXY'] = '127.0.0.1';
    await get(target.url, { trustEnv: true });
    expect(proxy.requests).toHaveLength(1);
  });

  it('of the environment gives way to one that is named', async () => {
    const target = await open(jsonServer());
    const [named, inherited] = await Promise.all([open(proxyServer()), open(proxyServer())]);
    process.env['http_proxy'] = inherited.url;

    await get(target.url, { trustEnv: true, proxies: { all: named.url } });
    await get(target.url, { trustEnv: true, proxies: { http: '' } });

    expect([named.requests.length, inherited.requests.length]).toEqual([1, 0]);
  });

  it('for http is none for https', () => {
    process.env['HTTP_PROXY'] = 'http://proxy.test:1';

    expect(owner.dispatcherFor(https, transport({ trustEnv: true }))).toBe(owner.plain);
    expect(owner.dispatcherFor(http, transport({ trustEnv: true }))).not.toBe(owner.plain);
  });

  it.each(['socks5://user:secret@x', 'http://', '::', 'ftp://x'])(
    'in the environment that is none is refused, and not shown: %s',
    (address) => {
      process.env['HTTP_PROXY'] = address;

      const dispatcher = (): unknown => owner.dispatcherFor(http, transport({ trustEnv: true }));

      expect(dispatcher).toThrow(OptionError);
      expect(dispatcher).toThrow(/^http_proxy in the environment must be .*; got something else\.$/);
    },
  );
});
