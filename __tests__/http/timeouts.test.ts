/**
 * Timeouts as users give them: none fires early, none much later, each is told by its name and counted where it belongs.
 *
 * That they are exact is measured by `bench/timeouts`; here is room for a machine that does other things, 20 times the
 * value, for the best of a few calls.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, type Dispatcher } from 'undici';
import {
  ConnectTimeoutError,
  ConnectionError,
  type HttpError,
  ReadTimeoutError,
  type RetryCallOptions,
  TotalTimeoutError,
} from '../../src/http/index.js';
import { leavesNothing, rejection, time } from './support/residue.js';
import {
  type TestServer,
  closesAfterRequest,
  cutBody,
  jsonServer,
  neverAccepts,
  nobody,
  rawServer,
  scripted,
  serverApart,
  silent,
  until,
} from './support/servers.js';

const { open, session } = leavesNothing();

const values = [5, 25, 50, 250];
/** Timers count whole milliseconds of a clock that counts fractions. */
const whole = 1;

interface Late {
  readonly error: HttpError;
  /** Milliseconds. */
  readonly took: number;
}

async function late(url: string, options: RetryCallOptions): Promise<Late> {
  let error: HttpError | undefined;
  const client = session({ retries: false });
  const took = await time(async () => {
    error = await rejection<HttpError>(client.get(url, options));
  });
  await client.close();
  return { error: error as HttpError, took };
}

/** Some calls, one after the other: none may be early, and the best of them not late. */
async function several(ms: number, url: string, options: RetryCallOptions): Promise<readonly HttpError[]> {
  const ends: Late[] = [];
  for (let n = 0; n < (ms < 50 ? 4 : 2); n++) ends.push(await late(url, options));
  expect(Math.min(...ends.map(({ took }) => took))).toBeGreaterThanOrEqual(ms - whole);
  expect(Math.min(...ends.map(({ took }) => took))).toBeLessThanOrEqual(20 * ms);
  return ends.map(({ error }) => error);
}

/** Sends headers, and then a byte a second. */
const byteASecond = (): Promise<TestServer> =>
  rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx');
    const timer = setInterval(() => void socket.write('x'), 1000);
    socket.once('close', () => clearInterval(timer));
  });

/** Sends the first request, and lets the others wait for ever. */
function afterFirst(): Dispatcher {
  let sent = 0;
  return agent.compose((dispatch) => (options, handler) => {
    sent += 1;
    return sent === 1 ? dispatch(options, handler) : true;
  });
}

const agent = new Agent();
afterAll(() => agent.close());

// The first call of a process loads what it needs.
beforeAll(async () => {
  const server = await silent();
  await late(server.url, { timeout: 50 });
  await server.close();
});

describe.each(values)('a timeout of %d ms', (ms) => {
  it.each<[string, () => RetryCallOptions]>([
    ['as [connect, read]', () => ({ timeout: [ms, 20_000] })],
    ['as { connect }', () => ({ timeout: { connect: `${ms}ms` } })],
    ['as one for both', () => ({ timeout: ms })],
  ])('to connect, %s, where nobody accepts', async (_, options) => {
    const server = await open(neverAccepts());

    const errors = await several(ms, server.url, options());

    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectTimeoutError);
      expect(error).toMatchObject({ timeout: ms, phase: 'queued', sent: false });
      expect(error.message).toMatch(`no connection within ${ms} ms`);
    }
  });

  it.each<[string, () => RetryCallOptions]>([
    ['as [connect, read]', () => ({ timeout: [20_000, ms] })],
    ['as { read }', () => ({ timeout: { read: ms } })],
    ['as one for both', () => ({ timeout: `${ms}ms` })],
  ])('to read, %s, where nobody answers', async (_, options) => {
    const server = await open(silent());

    const errors = await several(ms, server.url, options());

    for (const error of errors) {
      // Where 5 ms are for both, it may be the connection that takes longer.
      if (error instanceof ConnectTimeoutError) continue;
      expect(error).toBeInstanceOf(ReadTimeoutError);
      expect(error).toMatchObject({ timeout: ms, phase: 'started', sent: true });
      expect(error.message).toMatch(`no answer within ${ms} ms`);
    }
  });

  it('to read, where a byte comes each second, and where none comes any more', async () => {
    for (const server of [await open(byteASecond()), await open(cutBody('stall'))]) {
      const errors = await several(ms, server.url, { timeout: [20_000, ms] });

      for (const error of errors) {
        expect(error).toBeInstanceOf(ReadTimeoutError);
        // In 5 ms a busy machine may not have come to the headers.
        if (ms > 5) expect(error).toMatchObject({ phase: 'body' });
      }
    }
  });

  it('in all, in every phase', async () => {
    for (const start of [neverAccepts, silent, byteASecond]) {
      const server = await open(start());

      const errors = await several(ms, server.url, { timeout: { connect: 20_000, read: 20_000, total: ms } });

      for (const error of errors) {
        expect(error).toBeInstanceOf(TotalTimeoutError);
        expect(error.message).toMatch(`took longer than ${ms} ms in all`);
      }
    }
  });
});

describe('timeouts and retries', () => {
  const story = { connect: 10, read: 2, total: 20 };

  it('a connect timeout of 5 ms is tried 10 times again, for every method', async () => {
    const server = await open(neverAccepts());
    let error: HttpError | undefined;

    const took = await time(async () => {
      error = await rejection<HttpError>(
        session().post(server.url, { timeout: [5, 25], retries: story, json: 1 }),
      );
    });

    expect(error).toBeInstanceOf(ConnectTimeoutError);
    expect(error?.attempts.at(-1)?.tries).toBe(11);
    expect(took).toBeGreaterThanOrEqual(11 * (5 - whole));
    expect(took).toBeLessThanOrEqual(20 * 55);
  });

  it('a read timeout of 25 ms is tried twice again, where the method may be', async () => {
    const server = await open(silent());
    const client = session({ timeout: [500, 25], retries: story });
    let error: HttpError | undefined;

    const took = await time(async () => {
      error = await rejection<HttpError>(client.get(server.url));
    });
    const post = await rejection<HttpError>(client.post(server.url));

    expect(error).toBeInstanceOf(ReadTimeoutError);
    expect(error?.attempts).toHaveLength(3);
    expect(took).toBeGreaterThanOrEqual(3 * (25 - whole));
    expect(took).toBeLessThanOrEqual(20 * 75);
    expect(post).toBeInstanceOf(ReadTimeoutError);
    expect(post.attempts).toHaveLength(1);
    expect(server.requests).toHaveLength(4);
  });

  it('each attempt has its own, and they are told in order', async () => {
    const server = await open(
      rawServer((socket, n) => {
        if (n === 2) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome');
        if (n === 3) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwhole');
      }),
    );

    const response = await session({ timeout: [500, 40] }).get(server.url);

    expect(await response.text()).toBe('whole');
    const [first, second, third] = response.attempts;
    expect(first).toMatchObject({ tries: 1, phase: 'started', error: expect.any(ReadTimeoutError) });
    expect(second).toMatchObject({ tries: 2, phase: 'body', error: expect.any(ReadTimeoutError) });
    expect(third).toMatchObject({ tries: 3, phase: 'headers', status: 200 });
    for (const { duration } of [first!, second!]) expect(duration).toBeGreaterThanOrEqual(40 - whole);
    expect(second!.startedAt).toBeGreaterThanOrEqual(first!.startedAt + first!.duration);
    expect(third!.startedAt).toBeGreaterThanOrEqual(second!.startedAt + second!.duration);
  });

  it('the total ends all attempts together, and the waits between them', async () => {
    const [server, busy] = [await open(silent()), await open(scripted(503))];
    const client = session({ retries: 1000, timeout: { connect: 500, read: 25, total: 150 } });
    // Its time is over in the second wait, far from any attempt, which the total would cut off.
    const endless = session({
      retries: Infinity,
      timeout: { total: 600 },
      backoff: { type: 'fixed', delay: 400 },
    });

    let error: HttpError | undefined;
    const took = await time(async () => {
      error = await rejection<HttpError>(
        client.get(server.url, { retries: { read: 1000 }, backoff: { type: 'fixed', delay: 5 } }),
      );
    });
    let status: number | undefined;
    const waited = await time(async () => {
      ({ status } = await endless.get(busy.url));
    });

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error?.attempts.length).toBeGreaterThanOrEqual(2);
    expect(took).toBeLessThanOrEqual(150 + 20 * 25);
    expect(status).toBe(503);
    expect(waited).toBeLessThanOrEqual(20 * 150);
  });

  it('a retry that the total leaves no time to send takes the place of no answer', async () => {
    const server = await open(scripted({ status: 503, headers: { connection: 'close' }, body: 'busy' }));
    const client = session({ backoff: false, timeout: { total: 100 } });

    const response = await client.get(server.url, { dispatcher: afterFirst() });

    expect(response.status).toBe(503);
    expect(await response.text()).toBe('busy');
    expect(response.attempts.map(({ status, phase }) => [status, phase])).toEqual([
      [503, 'headers'],
      [undefined, 'queued'],
    ]);
    expect(response.attempts[1]?.error).toBeInstanceOf(TotalTimeoutError);
  });

  it('nor of an error after which the server may have done the work', async () => {
    const server = await open(closesAfterRequest('rst'));
    const client = session({ backoff: false, timeout: { total: 100 } });

    const error = await rejection<ConnectionError>(client.get(server.url, { dispatcher: afterFirst() }));

    expect(error).not.toBeInstanceOf(TotalTimeoutError);
    expect(error.sent).toBe(true);
    expect(error.attempts).toHaveLength(2);
  });

  it('but of one that was never sent either', async () => {
    const server = await open(nobody());
    const client = session({ backoff: false, timeout: { total: 100 } });

    const error = await rejection<ConnectionError>(client.get(server.url, { dispatcher: afterFirst() }));

    expect(error).toBeInstanceOf(TotalTimeoutError);
    expect(error.attempts).toHaveLength(2);
  });

  it('a body that is read as a stream has the total, too, and between its bytes the read timeout', async () => {
    const stalls = await open(cutBody('stall'));
    const drips = await open(
      rawServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n');
        const timer = setInterval(() => void socket.write('x'), 10);
        socket.once('close', () => clearInterval(timer));
      }),
    );
    const client = session({ stream: true });

    const silent = await client.get(stalls.url, { timeout: [500, 50] });
    const slow = await client.get(drips.url, { timeout: { read: 100, total: 250 } });

    expect(await rejection(silent.text())).toBeInstanceOf(ReadTimeoutError);
    expect(await rejection(slow.text())).toBeInstanceOf(TotalTimeoutError);
  });
});

describe('no timeout', () => {
  it('is false, when an answer came while the thread was blocked for longer', async () => {
    const server = await serverApart();
    const client = session({ retries: false, timeout: [250, 250] });
    await Promise.all(Array.from({ length: 20 }, () => client.get(server.url, { timeout: '1m' })));
    await sleep(5);

    for (const turns of [0, 1, 3]) {
      const calls = Array.from({ length: 20 }, () =>
        client.get(server.url).then(
          ({ status }) => status,
          (error: unknown) => error,
        ),
      );
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      block(600);
      expect(await Promise.all(calls)).toEqual(Array(20).fill(200));
      await sleep(5);
    }

    await client.close();
    await server.close();
  });

  it('is false, when a new connection was made while the thread was blocked', async () => {
    const server = await serverApart();
    const client = session({ retries: false, timeout: [250, '1m'], headers: { connection: 'close' } });

    for (const turns of [0, 1, 2, 3]) {
      const calls = Array.from({ length: 10 }, () =>
        client.get(server.url).then(
          ({ status }) => status,
          (error: unknown) => error,
        ),
      );
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      block(600);
      expect(await Promise.all(calls)).toEqual(Array(10).fill(200));
    }

    await client.close();
    await server.close();
  });

  it('is left when a call has ended: no timer, and none that fires later', async () => {
    const server = await open(jsonServer());
    const client = session({ timeout: 50 });

    const response = await client.get(server.url);
    await sleep(120);

    expect(await response.json()).toEqual({ ok: true });
    expect((await client.get(server.url)).status).toBe(200);
  });

  it('is there where nobody wants one: null', async () => {
    const server = await open(scripted({ delay: 100 }));
    const client = session({ timeout: 20, retries: false });

    expect((await client.get(server.url, { timeout: null })).status).toBe(200);
    expect(await rejection(client.get(server.url))).toBeInstanceOf(ReadTimeoutError);
    await until(() => server.requests.length === 2);
  });
});

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
