/**
 * Redirects: where they lead, what goes along, and that they do not multiply with retries.
 */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { RedirectError, RetrySession, Session, horde } from '../../src/http/index.js';
import {
  type Handler,
  type TestServer,
  closing,
  echoServer,
  httpServer,
  scripted,
} from './support/servers.js';

const { open } = closing();

/** Sends what asks for `/` to `to`, and echoes everything else. */
function redirecting(
  status: number,
  to: string,
  headers: Record<string, string | string[]> = {},
): Promise<TestServer> {
  return httpServer(({ method, url, headers: got, body }, response) => {
    if (url === '/') response.writeHead(status, { location: to, ...headers }).end('moved');
    else response.end(JSON.stringify({ method, url, headers: got, body: body.toString() }));
  });
}

describe('where a redirect leads', () => {
  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [303, 'DELETE', 'GET', ''],
    [301, 'PUT', 'PUT', 'data'],
    [302, 'DELETE', 'DELETE', 'data'],
    [307, 'POST', 'POST', 'data'],
    [308, 'PATCH', 'PATCH', 'data'],
  ])('a %s to a %s is followed by a %s with the body "%s"', async (status, method, then, body) => {
    const server = await open(redirecting(status, '/next'));

    const response = await horde.request(method, server.url, {
      data: 'data',
      headers: { 'content-type': 'text/plain' },
    });

    expect(response.status).toBe(200);
    expect(server.requests[1]).toMatchObject({ method: then, url: '/next' });
    expect(server.requests[1]?.body.toString()).toBe(body);
    expect(server.requests[1]?.headers['content-type']).toBe(body === '' ? undefined : 'text/plain');
    expect(response.history.map((hop) => hop.status)).toEqual([status]);
  });

  it('keeps HEAD, and follows it only when told to', async () => {
    const server = await open(redirecting(303, '/next'));

    expect((await horde.head(server.url)).status).toBe(303);
    expect((await horde.head(server.url, { allowRedirects: true })).status).toBe(200);
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD']);
  });

  it.each([
    ['/next?a=1', '/next?a=1'],
    ['next', '/next'],
    ['../up', '/up'],
    ['?only=query', '/?only=query'],
  ])('reads the location %s as an address relative to where it came from', async (to, url) => {
    const server = await open(redirecting(302, to));

    const response = await horde.get(server.url, { maxRedirects: 1, raiseOnRedirect: false });

    expect(server.requests[1]?.url).toBe(url);
    expect(response.history).toHaveLength(1);
  });

  it.each([
    ['to a file', 'file:///etc/passwd', /leads to file:/],
    ['to data', 'data:text/plain,hello', /leads to data:/],
    ['to no address', 'http://[::1', /leads to no address/],
  ])('refuses one %s, and tells the answer', async (_, to, message) => {
    const server = await open(redirecting(302, to));

    const error = await horde.get(server.url).catch((thrown: unknown) => thrown as RedirectError);

    expect(error).toBeInstanceOf(RedirectError);
    expect((error as RedirectError).message).toMatch(message);
    expect((error as RedirectError).response.status).toBe(302);
    expect((error as RedirectError).attempts).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
  });

  it.each([[300], [304], [305], [399]])('gives an answer of %s as it is', async (status) => {
    const server = await open(redirecting(status, '/next'));

    expect((await horde.get(server.url)).status).toBe(status);
    expect(server.requests).toHaveLength(1);
  });

  it('gives one without a location, and one that is not to be followed, as it is', async () => {
    const server = await open(scripted({ status: 302 }, { status: 302, headers: { location: '/next' } }));

    expect((await horde.get(server.url)).status).toBe(302);
    expect((await horde.get(server.url, { allowRedirects: false })).status).toBe(302);
    expect(server.requests).toHaveLength(2);
  });

  it('does not send a stream twice', async () => {
    const server = await open(redirecting(307, '/next'));

    const error = await horde
      .post(server.url, { body: Readable.from(['once']) })
      .catch((thrown: unknown) => thrown as Error);

    expect(error).toBeInstanceOf(RedirectError);
    expect((error as Error).message).toMatch(/read only once/);
    expect(server.requests).toHaveLength(1);
  });
});

describe('how many redirects', () => {
  const loop: Handler = ({ url }, response) => {
    response.writeHead(302, { location: url === '/a' ? '/b' : '/a' }).end();
  };

  it('follows ten, and retries none of them', async () => {
    const server = await open(httpServer(loop));

    const error = await horde
      .get(`${server.url}/a`, { retries: 5 })
      .catch((thrown: unknown) => thrown as Error);

    expect(error).toBeInstanceOf(RedirectError);
    expect((error as Error).message).toMatch(/more than 10 redirects/);
    expect(server.requests).toHaveLength(11);
  });

  it.each([
    ['maxRedirects', { maxRedirects: 2 }],
    ['retries.redirect', { retries: { redirect: 2 } }],
  ])('follows as many as %s says; the last answer where that is no error', async (_, options) => {
    const server = await open(httpServer(loop));

    const response = await horde.get(`${server.url}/a`, { ...options, raiseOnRedirect: false });

    expect(response.status).toBe(302);
    expect(response.history).toHaveLength(2);
    expect(server.requests).toHaveLength(3);
  });

  it('gives a redirect as an answer where retries.redirect is false, and lets the call say otherwise', async () => {
    const server = await open(httpServer(loop));
    const session = new RetrySession({ retries: { redirect: false } });
    const bounded = new RetrySession({ retries: { redirect: 5 }, raiseOnRedirect: false });

    expect((await session.get(`${server.url}/a`)).history).toHaveLength(0);
    expect((await bounded.get(`${server.url}/a`, { maxRedirects: 1 })).history).toHaveLength(1);
    expect((await bounded.get(`${server.url}/a`)).history).toHaveLength(5);
    await Promise.all([session.close(), bounded.close()]);
  });

  it('ends with the refusal of the origin it leads to, not with the redirect', async () => {
    const target = await open(scripted(500));
    const server = await open(redirecting(302, `${target.url}/next`));
    const session = new RetrySession({ backoff: false, circuitBreaker: { lastCalls: 2, minCalls: 2 } });
    await session.get(target.url, { retries: 1 });

    await expect(session.get(server.url)).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    await session.close();
  });

  it('goes on at the hop that failed, so that retries and redirects do not multiply', async () => {
    let failures = 0;
    const server = await open(
      httpServer(({ url }, response) => {
        if (url === '/1') response.writeHead(302, { location: '/2' }).end();
        else if (url === '/2') response.writeHead(302, { location: '/3' }).end();
        else if (failures++ < 3) response.writeHead(503).end();
        else response.end('there');
      }),
    );

    const response = await horde.get(`${server.url}/1`, { retries: 3, backoff: false });

    expect(await response.text()).toBe('there');
    expect(server.requests.map(({ url }) => url)).toEqual(['/1', '/2', '/3', '/3', '/3', '/3']);
    expect(response.attempts.map(({ tries, status }) => [tries, status])).toEqual([
      [1, 302],
      [1, 302],
      [1, 503],
      [2, 503],
      [3, 503],
      [4, 200],
    ]);
  });
});

describe('what goes along', () => {
  const secrets = {
    Authorization: 'Basic abc',
    'Proxy-Authorization': 'Basic def',
    'X-Api-Key': 'secret',
    'Idempotency-Key': '1',
    'X-Trace': 'a',
    Accept: 'text/plain',
  };

  it('is everything, to the same origin', async () => {
    const server = await open(redirecting(302, '/next', { 'set-cookie': 'b=2' }));
    const session = new Session({ headers: secrets, cookies: { a: '1' } });

    await session.get(server.url);

    expect(server.requests[1]?.headers).toMatchObject({
      authorization: 'Basic abc',
      'x-api-key': 'secret',
      'x-trace': 'a',
      cookie: 'a=1; b=2',
    });
    await session.close();
  });

  it.each([
    ['nothing that could be a secret, to another port', false, []],
    ['what keepHeaders names besides', ['X-Trace'], ['x-trace']],
    ['everything, where keepHeaders says so', true, ['authorization', 'x-api-key', 'x-trace']],
  ])('is %s', async (_, keepHeaders, kept) => {
    const target = await open(echoServer());
    const server = await open(redirecting(302, `${target.url}/next`, { 'set-cookie': 'b=2; Path=/own' }));
    const session = new RetrySession({ headers: secrets, cookies: { a: '1' }, keepHeaders });

    await session.get(server.url);

    const { headers } = target.requests[0] as (typeof target.requests)[number];
    const names = ['authorization', 'proxy-authorization', 'x-api-key', 'idempotency-key', 'x-trace'];
    expect(names.filter((name) => name in headers)).toEqual(expect.arrayContaining(kept));
    if (keepHeaders !== true) expect(names.filter((name) => name in headers)).toEqual(kept);
    expect(headers['cookie']).toBeUndefined();
    expect(headers['accept']).toBe('text/plain');
    await session.close();
  });

  it('does not come back with a redirect back to the first origin', async () => {
    const first: { url: string } = { url: '' };
    const other = await open(
      httpServer(
        (_request, response) => void response.writeHead(302, { location: `${first.url}/end` }).end(),
      ),
    );
    const server = await open(redirecting(302, `${other.url}/`));
    first.url = server.url;

    await horde.get(server.url, { headers: secrets });

    expect(server.requests[1]?.url).toBe('/end');
    expect(server.requests[1]?.headers).not.toHaveProperty('authorization');
    expect(server.requests[1]?.headers).not.toHaveProperty('x-api-key');
  });

  it('is what the body is: its encoding, and which part of the answer is wanted', async () => {
    const target = await open(echoServer());
    const server = await open(redirecting(307, `${target.url}/next`));

    await horde.put(server.url, {
      body: gzipSync('data'),
      headers: { 'content-encoding': 'gzip', range: 'bytes=0-3', 'if-match': '"a"' },
    });

    expect(target.requests[0]?.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': String(gzipSync('data').length),
      range: 'bytes=0-3',
      'if-match': '"a"',
    });
  });

  it('is the cookie that the server has set, in place of one given by hand', async () => {
    const server = await open(redirecting(302, '/next', { 'set-cookie': 'id=new' }));
    const session = new Session();

    await session.get(server.url, { cookies: { id: 'old', other: '1' } });

    expect(server.requests[1]?.headers.cookie).toBe('other=1; id=new');
    await session.close();
  });

  it('is each cookie that a redirect sets, without a session until the call is over', async () => {
    const server = await open(
      httpServer(({ url }, response) => {
        if (url === '/end') return response.writeHead(200, { 'set-cookie': 'end=1' }).end();
        const step = url === '/' ? '/login' : '/end';
        return response
          .writeHead(302, { location: step, 'set-cookie': `${step.slice(1)}=new; Path=/` })
          .end();
      }),
    );

    await horde.get(server.url, { cookies: { login: 'old', other: '1' } });
    await horde.get(server.url);

    const sent = server.requests.map(({ url, headers }) => [url, headers.cookie]);
    expect(sent).toEqual([
      ['/', 'login=old; other=1'],
      ['/login', 'other=1; login=new'],
      ['/end', 'other=1; login=new; end=new'],
      ['/', undefined],
      ['/login', 'login=new'],
      ['/end', 'login=new; end=new'],
    ]);
  });

  it('is no cookie that a redirect sets for another site', async () => {
    const target = await open(echoServer());
    const other = target.url.replace('127.0.0.1', 'localhost');
    const server = await open(
      redirecting(302, `${other}/next`, { 'set-cookie': ['a=1', 'b=2; Domain=localhost'] }),
    );

    await horde.get(server.url);

    expect(target.requests[0]?.headers.cookie).toBeUndefined();
  });

  it('is a cookie at a retry, too, where the redirect that set it is not asked again', async () => {
    const server = await open(
      httpServer(({ url }, response, n) => {
        if (url === '/') response.writeHead(302, { location: '/next', 'set-cookie': 'id=7; Path=/' }).end();
        else response.writeHead(n < 3 ? 503 : 200).end();
      }),
    );

    await horde.get(server.url, { backoff: false });

    const sent = server.requests.map(({ url, headers }) => [url, headers.cookie]);
    expect(sent).toEqual([
      ['/', undefined],
      ['/next', 'id=7'],
      ['/next', 'id=7'],
    ]);
  });

  it('is no name or password that the location holds', async () => {
    const target = await open(echoServer());
    const server = await open(redirecting(302, target.url.replace('http://', 'http://me:secret@')));

    const response = await horde.get(server.url);

    expect(target.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(response.url).not.toContain('secret');
  });
});

describe('a redirect to another origin', () => {
  it('leads to its circuit, while the origin that was called first pays the retries', async () => {
    const target = await open(httpServer((_request, response) => void response.writeHead(503).end()));
    const server = await open(redirecting(302, target.url));
    const session = new RetrySession({ backoff: false, circuitBreaker: { consecutive: 4 } });

    await session.get(server.url);

    const [first, second] = [session.origins.get(server.url), session.origins.get(target.url)];
    expect([first?.circuit, second?.circuit]).toEqual(['closed', 'open']);
    expect(first?.budget?.level).toBeLessThan(first?.budget?.capacity ?? 0);
    expect(second?.budget?.level).toBe(second?.budget?.capacity);
    await session.close();
  });
});
