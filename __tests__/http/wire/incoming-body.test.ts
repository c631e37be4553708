import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConnectionError, ReadTimeoutError, ResponseSizeError } from '../../../src/http/http-errors.js';
import type { BodySource, IncomingBody } from '../../../src/http/wire/incoming-body.js';
import { ReceivedBody } from '../../../src/http/wire/received-body.js';
import { closing, cutBody, httpServer, jsonServer, largeBody, trickle, until } from '../support/servers.js';
import { agents, errorOf, rested, send, textOf, time } from './exchanges.js';

afterAll(() => agents.destroy());

const kib = 1024;
const mib = 1024 * kib;
const unread = { collects: () => false };
const bodyOf = async (stream: Readable): Promise<Buffer> => Buffer.concat(await stream.toArray());

describe('a body that was not asked for', () => {
  const { open } = closing();

  it('is here when it is small, and its connection serves the next request', async () => {
    const server = await open(jsonServer());

    const { body } = await send(server.url, unread);
    await until(() => body.isComplete);
    await rested();
    await send(server.url);

    expect(server.connections).toBe(1);
    expect((await body.bytes()).toString()).toBe('{"ok":true}');
  });

  it('takes in no more than some of a large one', async () => {
    let sent = 0;
    const server = await open(
      httpServer((_request, response) => {
        const more = (): void => {
          while (response.write(Buffer.alloc(64 * kib)) && sent < 200 * mib) sent += 64 * kib;
        };
        response.on('drain', more);
        more();
      }),
    );

    const { body } = await send(server.url, { ...unread, readTimeout: 50 });
    await sleep(200);

    expect(body.isComplete).toBe(false);
    expect(sent).toBeLessThan(20 * mib); // what kernels hold
    body.abort(new Error('enough'));
    await until(() => server.sockets.size === 0);
  });

  it('can be collected later', async () => {
    const server = await open(largeBody(mib));
    const { body } = await send(server.url, { ...unread, maxSize: mib });
    await sleep(20);

    const [bytes, same] = await Promise.all([body.bytes(), body.bytes()]);

    expect(bytes).toHaveLength(mib);
    expect(same).toBe(bytes);
    expect(body.isComplete).toBe(true);
    expect(await bodyOf(body.stream())).toEqual(bytes);
  });

  it.each([false, true])('is refused later when it is too large (chunked: %s)', async (chunked) => {
    const server = await open(largeBody(mib, { chunked }));
    const { body } = await send(server.url, { ...unread, maxSize: 100 * kib });

    expect(await errorOf(body.bytes())).toBeInstanceOf(ResponseSizeError);
    expect(await errorOf(body.bytes())).toBeInstanceOf(ResponseSizeError);
    await until(() => server.sockets.size === 0);
  });

  it('tells later why it failed', async () => {
    const server = await open(cutBody('stall'));
    const { body } = await send(server.url, { ...unread, readTimeout: 30 });
    await sleep(100);

    expect(await errorOf(body.bytes())).toBeInstanceOf(ReadTimeoutError);
    expect(await errorOf(bodyOf(body.stream()))).toBeInstanceOf(ReadTimeoutError);
    expect(server.sockets.size).toBe(0);
  });
});

describe('a body that is streamed', () => {
  const { open } = closing();

  it('comes whole', async () => {
    const server = await open(largeBody(5 * mib));
    const { body } = await send(server.url, unread);

    expect(await bodyOf(body.stream())).toHaveLength(5 * mib);
    expect(body.stream()).toBeDefined();
    expect((await errorOf(body.bytes())).message).toMatch('read only once');
  });

  it('waits for a slow reader, whose time is not the time of the server', async () => {
    const server = await open(largeBody(2 * mib));
    const { body } = await send(server.url, { ...unread, readTimeout: 40 });
    let size = 0;
    let pauses = 0;

    for await (const chunk of body.stream()) {
      size += (chunk as Buffer).length;
      if (size > (pauses + 1) * 256 * kib && pauses < 3) {
        pauses += 1;
        await sleep(100);
      }
    }

    expect([size, pauses]).toEqual([2 * mib, 3]);
  });

  it('ends at its deadline also while the reader rests', async () => {
    const server = await open(largeBody(20 * mib));
    const deadline = performance.now() + 80;
    const { body } = await send(server.url, { ...unread, deadline, timeoutOfDeadline: 80 });
    const stream = body.stream();
    stream.read();

    await sleep(200);

    expect(await errorOf(bodyOf(stream))).toMatchObject({ name: 'TotalTimeoutError' });
    expect(server.sockets.size).toBe(0);
  });

  it('fails when the connection does', async () => {
    const server = await open(cutBody('fin'));
    const { body } = await send(server.url, unread);

    const error = await errorOf(bodyOf(body.stream()));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ phase: 'body' });
  });

  it('frees its connection when it is destroyed', async () => {
    const server = await open(trickle(5));
    const { body } = await send(server.url, unread);
    const stream = body.stream();

    await stream[Symbol.asyncIterator]().next();
    stream.destroy();

    expect(stream.destroyed).toBe(true);
    await until(() => server.sockets.size === 0);
  });

  it('is one stream for all who ask', async () => {
    const server = await open(largeBody(mib));
    const { body } = await send(server.url, unread);

    expect(body.stream()).toBe(body.stream());
    body.stream().destroy();
  });

  it('does not take the process down when it fails before anyone reads', async () => {
    const server = await open(cutBody('rst'));
    const { body } = await send(server.url, unread);
    const stream = body.stream();
    await sleep(50);

    expect(stream.errored).toBeInstanceOf(ConnectionError);
    expect(await errorOf(bodyOf(stream))).toBeInstanceOf(ConnectionError);
  });

  it('may be read from within the callback of another', async () => {
    const server = await open(largeBody(mib));
    const [first, second] = await Promise.all([send(server.url, unread), send(server.url, unread)]);
    const [one, two] = [first.body.stream(), second.body.stream()];
    let size = 0;
    // Each chunk of the one makes room in the other, while undici is parsing.
    one.on('data', () => {
      for (let chunk = two.read() as Buffer | null; chunk !== null; chunk = two.read() as Buffer | null) {
        size += chunk.length;
      }
    });
    await once(one, 'end');
    for await (const chunk of two) size += (chunk as Buffer).length;

    expect(size).toBe(mib);
  });
});

describe('a body that nobody wants', () => {
  const { open } = closing();

  it('is read on when little is left, and its connection serves again', async () => {
    const server = await open(largeBody(100 * kib));
    const { body } = await send(server.url, unread);

    body.discard();
    await sleep(50);
    await send(server.url);

    expect(server.connections).toBe(1);
    expect(await body.bytes()).toHaveLength(100 * kib); // it is there, so it can be read
  });

  it('cannot be read when it was not taken in', async () => {
    const server = await open(largeBody(10 * mib));
    const { body } = await send(server.url, unread);

    body.discard();

    expect((await errorOf(body.bytes())).message).toMatch('let go of');
    expect((await errorOf(bodyOf(body.stream()))).message).toMatch('let go of');
  });

  it.each([false, true])('has its connection closed when much is left (chunked: %s)', async (chunked) => {
    const server = await open(largeBody(10 * mib, { chunked }));
    const { body } = await send(server.url, unread);

    body.discard();

    await until(() => server.sockets.size === 0, 900);
  });

  it('has its connection closed after a second when it does not end', async () => {
    const server = await open(trickle(50));
    const { body } = await send(server.url, unread);

    const took = await time(async () => {
      body.discard();
      await until(() => server.sockets.size === 0);
    });

    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(3000);
  });

  it('stays when it is complete', async () => {
    const server = await open(jsonServer());
    const { body } = await send(server.url);

    body.discard();

    expect((await body.bytes()).toString()).toBe('{"ok":true}');
  });

  it('rejects who waits for it', async () => {
    const server = await open(cutBody('stall'));
    const { body } = await send(server.url, unread);
    const end = errorOf(body.bytes());

    body.discard();
    body.discard();

    expect((await end).message).toMatch('let go of');
  });

  it('can be cut off at once, with a reason', async () => {
    const server = await open(trickle(5));
    const reason = new Error('no longer');
    const { body } = await send(server.url, unread);
    const end = errorOf(body.bytes());

    body.abort(reason);
    body.abort(new Error('too late'));

    expect(await end).toBe(reason);
    await until(() => server.sockets.size === 0);
  });

  it('10 answers of 512 KiB, thrown away twice each, need few connections', async () => {
    const server = await open(largeBody(512 * kib));

    for (let n = 0; n < 20; n++) {
      const { body } = await send(server.url, unread);
      body.discard();
      await sleep(2);
    }

    await until(() => server.sockets.size <= 2);
    expect(await textOf(send(server.url))).toMatch(/^200 x+$/);
  });
});

describe('a received body', () => {
  // What it asks of its source, in words.
  const asked = (): { body: ReceivedBody; calls: string[] } => {
    const calls: string[] = [];
    const source: BodySource = {
      pause: () => void calls.push('pause'),
      resume: () => void calls.push('resume'),
      drain: () => void calls.push('drain'),
      close: () => void calls.push('close'),
    };
    const what = { method: 'GET', url: 'http://x.test/' };
    return {
      body: new ReceivedBody(source, { what, maxSize: 10, announced: undefined, isCollected: false }),
      calls,
    };
  };

  it('is drained when it is forgotten unread', () => {
    const { body, calls } = asked();

    body.forget();

    expect(calls).toEqual(['drain']);
  });

  it('is not drained when the answer is forgotten, but not its stream or its bytes', () => {
    const streamed = asked();
    const stream = streamed.body.stream();
    streamed.body.forget();
    const collected = asked();
    const bytes = errorOf(collected.body.bytes());
    collected.body.forget();

    expect(streamed.calls).toEqual(['pause']);
    expect(collected.calls).toEqual(['resume']);
    expect([stream.destroyed, bytes]).toEqual([false, expect.any(Promise)]);
  });

  it('asks nothing of a source that has ended', async () => {
    const { body, calls } = asked();
    body.receive(Buffer.from('ab'));
    body.end();

    const ended: IncomingBody = body;
    ended.discard();
    ended.abort(new Error('too late'));
    ended.forget();

    expect(calls).toEqual([]);
    expect((await body.bytes()).toString()).toBe('ab');
  });

  it('refuses what is too large also when it is complete', async () => {
    const { body } = asked();
    body.receive(Buffer.alloc(11));
    body.end();

    expect(await errorOf(body.bytes())).toBeInstanceOf(ResponseSizeError);
  });
});
