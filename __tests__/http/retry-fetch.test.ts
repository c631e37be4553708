import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { OptionError, VirtualClock, retryHistory } from '../../src/core.js';
import { ReadTimeoutError, TotalTimeoutError, retryFetch } from '../../src/http/fetch/index.js';
import type { HttpResponse, RetryFetchOptions } from '../../src/http/fetch/index.js';
import {
  closesAfterRequest,
  closing,
  httpServer,
  nobody,
  rawServer,
  scripted,
  silent,
  until,
} from './support/servers.js';

const quick = { backoff: { type: 'fixed', delay: 1 }, jitter: null, log: false } as const;
const retried = (options: RetryFetchOptions = {}): typeof fetch =>
  retryFetch(fetch, { ...quick, ...options });

/** A fetch that does as a script says, in any time. */
function fake(...script: (Error | number | 'hangs')[]): typeof fetch & { calls: any[][] } {
  const calls: any[][] = [];
  const fetch = (async (...args: any[]) => {
    const end = script[Math.min(calls.push(args), script.length) - 1] as Error | number | 'hangs';
    if (end === 'hangs') return new Promise(() => {});
    if (typeof end === 'number') return new Response('body', { status: end });
    throw end;
  }) as any;
  return Object.assign(fetch, { calls });
}

describe('retryFetch', () => {
  const { open } = closing();

  it('has the type and the name of its fetch, and gives its Response', async () => {
    const server = await open(scripted(503, { status: 200, body: 'fine' }));
    const get: typeof fetch = retried();

    const response: Response = await get(new URL(server.url));

    expect(get.name).toBe('fetch');
    expect(response).toBeInstanceOf(Response);
    expect(response.url).toBe(`${server.url}/`);
    expect(await response.text()).toBe('fine');
  });

  it('hands the arguments on as they are', async () => {
    const given = fake(200);

    await retryFetch(given, quick)('https://host.test/a?b#c', {
      method: 'patch',
      headers: { 'X-Tag': 'a' },
      cache: 'no-store',
    });

    const [input, init] = given.calls[0]!;
    expect(input).toBe('https://host.test/a?b#c');
    expect(init).toMatchObject({ method: 'patch', headers: { 'X-Tag': 'a' }, cache: 'no-store' });
  });

  it('leaves what is no http, and what no fetch understands, to the fetch', async () => {
    const get = retried();

    expect(await (await get('data:text/plain,hello')).text()).toBe('hello');
    await expect(get('nowhere')).rejects.toThrow('Failed to parse URL');
    await expect(get('https://host.test', { headers: { 'a b': 'c' } })).rejects.toThrow(
      'invalid header name',
    );
  });

  it('takes null for init, and a Request', async () => {
    const server = await open(scripted(200));
    const get = retried();

    await get(server.url, null as never);
    await get(server.url, new Request(server.url, { method: 'POST', body: 'x', headers: { 'x-tag': 'a' } }));

    expect(server.requests[0]).toMatchObject({ method: 'GET' });
    expect(server.requests[1]).toMatchObject({
      method: 'POST',
      body: Buffer.from('x'),
      headers: { 'x-tag': 'a' },
    });
  });

  it('ends where a fetch gives nothing', async () => {
    const given: typeof fetch = async () => undefined as never;
    const { signal } = new AbortController();

    const error = await retryFetch(given, quick)('https://host.test', { signal }).catch(
      (one: unknown) => one,
    );

    expect(error).toHaveProperty('message', expect.stringContaining('this one gave undefined'));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('makes do with a stand-in for a Response', async () => {
    const body = new ReadableStream();
    const answers = [{ status: 503, body }, { status: 503 }, { ok: true }];
    const given: typeof fetch = async () => answers.shift() as never;

    expect(await retryFetch(given, quick)('https://host.test')).toEqual({ ok: true });
  });

  it('tells a callback where an answer came from', async () => {
    const server = await open(scripted({ status: 302, headers: { location: '/next?a=1#b' } }, 503));
    const seen: string[] = [];
    const giveup = ({ url }: HttpResponse): boolean => seen.push(url) > 0;

    await retried({ giveup })(server.url);
    await retryFetch(fake(503), { ...quick, giveup })('https://host.test/x?y=1');

    expect(seen).toEqual([`${server.url}/next?a=1`, 'https://host.test/x?y=1']);
  });

  it('follows no redirect itself', async () => {
    const server = await open(
      scripted({ status: 302, headers: { location: '/next' } }, { status: 200, body: 'there' }),
    );

    const response = await retried()(server.url);

    expect(response.redirected).toBe(true);
    expect(await response.text()).toBe('there');
  });

  describe('an error', () => {
    it('is the very same object, with the history of its attempts', async () => {
      const error = Object.assign(new TypeError('fetch failed'), {
        cause: { code: 'ECONNREFUSED', message: 'connect' },
      });
      const given = fake(error);

      const thrown = await retryFetch(given, quick)('https://host.test', { method: 'POST' }).catch(
        (one: unknown) => one,
      );

      expect(thrown).toBe(error);
      expect(given.calls).toHaveLength(4);
      expect(retryHistory(thrown)?.attempts).toHaveLength(4);
    });

    it.each([
      ['a browser says nothing', new TypeError('Failed to fetch'), 3, 1],
      ['the connection was reset', failed('ECONNRESET', 'read ECONNRESET'), 3, 1],
      ['it was reset while connecting', failed('ECONNRESET', 'connect ECONNRESET 1.2.3.4:80'), 4, 4],
      ['DNS is not there', failed('EAI_AGAIN', 'getaddrinfo EAI_AGAIN host.test'), 4, 4],
      ['there is no such name', failed('ENOTFOUND', 'getaddrinfo ENOTFOUND host.test'), 2, 2],
      ['connecting took too long', failed('UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error'), 4, 4],
      ['nothing came', failed('UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error'), 3, 1],
      ['it was not HTTP', failed('HPE_INVALID_CONSTANT', 'Expected HTTP/'), 2, 1],
      ['the certificate is wrong', failed('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'), 1, 1],
      ['its headers are too large', failed('UND_ERR_HEADERS_OVERFLOW', 'Headers Overflow Error'), 1, 1],
      [
        'it redirects for ever',
        new TypeError('fetch failed', { cause: new Error('redirect count exceeded') }),
        1,
        1,
      ],
      ['the port is none for fetch', new TypeError('fetch failed', { cause: new Error('bad port') }), 1, 1],
      ['somebody else aborted', new DOMException('This operation was aborted', 'AbortError'), 1, 1],
      [
        'a node-fetch was refused',
        Object.assign(new Error('request failed'), { code: 'ECONNREFUSED' }),
        4,
        4,
      ],
    ])('where %s: GET is sent %#', async (_, error, gets, posts) => {
      const get = fake(error);
      const post = fake(error);

      const one = await retryFetch(get, quick)('https://host.test').catch((thrown: unknown) => thrown);
      const two = await retryFetch(post, quick)('https://host.test', { method: 'POST', body: 'x' }).catch(
        (thrown: unknown) => thrown,
      );

      expect([one, two]).toEqual([error, error]);
      expect([get.calls.length, post.calls.length]).toEqual([gets, posts]);
    });

    it.each([
      ['a body with GET', 'https://host.test/', { body: 'x' }],
      ['credentials', 'https://me:secret@host.test/', {}],
      ['a method that is none', 'https://host.test/', { method: 'a b' }],
    ])('about %s is not retried', async (_, url, init) => {
      const counted = jest.fn(fetch);

      const error = await retryFetch(counted, quick)(url, init).catch((thrown: unknown) => thrown);

      expect(error).toHaveProperty('name', 'TypeError');
      expect(counted).toHaveBeenCalledTimes(1);
    });

    function failed(code: string, message: string): Error {
      return new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });
    }
  });

  describe('timeout', () => {
    it('ends an attempt without headers, which is retried like any that may have been processed', async () => {
      const server = await open(silent());
      const start = performance.now();

      const error = await retried({ timeout: 25 })(server.url).catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(ReadTimeoutError);
      expect((error as ReadTimeoutError).attempts).toHaveLength(3);
      expect(performance.now() - start).toBeLessThan(20 * 75);
      expect(performance.now() - start).toBeGreaterThanOrEqual(74);
    });

    it('does not send a POST again', async () => {
      const server = await open(silent());

      await retried({ timeout: 25 })(server.url, { method: 'POST', body: 'x' }).catch(() => {});

      expect(server.requests).toHaveLength(1);
    });

    it('in all ends attempts and waits, in virtual time to the millisecond', async () => {
      const clock = new VirtualClock();
      const given = fake('hangs');
      const get = retryFetch(given, {
        ...quick,
        clock,
        timeout: { attempt: 400, total: '1s' },
        backoff: { type: 'fixed', delay: 50 },
      });

      const error = await clock.run(() => get('https://host.test').catch((thrown: unknown) => thrown));

      expect(error).toBeInstanceOf(TotalTimeoutError);
      expect(given.calls).toHaveLength(3);
      expect(clock.now()).toBe(1000);
    });

    it('in all takes the place of no answer: what it leaves no time to send is not sent', async () => {
      const clock = new VirtualClock();
      const given = fake(503, 200);
      const get = retryFetch(given, {
        ...quick,
        clock,
        timeout: { total: '1s' },
        backoff: { type: 'fixed', delay: '2s' }, // cut to the second that is left
      });

      const response = await clock.run(() => get('https://host.test'));

      expect(response.status).toBe(503);
      expect(await response.text()).toBe('body');
      expect(given.calls).toHaveLength(1);
      expect(clock.now()).toBe(1000);
    });

    it('in all ends a callback that reads, and frees its connection', async () => {
      const server = await open(
        httpServer((_request, response) => {
          response.writeHead(503).write('a part');
        }),
      );
      const giveup = async (answer: HttpResponse): Promise<boolean> => (await answer.text()) === '';

      const error = await retried({ giveup, timeout: { total: 60 } })(server.url).catch(
        (one: unknown) => one,
      );

      expect(error).toBeInstanceOf(TotalTimeoutError);
      await until(() => server.sockets.size < server.connections);
    });

    it('does not wait for a fetch that does not listen, nor for its body', async () => {
      let cancelled = false;
      let answer: (response: Response) => void = () => {};
      const deaf = (_url: string): Promise<Response> => new Promise((resolve) => void (answer = resolve));

      const error = await retryFetch(deaf, { ...quick, timeout: 20, retries: 0 })('https://host.test').catch(
        (thrown: unknown) => thrown,
      );
      answer(new Response(new ReadableStream({ cancel: () => void (cancelled = true) })));

      expect(error).toBeInstanceOf(ReadTimeoutError);
      await until(() => cancelled);
    });

    it.each([
      ['before it has sent anything', 0],
      ['while the answer comes', 1],
    ])('tells a thread that was blocked %s from a slow server', async (_, pause) => {
      const server = await open(scripted({ status: 200, delay: 5 }));

      const answered = retried({ timeout: 40, retries: 0 })(server.url);
      if (pause > 0) await sleep(pause);
      const end = performance.now() + 100;
      while (performance.now() < end);

      expect((await answered).status).toBe(200);
    });

    it('leaves the body to the caller, who can still abort it', async () => {
      const server = await open(
        httpServer((_request, response) => {
          response.writeHead(200).write('a part');
        }),
      );
      const controller = new AbortController();

      const response = await retried({ timeout: 50 })(server.url, { signal: controller.signal });
      await sleep(80);
      const text = response.text().catch((thrown: unknown) => thrown);
      controller.abort(new Error('enough'));

      expect(await text).toHaveProperty('message', 'enough');
      await until(() => server.sockets.size < server.connections);
    });

    it.each([
      [0, 'timeout must be at least 1 ms'],
      [0.5, 'did you mean 500 ms'],
      [-1, 'timeout'],
      [NaN, 'timeout'],
      ['soon', 'timeout must be milliseconds or a string with a unit'],
      [[5, 10], 'timeout must be a time or { attempt, total }'],
      [{ connect: 5 }, 'did you mean attempt'],
      [{ total: 0 }, 'timeout.total must be at least 1 ms'],
    ])('refuses %p', (timeout, message) => {
      expect(() => retryFetch(fetch, { timeout: timeout as never })).toThrow(message);
    });
  });

  describe('a Request', () => {
    it('is sent again with its body, headers and length', async () => {
      const server = await open(scripted(503, 503, 200));
      const request = new Request(server.url, {
        method: 'POST',
        body: JSON.stringify({ a: 1 }),
        headers: { 'content-type': 'application/json' },
      });

      const response = await retried()(request);

      expect(response.status).toBe(200);
      expect(server.requests).toHaveLength(3);
      for (const { method, headers, body } of server.requests) {
        expect([method, headers['content-type'], body.toString()]).toEqual([
          'POST',
          'application/json',
          '{"a":1}',
        ]);
        expect(headers['content-length']).toBe('7');
      }
    });

    it('is sent again after a refused connection', async () => {
      const server = await nobody();
      const counted = jest.fn(fetch);
      const request = new Request(server.url, { method: 'POST', body: 'x' });

      await retryFetch(counted, quick)(request).catch(() => {});

      expect(counted).toHaveBeenCalledTimes(4);
    });

    it('of more than a mebibyte is sent once, and none of it is kept', async () => {
      const server = await open(scripted({ status: 503, body: 'busy' }));
      const body = 'x'.repeat(1024 * 1024 + 1);

      const response = await retried()(new Request(server.url, { method: 'POST', body }));

      expect(await response.text()).toBe('busy');
      expect(server.requests.map((one) => one.body.length)).toEqual([body.length]);
    });

    it('is not copied where nothing is retried', async () => {
      const server = await open(scripted(200));
      const request = new Request(server.url, { method: 'POST', body: 'x' });
      const clone = jest.spyOn(request, 'clone');

      await retried({ retries: false })(request);

      expect(clone).not.toHaveBeenCalled();
    });

    it('brings its signal along', async () => {
      const server = await open(silent());
      const controller = new AbortController();
      const ended = retried()(new Request(server.url, { signal: controller.signal })).catch(
        (thrown: unknown) => thrown,
      );
      await until(() => server.requests.length === 1);

      controller.abort();

      expect(await ended).toHaveProperty('name', 'AbortError');
    });

    it('gets an idempotency key beside its own headers', async () => {
      const server = await open(scripted(503, 200));
      const request = new Request(server.url, { method: 'POST', body: 'x', headers: { 'x-tag': 'a' } });

      await retried({ idempotencyKey: 'auto' })(request);

      const [first, second] = server.requests.map(({ headers }) => [
        headers['x-tag'],
        headers['idempotency-key'],
      ]);
      expect(first![0]).toBe('a');
      expect(first![1]).toMatch(/^[0-9a-f-]{36}$/);
      expect(second).toEqual(first);
    });
  });

  it('leaves no listener on the signal of a call that has failed, or whose answer has no body', async () => {
    const server = await open(scripted({ status: 204 }));
    const dead = await nobody();
    const { signal } = new AbortController();
    const get = retryFetch(fake(503, 500, new TypeError('no')), { ...quick, backoff: false });

    for (let n = 0; n < 20; n++) await get('https://host.test', { signal }).catch(() => {});
    for (let n = 0; n < 5; n++) await retried()(dead.url, { signal }).catch(() => {});
    for (let n = 0; n < 5; n++) await retried()(server.url, { signal });

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('puts one listener on a signal, however many bodies are being read', async () => {
    const { signal } = new AbortController();
    const get = retryFetch(async (_url: string) => new Response('fine'), quick);

    const responses = await Promise.all(
      Array.from({ length: 50 }, () => (get as typeof fetch)('https://host.test', { signal })),
    );

    expect(responses).toHaveLength(50);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });

  it('reads a wait that came twice as the longer one', async () => {
    const server = await open(
      rawServer((socket, n) => {
        const waits = n === 1 ? 'retry-after-ms: 5\r\nretry-after-ms: 90\r\n' : '';
        socket.write(`HTTP/1.1 ${n === 1 ? '503 No' : '200 OK'}\r\n${waits}content-length: 0\r\n\r\n`);
      }),
    );
    const start = performance.now();

    const response = await retried()(server.url);

    expect(response.status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(89);
  });

  it('gives an answer that was let go, small as it is, when the retry is not sent', async () => {
    const server = await open(scripted({ status: 500, body: 'why' }));

    const response = await retried({ retries: 5, circuitBreaker: { consecutive: 1 } })(server.url);

    expect(await response.text()).toBe('why');
  });

  it('shows an answer by the words of a session, and its cookies', async () => {
    const server = await open(
      scripted({
        status: 503,
        headers: { 'set-cookie': ['a=1; Path=/', 'b=2'], 'content-type': 'application/json' },
        body: '{"a":1}\nx',
      }),
    );
    const seen: unknown[] = [];
    const get = retried({
      retries: 1,
      giveup: async (response) => {
        const { status, ok, reason, method, cookies, history } = response;
        seen.push(status, ok, reason, method, cookies, history, response.headers.get('Content-Type'));
        const lines: string[] = [];
        for await (const line of response.lines()) lines.push(line);
        seen.push(lines, (await response.bytes()).length);
        await expect(response.json()).rejects.toHaveProperty('code', 'ERR_JSON');
        expect(() => response.body).toThrow('bytes(), text(), json()');
        return true;
      },
    });

    await get(`${server.url}/x?secret`);

    expect(seen).toEqual([
      503,
      false,
      'Service Unavailable',
      'GET',
      { a: '1', b: '2' },
      [],
      'application/json',
      ['{"a":1}', 'x'],
      9,
    ]);
  });

  it('retries a lost connection on a fresh one at once', async () => {
    const server = await open(closesAfterRequest('fin'));

    await retried()(server.url, { method: 'DELETE' }).catch(() => {});

    expect(server.requests).toHaveLength(3);
  });

  it.each([
    [undefined, {}, 'fetch must be a function'],
    [fetch, { retires: 3 }, 'did you mean retries?'],
    [fetch, { raiseOnRedirect: true }, 'raiseOnRedirect is not an option of retryFetch'],
    [fetch, { retries: { redirect: 3 } }, 'retries.redirect is not counted by retryFetch'],
    [fetch, { idempotencyKey: 'same' }, 'idempotencyKey must be "auto"'],
    [fetch, { backoff: 5 }, 'backoff must make waits'],
    [fetch, { circuitBreaker: 5 }, 'circuitBreaker'],
  ])('refuses what cannot be meant: %p, %p', (given, options, message) => {
    expect(() => retryFetch(given as typeof fetch, options as never)).toThrow(message);
    expect(() => retryFetch(given as typeof fetch, options as never)).toThrow(OptionError);
  });
});
