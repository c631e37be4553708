/**
 * Aborts: in every phase the call ends at once, with the reason of the signal as it is, and nothing is left.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { countedSignal } from '../../support/signals.js';
import { RetryRequest, type RetryCallOptions, TotalTimeoutError } from '../../../src/http/index.js';
import { runInNode } from '../support/run-in-node.js';
import { leavesNothing, rejection, time } from '../support/residue.js';
import {
  type TestServer,
  cutBody,
  jsonServer,
  largeBody,
  neverAccepts,
  proxyServer,
  rawServer,
  scripted,
  silent,
  trickle,
  until,
} from '../support/servers.js';

const { open, session } = leavesNothing();

interface Phase {
  readonly server: () => Promise<TestServer>;
  readonly options?: RetryCallOptions;
  /** Requests the server has when the abort comes; `undefined`: none is awaited. */
  readonly requests?: number;
}

const slowBody = async function* (): AsyncGenerator<string> {
  for (;;) {
    yield 'x';
    await sleep(5);
  }
};

const phases: Record<string, Phase> = {
  'while it connects': { server: neverAccepts },
  'while it connects through a proxy': {
    server: () => proxyServer({ refuses: -1 }),
    requests: 1,
  },
  'while it is sent': { server: silent, options: { body: slowBody() }, requests: 1 },
  'while a large body is sent': {
    server: () =>
      rawServer((socket) => {
        socket.pause();
        setTimeout(() => void socket.resume(), 300); // to see that it is over
      }),
    options: { body: Buffer.alloc(50_000_000) },
    requests: 1,
  },
  'while it waits for an answer': { server: silent, requests: 1 },
  'while the headers come': {
    server: () => rawServer((socket) => void socket.write('HTTP/1.1 200 O')),
    requests: 1,
  },
  'while the body comes': { server: () => trickle(3), requests: 1 },
  'while the body stalls': { server: () => cutBody('stall'), requests: 1 },
  'while the body of the last answer is taken in': {
    server: () =>
      rawServer((socket) => void socket.write('HTTP/1.1 500 No\r\ncontent-length: 50\r\n\r\nsome')),
    options: { retries: 0 },
    requests: 1,
  },
  'in its backoff': {
    server: () => scripted(503),
    options: { backoff: { type: 'fixed', delay: '1h' }, jitter: null, timeout: null },
    requests: 1,
  },
  'in a backoff that the server asks for': {
    server: () => scripted({ status: 503, headers: { 'retry-after': '50' } }),
    requests: 1,
  },
  'in its second attempt': {
    server: () =>
      rawServer((socket, n) => {
        if (n === 1) socket.resetAndDestroy();
      }),
    requests: 2,
  },
  'after a redirect': {
    server: () =>
      rawServer((socket, n) => {
        if (n === 1) socket.write('HTTP/1.1 302 Found\r\nlocation: /next\r\ncontent-length: 0\r\n\r\n');
      }),
    requests: 2,
  },
  'while giveup thinks': {
    server: () => scripted(503),
    options: { giveup: () => new Promise(() => {}) },
    requests: 1,
  },
  'while retryWhen thinks': {
    server: () => scripted(200),
    options: { retryWhen: () => new Promise(() => {}) },
    requests: 1,
  },
  'while a handler works': {
    server: () => scripted(503),
    options: { onBackoff: () => new Promise(() => {}) },
    requests: 1,
  },
  'while a hook works': {
    server: jsonServer,
    options: { hooks: { response: () => new Promise(() => {}) } },
    requests: 1,
  },
  'while auth is asked for': {
    server: jsonServer,
    options: { auth: () => new Promise<string>(() => {}) },
  },
};

describe('an abort', () => {
  it.each(Object.keys(phases))('ends the call at once %s', async (name) => {
    const { server: start, options = {}, requests } = phases[name] as Phase;
    const server = await open(start());
    const counted = countedSignal();
    const reason = { its: 'own reason' };
    const isProxy = name.includes('proxy');
    const call = rejection<unknown>(
      session().put(isProxy ? 'http://any.test/' : server.url, {
        ...options,
        ...(isProxy ? { proxies: server.url } : {}),
        signal: counted.signal,
      }),
    );
    if (requests !== undefined) await until(() => server.requests.length >= requests);
    await sleep(20);

    const took = await time(async () => {
      counted.abort(reason);
      expect(await call).toBe(reason);
    });

    expect(took).toBeLessThan(500);
    expect(counted.listeners).toBe(0);
    await until(() => [...server.sockets].every((socket) => socket.destroyed || isIdle(name)));
  });

  it('before the call sends nothing', async () => {
    const server = await open(jsonServer());
    const signal = AbortSignal.abort('before');

    expect(await rejection(session().get(server.url, { signal }))).toBe('before');
    expect(await rejection(session({ retries: false }).get(server.url, { signal }))).toBe('before');
    expect(server.connections).toBe(0);
  });

  it.each([undefined, null, 'text', 0, Symbol('reason'), new Error('reason')])(
    'may have any reason: %p',
    async (reason) => {
      const server = await open(silent());
      const controller = new AbortController();
      const call = session()
        .get(server.url, { signal: controller.signal })
        .then(
          () => 'answered',
          (error: unknown) => error,
        );
      await until(() => server.requests.length === 1);

      controller.abort(reason);

      if (reason === undefined) expect(await call).toMatchObject({ name: 'AbortError' });
      else expect(await call).toBe(reason);
    },
  );

  it('after the end changes nothing, and nobody listens any more', async () => {
    const server = await open(jsonServer());
    const seen = countedSignal();

    const response = await session().get(server.url, { signal: seen.signal });
    seen.abort('late');

    expect(seen.listeners).toBe(0);
    expect(await response.json()).toEqual({ ok: true });
  });

  it('ends a stream that is being read, and one that nobody reads', async () => {
    const server = await open(largeBody(50_000_000));
    const controller = new AbortController();
    const { signal } = controller;
    const [read, unread] = [
      await session().get(server.url, { stream: true, signal }),
      await session().get(server.url, { stream: true, signal }),
    ];
    const reading = rejection(read.bytes());

    controller.abort(new Error('enough'));

    expect((await reading).message).toBe('enough');
    expect((await rejection(unread.text())).message).toBe('enough');
  });

  it('of the caller, and the total of the call: whichever comes first', async () => {
    const server = await open(silent());
    const client = session({ timeout: { total: 60 } });

    const late = await rejection(client.get(server.url, { signal: AbortSignal.timeout(10_000) }));
    const early = await rejection(client.get(server.url, { signal: AbortSignal.timeout(10) }));

    expect(late).toBeInstanceOf(TotalTimeoutError);
    expect(early.name).toBe('TimeoutError');
  });

  it('says nothing against the origin', async () => {
    const server = await open(silent());
    const client = session({ circuitBreaker: { consecutive: 1 } });

    for (let n = 0; n < 10; n++) {
      await rejection(client.get(server.url, { signal: AbortSignal.timeout(5) }));
    }

    expect(client.origins.get(server.url)?.circuit).toBe('closed');
  });

  it('in the turn of the call, of 200 at once, opens no connection', async () => {
    const server = await open(jsonServer());
    const controller = new AbortController();
    const client = session();

    const calls = Array.from({ length: 200 }, () =>
      rejection(client.get(server.url, { signal: controller.signal })),
    );
    controller.abort('at once');

    expect(new Set(await Promise.all(calls))).toEqual(new Set(['at once']));
    await sleep(20);
    expect(server.requests).toHaveLength(0);
    expect(server.sockets.size).toBe(0);
  });
});

describe('one signal', () => {
  it('for 10,000 calls has few listeners, no warning, and in the end none', async () => {
    const server = await open(jsonServer());
    const seen = countedSignal();
    const client = session();
    let most = 0;

    for (let batch = 0; batch < 40; batch++) {
      const calls = Array.from({ length: 250 }, () => client.get(server.url, { signal: seen.signal }));
      most = Math.max(most, seen.listeners);
      await Promise.all(calls);
    }

    expect(server.requests).toHaveLength(10_000);
    expect(most).toBeLessThanOrEqual(10);
    expect(seen.listeners).toBe(0);
  }, 60_000);

  it('for 1,000 calls that fail and wait ends them all at once', async () => {
    const server = await open(scripted(503));
    const seen = countedSignal();
    const client = new RetryRequest({
      backoff: { type: 'fixed', delay: '1h' },
      jitter: null,
      timeout: null,
      budget: false,
      circuitBreaker: false,
    });
    const calls = Array.from({ length: 1000 }, () =>
      client
        .get(server.url, { signal: seen.signal, headers: { connection: 'close' } })
        .catch((e: unknown) => e),
    );
    await until(() => server.requests.length === 1000, 20_000);
    await sleep(50);

    const took = await time(async () => {
      seen.abort('all of you');
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['all of you']));
    });

    expect(took).toBeLessThan(2000);
    expect(seen.listeners).toBe(0);
  }, 60_000);

  it('raises no warning of listeners in a process of its own', async () => {
    const { stdout, stderr } = await runInNode(`
      import http from 'node:http';
      import { RetryRequest } from './src/http/index.ts';
      const server = http.createServer((request, response) => response.writeHead(request.url === '/' ? 503 : 200).end('pong'));
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = 'http://127.0.0.1:' + server.address().port;
      const { signal } = new AbortController();
      const api = new RetryRequest({ backoff: false, budget: false, circuitBreaker: false });
      for (let n = 0; n < 4; n++) {
        await Promise.all(Array.from({ length: 250 }, (_, at) => api.get(url + (at % 10 ? '/a' : '/'), { signal })));
      }
      console.log('done');
      process.exit();
    `);

    expect(stdout).toBe('done\n');
    expect(stderr).toBe('');
  });
});

// What has been answered may keep its connection for the next call.
function isIdle(name: string): boolean {
  return /backoff|connects|redirect|giveup|retryWhen|handler|hook|auth/.test(name);
}
