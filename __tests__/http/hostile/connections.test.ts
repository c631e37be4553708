/**
 * Connections that break, and proxies that refuse: what was never sent is sent again, what may have been done is not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent } from 'undici';
import { OptionError, UsageError } from '../../../src/core.js';
import { ConnectTimeoutError, ConnectionError, type HttpError } from '../../../src/http/index.js';
import { leavesNothing, rejection, time } from '../support/residue.js';
import {
  type TestServer,
  closesAtAccept,
  dropsReused,
  httpServer,
  jsonServer,
  neverAccepts,
  nobody,
  proxyServer,
  rawServer,
  silent,
  until,
} from '../support/servers.js';

const { open, session } = leavesNothing();

/** Undici gives a connection free a turn after the answer. */
const rested = (): Promise<void> => sleep(5);

describe('a connection that was closed while it was idle', () => {
  it.each(['rst', 'fin'] as const)('is made anew at once for what may be repeated (%s)', async (how) => {
    const server = await open(dropsReused(how));
    const waits: number[] = [];
    const client = session({
      backoff: { type: 'fixed', delay: '1h' },
      jitter: null,
      onBackoff: ({ wait }) => void waits.push(wait),
    });
    await client.get(server.url);
    await rested();

    const response = await client.get(server.url);

    expect(await response.text()).toBe('ok');
    expect(waits).toEqual([0]);
    expect(server.requests).toHaveLength(3);
  });

  it('and a fresh one that is closed too, cost two of the retries for reading', async () => {
    const server = await open(
      rawServer((socket, n) => {
        if (n === 2 || n === 3) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      }),
    );
    const waits: number[] = [];
    const backoff = { type: 'fixed', delay: 3 } as const;
    const client = session({ backoff, jitter: null, onBackoff: ({ wait }) => void waits.push(wait) });
    await client.get(server.url);
    await rested();

    const response = await client.get(server.url);

    expect(await response.text()).toBe('ok');
    expect(response.attempts.map(({ phase }) => phase)).toEqual(['started', 'started', 'headers']);
    expect(waits).toEqual([0, 3]);
    expect(server.connections).toBe(3);
  });

  it('in both of two is made anew at once for two calls', async () => {
    const served = new Set<unknown>();
    const server = await open(
      rawServer((socket) => {
        if (served.has(socket)) socket.resetAndDestroy();
        else setTimeout(() => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'), 20);
        served.add(socket);
      }),
    );
    const client = session();
    const both = (): Promise<string[]> =>
      Promise.all([0, 1].map(async () => (await client.get(server.url)).text()));
    await both();
    await rested();

    expect(await both()).toEqual(['ok', 'ok']);
    expect(server.requests).toHaveLength(6);
  });

  it('is not made anew for a POST, which may have been done', async () => {
    const server = await open(dropsReused('rst'));
    const client = session();
    await client.get(server.url);
    await rested();

    const error = await rejection<ConnectionError>(client.post(server.url, { json: { pay: 1 } }));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ isStale: true, sent: true });
    expect(server.requests).toHaveLength(2);
  });

  it('is made anew for a POST with an Idempotency-Key', async () => {
    const server = await open(dropsReused('rst'));
    const client = session({ idempotencyKey: 'auto' });
    await client.get(server.url);
    await rested();

    const response = await client.post(server.url, { json: { pay: 1 } });

    expect(response.status).toBe(200);
    const [, first, second] = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(first).toBe(second);
  });

  it('says nothing against its origin', async () => {
    const server = await open(dropsReused('fin'));
    const client = session({ circuitBreaker: { consecutive: 1 }, retries: false });

    for (let n = 0; n < 10; n++) {
      await client.get(server.url).catch(() => undefined);
      await rested();
    }

    expect(client.origins.get(server.url)?.circuit).toBe('closed');
  });
});

describe('a connection that cannot be made', () => {
  it.each(['GET', 'POST'])('is tried again for %s, in the counter for connecting', async (method) => {
    const { url } = await nobody();

    const error = await rejection<HttpError>(
      session().request(method, url, { retries: { connect: 5, read: 0 } }),
    );

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(/no connection: connect ECONNREFUSED/);
    expect(error.attempts).toHaveLength(6);
    expect(error.attempts.every(({ phase }) => phase === 'queued')).toBe(true);
  });

  it('for want of a name is tried again once', async () => {
    const error = await rejection<ConnectionError>(
      session().post('http://nowhere.invalid/', { retries: 5, json: 1 }),
    );

    expect(error.sent).toBe(false);
    if (error.transportCode === 'ENOTFOUND') expect(error.attempts).toHaveLength(2);
  });

  it('is made later: the server that was away is back', async () => {
    const gone = await nobody();
    let server: TestServer | undefined;
    const client = session({
      onBackoff: async ({ tries }) => {
        if (tries === 2) server = await onPort(gone.port);
      },
    });

    const response = await client.post(gone.url, { json: 1 });
    await client.close();
    await server?.close();

    expect(response.status).toBe(200);
    expect(response.attempts).toHaveLength(3);
  });

  it('because it is closed at accept is told as what it is', async () => {
    const server = await open(closesAtAccept('rst'));

    const error = await rejection<ConnectionError>(session().get(server.url, { retries: 1 }));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.attempts).toHaveLength(2);
  });

  it('because it does not speak TLS is not tried again', async () => {
    const server = await open(jsonServer());

    const error = await rejection<ConnectionError>(session().get(server.url.replace('http:', 'https:')));

    expect(error).toMatchObject({ isPermanent: true, sent: false });
    expect(error.attempts).toHaveLength(1);
  });
});

describe('a proxy', () => {
  const target = 'http://any.test/path?token=s3cret';

  it.each([
    [407, 1],
    [403, 1],
    [502, 4],
    [503, 4],
    [0, 4],
  ])(
    'that refuses with %s: nothing was sent, and it is asked %s times, also for POST',
    async (refuses, times) => {
      const proxy = await open(proxyServer({ refuses }));
      const proxies = proxy.url.replace('http://', 'http://me:s3cret@');

      const error = await rejection<ConnectionError>(session({ proxies }).post(target, { json: 1 }));

      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.sent).toBe(false);
      expect(error.attempts).toHaveLength(times);
      expect(proxy.requests).toHaveLength(times);
      expect(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`).not.toContain('s3cret');
    },
  );

  it('that is not there: nothing was sent', async () => {
    const { url } = await nobody();

    const error = await rejection<ConnectionError>(session({ proxies: url }).post(target));

    expect(error).toMatchObject({ sent: false, transportCode: 'ECONNREFUSED' });
    expect(error.attempts).toHaveLength(4);
  });

  it.each<[string, () => Promise<TestServer>]>([
    ['says nothing', () => proxyServer({ refuses: -1 })],
    ['never accepts', neverAccepts],
  ])('that %s ends with the connect timeout', async (_, start) => {
    const proxy = await open(start());
    let error: unknown;

    const took = await time(async () => {
      const client = session({ proxies: proxy.url, timeout: [50, 5000], retries: 1 });
      error = await rejection(client.get(target));
    });

    expect(error).toBeInstanceOf(ConnectTimeoutError);
    expect((error as HttpError).attempts).toHaveLength(2);
    expect(took).toBeGreaterThanOrEqual(99);
    expect(took).toBeLessThan(2000);
  });

  it('that answers with something else than HTTP is a connection that was not made', async () => {
    const proxy = await open(rawServer((socket) => void socket.write('220 smtp ready\r\n')));

    const error = await rejection<ConnectionError>(session({ proxies: proxy.url, retries: 1 }).get(target));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.sent).toBe(false);
  });
});

describe('the environment', () => {
  afterEach(() => {
    delete process.env['http_proxy'];
    delete process.env['no_proxy'];
  });

  it('is not looked at unless it is trusted', async () => {
    const server = await open(jsonServer());
    process.env['http_proxy'] = 'http://127.0.0.1:1';

    expect((await session().get(server.url)).status).toBe(200);
  });

  it.each(['socks5://me:s3cret@x', 'http://me:s3cret@[::1', 'not a proxy', 'http://'])(
    'with the proxy %s is refused, without its password',
    async (proxy) => {
      process.env['http_proxy'] = proxy;

      const error = await rejection(session({ trustEnv: true }).get('http://any.test/'));

      expect(error).toBeInstanceOf(OptionError);
      expect(error.message).toMatch(/http_proxy in the environment must be an http or https address/);
      expect(`${error.message} ${error.stack ?? ''}`).not.toContain('s3cret');
    },
  );

  it.each(['*', '127.0.0.1', '127.0.0.1:{port}', ' 127.0.0.1 , other', 'other,127.0.0.1'])(
    'says where no proxy is wanted: %s',
    async (none) => {
      const server = await open(jsonServer());
      process.env['http_proxy'] = 'http://127.0.0.1:1';
      process.env['no_proxy'] = none.replace('{port}', String(server.port));

      expect((await session({ trustEnv: true }).get(server.url)).status).toBe(200);
    },
  );
});

describe('a dispatcher of the user', () => {
  it('may fail without a word, throw, and answer twice', async () => {
    class Bad extends Agent {
      constructor(readonly behave: (handler: Parameters<Agent['dispatch']>[1]) => boolean) {
        super();
      }
      override dispatch(_options: unknown, handler: Parameters<Agent['dispatch']>[1]): boolean {
        return this.behave(handler);
      }
    }
    const controller = { abort() {}, pause() {}, resume() {}, aborted: false, paused: false, reason: null };
    const throwing = new Bad(() => {
      throw new Error('broken dispatcher');
    });
    const twice = new Bad((handler) => {
      handler.onRequestStart?.(controller, null);
      for (let n = 0; n < 2; n++) {
        handler.onResponseStart?.(controller, 200, {}, 'OK');
        handler.onResponseEnd?.(controller, {});
      }
      handler.onResponseError?.(controller, new Error('late'));
      return true;
    });
    const never = new Bad(() => true);
    const client = session({ retries: false, timeout: [50, 50] });

    const error = await rejection(client.get('http://any.test/', { dispatcher: throwing }));
    const response = await client.get('http://any.test/', { dispatcher: twice });
    const late = await rejection(client.get('http://any.test/', { dispatcher: never }));

    expect(error.message).toMatch(/broken dispatcher/);
    expect(response.status).toBe(200);
    expect(late).toBeInstanceOf(ConnectTimeoutError);
    await Promise.all([throwing, twice, never].map((agent) => agent.close()));
  });
});

describe('a session that is closed', () => {
  it('waits for what is under way, and sends nothing more', async () => {
    const server = await open(
      httpServer(async (_request, response) => {
        await sleep(30);
        response.end('slow');
      }),
    );
    const client = session();
    const under = client.get(server.url);
    await until(() => server.requests.length === 1);

    const [response] = await Promise.all([under, client.close()]);

    expect(await response.text()).toBe('slow');
    const refused = await rejection(client.get(server.url));
    expect(refused).toBeInstanceOf(UsageError);
    expect(refused.message).toMatch(/session has been closed/);
    expect(server.requests).toHaveLength(1);
  });

  it('does not keep a call in its backoff from going on', async () => {
    const server = await open(silent());
    const client = session({ timeout: [1000, 20], retries: 1 });
    const under = rejection(client.get(server.url));
    await until(() => server.requests.length === 1);

    await client.close();

    expect(((await under) as unknown as HttpError).attempts).toHaveLength(2);
  });
});

async function onPort(port: number): Promise<TestServer> {
  const { createServer } = await import('node:http');
  const server = createServer((_request, response) => void response.end('back'));
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const close = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
  return { url: '', port, sockets: new Set(), connections: 0, requests: [], close };
}
