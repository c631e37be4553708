import { getEventListeners, once } from 'node:events';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  Client,
  type Dispatcher,
  MockAgent,
  Pool,
  fetch as undiciFetch,
  interceptors,
  request,
  stream,
  upgrade,
} from 'undici';
import { OptionError, retryHistory } from '../../src/core.js';
import { type HttpStatusError, retryInterceptor } from '../../src/http/index.js';
import type { HttpResponse, RetryInterceptorOptions } from '../../src/http/index.js';
import {
  closing,
  httpServer,
  largeBody,
  neverAccepts,
  nobody,
  rawServer,
  scripted,
  silent,
  until,
} from './support/servers.js';

const quick = { backoff: { type: 'fixed', delay: 1 }, jitter: null, log: false } as const;

describe('retryInterceptor', () => {
  const { open } = closing();
  const used: Dispatcher[] = [];
  const keep = <D extends Dispatcher>(dispatcher: D): D => (used.push(dispatcher), dispatcher);
  const retried = (options: RetryInterceptorOptions = {}, agent: Dispatcher = new Agent()): Dispatcher =>
    keep(agent).compose(retryInterceptor({ ...quick, ...options }));
  afterEach(async () => {
    await Promise.all(used.splice(0).map((one) => one.destroy()));
  });

  it('shows one response, the last', async () => {
    const server = await open(
      scripted({ status: 503, body: 'no' }, { status: 200, body: 'yes', headers: { 'x-tag': 'a' } }),
    );

    const { statusCode, headers, body } = await request(server.url, { dispatcher: retried() });

    expect([statusCode, headers['x-tag'], await body.text()]).toEqual([200, 'a', 'yes']);
  });

  it.each([
    ['a pool', (url: string) => new Pool(url)],
    ['a client, which says no origin', (url: string) => new Client(url)],
  ])('works on %s', async (_, make) => {
    const server = await open(scripted(503, 200));
    const dispatcher = retried({}, make(server.url));

    const { statusCode, body } = await dispatcher.request({ path: '/', method: 'GET' });
    await body.dump();

    expect(statusCode).toBe(200);
  });

  it('stands beside other interceptors', async () => {
    const server = await open(
      scripted(503, { status: 302, headers: { location: '/next' } }, 503, {
        status: 200,
        body: gzipSync('there'),
        headers: { 'content-encoding': 'gzip' },
      }),
    );
    const dispatcher = keep(new Agent()).compose(
      retryInterceptor(quick),
      interceptors.redirect({ maxRedirections: 3 }),
      interceptors.decompress(),
    );

    const { statusCode, body } = await request(server.url, { dispatcher });

    expect([statusCode, await body.text()]).toEqual([200, 'there']);
    expect(server.requests.map(({ url }) => url)).toEqual(['/', '/', '/next', '/next']);
  });

  it('works on a MockAgent', async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    const pool = agent.get('https://host.test');
    pool.intercept({ path: '/', method: 'POST' }).reply(503, 'no');
    pool
      .intercept({ path: '/', method: 'POST' })
      .replyWithError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    pool.intercept({ path: '/', method: 'POST' }).reply(200, 'yes');

    const { statusCode, body } = await request('https://host.test', {
      dispatcher: agent.compose(retryInterceptor(quick)),
      method: 'POST',
      body: 'x',
    });

    expect([statusCode, await body.text()]).toEqual([200, 'yes']);
    await agent.close();
  });

  it('hands on the error of undici, the very same object', async () => {
    const server = await nobody();
    const errors: unknown[] = [];
    const watch: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
        onResponseStart: (...args) => handler.onResponseStart?.(...args),
        onResponseError: (controller, error) => {
          errors.push(error);
          handler.onResponseError?.(controller, error);
        },
      });
    const dispatcher = keep(new Agent()).compose(watch, retryInterceptor(quick));

    const error = await request(server.url, { dispatcher }).catch((thrown: unknown) => thrown);

    expect(errors).toHaveLength(4);
    expect(error).toBe(errors[3]);
    expect(retryHistory(error)?.attempts).toHaveLength(4);
  });

  describe('under undici.fetch', () => {
    it('retries what has no body', async () => {
      const server = await open(scripted(503, { status: 200, body: 'yes' }));

      const response = await undiciFetch(server.url, { dispatcher: retried() });

      expect(await response.text()).toBe('yes');
    });

    it('sends no body twice, and none empty', async () => {
      const server = await open(scripted({ status: 503, body: 'no' }));

      const response = await undiciFetch(server.url, { dispatcher: retried(), method: 'PUT', body: 'hello' });

      expect([response.status, await response.text()]).toEqual([503, 'no']);
      expect(
        server.requests.map(({ body, headers }) => [body.toString(), headers['content-length']]),
      ).toEqual([['hello', '5']]);
    });

    it('sends a body that nothing has been sent of', async () => {
      const server = await open(scripted({ status: 200, body: 'yes' }));
      let attempts = 0;
      const lost: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
        if (++attempts > 2) return dispatch(options, handler);
        return dispatch({ ...options, origin: dead.url }, handler);
      };
      const dead = await nobody();
      const dispatcher = keep(new Agent()).compose(lost, retryInterceptor(quick));

      const response = await undiciFetch(server.url, { dispatcher, method: 'POST', body: 'hello' });

      expect(await response.text()).toBe('yes');
      expect(attempts).toBe(3);
      expect(server.requests.map(({ body }) => body.toString())).toEqual(['hello']);
    });

    it('ends at once when it is aborted between attempts', async () => {
      const server = await open(scripted(503));
      const controller = new AbortController();
      const dispatcher = retried({ backoff: { type: 'fixed', delay: '1h' } });
      const ended = undiciFetch(server.url, { dispatcher, signal: controller.signal }).catch(
        (thrown: unknown) => thrown,
      );
      await until(() => server.requests.length === 1);

      controller.abort();

      expect(await ended).toHaveProperty('name', 'AbortError');
    });

    it('does not mind interim responses', async () => {
      const server = await open(
        rawServer((socket, n) => {
          const answer =
            n === 1
              ? 'HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n'
              : 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes';
          socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${answer}`);
        }),
      );

      const response = await undiciFetch(server.url, { dispatcher: retried() });

      expect(await response.text()).toBe('yes');
    });
  });

  it('holds a body back when its reader is slow', async () => {
    let written = 0;
    const server = await open(
      httpServer((_request, response) => {
        const more = (): void => {
          let isFree = true;
          for (; isFree && written < 50_000_000; written += 100_000)
            isFree = response.write(Buffer.alloc(100_000));
          if (written < 50_000_000) response.once('drain', more);
          else response.end();
        };
        more();
      }),
    );

    const { body } = await request(server.url, { dispatcher: retried() });
    await sleep(300);
    const early = written;
    let size = 0;
    for await (const chunk of body) size += (chunk as Buffer).length;

    expect(early).toBeLessThan(30_000_000);
    expect(size).toBeGreaterThanOrEqual(50_000_000);
  });

  it('passes on every byte, whatever giveup has read', async () => {
    const server = await open(
      httpServer((_request, response) => void response.writeHead(500).end(Buffer.alloc(3_000_000, 'abc'))),
    );
    let read = 0;
    const dispatcher = retried({
      giveup: async (response) => {
        read = (await response.bytes()).length;
        return true;
      },
    });

    const { body } = await request(server.url, { dispatcher });
    const bytes = Buffer.from(await body.arrayBuffer());

    expect(read).toBe(3_000_000);
    expect(bytes.equals(Buffer.alloc(3_000_000, 'abc'))).toBe(true);
  });

  it('shows giveup a body decoded, and passes it on as it came', async () => {
    const body = gzipSync('User not exists.');
    const server = await open(scripted({ status: 500, headers: { 'content-encoding': 'gzip' }, body }));
    const dispatcher = retried({
      giveup: async (response) => (await response.text()) === 'User not exists.',
    });

    const answer = await request(server.url, { dispatcher });

    expect(Buffer.from(await answer.body.arrayBuffer()).equals(body)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it('lets a handler that nobody waits for read all of it', async () => {
    const server = await open(
      httpServer((_request, response) => {
        response.write('a part');
        setTimeout(() => void response.end(' and the rest'), 20);
      }),
    );
    let read: Promise<string> | undefined;
    const onSuccess = ({ value }: { readonly value: HttpResponse }): void => {
      read = value.text();
    };
    const dispatcher = retried({ onSuccess });

    const { body } = await request(server.url, { dispatcher });

    expect([await body.text(), await read]).toEqual(['a part and the rest', 'a part and the rest']);
  });

  it('frees the connection of a body that a callback still reads when it is retried', async () => {
    const server = await open(
      httpServer((_request, response, n) => {
        if (n === 1) response.writeHead(503).write(Buffer.alloc(100_000));
        else response.end('fine');
      }),
    );
    let read: Promise<unknown> | undefined;
    const giveup = (response: HttpResponse): boolean => {
      read = response.bytes().catch((one: unknown) => one);
      return false;
    };
    const dispatcher = retried({ giveup }, new Agent({ connections: 1 }));

    const { body } = await request(server.url, { dispatcher });

    expect(await body.text()).toBe('fine');
    expect(await read).toHaveProperty('message', 'the response has been let go of');
  });

  it('frees the connection of an answer that an error holds, which can be read', async () => {
    const large = Buffer.alloc(300_000, 'x');
    const busy = { status: 503, body: large };
    const server = await open(scripted(busy, busy, { body: 'next' }));
    const dispatcher = retried({ retries: 1, raiseOnStatus: true }, new Agent({ connections: 1 }));

    const error = await request(server.url, { dispatcher }).catch((one: unknown) => one);
    const { body } = await request(server.url, { dispatcher });

    expect(await body.text()).toBe('next');
    expect(await (error as HttpStatusError).response.bytes()).toHaveLength(large.length);
  });

  it('passes on trailers, and what a stream factory wants', async () => {
    const server = await open(
      httpServer((_request, response, n) => {
        if (n === 1) {
          response.writeHead(503).end();
          return;
        }
        response.writeHead(200, { trailer: 'x-sum' });
        response.write('body');
        response.addTrailers({ 'x-sum': '4' });
        response.end();
      }),
    );
    const dispatcher = retried();

    const { body, trailers } = await request(server.url, { dispatcher });
    expect(await body.text()).toBe('body');
    expect(trailers).toEqual({ 'x-sum': '4' });

    const parts: string[] = [];
    await stream(server.url, { dispatcher, method: 'GET' }, () => {
      return new Writable({ write: (chunk, _, done) => (parts.push(String(chunk)), done()) });
    });
    expect(parts.join('')).toBe('body');
  });

  it('tells the reader of a body that breaks off', async () => {
    const server = await open(
      rawServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart');
        setTimeout(() => void socket.destroy(), 10);
      }),
    );

    const { body } = await request(server.url, { dispatcher: retried() });

    await expect(body.text()).rejects.toHaveProperty('code', 'UND_ERR_SOCKET');
    expect(server.requests).toHaveLength(1);
  });

  describe('an abort', () => {
    it('ends a request that has no connection yet, at once', async () => {
      const server = await open(neverAccepts());
      const reason = new Error('enough');
      const start = performance.now();

      const error = await request(server.url, {
        dispatcher: retried(),
        signal: signalAfter(20, reason),
      }).catch((thrown: unknown) => thrown);

      expect(error).toBe(reason);
      expect(performance.now() - start).toBeLessThan(400);
    });

    it('sends nothing of a request that is queued behind another', async () => {
      const server = await open(silent());
      const dispatcher = retried({}, new Agent({ connections: 1 }));
      const first = request(server.url, { dispatcher, signal: signalAfter(200) }).catch(() => {});

      const error = await request(server.url, {
        dispatcher,
        method: 'POST',
        body: 'x',
        signal: signalAfter(20, 'no'),
      }).catch((thrown: unknown) => thrown);
      await first;
      await sleep(50);

      expect(error).toBe('no');
      expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
    });

    it('closes the connection of a body that is being read', async () => {
      const server = await open(largeBody(50_000_000));
      const controller = new AbortController();
      const { body } = await request(server.url, { dispatcher: retried(), signal: controller.signal });

      controller.abort(new Error('enough'));

      await expect(body.text()).rejects.toHaveProperty('message', 'enough');
      await until(() => server.sockets.size === 0);
    });

    it('is one listener, and none when all is over', async () => {
      const server = await open(scripted(503, 503, 200));
      const { signal } = new AbortController();

      const { body } = await request(server.url, { dispatcher: retried(), signal });
      await body.text();

      await until(() => getEventListeners(signal, 'abort').length === 0);
    });
  });

  it('keeps a pool of one connection going', async () => {
    const server = await open(scripted({ status: 503, body: 'x'.repeat(500_000) }));
    const dispatcher = retried(
      { raiseOnStatus: true, retries: 1, circuitBreaker: false },
      new Agent({ connections: 1 }),
    );

    const errors = await Promise.all(
      Array.from({ length: 5 }, () =>
        request(server.url, { dispatcher }).catch(async (error: unknown) => {
          const { name, response } = error as HttpStatusError;
          expect(await response.bytes()).toHaveLength(500_000);
          return name;
        }),
      ),
    );

    expect(errors).toEqual(Array(5).fill('HttpStatusError'));
    expect(server.requests).toHaveLength(10);
  });

  it('lets upgrades through', async () => {
    const server = await open(
      rawServer((socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nhello');
      }),
    );

    const { socket } = await upgrade(server.url, { dispatcher: retried(), protocol: 'echo' });
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();

    expect(chunk.toString()).toBe('hello');
  });

  it('shares circuits and budgets among the dispatchers it is composed on', async () => {
    const server = await open(scripted(500));
    const interceptor = retryInterceptor({ ...quick, retries: 0, circuitBreaker: { consecutive: 1 } });
    const [one, two] = [keep(new Agent()).compose(interceptor), keep(new Agent()).compose(interceptor)];
    await (await request(server.url, { dispatcher: one })).body.dump();

    const error = await request(server.url, { dispatcher: two }).catch((thrown: unknown) => thrown);

    expect(error).toHaveProperty('code', 'ERR_CIRCUIT_OPEN');
  });

  it('takes headers in every shape of undici, and adds a key to each', async () => {
    const server = await open(scripted(503, 200));
    for (const headers of [
      { 'X-Tag': 'a' },
      ['X-Tag', 'a'],
      new Map([['X-Tag', 'a']]),
      new Headers({ 'x-tag': 'a' }),
    ]) {
      const { body } = await request(server.url, {
        dispatcher: retried({ idempotencyKey: 'auto' }),
        method: 'POST',
        body: 'x',
        headers: headers as never,
      });
      await body.dump();
    }

    for (const { headers } of server.requests) {
      expect(headers['x-tag']).toBe('a');
      expect(headers['idempotency-key']).toHaveLength(36);
    }
  });

  it.each([
    [{ timeout: 5 }, 'timeout is not an option of retryInterceptor'],
    [{ maxRetries: 5 }, 'did you mean retries?'],
    [{ retries: { redirect: 5 } }, 'retries.redirect is not counted by retryInterceptor'],
  ])('refuses %p', (options, message) => {
    expect(() => retryInterceptor(options as never)).toThrow(message);
    expect(() => retryInterceptor(options as never)).toThrow(OptionError);
  });

  function signalAfter(ms: number, reason: unknown = new Error('late')): AbortSignal {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), ms);
    return controller.signal;
  }
});
