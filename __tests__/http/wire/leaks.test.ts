import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { countedSignal } from '../../support/signals.js';
import { runInNode } from '../support/run-in-node.js';
import {
  closing,
  cutBody,
  httpServer,
  jsonServer,
  largeBody,
  neverAccepts,
  nobody,
  proxyServer,
  silent,
  trickle,
  until,
} from '../support/servers.js';
import { agents, errorOf, renewAgents, send, textOf } from './exchanges.js';

afterAll(() => agents.destroy());

/** A program of its own, with an exchange at hand. */
const program = (body: string): string => `
  import http from 'node:http';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { systemClock } from './src/core.ts';
  import { Agents } from './src/http/wire/agents.ts';
  import { exchange } from './src/http/wire/exchange.ts';
  import { releaseWhenForgotten } from './src/http/wire/release.ts';
  const agents = new Agents();
  const transport = { verify: true, trustEnv: false };
  const send = (url, more = {}) => {
    const { origin, pathname: path } = new URL(url);
    return exchange(agents.dispatcherFor(new URL(url), transport), {
      method: 'GET', origin, path, headers: [], body: null, connectTimeout: 5000, readTimeout: 30000,
      deadline: Infinity, timeoutOfDeadline: Infinity, signal: undefined, clock: systemClock, maxSize: 1e9,
      collects: () => true, what: { method: 'GET', url }, ...more,
    });
  };
  const serve = (handler) => new Promise((resolve) => {
    const server = http.createServer(handler).listen(0, '127.0.0.1', () => {
      resolve({ server, url: 'http://127.0.0.1:' + server.address().port });
    });
  });
  ${body}
`;

describe('what is left of exchanges', () => {
  const { open } = closing();
  const active = (kind: RegExp): string[] =>
    process.getActiveResourcesInfo().filter((name) => kind.test(name));

  it('is nothing after 1,000 that were aborted in every phase', async () => {
    const [full, dumb, stalled, dripping, large, good, proxy, gone] = await Promise.all(
      [
        neverAccepts(),
        silent(),
        cutBody('stall'),
        trickle(3),
        largeBody(3_000_000),
        jsonServer(),
        proxyServer({ refuses: -1 }),
        nobody(),
      ].map((server) => open(server)),
    );
    const servers = [full!, dumb!, stalled!, dripping!, large!, good!, gone!];
    await sleep(10);
    const sockets = active(/TCPSocketWrap|TLSWrap/).length;
    const timers = active(/^Timeout$/).length;
    const connects = active(/ConnectWrap/).length;
    const shared = countedSignal();
    const reason = new Error('no longer');
    const outcomes: unknown[] = [];

    for (let round = 0; round < 10; round++) {
      await Promise.all(
        Array.from({ length: 100 }, async (_, n) => {
          const own = countedSignal();
          const server = n % 8 === 7 ? undefined : servers[n % 8];
          const isShared = n % 10 === 0;
          const { signal } = isShared ? shared : own;
          const end = errorOf(
            send(server?.url ?? 'http://behind.test/', {
              signal,
              collects: () => n % 3 !== 0,
              maxSize: 1e7,
              ...(server === undefined ? { transport: { proxies: { all: proxy!.url } } } : {}),
              ...(isShared ? { connectTimeout: 30, readTimeout: 30 } : {}),
            }).then(async (answer) => (n % 2 === 0 ? textOf(answer) : answer.body.stream().toArray())),
          );
          await sleep(n % 25);
          own.abort(reason);
          const ended = await end;
          if (ended === reason || ended.value !== undefined || ended.code !== undefined) outcomes.push(ended);
          expect(own.listeners).toBe(0);
        }),
      );
    }

    expect(outcomes).toHaveLength(1000);
    expect(shared.listeners).toBe(0);
    await until(() => [dumb!, stalled!, dripping!, proxy!].every((server) => server.sockets.size === 0));
    await renewAgents();
    await until(() => [large!, good!].every((server) => server.sockets.size === 0));
    await until(() => active(/TCPSocketWrap|TLSWrap/).length <= sockets);
    await until(() => active(/^Timeout$/).length <= timers);
    await until(() => active(/ConnectWrap/).length <= connects);
  });

  it('is no socket when it is aborted in the turn in which it was sent', async () => {
    const server = await open(jsonServer());
    for (let n = 0; n < 50; n++) {
      const controller = new AbortController();
      const end = errorOf(send(server.url, { signal: controller.signal }));
      controller.abort('at once');
      expect(await end).toBe('at once');
    }
    await sleep(20);

    expect(server.requests).toHaveLength(0);
    expect(server.sockets.size).toBe(0);
  });

  it('is no request that is sent although its signal was aborted as it connected', async () => {
    const server = await open(httpServer((_request, response) => response.end()));
    for (let n = 0; n < 100; n++) {
      const controller = new AbortController();
      const end = errorOf(send(server.url, { signal: controller.signal, method: 'POST', body: 'x' }));
      setImmediate(() => controller.abort('soon'));
      const ended = await end;
      expect(['soon', 200]).toContain(ended.value?.status ?? ended);
    }
    await sleep(20);

    expect(server.sockets.size).toBeLessThanOrEqual(100);
  });
});

describe('a process with exchanges', () => {
  it('ends when they have, however many idle connections there are', async () => {
    const { took, stderr } = await runInNode(
      program(`
        const { server, url } = await serve((request, response) => response.end('pong'));
        server.unref();
        server.keepAliveTimeout = 60000;
        await Promise.all(Array.from({ length: 50 }, () => send(url, { signal: new AbortController().signal })));
        server.close();
        server.closeIdleConnections = () => {};
        process.on('exit', () => console.error('timers', process.getActiveResourcesInfo().filter((n) => n === 'Timeout').length));
        for (const socket of process._getActiveHandles()) if (socket.server) socket.unref();
      `),
    );

    expect(took).toBeLessThan(10_000);
    expect(stderr).not.toMatch(/Warning/);
  });

  it('has one signal for 10,000 of them without a warning', async () => {
    const { stdout, stderr } = await runInNode(
      program(`
        const { server, url } = await serve((request, response) => response.end('pong'));
        const { signal } = new AbortController();
        for (let n = 0; n < 40; n++) await Promise.all(Array.from({ length: 250 }, () => send(url, { signal })));
        console.log('done');
        process.exit();
      `),
    );

    expect(stdout).toBe('done\n');
    expect(stderr).toBe('');
  });

  it('frees the connection of an answer that was forgotten unread, and that of a stream', async () => {
    const { stdout } = await runInNode(
      program(`
        const sockets = new Set();
        const { server, url } = await serve((request, response) => {
          response.writeHead(200, { 'content-length': 50000000 });
          response.write(Buffer.alloc(1000000));
        });
        server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));
        const answered = async () => {
          const { body } = await send(url, { collects: () => false });
          return body;
        };
        await (async () => {
          const holder = { body: await answered() };
          releaseWhenForgotten(holder, holder.body);
        })();
        await (async () => void (await answered()).stream())();
        await (async () => void (await answered()).stream().read())();
        const kept = (await answered()).stream();
        const before = sockets.size;
        for (let n = 0; n < 100 && sockets.size > 1; n++) { globalThis.gc(); await sleep(20); }
        console.log(before, sockets.size, kept.destroyed);
        process.exit();
      `),
      ['--expose-gc'],
    );

    expect(stdout).toBe('4 1 false\n');
  });

  it('is told when the dispatcher is that of an older undici, such as the one inside Node 20', async () => {
    const old =
      'await fetch("data:,x"); globalThis.inside = globalThis[Symbol.for("undici.globalDispatcher.1")]';
    const { stdout } = await runInNode(
      program(`
        const { server, url } = await serve((request, response) => response.end('pong'));
        transport.dispatcher = globalThis.inside;
        const end = await send(url).then(({ status }) => status, (error) => error.name + ' ' + error.message);
        console.log(Number.parseInt(process.versions.undici) < 7, end);
        process.exit();
      `),
      ['--import', `data:text/javascript,${encodeURIComponent(old)}`],
    );

    const said =
      'OptionError dispatcher must be a dispatcher of undici 7 or later; got one of undici 6 or older';
    expect(stdout).toMatch(stdout.startsWith('true') ? said : 'false 200');
  });
});
