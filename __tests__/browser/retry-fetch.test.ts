/**
 * `retryFetch` in a browser's window: with the browser's own fetch, against a server.
 */
import type { ServerResponse } from 'node:http';
import { describe, expect } from '@jest/globals';
import { closing, httpServer, until } from '../http/support/servers.js';
import { chromium, itInChromium } from '../support/chromium.js';

/** Answers with these statuses in turn; the last one stays. */
const statuses =
  (...list: number[]) =>
  (_request: unknown, response: ServerResponse, n: number): void => {
    response.writeHead(list[Math.min(n, list.length) - 1]!).end(`answer ${n}`);
  };

const resets = (_request: unknown, { socket }: ServerResponse): void => void socket?.resetAndDestroy();

const quick = '{ backoff: { type: "fixed", delay: 1 }, jitter: null }';

describe('retryFetch in a browser', () => {
  const { open } = chromium();
  const servers = closing();

  itInChromium('answers with the Response after a 503, a POST replayed as it was', async () => {
    const page = await open({ api: statuses(503, 200) });

    const seen = await page.run(`
      const get = retryFetch(fetch, ${quick});
      const response = await get('users?page=2', { method: 'POST', body: JSON.stringify({ name: 'Ada' }) });
      return [response instanceof Response, response.status, await response.text()];`);

    expect(seen).toEqual([true, 200, 'answer 2']);
    expect(page.asked).toEqual(
      Array(2).fill({ method: 'POST', url: '/users?page=2', body: '{"name":"Ada"}' }),
    );
  });

  itInChromium('takes a Request, a FormData and a Blob, and sends them again', async () => {
    const page = await open({ api: statuses(503, 200, 503, 200, 503, 200) });

    const seen = await page.run(`
      const get = retryFetch(fetch, ${quick});
      const form = new FormData();
      form.set('name', 'Ada');
      await get(new Request('/a', { method: 'PUT', body: 'request' }));
      await get('/b', { method: 'POST', body: new Blob(['blob']) });
      const { status } = await get('/c', { method: 'POST', body: form });
      return status;`);

    expect(seen).toBe(200);
    const bodies = page.asked.map(({ url, body }) => [url, body.includes('Ada') ? 'form' : body]);
    expect(bodies).toEqual([
      ['/a', 'request'],
      ['/a', 'request'],
      ['/b', 'blob'],
      ['/b', 'blob'],
      ['/c', 'form'],
      ['/c', 'form'],
    ]);
  });

  itInChromium('gives up with the last response, which can still be read', async () => {
    const page = await open({ api: statuses(503) });

    const seen = await page.run(`
      const response = await retryFetch(fetch, { ...${quick}, retries: 2 })('/users');
      return [response.status, await response.text()];`);

    expect(seen).toEqual([503, 'answer 3']);
    expect(page.asked).toHaveLength(3);
  });

  itInChromium('gives up with the error of the fetch, the very same object', async () => {
    const page = await open({ api: resets });

    const seen = await page.run(`
      let last;
      const noted = (...args) => fetch(...args).catch((error) => { last = error; throw error; });
      const error = await retryFetch(noted, { ...${quick}, retries: 2 })('/users').catch((error) => error);
      return [error === last, error.name, stampede.retryHistory(error).attempts.length];`);

    expect(seen).toEqual([true, 'TypeError', 3]);
    expect(page.asked).toHaveLength(3);
  });

  itInChromium('repeats no POST whose connection was reset, unless it may be repeated', async () => {
    const page = await open({ api: resets });

    const names = await page.run(`
      const post = retryFetch(fetch, { ...${quick}, retries: 2 });
      const once = await post('/once', { method: 'POST', body: 'a' }).catch((error) => error.name);
      const headers = { 'idempotency-key': 'one' };
      const often = await post('/often', { method: 'POST', body: 'a', headers }).catch((error) => error.name);
      return [once, often];`);

    expect(names).toEqual(['TypeError', 'TypeError']);
    expect(page.asked.map(({ url }) => url)).toEqual(['/once', '/often', '/often', '/often']);
  });

  itInChromium('repeats no request that the browser refuses to send', async () => {
    const page = await open();

    const tries = await page.run(`
      let tries = 0;
      const counted = (...args) => { tries += 1; return fetch(...args); };
      await retryFetch(counted, ${quick})('/users', { method: 'GET', body: 'none' }).catch(() => {});
      return tries;`);

    expect(tries).toBe(1);
    expect(page.asked).toEqual([]);
  });

  itInChromium('comes back when the server says', async () => {
    const page = await open({
      api: (_request, response, n) => {
        response.writeHead(n === 1 ? 429 : 200, n === 1 ? { 'retry-after-ms': '40' } : {}).end('fine');
      },
    });

    const seen = await page.run(`
      const waits = [];
      const response = await retryFetch(fetch, { ...${quick}, onBackoff: ({ wait }) => void waits.push(wait) })('/users');
      return [await response.text(), waits];`);

    expect(seen).toEqual(['fine', [40]]);
  });

  itInChromium('reads Retry-After, and ends the wait at once on an abort', async () => {
    const page = await open({
      api: (_request, response) => void response.writeHead(503, { 'retry-after': '30' }).end(),
    });

    const seen = await page.run(`
      const controller = new AbortController();
      const waits = [];
      const onBackoff = ({ wait }) => {
        waits.push(wait);
        setTimeout(() => controller.abort(), 10);
      };
      const { signal } = controller;
      const error = await retryFetch(fetch, { jitter: null, onBackoff })('/users', { signal }).catch((error) => error);
      return [error === signal.reason, waits];`);

    expect(seen).toEqual([true, [30_000]]);
    expect(page.asked).toHaveLength(1);
  });

  itInChromium('ends a request on its way on an abort, and makes no other', async () => {
    const has = { come: false, gone: false };
    const page = await open({
      async api({ url, socket }, response) {
        if (url === '/users') {
          has.come = true;
          socket.once('close', () => void (has.gone = true));
        } else {
          await until(() => has.come);
          response.end();
        }
      },
    });

    const seen = await page.run(`
      const controller = new AbortController();
      const { signal } = controller;
      const users = retryFetch(fetch, ${quick})('/users', { signal }).catch((error) => error);
      await fetch('/has-it-come');
      controller.abort();
      return (await users) === signal.reason;`);

    expect(seen).toBe(true);
    await until(() => has.gone);
    expect(page.asked.filter(({ url }) => url === '/users')).toHaveLength(1);
  });

  itInChromium('ends each attempt in time, and lets go of its connection', async () => {
    let gone = 0;
    const page = await open({ api: (request) => void request.socket.once('close', () => void (gone += 1)) });

    const seen = await page.run(`
      const error = await retryFetch(fetch, { ...${quick}, timeout: 250, retries: 1 })('/users').catch((error) => error);
      return [error.name, error.attempts.length, stampede.isStampedeError(error)];`);

    expect(seen).toEqual(['ReadTimeoutError', 2, true]);
    await until(() => gone === 2);
  });

  itInChromium('hands on a body that comes as a stream', async () => {
    const page = await open({
      api: (_request, response) => {
        response.write('a');
        setTimeout(() => void response.end('b'), 10);
      },
    });

    const seen = await page.run(`
      const response = await retryFetch(fetch)('/users');
      const chunks = [];
      for await (const chunk of response.body) chunks.push(new TextDecoder().decode(chunk));
      return chunks.join('');`);

    expect(seen).toBe('ab');
  });

  itInChromium(
    'sees of another origin what that shows: how long to stay away only where the header is exposed',
    async () => {
      const page = await open();
      const other = await servers.open(
        httpServer(({ url }, response, n) => {
          response.setHeader('access-control-allow-origin', '*');
          if (url === '/exposed') response.setHeader('access-control-expose-headers', 'retry-after-ms');
          response.writeHead(n % 2 === 1 ? 503 : 200, { 'retry-after-ms': '40' }).end();
        }),
      );

      const waits = await page.run(`
      const waits = [];
      const onBackoff = ({ wait }) => void waits.push(wait);
      const get = retryFetch(fetch, { backoff: { type: 'fixed', delay: 7 }, jitter: null, onBackoff });
      await get('${other.url}/hidden');
      await get('${other.url}/exposed');
      return waits;`);

      expect(waits).toEqual([7, 40]);
    },
  );

  itInChromium('stands aside when the circuit of an origin is open', async () => {
    const page = await open({ api: statuses(500) });

    const seen = await page.run(`
      const get = retryFetch(fetch, { retries: false, circuitBreaker: { consecutive: 2 } });
      await get('/users');
      await get('/users');
      return get('/users').catch((error) => error.name);`);

    expect(seen).toBe('CircuitOpenError');
    expect(page.asked).toHaveLength(2);
  });

  itInChromium('is three files, and imports nothing of Node', async () => {
    const page = await open({ api: statuses(503, 200) });

    await page.run(`await retryFetch(fetch, ${quick})('/users');`);

    expect([...page.loaded].sort()).toEqual([
      'esm/http/common.js',
      'esm/http/fetch/index.js',
      'esm/index.js',
    ]);
  });
});
