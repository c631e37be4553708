/**
 * Sessions: what is sent by each verb and keyword, what is shared between requests, what an answer has.
 */
import { Readable } from 'node:stream';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { CookieJar, MemoryCookieStore } from 'tough-cookie';
import { VirtualClock, fibo } from '../../src/core.js';
import {
  type HttpError,
  type HttpResponse,
  HttpStatusError,
  JsonError,
  RetryRequest,
  RetrySession,
  Session,
  TotalTimeoutError,
  horde,
  originBreaker,
} from '../../src/http/index.js';
import {
  closesAfterRequest,
  closing,
  echoServer,
  httpServer,
  jsonServer,
  scripted,
  silent,
  trickle,
} from './support/servers.js';

const { open } = closing();

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const verbs = ['get', 'options', 'head', 'post', 'put', 'patch', 'delete'] as const;
const faces = [
  ['Session', () => new Session()],
  ['RetrySession', () => new RetrySession()],
  ['RetryRequest', () => new RetryRequest()],
  ['horde', () => horde],
] as const;

describe.each(faces)('%s', (_, make) => {
  it.each(verbs)('sends %s', async (verb) => {
    const server = await open(echoServer());

    const response = await make()[verb](`${server.url}/path`);

    expect(response.status).toBe(200);
    expect(server.requests[0]).toMatchObject({ method: verb.toUpperCase(), url: '/path' });
  });

  it('sends any method by request', async () => {
    const server = await open(echoServer());

    await make().request('propfind', server.url);

    expect(server.requests[0]?.method).toBe('PROPFIND');
  });

  it('sends what the keywords say', async () => {
    const server = await open(echoServer());

    const response = await make().post(`${server.url}/path?a=1`, {
      params: { b: [2, 3] },
      headers: { 'X-Tag': 'red' },
      cookies: { c: 'd' },
      auth: ['me', 'secret'],
      json: { hello: 'world' },
    });

    const echo = await response.json<Echo>();
    expect(echo.url).toBe('/path?a=1&b=2&b=3');
    expect(echo.headers).toMatchObject({
      'x-tag': 'red',
      cookie: 'c=d',
      authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
      'content-type': 'application/json',
    });
    expect(echo.body).toBe('{"hello":"world"}');
  });

  it('rejects for what cannot be meant, and sends nothing', async () => {
    const server = await open(echoServer());
    const client = make();

    await expect(client.get('/relative')).rejects.toThrow(/url must be absolute/);
    await expect(client.get(server.url, { tiemout: 5 } as object)).rejects.toThrow(/did you mean timeout/);
    await expect(client.get(server.url, { timeout: 0 })).rejects.toThrow(/timeout must be at least 1 ms/);
    expect(server.requests).toHaveLength(0);
  });
});

describe('what a session keeps', () => {
  it('sends cookies that answers have set, to their site only', async () => {
    const server = await open(
      httpServer((_request, response) => void response.setHeader('set-cookie', 'id=7; Path=/').end()),
    );
    const session = new RetrySession();

    const first = await session.get(server.url);
    await session.get(server.url, { cookies: { own: '1' } });
    await session.get(server.url.replace('127.0.0.1', 'localhost')).catch(() => undefined);

    expect(first.cookies).toEqual({ id: '7' });
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual([
      undefined,
      'own=1; id=7',
      ...server.requests.slice(2).map(() => undefined),
    ]);
    await session.close();
  });

  it('keeps a cookie that came with an answer that was retried', async () => {
    const server = await open(scripted({ status: 503, headers: { 'set-cookie': 'id=7' } }, { status: 200 }));
    const session = new RetrySession({ backoff: false });

    await session.get(server.url);

    expect(server.requests[1]?.headers.cookie).toBe('id=7');
    await session.close();
  });

  it('keeps no cookies in a RetryRequest', async () => {
    const server = await open(scripted({ headers: { 'set-cookie': 'id=7' } }));
    const api = new RetryRequest();

    await api.get(server.url);
    await api.get(server.url);

    expect(server.requests[1]?.headers.cookie).toBeUndefined();
  });

  it('bounds the cookies of a site, and refuses those of other sites and of public suffixes', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `c${index}=v`);
    const others = ['a=1; Domain=example.com', 'b=2; Domain=com', 'huge='.padEnd(4097, 'x'), '=;;=', ''];
    const server = await open(scripted({ headers: { 'set-cookie': [...others, ...many] } }));
    const session = new Session();

    await session.get(server.url);

    const kept = await session.jar.getCookies(server.url);
    expect(kept).toHaveLength(180);
    expect(kept.every(({ key }) => key.startsWith('c'))).toBe(true);
    await session.close();
  });

  it('merges defaults key by key; null takes one away', async () => {
    const server = await open(echoServer());
    const session = new RetrySession({
      baseUrl: `${server.url}/api`,
      headers: { 'X-A': '1', 'X-B': '2' },
      params: { p: 1, q: 2 },
      cookies: { c: '1', d: '2' },
      auth: { bearer: 'token' },
    });

    const response = await session.get('users', {
      headers: { 'x-b': null, 'X-C': '3' },
      params: { q: null, r: 3 },
      cookies: { d: null },
      auth: null,
    });

    const { url, headers } = await response.json<Echo>();
    expect(url).toBe('/api/users?p=1&r=3');
    expect(headers).toMatchObject({ 'x-a': '1', 'x-c': '3', cookie: 'c=1' });
    expect(headers).not.toHaveProperty('x-b');
    expect(headers).not.toHaveProperty('authorization');
    await session.close();
  });

  it('has headers that can be changed between requests', async () => {
    const server = await open(echoServer());
    const session = new Session();

    session.headers.set('X-Tag', 'blue');
    await session.get(server.url);
    session.headers.delete('x-tag');
    await session.get(server.url, { headers: { accept: 'text/plain' } });

    expect(server.requests[0]?.headers).toMatchObject({ 'x-tag': 'blue', accept: '*/*' });
    expect(server.requests[1]?.headers).not.toHaveProperty('x-tag');
    await session.close();
  });

  it('can be made of a Session, and shares its cookies, defaults and connections', async () => {
    const server = await open(scripted({ headers: { 'set-cookie': 'id=7' } }, 200));
    const plain = new Session({ baseUrl: server.url, headers: { 'X-Tag': 'red' } });
    const session = new RetrySession({ session: plain });

    await session.get('/');
    await turn(); // undici gives a connection free a turn after the answer
    await plain.get('/');

    expect(server.requests[0]?.headers).toMatchObject({ 'x-tag': 'red' });
    expect(server.requests[1]?.headers).toMatchObject({ 'x-tag': 'red', cookie: 'id=7' });
    expect(server.connections).toBe(1);
    await session.close();
    await plain.get('/'); // still open: its connections are its own
    await plain.close();
  });

  it('does not share cookies, circuits or budgets with another session', async () => {
    const server = await open(scripted({ headers: { 'set-cookie': 'id=7' } }));
    const [one, other] = [new RetrySession(), new RetrySession()];

    await one.get(server.url);
    await other.get(server.url);

    expect(server.requests[1]?.headers.cookie).toBeUndefined();
    expect(one.origins.get(server.url)).not.toBe(other.origins.get(server.url));
    await Promise.all([one.close(), other.close()]);
  });

  it('sends what was put into its jar by hand, at once and later', async () => {
    const server = await open(echoServer());
    await using session = new RetrySession();
    const sent = async (): Promise<unknown> =>
      (await (await session.get(server.url)).json<Echo>()).headers['cookie'];

    const before = await sent();
    session.jar.setCookieSync('a=1', server.url);
    const once = await sent();
    await session.jar.setCookie('b=2', server.url);
    const twice = await sent();
    await session.jar.removeAllCookies();

    expect([before, once, twice, await sent()]).toEqual([undefined, 'a=1', 'a=1; b=2', undefined]);
  });

  it('takes a jar of tough-cookie', async () => {
    const server = await open(echoServer());
    const jar = new CookieJar();
    await jar.setCookie('a=b', server.url);
    await using session = new RetrySession({ jar });

    const { headers } = await (await session.get(server.url)).json<Echo>();

    expect(headers['cookie']).toBe('a=b');
  });

  it.each([
    ['a jar that is none', { jar: {} }, /jar must be a CookieJar/],
    ['a session that is none', { session: {} }, /session must be a Session/],
    [
      'a jar beside a session',
      { session: new Session(), jar: new CookieJar() },
      /jar is the one of the session/,
    ],
    ['an unknown option', { retreis: 3 }, /did you mean retries/],
    ['what belongs to one request', { json: {} }, /json belongs to one request/],
  ])('refuses %s', (_, options, message) => {
    expect(() => new RetrySession(options as object)).toThrow(message);
  });

  it('says in a Session that it does not retry', async () => {
    const session = new Session();

    expect(() => new Session({ retries: 3 } as object)).toThrow(/retries is not an option of Session/);
    await expect(session.get('http://127.0.0.1/', { retries: 3 } as object)).rejects.toThrow(/retries/);
  });
});

describe('what an answer has', () => {
  it('has status, reason, headers in any case, and its body as text, JSON and bytes', async () => {
    const server = await open(jsonServer({ name: 'Zoë' }));

    const response = await horde.get(`${server.url}/path?q=1#part`);

    expect(response).toMatchObject({ status: 200, ok: true, reason: 'OK', method: 'GET', history: [] });
    expect(response.url).toBe(`${server.url}/path?q=1#part`);
    expect(response.headers.get('Content-TYPE')).toBe('application/json');
    expect(response.headers.get('x-none')).toBeUndefined();
    expect(response.headers.get('constructor')).toBeUndefined();
    expect(await response.json()).toEqual({ name: 'Zoë' });
    expect(await response.text()).toBe('{"name":"Zoë"}');
    expect(Buffer.from(await response.bytes()).toString()).toBe('{"name":"Zoë"}');
    expect(response.elapsed).toBeGreaterThan(0);
    expect(response.attempts).toMatchObject([{ tries: 1, method: 'GET', status: 200, phase: 'headers' }]);
  });

  it('reads text in the charset that it names, and in UTF-8 where nobody knows it', async () => {
    const body = Buffer.from([0x5a, 0x6f, 0xeb]);
    const server = await open(
      scripted(
        { headers: { 'content-type': 'text/plain; charset="ISO-8859-1"' }, body },
        { headers: { 'content-type': 'text/plain; charset=klingon' }, body: 'Zoë' },
        { body: '\uFEFF{"a":1}' },
      ),
    );

    expect(await (await horde.get(server.url)).text()).toBe('Zoë');
    expect(await (await horde.get(server.url)).text()).toBe('Zoë');
    expect(await (await horde.get(server.url)).json()).toEqual({ a: 1 });
  });

  it('shows status, address and the start of what is not JSON', async () => {
    const server = await open(scripted({ status: 404, body: '<html>not here</html>' }, { body: '' }));

    const error = await (await horde.get(`${server.url}/x?key=1`)).json().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(JsonError);
    expect((error as Error).message).toBe(
      `GET ${server.url}/x: the body (status 404) is not JSON: "<html>not here</html>"`,
    );
    await expect((await horde.get(server.url)).json()).rejects.toThrow('an empty body');
  });

  it('raises for a status from 400 when it is asked to', async () => {
    const server = await open(scripted({ status: 404, body: 'gone' }, 204));

    const bad = await horde.get(server.url);
    const good = await horde.get(server.url);

    expect(bad.ok).toBe(false);
    expect(() => bad.raiseForStatus()).toThrow(HttpStatusError);
    expect(() => bad.raiseForStatus()).toThrow(`GET ${server.url}/: 404 Client Error: Not Found`);
    expect(await bad.text()).toBe('gone');
    expect(good.raiseForStatus()).toBe(good);
  });

  it('decodes gzip unless told not to', async () => {
    const body = gzipSync('hello');
    const server = await open(scripted({ headers: { 'content-encoding': 'gzip' }, body }));

    expect(await (await horde.get(server.url)).text()).toBe('hello');
    const raw = await horde.get(server.url, { decompress: false });
    expect(Buffer.from(await raw.bytes())).toEqual(body);
    expect(server.requests[1]?.headers).not.toHaveProperty('accept-encoding');
  });

  it('streams: lines, and bytes as they come', async () => {
    const server = await open(
      scripted({ headers: { 'content-encoding': 'gzip' }, body: gzipSync('one\ntwo\r\n\nfour') }),
    );

    const lines: string[] = [];
    for await (const line of (await horde.get(server.url, { stream: true })).lines()) lines.push(line);
    const chunks: Buffer[] = [];
    for await (const chunk of (await horde.get(server.url, { stream: true })).body)
      chunks.push(chunk as Buffer);

    expect(lines).toEqual(['one', 'two', '', 'four']);
    expect(Buffer.concat(chunks).toString()).toBe('one\ntwo\r\n\nfour');
  });

  it.each([
    ['lets a stream take longer than the total that nobody gave', undefined, undefined],
    ['ends a stream after the total that was given', { total: '61s' }, /took longer than 61000 ms/],
  ] as const)('%s', async (_, timeout, message) => {
    const clock = new VirtualClock();
    const server = await open(trickle(1));
    const session = new RetrySession({ clock, timeout: { read: null, ...timeout } });

    const response = await session.get(server.url, { stream: true });
    const reading = (async () => {
      for await (const chunk of response.body) if ((chunk as Buffer).length === 0) break;
    })().catch((thrown: unknown) => thrown as Error);
    await clock.advance('70s');
    const ended = await Promise.race([reading, sleep(20, undefined)]);

    if (message === undefined) expect(ended).toBeUndefined();
    else expect((ended as Error).message).toMatch(message);
    response.close();
    await reading;
    await session.close();
  });

  it('gives its body as a stream also when it was collected, before and after it was read', async () => {
    const server = await open(scripted({ body: 'hello' }));

    const unread = await horde.get(server.url);
    const read = await horde.get(server.url);
    await read.text();

    for (const response of [unread, read]) {
      const lines: string[] = [];
      for await (const line of response.lines()) lines.push(line);
      expect(lines).toEqual(['hello']);
    }
    await expect(unread.text()).rejects.toThrow(/stream/);
  });

  it('calls the hooks with the answer, and ends with what they throw', async () => {
    const server = await open(scripted({ status: 404 }));
    const seen: number[] = [];
    const session = new Session({ hooks: { response: (response) => seen.push(response.status) } });

    await session.get(server.url);
    const raising = session.get(server.url, { hooks: { response: (response) => response.raiseForStatus() } });

    await expect(raising).rejects.toThrow(HttpStatusError);
    expect(seen).toEqual([404]);
    await session.close();
  });
});

describe('what a call says of its retries', () => {
  it('stands above what the session says', async () => {
    const server = await open(scripted(503));
    const session = new RetrySession({ retries: 1, backoff: false, budget: false });

    const usual = await session.get(server.url);
    const more = await session.get(server.url, { retries: 3 });
    const none = await session.get(server.url, { retries: false });

    expect([usual, more, none].map(({ attempts }) => attempts.length)).toEqual([2, 4, 1]);
    await session.close();
  });

  it('is what its options say now, also where it was something else before', async () => {
    const server = await open(scripted(503));
    const session = new RetrySession({ backoff: false, budget: false, circuitBreaker: false });
    const retries = { total: 1 };

    const first = await session.get(server.url, { retries });
    retries.total = 2;
    const second = await session.get(server.url, { retries });
    const [third, fourth] = [
      await session.get(server.url, { retries: 3 }),
      await session.get(server.url, { retries: 3 }),
    ];

    expect([first, second, third, fourth].map(({ attempts }) => attempts.length)).toEqual([2, 3, 4, 4]);
    await session.close();
  });

  it('takes any wait of the core', async () => {
    const server = await open(scripted(503, 200));
    const waits: number[] = [];

    const response = await horde.get(server.url, {
      backoff: fibo({ initial: 3 }),
      jitter: null,
      onBackoff: ({ wait, args: [{ request }], value }) => {
        waits.push(wait);
        expect(request.method).toBe('GET');
        expect(value?.status).toBe(503);
      },
    });

    expect(response.status).toBe(200);
    expect(waits).toEqual([3]);
  });

  it('sends one Idempotency-Key with all attempts of a call, and another with the next call', async () => {
    const server = await open(scripted(500, 200, 200));
    const session = new RetrySession({ backoff: false, idempotencyKey: 'auto' });

    await session.post(server.url, { json: 1 });
    await session.post(server.url, { json: 1 });
    await session.get(server.url);

    const [first, second, third, fourth] = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[\da-f-]{36}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(fourth).toBeUndefined();
    await session.close();
  });

  it('throws the status when retries are spent, if told so, with the attempts and the body', async () => {
    const server = await open(scripted({ status: 500, body: 'broken' }));

    const error = await horde
      .get(server.url, { raiseOnStatus: true, retries: 2, backoff: false })
      .catch((thrown: unknown) => thrown as HttpStatusError);

    expect(error).toBeInstanceOf(HttpStatusError);
    const { attempts, response } = error as HttpStatusError;
    expect(attempts.map(({ tries, status }) => [tries, status])).toEqual([
      [1, 500],
      [2, 500],
      [3, 500],
    ]);
    expect(await response.text()).toBe('broken');
  });

  it('opens the circuit of an origin that fails, and refuses then', async () => {
    const server = await open(scripted(500));
    const session = new RetrySession({ retries: false });

    for (let call = 0; call < 20; call++) await session.get(server.url);
    const refused = await session.get(server.url).catch((thrown: unknown) => thrown as { code: string });

    expect(refused).toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect(server.requests).toHaveLength(20);
    expect(session.origins.get(server.url)?.circuit).toBe('open');
    await session.close();
  });

  it('opens a circuit by failures in a row, if so told', async () => {
    const server = await open(scripted(500));
    const session = new RetrySession({ retries: false, circuitBreaker: { consecutive: 2 } });

    await session.get(server.url);
    await session.get(server.url);

    await expect(session.get(server.url)).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    await session.close();
  });

  it('does not take for a failure what giveup takes for an answer', async () => {
    const server = await open(scripted({ status: 500, body: 'no such user' }));
    const giveup = async (response: HttpResponse): Promise<boolean> =>
      (await response.text()).includes('no such');
    const session = new RetrySession({ giveup, backoff: false });

    for (let call = 0; call < 40; call++) await session.get(server.url);

    expect(server.requests).toHaveLength(40);
    expect(session.origins.get(server.url)?.circuit).toBe('closed');
    await session.close();
  });

  it('can share a breaker that judges as its own does', async () => {
    const server = await open(scripted(503));
    const circuitBreaker = originBreaker({ name: 'shared', lastCalls: 2, minCalls: 2 });
    const [one, other] = [1, 2].map(() => new RetrySession({ retries: false, circuitBreaker }));

    await one?.get(server.url);
    await one?.get(server.url);

    await expect(other?.get(server.url)).rejects.toThrow(/"shared" is open/);
    await Promise.all([one?.close(), other?.close()]);
  });

  it('gives the last answer when a circuit refuses the retry', async () => {
    const server = await open(scripted({ status: 503, body: 'last words' }));
    const circuitBreaker = { lastCalls: 2, minCalls: 2 };
    const session = new RetrySession({ backoff: false, circuitBreaker });

    const response = await session.get(server.url, { retries: 5 });

    expect(response.status).toBe(503);
    expect(await response.text()).toBe('last words');
    expect(server.requests).toHaveLength(2);
    await session.close();
  });
});

describe('what a call shows of itself', () => {
  it('is no secret, in handlers, errors and logs', async () => {
    const server = await open(
      httpServer(({ url }, response) => {
        if (url === '/start?key=secret')
          response.writeHead(302, { location: 'http://me:secret@127.0.0.1:1/next?code=secret' }).end();
        else response.writeHead(503).end();
      }),
    );
    const session = new RetrySession({ backoff: false, retries: 1 });
    const shown: string[] = [];
    const show = (value: unknown): void =>
      void shown.push(inspect(value, { depth: 9 }), JSON.stringify(value));

    const error = await session
      .get(`${server.url}/start?key=secret`, {
        headers: { 'x-api-key': 'secret' },
        cookies: { a: 'secret' },
        auth: ['me', 'secret'],
        onBackoff: ({ args }) => show(args),
      })
      .catch((thrown: unknown) => thrown as HttpError);
    show((error as HttpError).attempts);
    show((error as HttpError).message);

    expect((error as HttpError).attempts[0]?.location).toBe('http://127.0.0.1:1/next');
    expect(shown.length).toBeGreaterThanOrEqual(6);
    expect(shown.join('\n')).not.toContain('secret');
    await session.close();
  });

  it.each([
    ['a RetryRequest', () => horde],
    ['a RetrySession', () => new RetrySession()],
  ])('of %s leads to who made the call, and says after how many tries', async (_, make) => {
    const server = await open(closesAfterRequest('rst'));
    const client = make();

    async function businessOfTheUser(): Promise<unknown> {
      const response = await client.get(server.url, {
        retries: 2,
        backoff: false,
        budget: false,
        circuitBreaker: false,
      });
      return response;
    }
    const error = await businessOfTheUser().catch((thrown: unknown) => thrown as HttpError);

    expect((error as HttpError).message).toMatch(/ECONNRESET \(after 3 tries\)$/);
    expect((error as HttpError).stack).toMatch(/ECONNRESET \(after 3 tries\)[^]*businessOfTheUser/);
    expect((error as HttpError).attempts).toHaveLength(3);
  });

  it('is its own, not what a hook brings from another call', async () => {
    const server = await open(scripted(404, 200));
    const foreign = await (
      await horde.get(server.url)
    )
      .json()
      .catch((thrown: unknown) => thrown as HttpError);
    const before = (foreign as HttpError).attempts;

    const brought = horde.get(server.url, {
      hooks: {
        response: () => {
          throw foreign;
        },
      },
    });

    await expect(brought).rejects.toBe(foreign);
    expect((foreign as HttpError).attempts).toBe(before);
  });
});

describe('what bounds a call', () => {
  it('is one total, the question to an auth function included', async () => {
    const clock = new VirtualClock();
    const server = await open(silent());
    const auth = (): Promise<string> =>
      new Promise((resolve) => {
        clock.schedule({ place: -1, unref: false, wake: () => resolve('Bearer x') }, 150);
      });

    const error = await clock
      .run(
        new RetryRequest({ clock }).get(server.url, {
          auth,
          timeout: { connect: null, read: null, total: 200 },
        }),
      )
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(TotalTimeoutError);
    expect(clock.now()).toBe(200);
  });

  it('lets go of a stream that was never sent', async () => {
    const body = Readable.from(['data']);

    await horde
      .post('http://127.0.0.1:1/', { body, auth: () => Promise.reject(new Error('no token')) })
      .catch(() => undefined);

    expect(body.destroyed).toBe(true);
  });

  it('takes null for no options', async () => {
    const server = await open(echoServer());

    expect((await horde.get(server.url, null as never)).status).toBe(200);
  });

  it('tells who gives the body by itself, as axios has it', async () => {
    const post = horde.post.bind(horde) as (...args: unknown[]) => Promise<unknown>;

    await expect(post('http://127.0.0.1:1/', { a: 1 }, { headers: {} })).rejects.toThrow(
      /\{ json: body, headers \}/,
    );
  });

  it('takes an interface for params', async () => {
    interface Query {
      readonly page: number;
    }
    const params: Query = { page: 2 };
    const server = await open(echoServer());

    await horde.get(server.url, { params });

    expect(server.requests[0]?.url).toBe('/?page=2');
  });

  it('names what other libraries call an option', async () => {
    await expect(horde.get('http://127.0.0.1:1/', { maxAttempts: 3 } as object)).rejects.toThrow(
      /did you mean retries/,
    );
    expect(() => new RetrySession({ onRetry: () => undefined } as object)).toThrow(/did you mean onBackoff/);
  });

  it('refuses a jar whose store does not answer at once', () => {
    const jar = new CookieJar(Object.assign(new MemoryCookieStore(), { synchronous: false }));

    expect(() => new RetrySession({ jar })).toThrow(/jar must have a store that answers at once/);
  });
});
