import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../src/core.js';
import { ConnectTimeoutError, ConnectionError, ReadTimeoutError } from '../../../src/http/http-errors.js';
import { countedSignal } from '../../support/signals.js';
import {
  type TestServer,
  closing,
  cutBody,
  echoServer,
  httpServer,
  jsonServer,
  largeBody,
  neverAccepts,
  nobody,
  rawServer,
  scripted,
  serverApart,
  silent,
  until,
} from '../support/servers.js';
import { agents, errorOf, rested, send, textOf, time } from './exchanges.js';

afterAll(() => agents.destroy());

const mib = 1024 * 1024;
const bodyOf = async (stream: Readable): Promise<Buffer> => Buffer.concat(await stream.toArray());

describe('an exchange', () => {
  const { open } = closing();

  it('gives status, reason, headers and body', async () => {
    const server = await open(
      scripted({ status: 404, headers: { 'x-tag': 'a', 'set-cookie': ['a=1', 'b=2'] }, body: 'gone' }),
    );
    const start = performance.now();

    const answer = await send(`${server.url}/path?q=1`);

    expect(answer).toMatchObject({ status: 404, reason: 'Not Found' });
    expect(answer.headers).toMatchObject({ 'x-tag': 'a', 'set-cookie': ['a=1', 'b=2'] });
    expect(answer.headersAt).toBeGreaterThanOrEqual(start);
    expect(answer.body.isComplete).toBe(true);
    expect((await answer.body.bytes()).toString()).toBe('gone');
    expect(server.requests[0]?.url).toBe('/path?q=1');
  });

  it('sends headers and bodies as they are', async () => {
    const server = await open(echoServer());
    const echoed = async (body: string | Uint8Array | Readable): Promise<any> => {
      const answer = await send(server.url, { method: 'POST', headers: ['X-Two', '1', 'X-Two', '2'], body });
      return JSON.parse((await answer.body.bytes()).toString());
    };

    for (const body of [
      'grüße',
      Buffer.from('grüße'),
      Readable.from([Buffer.from('grü'), Buffer.from('ße')]),
    ]) {
      expect(await echoed(body)).toMatchObject({
        method: 'POST',
        body: 'grüße',
        headers: { 'x-two': '1, 2' },
      });
    }
  });

  it('sends a large body in one piece, with its length', async () => {
    const server = await open(echoServer());
    const body = Buffer.alloc(3 * mib, 'y');

    await send(server.url, { method: 'PUT', body, maxSize: 4 * mib });
    await send(server.url, {
      method: 'PUT',
      body: body.toString(),
      headers: ['Content-Length', String(3 * mib)],
      maxSize: 4 * mib,
    });

    for (const { headers, body: got } of server.requests) {
      expect(headers['content-length']).toBe(String(3 * mib));
      expect(body.equals(got)).toBe(true);
    }
  });

  it('has no body after HEAD, 204 and 304', async () => {
    const server = await open(
      httpServer((request, response) => {
        const status = Number(request.url.slice(1));
        response.writeHead(status, { 'content-length': '20000000' }).end();
      }),
    );

    expect(await textOf(send(`${server.url}/200`, { method: 'HEAD' }))).toBe('200 ');
    expect(await textOf(send(`${server.url}/304`))).toBe('304 ');
  });

  it('looks past informational answers', async () => {
    const server = await open(
      rawServer((socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'.repeat(50));
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      }),
    );

    expect(await textOf(send(server.url))).toBe('200 ok');
  });

  it('uses a connection again', async () => {
    const server = await open(jsonServer());
    for (let n = 0; n < 5; n++) {
      await send(server.url);
      await rested();
    }

    expect(server.connections).toBe(1);
  });

  it('brings 200 requests at once, each with its own answer', async () => {
    const server = await open(httpServer((request, response) => response.end(request.url)));

    const texts = await Promise.all(
      Array.from({ length: 200 }, (_, n) => textOf(send(`${server.url}/${n}`))),
    );

    expect(texts).toEqual(Array.from({ length: 200 }, (_, n) => `200 /${n}`));
  });

  it('delivers an answer that comes before the body is sent', async () => {
    const server = await open(
      rawServer((socket, n) => {
        if (n === 1) socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbusy');
      }),
    );

    expect(await textOf(send(server.url, { method: 'POST', body: Buffer.alloc(20 * mib) }))).toBe('503 busy');
  });
});

describe('the timeouts of an exchange', () => {
  const { open } = closing();

  it.each([5, 25, 250])('are exact while connecting: %d ms', async (connectTimeout) => {
    const server = await open(neverAccepts());
    let error: unknown;

    const took = await time(async () => {
      error = await errorOf(send(server.url, { connectTimeout }));
    });

    expect(error).toBeInstanceOf(ConnectTimeoutError);
    expect(took).toBeGreaterThanOrEqual(connectTimeout - 1);
    expect(took).toBeLessThan(connectTimeout * 20);
  });

  it.each([5, 25, 250])('are exact while waiting for an answer: %d ms', async (readTimeout) => {
    const server = await open(silent());
    await errorOf(send(server.url, { readTimeout }));
    let error: unknown;

    const took = await time(async () => {
      error = await errorOf(send(server.url, { readTimeout }));
    });

    expect(error).toBeInstanceOf(ReadTimeoutError);
    expect(took).toBeGreaterThanOrEqual(readTimeout - 1);
    expect(took).toBeLessThan(readTimeout * 20);
  });

  it('wait for headers no longer for every informational answer, but for each byte', async () => {
    const server = await open(
      rawServer(async (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n');
        for (const byte of 'abcdef') {
          await sleep(40);
          socket.write(byte);
        }
      }),
    );

    expect(await textOf(send(server.url, { readTimeout: 150 }))).toBe('200 abcdef');
  });

  it('do not run while a large body is on its way', async () => {
    const server = await open(httpServer((_request, response) => response.end('thanks')));
    const body = new Readable({ read: () => {} });
    const answer = send(server.url, { method: 'POST', body, readTimeout: 150 });
    for (let n = 0; n < 8; n++) {
      await sleep(40);
      body.push(Buffer.alloc(1000));
    }
    body.push(null);

    expect(await textOf(answer)).toBe('200 thanks');
  });

  it('run while the server takes nothing of a body', async () => {
    const server = await open(rawServer({ accepted: (socket) => void socket.pause() }));
    const body = new Readable({
      read() {
        this.push(Buffer.alloc(64 * 1024));
      },
    });

    const error = await errorOf(send(server.url, { method: 'POST', body, readTimeout: 50 }));

    expect(error).toBeInstanceOf(ReadTimeoutError);
    expect(body.destroyed).toBe(true);
  });

  it('rest while the source of a body has nothing to send, and run again when it has', async () => {
    const server = await open(echoServer());
    const source = async function* (): AsyncGenerator<string> {
      yield 'one ';
      await sleep(300);
      yield 'two';
    };
    const slow = { method: 'POST', readTimeout: 100 };

    const echo = await textOf(send(server.url, { ...slow, body: Readable.from(source()) }));
    const dumb = await open(silent());
    const took = await time(async () => {
      const error = await errorOf(send(dumb.url, { ...slow, body: Readable.from(source()) }));
      expect(error).toBeInstanceOf(ReadTimeoutError);
    });

    expect(echo).toContain('one two');
    expect(took).toBeGreaterThanOrEqual(399);
  });

  it('rest no longer than all may take, when the source stalls for good', async () => {
    const server = await open(silent());
    const body = new Readable({ read: () => {} });
    const limits = { readTimeout: 20, deadline: performance.now() + 120, timeoutOfDeadline: 120 };

    const error = await errorOf(send(server.url, { method: 'POST', body, ...limits }));

    expect(error).toMatchObject({ name: 'TotalTimeoutError' });
    expect(body.destroyed).toBe(true);
  });

  it.each([
    ['before they are sent', 0],
    ['while they are under way', 3],
  ])('are not passed by 40 requests when the thread is blocked for longer, %s', async (_, turns) => {
    const server = await open(serverApart());
    await Promise.all(Array.from({ length: 40 }, () => send(server.url)));
    await rested();
    const short = { connectTimeout: 250, readTimeout: 250 };

    await nextTurn();
    const answers = Array.from({ length: 40 }, () => errorOf(textOf(send(server.url, short))));
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    block(600); // in the turn of immediates, after which timers come before the network

    const ends = await Promise.all(answers);
    expect(ends).toEqual(Array(40).fill({ value: '200 pong' }));
  });

  it('run in virtual time', async () => {
    const clock = new VirtualClock();
    const server = await open(silent());
    const end = errorOf(send(server.url, { clock, connectTimeout: 5000, readTimeout: 30_000 }));
    await until(() => server.requests.length === 1);
    await clock.advance('29s');
    expect(await Promise.race([end, sleep(20, 'pending')])).toBe('pending');

    await clock.advance('1s');

    expect(await end).toBeInstanceOf(ReadTimeoutError);
    expect(clock.now()).toBe(30_000);
    expect(clock.pending).toBe(0);
  });

  it('set one timer for a call, whatever its phases', async () => {
    const server = await open(jsonServer());
    const clock = new VirtualClock();
    let set = 0;
    const schedule = clock.schedule.bind(clock);
    clock.schedule = (sleeper, wait) => {
      set += 1;
      schedule(sleeper, wait);
    };

    await send(server.url, { clock, connectTimeout: 100, readTimeout: 200 });

    expect(set).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('can be left out', async () => {
    const server = await open(scripted({ body: 'late', delay: 50 }));
    const clock = new VirtualClock();
    const none = { connectTimeout: Infinity, readTimeout: Infinity, clock };

    expect(await textOf(send(server.url, none))).toBe('200 late');
  });

  it('destroy the sockets of those that are late, and of nobody else', async () => {
    const full = await open(neverAccepts());
    const good = await open(jsonServer());

    const ends = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        n % 2 === 0
          ? errorOf(send(full.url, { connectTimeout: 20 + n }))
          : errorOf(textOf(send(good.url, { connectTimeout: 5000 }))),
      ),
    );

    expect(ends.filter((end) => end instanceof ConnectTimeoutError)).toHaveLength(25);
    expect(ends.filter((end) => end.value === '200 {"ok":true}')).toHaveLength(25);
  });

  it('end one of several that connect to the same address, and none of the others', async () => {
    const server = await open(neverAccepts());
    const short = Array.from({ length: 25 }, () => errorOf(send(server.url, { connectTimeout: 30 })));
    const long = Array.from({ length: 25 }, () => errorOf(send(server.url, { connectTimeout: 400 })));

    const took = await time(() => Promise.all(short));
    const isLongPending = await Promise.race([Promise.race(long), sleep(0, 'pending')]);

    expect(isLongPending).toBe('pending');
    expect(took).toBeLessThan(350);
    for (const error of await Promise.all(long)) {
      expect(error).toMatchObject({ name: 'ConnectTimeoutError', timeout: 400 });
    }
  });
});

describe('the signal of an exchange', () => {
  const { open } = closing();
  const reason = new Error('no longer');

  const phases: Record<
    string,
    { server: () => Promise<TestServer>; collects?: boolean; wait: (server: TestServer) => unknown }
  > = {
    'while it connects': { server: neverAccepts, wait: () => sleep(20) },
    'while it waits for headers': {
      server: silent,
      wait: (server) => until(() => server.requests.length > 0),
    },
    'while the body is collected': { server: () => cutBody('stall'), wait: () => sleep(50) },
    'at once': { server: jsonServer, wait: () => undefined },
  };

  it.each(Object.keys(phases))('ends it at once %s', async (name) => {
    const { server: start, wait } = phases[name] as (typeof phases)[string];
    const server = await open(start());
    const counted = countedSignal();
    const end = errorOf(send(server.url, { signal: counted.signal }));
    await wait(server);

    counted.abort(reason);
    const took = await time(() => end);

    expect(await end).toBe(reason);
    expect(took).toBeLessThan(100);
    expect([counted.added, counted.listeners]).toEqual([1, 0]);
    await until(() => server.sockets.size === 0 || start === neverAccepts);
  });

  it('sends nothing when it is aborted already', async () => {
    const server = await open(jsonServer());

    expect(await errorOf(send(server.url, { signal: AbortSignal.abort('why not') }))).toBe('why not');
    expect(server.connections).toBe(0);
  });

  it('is listened to until the body has been read, and then no more', async () => {
    const server = await open(largeBody(mib));
    const counted = countedSignal();
    const { body } = await send(server.url, { signal: counted.signal, collects: () => false });
    expect(counted.listeners).toBe(1);

    expect(await bodyOf(body.stream())).toHaveLength(mib);

    expect(counted.listeners).toBe(0);
    counted.abort(reason);
  });

  it('ends a stream that is being read', async () => {
    const server = await open(cutBody('stall'));
    const counted = countedSignal();
    const { body } = await send(server.url, { signal: counted.signal, collects: () => false });
    const end = errorOf(bodyOf(body.stream()));
    await sleep(20);

    counted.abort(reason);

    expect(await end).toBe(reason);
    await until(() => server.sockets.size === 0);
  });

  it('takes a request that waits for an idle connection off the wire, and leaves the connection', async () => {
    const server = await open(jsonServer());
    await send(server.url);
    await rested();
    const controller = new AbortController();
    const end = errorOf(send(server.url, { signal: controller.signal }));

    controller.abort(reason);

    expect(await end).toBe(reason);
    await rested();
    expect(await textOf(send(server.url))).toBe('200 {"ok":true}');
    expect([server.connections, server.requests.length]).toEqual([1, 2]);
  });

  it('has one listener for 1,000 exchanges at once, and is left by the last', async () => {
    const server = await open(jsonServer());
    const counted = countedSignal();

    await Promise.all(Array.from({ length: 1000 }, () => send(server.url, { signal: counted.signal })));
    await sleep(5);

    expect([counted.added, counted.listeners]).toEqual([1, 0]);
  });

  it('does not destroy an upload that has not begun', async () => {
    const server = await open(neverAccepts());
    const body = new Readable({ read: () => {} });
    const controller = new AbortController();
    const end = errorOf(send(server.url, { method: 'POST', body, signal: controller.signal }));
    await sleep(20);

    controller.abort(reason);

    expect(await end).toBe(reason);
    expect([body.destroyed, body.readableDidRead]).toEqual([false, false]);
  });
});

describe('the body of a request that is a stream', () => {
  const { open } = closing();

  it('that was not begun can be sent in another exchange', async () => {
    const [gone, server] = await Promise.all([open(nobody()), open(echoServer())]);
    const body = Readable.from(['all ', 'of it']);

    expect(await errorOf(send(gone.url, { method: 'POST', body }))).toMatchObject({ sent: false });

    expect(await textOf(send(server.url, { method: 'POST', body }))).toMatch(/"body":"all of it"/);
    expect(body.listenerCount('data')).toBe(0);
  });

  it('that fails ends the exchange for good, with its own error', async () => {
    const server = await open(silent());
    const broken = new Error('the disk is gone');
    const body = new Readable({ read: () => {} });
    const end = errorOf(send(server.url, { method: 'POST', body }));
    body.push('some');
    await until(() => server.requests.length > 0);

    body.destroy(broken);

    const error = await end;
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ isPermanent: true, sent: true, cause: broken });
    expect(error.message).toMatch('the body of the request failed: the disk is gone');
  });

  it('that is closed before its end does so too', async () => {
    const server = await open(silent());
    const body = new Readable({ read: () => {} });
    const end = errorOf(send(server.url, { method: 'POST', body }));
    body.push('some');
    await until(() => server.requests.length > 0);

    body.destroy();

    expect(await end).toMatchObject({ isPermanent: true, sent: true });
  });

  it('is not to blame when the connection fails', async () => {
    const server = await open(rawServer((socket) => socket.resetAndDestroy()));
    const body = new Readable({ read: () => {} });
    const end = errorOf(send(server.url, { method: 'POST', body }));
    body.push('some');

    expect(await end).toMatchObject({ isPermanent: false, sent: true, phase: 'started' });
  });
});

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
