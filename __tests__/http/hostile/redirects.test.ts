/**
 * Redirects and cookies of servers that mean no good. What redirects do otherwise: `../redirects.test.ts`.
 */
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Agent } from 'undici';
import { RedirectError, type RequestOptions } from '../../../src/http/index.js';
import { local } from '../support/certificates.js';
import { leavesNothing, rejection } from '../support/residue.js';
import { type TestServer, echoServer, httpServer, jsonServer, scripted, writes } from '../support/servers.js';

const { open, session } = leavesNothing();

/** Sends `/` elsewhere, and echoes everything else. */
function sendingTo(location: string, status = 302): Promise<TestServer> {
  return httpServer(({ method, url, headers, body }, response) => {
    if (url === '/') response.writeHead(status, { location }).end();
    else response.end(JSON.stringify({ method, url, headers, body: body.toString() }));
  });
}

/** Finds every host on this machine. */
function everyNameHere(): Agent {
  const here = [{ address: '127.0.0.1', family: 4 }];
  type Lookup = (host: string, options: unknown, found: (error: null, all: typeof here) => void) => void;
  const lookup: Lookup = (_host, _options, found) => {
    found(null, here);
  };
  return new Agent({ connect: { lookup: lookup } });
}

describe('a redirect', () => {
  it.each<[string, object, number]>([
    ['to itself', {}, 11],
    ['to itself, a thousand times', { maxRedirects: 1000 }, 1001],
    ['to itself, and never', { maxRedirects: 0 }, 1],
  ])('%s is followed so often, and is not retried', async (_, options, requests) => {
    const server = await open(
      httpServer((_request, response) => void response.writeHead(302, { location: '/' }).end('again')),
    );

    const error = await rejection<RedirectError>(session({ retries: 10 }).get(server.url, options));

    expect(error).toBeInstanceOf(RedirectError);
    expect(error.message).toMatch(/more than \d+ redirects/);
    expect(error.attempts.length).toBeLessThanOrEqual(10);
    expect(server.requests).toHaveLength(requests);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('between two servers for ever ends, too, and keeps no connection', async () => {
    const first: { url: string } = { url: '' };
    const other = await open(
      httpServer((_request, response) => void response.writeHead(307, { location: first.url }).end()),
    );
    const server = await open(sendingTo(other.url, 307));
    first.url = server.url;

    const error = await rejection(session().post(server.url, { json: { a: 1 } }));

    expect(error).toBeInstanceOf(RedirectError);
    expect(server.requests.length + other.requests.length).toBe(11);
  });

  it.each<[string, string, RegExp]>([
    ['to a file', 'file:///etc/passwd', /leads to file:/],
    ['to data', 'data:text/html,hello', /leads to data:/],
    ['to a script', 'javascript:alert(1)', /leads to javascript:/],
    ['to a socket', 'unix:/var/run/docker.sock', /leads to unix:/],
    ['to a port that is none', 'http://127.0.0.1:99999/', /leads to no address/],
    ['to no host', 'http://', /leads to no address/],
  ])('%s is refused', async (_, location, words) => {
    const server = await open(sendingTo(location));

    const error = await rejection<RedirectError>(session().get(server.url));

    expect(error).toBeInstanceOf(RedirectError);
    expect(error.message).toMatch(words);
    expect(error.response.status).toBe(302);
    expect(server.requests).toHaveLength(1);
  });

  it('from https to http is refused', async () => {
    const plain = await open(echoServer());
    const server = await open(
      httpServer((_request, response) => void response.writeHead(302, { location: plain.url }).end(), {
        tls: local,
      }),
    );

    const error = await rejection(session({ verify: local.cert }).get(server.url));

    expect(error).toBeInstanceOf(RedirectError);
    expect(error.message).toMatch(/from https to http/);
    expect(plain.connections).toBe(0);
  });

  it.each([
    ['without a location', undefined],
    ['with an empty one', ''],
  ])('%s is an answer like any other', async (_, location) => {
    const server = await open(
      scripted({ status: 302, headers: location === undefined ? {} : { location }, body: 'here' }),
    );

    const response = await session().get(server.url);

    expect(response.status).toBe(302);
    expect(await response.text()).toBe('here');
  });

  it.each([
    ['in UTF-8', '/\xe2\x98\x83', '/%E2%98%83'],
    ['in Latin-1', '/\xe9', '/%C3%A9'],
    ['with spaces', '/a b', '/a%20b'],
    ['with a query that is a redirect', '/next?to=http://evil.example/', '/next?to=http://evil.example/'],
  ])('%s leads where it says', async (_, location, url) => {
    const reply = `HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`;
    const server = await open(writes(Buffer.from(reply, 'latin1')));

    await rejection(session().get(server.url, { maxRedirects: 1 }));

    expect(server.requests[1]?.url).toBe(url);
  });

  it('with two locations leads to the first', async () => {
    const reply = 'HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n';
    const server = await open(writes(reply));

    await rejection(session().get(server.url, { maxRedirects: 1 }));

    expect(server.requests[1]?.url).toBe('/a');
  });

  it('with a Retry-After is followed at once', async () => {
    const server = await open(
      httpServer(({ url }, response) => {
        if (url === '/') response.writeHead(302, { location: '/next', 'retry-after': '30' }).end();
        else response.end('there');
      }),
    );

    expect(await (await session().get(server.url)).text()).toBe('there');
  });

  it('with a large body, or one without end, keeps nobody', async () => {
    const server = await open(
      httpServer(({ url }, response) => {
        if (url === '/end') response.end('there');
        else {
          response.writeHead(302, { location: url === '/' ? '/2' : '/end' });
          response.write(Buffer.alloc(url === '/' ? 1_000_000 : 10)); // and does not end
        }
      }),
    );

    const response = await session().get(server.url);

    expect(await response.text()).toBe('there');
    expect(response.history).toHaveLength(2);
  });

  it('with a body that can be read only once is refused, however it was sent', async () => {
    const server = await open(sendingTo('/next', 307));

    const error = await rejection(session().put(server.url, { body: Readable.from(['one']) }));

    expect(error).toBeInstanceOf(RedirectError);
    expect(server.requests).toHaveLength(1);
  });
});

describe('across origins', () => {
  const secrets = {
    Authorization: 'Bearer s3cret',
    Cookie: 'id=s3cret',
    'Proxy-Authorization': 'Basic s3cret',
    'X-Api-Key': 's3cret',
    'X-Custom': 's3cret',
    Referer: 'https://internal.example/s3cret',
  };

  it.each<[string, RequestOptions]>([
    ['headers', { headers: secrets }],
    ['auth', { auth: ['me', 's3cret'] }],
    ['a bearer', { auth: { bearer: 's3cret' } }],
    ['an auth function', { auth: () => 'Bearer s3cret' }],
    ['an auth function for headers', { auth: () => ({ 'x-signature': 's3cret' }) }],
    ['cookies', { cookies: { id: 's3cret' } }],
    ['an idempotency key', { headers: { 'Idempotency-Key': 's3cret' } }],
  ])('nothing of %s goes along', async (_, options) => {
    const other = await open(echoServer());
    const server = await open(sendingTo(other.url, 307));

    for (const method of ['GET', 'POST']) await session().request(method, server.url, options);

    expect(server.requests).toHaveLength(2);
    expect(JSON.stringify(server.requests[0]?.headers)).toMatch(/s3cret|Basic/);
    for (const { headers } of other.requests) {
      expect(JSON.stringify(headers)).not.toMatch(/s3cret|Basic|Bearer/);
      expect(headers.host).toBe(new URL(other.url).host);
    }
  });

  it('no default header of the session goes along, nor a password of its base', async () => {
    const other = await open(echoServer());
    const server = await open(sendingTo(other.url));
    const baseUrl = server.url.replace('http://', 'http://me:s3cret@');

    await session({ baseUrl, headers: secrets, cookies: { id: 's3cret' } }).get('/');

    expect(JSON.stringify(server.requests[0]?.headers)).toContain('s3cret');
    expect(JSON.stringify(other.requests[0]?.headers)).not.toMatch(/s3cret|Basic/);
  });

  it('another name of the same machine is another origin', async () => {
    const server = await open(
      httpServer(({ url, headers }, response) => {
        const location = `http://localhost:${headers.host?.split(':')[1]}/next`;
        if (url === '/') response.writeHead(302, { location }).end();
        else response.end();
      }),
    );

    await session({ headers: secrets }).get(server.url);

    expect(server.requests[1]?.headers.host).toMatch(/^localhost/);
    expect(JSON.stringify(server.requests[1]?.headers)).not.toContain('s3cret');
  });

  it('a host header given by hand does not go along', async () => {
    const other = await open(echoServer());
    const server = await open(sendingTo(other.url));

    await session().get(server.url, { headers: { Host: 'internal.example' }, keepHeaders: true });

    expect(server.requests[0]?.headers.host).toBe('internal.example');
    expect(other.requests[0]?.headers.host).toBe(new URL(other.url).host);
  });

  it('a length given by hand does not go along with a body that does not', async () => {
    const server = await open(sendingTo('/next', 303));

    const response = await session().post(server.url, { data: 'hello', headers: { 'Content-Length': '5' } });

    expect(response.status).toBe(200);
    expect(server.requests[1]?.headers).not.toHaveProperty('content-length', '5');
  });
});

describe('cookies', () => {
  it.each([
    ['of another site', 'a=1; Domain=example.com'],
    ['of a public suffix', 'a=1; Domain=com'],
    ['of an address', 'a=1; Domain=127.0.0.2'],
    ['that are expired', 'a=1; Max-Age=0'],
    ['of the past', 'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
    ['that need https', 'a=1; Secure'],
    ['that say that they need https', '__Secure-a=1; Secure'],
    ['of another path', 'a=1; Path=/other'],
    ['of 8 KiB', `a=${'x'.repeat(8192)}`],
    ['that are none', ';;;=;'],
  ])('%s do not come back', async (_, cookie) => {
    const server = await open(scripted({ headers: { 'set-cookie': cookie } }, 200));
    const dispatcher = everyNameHere();
    const client = session({ dispatcher });
    const url = `http://www.site.test:${server.port}/`; // on this machine https is not asked of what needs it

    await client.get(url);
    await client.get(url);
    await dispatcher.close();

    expect(server.requests[1]?.headers.cookie).toBeUndefined();
  });

  it.each([
    ['of its own', 'a=1', 'www.site.test'],
    ['of the site', 'a=1; Domain=site.test', 'api.site.test'],
    ['of the site, with a dot', 'a=1; Domain=.site.test', 'api.site.test'],
  ])('%s do', async (_, cookie, host) => {
    const server = await open(scripted({ headers: { 'set-cookie': cookie } }, 200));
    const dispatcher = everyNameHere();
    const client = session({ dispatcher });

    await client.get(`http://www.site.test:${server.port}/`);
    await client.get(`http://${host}:${server.port}/`);
    await dispatcher.close();

    expect(server.requests[1]?.headers.cookie).toBe('a=1');
  });

  it('in any bytes that HTTP lets through do not make the session useless', async () => {
    const bytes = Buffer.from(
      'HTTP/1.1 200 OK\r\nset-cookie: a=\xe2\x98\x83\xff\t"x"\r\nset-cookie: \xe9=1\r\n' +
        'set-cookie: __proto__=1\r\ncontent-length: 0\r\n\r\n',
      'latin1',
    );
    const server = await open(writes(bytes));
    const client = session();

    for (let n = 0; n < 3; n++) expect((await client.get(server.url)).status).toBe(200);
    expect(({} as { value?: unknown }).value).toBeUndefined();
  });

  it('are bounded, however many come', async () => {
    let n = 0;
    const server = await open(
      httpServer((_request, response) => {
        const cookies = Array.from({ length: 500 }, () => `c${n++}=v`);
        response.setHeader('set-cookie', cookies).end();
      }),
    );
    const client = session();

    for (let call = 0; call < 20; call++) await client.get(server.url); // 10,000 of them

    expect(await client.jar.getCookies(server.url)).toHaveLength(180);
    expect((server.requests.at(-1)?.headers.cookie ?? '').length).toBeLessThan(8000);
  });

  it('given by hand stand above those of the jar, and a header above all', async () => {
    const server = await open(scripted({ headers: { 'set-cookie': ['a=jar', 'b=jar'] } }, 200));
    const client = session();
    await client.get(server.url);

    await client.get(server.url, { cookies: { a: 'hand' } });
    await client.get(server.url, { headers: { Cookie: 'a=header' } });

    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual([
      undefined,
      'a=hand; b=jar',
      'a=header',
    ]);
  });
});

describe('an address that is not of the base', () => {
  it.each([
    ['with options of the call', { headers: { 'X-Own': '1' } }],
    ['without', undefined],
  ])('gets nothing that was meant for the base, %s', async (_, options) => {
    const [base, other] = [await open(jsonServer()), await open(echoServer())];
    const client = session({
      baseUrl: base.url.replace('http://', 'http://me:s3cret@'),
      headers: { 'X-Api-Key': 's3cret' },
      cookies: { id: 's3cret' },
      params: { key: 's3cret' },
    });
    const withAuth = session({ baseUrl: base.url, auth: { bearer: 's3cret' } });

    await client.get(other.url, options);
    await withAuth.get(other.url, options);

    for (const { url, headers } of other.requests) {
      expect(`${url} ${JSON.stringify(headers)}`).not.toMatch(/s3cret|Basic|Bearer/);
    }
  });

  it('gets the password that stands in it, and not that of the session', async () => {
    const server = await open(echoServer());
    const client = session({ auth: ['me', 's3cret'] });

    await client.get(server.url.replace('http://', 'http://you:other@'));

    const basic = `Basic ${Buffer.from('you:other').toString('base64')}`;
    expect(server.requests[0]?.headers.authorization).toBe(basic);
  });
});
