/**
 * HTTP calls where retries are held back: by a scope, or by the operator's `STAMPEDE_DISABLED`.
 */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Agent, request } from 'undici';
import { type RetryScope, addRetryScope } from '../../src/core.js';
import { type HttpStatusError, RetrySession, retryFetch, retryInterceptor } from '../../src/http/index.js';
import { closesAfterRequest, closing, httpServer, nobody, scripted } from './support/servers.js';

const quick = { backoff: { type: 'fixed', delay: 1 }, jitter: null, log: false } as const;

let remove = (): void => undefined;
const hold = (scope: RetryScope): void => void (remove = addRetryScope(() => scope));
afterEach(() => {
  remove();
});

describe('an HTTP call under a scope without retries', () => {
  const { open } = closing();

  it('is sent once, and its answer can be read as if nobody had looked at it', async () => {
    hold({ enabled: false });
    const server = await open(scripted({ status: 503, body: '{"busy":true}' }, 200));
    const onGiveup = jest.fn();

    const response = await new RetrySession({ ...quick, onGiveup }).get(server.url);

    expect([response.status, await response.json()]).toEqual([503, { busy: true }]);
    expect([server.requests.length, response.attempts.length]).toEqual([1, 1]);
    expect(onGiveup).not.toHaveBeenCalled();
  });

  it('gives a large answer whole, streamed or not', async () => {
    hold({ enabled: false });
    const body = 'x'.repeat(1_000_000);
    const server = await open(httpServer((_request, response) => response.writeHead(503).end(body)));
    const session = new RetrySession(quick);

    const whole = await (await session.get(server.url)).text();
    const streamed = await (await session.get(server.url, { stream: true })).text();

    expect([whole.length, streamed.length, server.requests.length]).toEqual([body.length, body.length, 2]);
  });

  it('fails with the error of its one attempt', async () => {
    hold({ enabled: false });
    const gone = await nobody();
    const server = await open(closesAfterRequest('rst'));
    const session = new RetrySession(quick);

    await expect(session.get(gone.url)).rejects.toMatchObject({ name: 'ConnectionError' });
    await expect(session.get(server.url)).rejects.toMatchObject({ name: 'ConnectionError' });

    expect(server.requests).toHaveLength(1);
  });

  it('spends no counter: the next call outside has all of its retries', async () => {
    hold({ enabled: false });
    const server = await open(scripted(503, 503, 503, 200));
    const session = new RetrySession({ ...quick, retries: { status: 2 } });

    const held = await session.get(server.url);
    remove();
    const free = await session.get(server.url);

    expect([held.status, free.status]).toEqual([503, 200]);
    expect(server.requests).toHaveLength(4);
  });

  it('still follows redirects', async () => {
    hold({ enabled: false });
    const server = await open(scripted({ status: 302, headers: { location: '/there' } }, 503, 200));

    const response = await new RetrySession(quick).get(server.url);

    expect([response.status, server.requests.map(({ url }) => url)]).toEqual([503, ['/', '/there']]);
  });

  it('is sent once by retryFetch and by the interceptor, too', async () => {
    hold({ enabled: false });
    const server = await open(scripted({ status: 503, body: 'busy' }));
    const agent = new Agent();

    const fetched = await retryFetch(fetch, quick)(server.url);
    const dispatched = await request(server.url, { dispatcher: agent.compose(retryInterceptor(quick)) });

    expect([fetched.status, await fetched.text()]).toEqual([503, 'busy']);
    expect([dispatched.statusCode, await dispatched.body.text()]).toEqual([503, 'busy']);
    expect(server.requests).toHaveLength(2);
    await agent.close();
  });
});

describe('an HTTP call under a scope with maxTries', () => {
  const { open } = closing();

  it('makes at most so many attempts, and gives up as always', async () => {
    hold({ maxTries: 2 });
    const server = await open(scripted(503));
    const session = new RetrySession({ ...quick, retries: 5, raiseOnStatus: true });

    const error = await session.get(server.url).catch((thrown: unknown) => thrown as HttpStatusError);

    expect(error).toMatchObject({ name: 'HttpStatusError', response: { status: 503 } });
    expect(server.requests).toHaveLength(2);
  });
});

describe('an HTTP call under a scope without waits', () => {
  const { open } = closing();

  it('waits not for the server either', async () => {
    hold({ waits: false });
    const server = await open(
      scripted({ status: 503, headers: { 'retry-after': '3000' } }, { status: 429 }, { body: 'fine' }),
    );
    const backoff = { type: 'fixed', delay: '30m' } as const;
    const session = new RetrySession({ backoff, maxRetryAfter: '1h', timeout: { total: '3h' }, log: false });

    const response = await session.get(server.url);

    expect([response.status, server.requests.length]).toEqual([200, 3]);
  });
});

describe('an HTTP call in a process with STAMPEDE_DISABLED', () => {
  const { open } = closing();

  it('is sent once', async () => {
    process.env['STAMPEDE_DISABLED'] = '1';
    try {
      jest.resetModules();
      const fresh = await import('../../src/http/index.js');
      const server = await open(scripted({ status: 503, body: 'busy' }, 200));

      const response = await new fresh.RetrySession(quick).get(server.url);

      expect([response.status, await response.text(), server.requests.length]).toEqual([503, 'busy', 1]);
    } finally {
      delete process.env['STAMPEDE_DISABLED'];
    }
  });
});
