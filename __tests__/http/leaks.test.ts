/**
 * What is left after many requests of which a part fails, in every way: nothing.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { countedSignal } from '../support/signals.js';
import type { HttpResponse, RetrySession } from '../../src/http/index.js';
import { backTo, leavesNothing, resources } from './support/residue.js';
import { runInNode } from './support/run-in-node.js';
import { type TestServer, cutBody, httpServer, largeBody, rawServer, until } from './support/servers.js';

const { open, session } = leavesNothing();

const kib = 1024;
const json = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}';

/** Does what the path says, to every other request of it; else it answers well. */
function mixedServer(): Promise<TestServer> {
  const seen = new Map<string, number>();
  const server: Promise<TestServer> = rawServer((socket) => {
    void server.then(({ requests }) => {
      const { url = '' } = requests.at(-1) ?? {};
      const [, kind = ''] = url.split('/');
      const times = (seen.get(url) ?? 0) + 1;
      seen.set(url, times);
      if (kind === 'large')
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n${'x'.repeat(90_000)}`);
      else if (kind === 'small') socket.write(json);
      else if (kind === 'silent-always') return;
      else if (times > 1 || kind === 'good') socket.write(json);
      else misbehave(socket, kind);
    });
  });
  return server;
}

function misbehave(socket: Socket, kind: string): void {
  const large = `content-length: ${300 * kib}\r\n\r\n${'x'.repeat(100_000)}`;
  if (kind === '503') socket.write('HTTP/1.1 503 No\r\ncontent-length: 4\r\n\r\nbusy');
  else if (kind === '503-large') socket.write(`HTTP/1.1 503 No\r\n${large}`);
  else if (kind === 'reset') socket.resetAndDestroy();
  else if (kind === 'fin') socket.end();
  else if (kind === 'cut') socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf');
  else if (kind === 'garbage') socket.write('what?\r\n\r\n');
  else if (kind === 'redirect')
    socket.write('HTTP/1.1 302 F\r\nlocation: /good\r\ncontent-length: 5\r\n\r\nmoved');
  else if (kind === 'redirect-large') socket.write(`HTTP/1.1 302 F\r\nlocation: /good\r\n${large}`);
  // else: silent
}

type Doing = (client: RetrySession, url: string) => Promise<unknown>;

const stream = { stream: true } as const;
const failing: readonly (readonly [kind: string, doing: Doing])[] = [
  ...['503', '503-large', 'reset', 'fin', 'cut', 'garbage', 'redirect', 'redirect-large'].map(
    (kind): readonly [string, Doing] => [kind, async (client, url) => (await client.get(url)).json()],
  ),
  ['silent', async (client, url) => (await client.get(url, { timeout: { read: 300 } })).json()],
  ['503', async (client, url) => (await client.post(url, { json: { a: 1 } })).json()],
  ['small', (client, url) => client.get(url, stream)], // never read
  ['large', (client, url) => client.get(url, { ...stream, timeout: { total: 150 } })], // never read
  ['large', async (client, url) => (await client.get(url, stream)).close()],
  ['large', async (client, url) => void (await client.get(url, stream)).body.destroy()],
  ['large', async (client, url) => {
    for await (const chunk of (await client.get(url, stream)).body) return chunk as Buffer;
    return undefined;
  }],
  ['large', (client, url) => client.get(url, { maxResponseSize: 1000 })],
  ['silent-always', (client, url) => client.get(url, { signal: AbortSignal.timeout(15) })],
  ['silent-always', (client, url) => client.get(url, { timeout: 20, retries: false })],
  ['large', (client, url) => client.get(url, { signal: AbortSignal.timeout(10) })],
  ['503', (client, url) => client.get(url, { raiseOnStatus: true, retries: 0 })],
]; // prettier-ignore

describe('after 10,000 requests', () => {
  it('of which a tenth fails in every way, nothing is left', async () => {
    const server = await open(mixedServer());
    const before = resources();
    const listeners = listenersOfProcess();
    const shared = countedSignal();
    const client = session({ timeout: '1m' }); // no good request meets it, however busy the machine is
    let good = 0;
    let ended = 0;
    let most = 0;

    const one = async (n: number): Promise<void> => {
      if (n % 10 !== 0) {
        const response = await client.get(`${server.url}/good`, n % 7 === 0 ? { signal: shared.signal } : {});
        good += (await response.json<{ ok: boolean }>()).ok ? 1 : 0;
        return;
      }
      const [kind, doing] = failing[(n / 10) % failing.length] as (typeof failing)[number];
      await doing(client, `${server.url}/${kind}/${n}`).catch(() => undefined);
      ended += 1;
    };
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < 10_000) {
        await one(next++);
        most = Math.max(most, server.sockets.size);
      }
    };
    await Promise.all(Array.from({ length: 50 }, worker));

    expect(good).toBe(9000);
    expect(ended).toBe(1000);
    expect(most).toBeLessThan(200);
    expect(shared.listeners).toBe(0);
    expect(listenersOfProcess()).toEqual(listeners);
    await client.close();
    await until(() => server.sockets.size === 0);
    await backTo(before);
  }, 300_000);

  it.each(failing.map(([kind, doing], at) => [kind, at, doing] as const))(
    'of one kind, no connection is left busy: %s (%d)',
    async (kind, _, doing) => {
      const server = await open(mixedServer());
      const client = session({ timeout: { connect: 5000, read: 40, total: 2000 } });

      const kept: unknown[] = [];
      for (let n = 0; n < 3; n++)
        kept.push(await doing(client, `${server.url}/${kind}/${n}`).catch((e: unknown) => e));
      await client.close(); // waits for those that are under way

      await until(() => server.sockets.size === 0);
      expect(kept).toHaveLength(3);
    },
  );
});

describe('the answer that is retried', () => {
  it('is drained or destroyed before the wait, and its connection is free or gone', async () => {
    for (const size of [10, 40 * kib, 512 * kib]) {
      const server = await open(
        httpServer((_request, response, n) => {
          response.writeHead(n % 2 === 1 ? 503 : 200, { 'content-length': size }).end(Buffer.alloc(size));
        }),
      );
      const waiting: number[] = [];
      const client = session({
        backoff: { type: 'fixed', delay: 30 },
        jitter: null,
        onBackoff: async () => {
          await sleep(20);
          waiting.push(server.sockets.size);
        },
      });

      await client.get(server.url);
      await until(() => server.sockets.size <= 1);

      expect(server.connections).toBeLessThanOrEqual(size > 64 * kib ? 2 : 1);
      expect(waiting).toHaveLength(1);
    }
  });

  it('10 calls that are retried twice, with bodies of 512 KiB, have at most 2 connections', async () => {
    const server = await open(
      httpServer((_request, response, n) => {
        if (n % 3 === 0) response.end('{}');
        else response.writeHead(503, { 'content-length': 512 * kib }).end(Buffer.alloc(512 * kib));
      }),
    );
    const client = session();
    let most = 0;

    for (let n = 0; n < 10; n++) {
      const response = await client.get(server.url, {
        onAttempt: () => void (most = Math.max(most, server.sockets.size)),
      });
      expect(await response.json()).toEqual({});
    }

    expect(server.requests).toHaveLength(30);
    expect(most).toBeLessThanOrEqual(2);
    await until(() => server.sockets.size <= 1);
  });

  it('whose body never ends does not hold its connection', async () => {
    const server = await open(
      rawServer((socket, n) => {
        if (n === 1) socket.write('HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n5\r\nendle\r\n');
        else socket.write(json);
      }),
    );

    const response = await session().get(server.url);

    expect(await response.json()).toEqual({ ok: true });
    expect(server.connections).toBe(2);
    await until(() => server.sockets.size === 1);
  });
});

describe('an answer that nobody reads', () => {
  it('keeps its connection no longer than the call may take', async () => {
    const server = await open(largeBody(5_000_000));
    const responses: HttpResponse[] = [];
    for (let n = 0; n < 3; n++) {
      responses.push(await session().get(server.url, { stream: true, timeout: { total: 200 } }));
    }

    await until(() => server.sockets.size === 0);

    await expect(responses[0]!.text()).rejects.toThrow(/took longer than 200 ms/);
  });

  it('lets a process end, and is released when it is forgotten', async () => {
    const { stdout, took } = await runInNode(
      `
      import http from 'node:http';
      import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
      import { RetrySession } from './src/http/index.ts';
      const sockets = new Set();
      const server = http.createServer((request, response) => {
        response.writeHead(request.url === '/503' ? 503 : 200, { 'content-length': 50000000 });
        response.write(Buffer.alloc(1000000));
      });
      server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket)).unref()));
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      server.unref();
      const url = 'http://127.0.0.1:' + server.address().port;
      const session = new RetrySession({ timeout: null, retries: false });
      await (async () => void (await session.get(url, { stream: true })))();
      await (async () => void (await session.get(url, { stream: true })).body)();
      await (async () => void (await session.get(url, { stream: true })).headers.get('content-length'))();
      await (async () => {
        for await (const chunk of (await session.get(url, { stream: true })).body) { void chunk; break; }
      })();
      const kept = await session.get(url, { stream: true });
      const before = sockets.size;
      for (let n = 0; n < 200 && sockets.size > 1; n++) { globalThis.gc(); await sleep(20); }
      console.log(before, sockets.size, kept.status);
      process.on('exit', () => console.log('end', typeof kept.status));
      setTimeout(() => process.exit(1), 20000).unref();
    `,
      ['--expose-gc'],
    );

    expect(stdout).toMatch(/^[45] 1 200\n/);
    expect(took).toBeLessThan(20_000);
  });

  it('does not keep the heap growing, call after call', async () => {
    const { stdout } = await runInNode(
      `
      import http from 'node:http';
      import { RetryRequest } from './src/http/index.ts';
      let n = 0;
      const server = http.createServer((request, response) => {
        n += 1;
        if (n % 10 === 0) response.writeHead(503).end('busy');
        else if (n % 33 === 0) request.socket.resetAndDestroy();
        else response.end('{"ok":true}');
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = 'http://127.0.0.1:' + server.address().port;
      const api = new RetryRequest({ backoff: false, circuitBreaker: false, budget: false });
      const { signal } = new AbortController();
      const run = async (calls) => {
        for (let at = 0; at < calls; at += 50) {
          await Promise.all(Array.from({ length: 50 }, () => api.get(url, { signal }).then((r) => r.json(), () => 0)));
        }
        for (let turn = 0; turn < 5; turn++) { globalThis.gc(); await new Promise(setImmediate); }
        return process.memoryUsage().heapUsed;
      };
      await run(3000);
      const before = await run(1000);
      const after = await run(6000);
      console.log(Math.round((after - before) / 1024));
      process.exit();
    `,
      ['--expose-gc'],
    );

    expect(Number(stdout)).toBeLessThan(3000); // KiB, of 6,000 calls
  });
});

describe('a body that is let go of', () => {
  it('is the end of a slow server, too', async () => {
    const server = await open(cutBody('stall'));
    const response = await session().get(server.url, { stream: true });

    response.close();

    await until(() => server.sockets.size === 0);
    await expect(response.text()).rejects.toThrow();
  });

  it('by `await using` frees its connection', async () => {
    const server = await open(largeBody(5_000_000));

    {
      await using response = await session().get(server.url, { stream: true });
      expect(response.status).toBe(200);
    }

    await until(() => server.sockets.size === 0);
  });
});

function listenersOfProcess(): Record<string, number> {
  return Object.fromEntries(
    process.eventNames().map((name) => [String(name), process.listenerCount(name as string)]),
  );
}
