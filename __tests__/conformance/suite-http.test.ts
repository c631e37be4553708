/** litl/backoff's suite: `test_integration.py`, on a real server that says when to come back. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualClock, onException, onPredicate, runtime } from '../../src/core.js';
import { recorder } from './cases.js';

class HTTPError extends Error {
  override readonly name = 'HTTPError';
  constructor(readonly response: Response) {
    super(`status ${response.status}`);
  }
}

const askedFor = (response: Response): number => Number(response.headers.get('retry-after')) * 1000;

describe('the integration tests of the suite of litl/backoff', () => {
  let asks: string[];
  let url: string;
  const server = createServer((_, response) => {
    const seconds = asks.shift();
    if (seconds === undefined) response.writeHead(200).end();
    else response.writeHead(429, { 'Retry-After': seconds }).end();
  });

  beforeEach(async () => {
    asks = ['1', '3', '7'];
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    const closed = new Promise((resolve) => void server.close(resolve));
    server.closeAllConnections();
    await closed;
  });

  it('B57: waits exactly as long as each 429 asks, as a value', async () => {
    const clock = new VirtualClock();
    const { backoffs, handlers } = recorder();
    const wait = runtime({ value: (outcome) => (outcome.ok ? askedFor(outcome.value) : 0) });
    const tooMany = (response: Response): boolean => response.status === 429;
    const get = onPredicate(wait, tooMany, { jitter: null, clock, ...handlers })(async () => fetch(url));

    const response = await clock.run(() => get());

    expect(response.status).toBe(200);
    expect(backoffs.map(({ wait }) => wait)).toEqual([1000, 3000, 7000]);
    expect(clock.now()).toBe(11_000);
  });

  it('B58: waits exactly as long as each 429 asks, as an error', async () => {
    const clock = new VirtualClock();
    const { backoffs, handlers } = recorder();
    const wait = runtime({ value: (outcome) => (outcome.ok ? 0 : askedFor(outcome.error.response)) });
    const get = onException(wait, HTTPError, { jitter: null, clock, ...handlers })(async () => {
      const response = await fetch(url);
      if (!response.ok) throw new HTTPError(response);
      return response;
    });

    const response = await clock.run(() => get());

    expect(response.status).toBe(200);
    expect(backoffs.map(({ wait }) => wait)).toEqual([1000, 3000, 7000]);
    expect(clock.now()).toBe(11_000);
  });
});
