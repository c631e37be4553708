/**
 * Bodies of requests: sent whole and the same at every attempt, or not at all.
 */
import { openAsBlob } from 'node:fs';
import fs from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FormData as UndiciFormData } from 'undici';
import { OptionError } from '../../../src/core.js';
import {
  BodyReplayError,
  ConnectionError,
  type RequestOptions,
  TotalTimeoutError,
} from '../../../src/http/index.js';
import { leavesNothing, rejection, time } from '../support/residue.js';
import { closesAfterRequest, nobody, rawServer, scripted, silent, until } from '../support/servers.js';

const { open, session } = leavesNothing();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stampede-'));
});
afterAll(() => rm(folder, { recursive: true }));

const large = Buffer.alloc(1_000_000, 'abcdefghi');

async function* pieces(): AsyncGenerator<string> {
  yield 'one ';
  await sleep(1);
  yield 'two';
}

function form<T extends { append(name: string, value: string | Blob, filename?: string): void }>(to: T): T {
  to.append('field', 'value');
  to.append('file', new Blob([large]), 'large.bin');
  return to;
}

describe('a body that can be sent again', () => {
  it.each<[string, () => RequestOptions | Promise<RequestOptions>]>([
    ['text', () => ({ body: 'text with ☃' })],
    ['bytes', () => ({ body: large })],
    ['a part of a buffer', () => ({ body: new Uint16Array(large.buffer, large.byteOffset & ~1, 1000) })],
    ['an ArrayBuffer', () => ({ data: new Uint8Array(large).buffer })],
    ['nothing, in text', () => ({ body: '' })],
    ['URLSearchParams', () => ({ body: new URLSearchParams({ a: 'ü', b: '' }) })],
    ['form fields', () => ({ data: { a: [1, 2], b: 'ü' } })],
    ['JSON', () => ({ json: { a: 'ü', b: [null, 1] } })],
    ['a Blob', () => ({ body: new Blob(['one', large]) })],
    ["a FormData, Node's own", () => ({ body: form(new FormData()) })],
    ["a FormData, undici's", () => ({ body: form(new UndiciFormData()) })],
    ['files', () => ({ files: { a: ['a.txt', large, 'text/plain'] }, data: { b: 'c' } })],
    ['a function that gives a stream', () => ({ body: () => Readable.from([large, 'end']) })],
    ['a function that gives a web stream', () => ({ body: () => new Blob(['one ', 'two']).stream() })],
    ['a function that gives a generator', () => ({ body: pieces })],
    [
      'a file on disk',
      async () => {
        const file = path.join(folder, 'large.bin');
        await writeFile(file, large);
        return { body: await openAsBlob(file) };
      },
    ],
  ])('is the same at every attempt, byte for byte: %s', async (_, make) => {
    const server = await open(scripted(503, 429, 200));

    const response = await session().post(server.url, await make());

    expect(response.status).toBe(200);
    const [first, ...others] = server.requests;
    expect(others).toHaveLength(2);
    for (const other of others) {
      expect(other.body.equals(first!.body)).toBe(true);
      expect(other.headers).toEqual(first!.headers);
    }
    if (!_.startsWith('nothing')) expect(first!.body.length).toBeGreaterThan(0);
  });

  it('is sent whole after its connection was cut in its midst', async () => {
    let cut = 0;
    const server = await open(scripted(200));
    const bad = await open(
      rawServer((socket) => {
        cut += 1;
        setTimeout(() => void socket.resetAndDestroy(), 5);
      }),
    );

    const error = await rejection(session().put(bad.url, { body: large }));
    await session().put(server.url, { body: large });

    expect(error).toBeInstanceOf(ConnectionError);
    expect(cut).toBe(3);
    expect(server.requests[0]?.body.equals(large)).toBe(true);
  });
});

describe('a stream', () => {
  const kinds: [string, () => NonNullable<RequestOptions['body']>][] = [
    ['of Node', () => Readable.from(['one ', 'two'])],
    ['of the web', () => new Blob(['one ', 'two']).stream()],
    ['that is a generator', () => pieces()],
  ];

  it.each(kinds)('%s is never sent empty: after a 503 the answer is that', async (_, make) => {
    const server = await open(scripted(503, 200));

    const response = await session().put(server.url, { body: make() });

    expect(response.status).toBe(503);
    expect(server.requests.map(({ body }) => body.toString())).toEqual(['one two']);
  });

  it.each(kinds)('%s is never sent empty: after a lost connection the error says why', async (_, make) => {
    const server = await open(closesAfterRequest('rst'));

    const error = await rejection<BodyReplayError>(session().put(server.url, { body: make() }));

    expect(error).toBeInstanceOf(BodyReplayError);
    expect(error.message).toMatch(/cannot be sent again; give `body: \(\) => stream`/);
    expect(error.cause).toBeInstanceOf(ConnectionError);
    expect(error.attempts).toHaveLength(1);
    expect(server.connections).toBe(1);
  });

  it.each(kinds)('%s is sent whole when the attempts before it found no connection', async (_, make) => {
    const gone = await nobody();
    let server: Awaited<ReturnType<typeof scripted>> | undefined;
    const client = session({
      onBackoff: async () => {
        server ??= await open(onPort(gone.port));
      },
    });

    const response = await client.post(gone.url, { body: make() });

    expect(await response.text()).toBe('one two');
    expect(response.attempts.map(({ phase }) => phase)).toEqual(['queued', 'headers']);
  });

  it('is let go of when it was never sent', async () => {
    const gone = await nobody();
    const source = Readable.from(['one']);

    await rejection(session().post(gone.url, { body: source }));

    expect(source.destroyed).toBe(true);
  });

  it('is let go of when the call is refused or aborted before', async () => {
    const [refused, aborted] = [Readable.from(['one']), Readable.from(['one'])];

    await rejection(
      session().post('http://127.0.0.1:1/', { body: refused, signal: AbortSignal.abort('no') }),
    );
    await rejection(session().request('HEAD', 'http://127.0.0.1:1/', { body: aborted }));

    expect(refused.destroyed).toBe(true);
  });

  it('that is sent by two calls is refused to the second', async () => {
    const server = await open(scripted(200));
    const body = Readable.from(['one']);
    const client = session();

    const results = await Promise.allSettled([
      client.post(server.url, { body }),
      client.post(server.url, { body }),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const { reason } = results[1] as { reason: Error };
    expect(reason.message).toMatch(/must be a fresh stream, and this one is being sent by another call/);
    expect(reason.cause).toBeInstanceOf(OptionError);
    expect(server.requests.map(({ body: got }) => got.toString())).toEqual(['one']);
  });

  it('that fails while it is sent ends the call with its own error as cause, and no retry', async () => {
    const server = await open(scripted(200));
    const broken = new Error('disk on fire');
    async function* failing(): AsyncGenerator<string> {
      yield 'one';
      await sleep(5);
      throw broken;
    }

    const once = await rejection(session().put(server.url, { body: failing() }));
    const made = await rejection(session().put(server.url, { body: failing }));

    for (const error of [once, made]) {
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.message).toMatch(/the body of the request failed: disk on fire/);
      expect(error.cause).toBe(broken);
    }
    expect(server.requests).toHaveLength(0); // none came whole
  });

  it('that never ends is ended by the total', async () => {
    const server = await open(silent());
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        yield 'x';
        await sleep(5);
      }
    }
    let error: unknown;

    const took = await time(async () => {
      error = await rejection(
        session().post(server.url, { body: endless(), timeout: { read: 100, total: 300 } }),
      );
    });

    expect(error).toBeInstanceOf(TotalTimeoutError);
    expect(took).toBeGreaterThanOrEqual(299);
  });

  it('that stalls is waited for no longer than all may take', async () => {
    const server = await open(silent());
    const source = new PassThrough();
    source.write('one');

    const error = await rejection(
      session().post(server.url, { body: source, timeout: { read: 20, total: 100 } }),
    );

    expect(error).toBeInstanceOf(TotalTimeoutError);
    await until(() => source.destroyed);
  });
});

describe('a function for the body', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['that throws', () => { throw new Error('no file'); }, /^no file$/], // prettier-ignore
    [
      'that gives a promise',
      () => Promise.resolve('a'),
      /What body\(\) gives must be a stream, text or bytes/,
    ],
    ['that gives nothing', () => undefined, /What body\(\) gives must be/],
  ])('%s ends the call with words', async (_, body, words) => {
    const server = await open(scripted(200));

    const error = await rejection(session().post(server.url, { body: body as () => string }));

    expect(error.message).toMatch(words);
    expect(server.requests).toHaveLength(0);
  });

  it('that gives the same stream twice is found out, and the stream is not sent empty', async () => {
    const server = await open(scripted(503, 200));
    const stream = Readable.from(['one']);

    const error = await rejection(session().post(server.url, { body: () => stream }));

    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toMatch(/has been (read|destroyed)/);
    expect(server.requests.map(({ body }) => body.toString())).toEqual(['one']);
  });

  it('leaves no file open of attempts that were never sent', async () => {
    const gone = await nobody();
    const file = path.join(folder, 'opened.txt');
    await writeFile(file, 'content');
    const made: fs.ReadStream[] = [];
    const body = (): fs.ReadStream => {
      const stream = fs.createReadStream(file);
      made.push(stream);
      return stream;
    };

    const error = await rejection(session().post(gone.url, { body }));
    const controller = new AbortController();
    const aborted = rejection(session().post(gone.url, { body, signal: controller.signal }));
    controller.abort();
    await aborted;

    expect(error).toBeInstanceOf(ConnectionError);
    expect(made.length).toBeGreaterThanOrEqual(4);
    await until(() => made.every(({ closed }) => closed));
  });
});

describe('a file that changes while it is read', () => {
  it('as a form is never sent cut short', async () => {
    const server = await open(scripted(200));
    const file = path.join(folder, 'shrinks.txt');
    await writeFile(file, large);
    const blob = await openAsBlob(file);
    await writeFile(file, 'short');

    const error = await rejection(session().post(server.url, { files: { blob } }));

    expect(error.message).toMatch(/could not be read/);
    expect(server.requests).toHaveLength(0);
  });

  it('as a body is never taken for whole', async () => {
    const server = await open(scripted(200));
    const file = path.join(folder, 'shrinks.bin');
    await writeFile(file, large);
    const body = await openAsBlob(file);
    await writeFile(file, 'short');

    const error = await rejection(session().post(server.url, { body }));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(/the body of the request failed/);
    expect(server.requests).toHaveLength(0);
  });

  it('between two attempts ends the call with what it was', async () => {
    const server = await open(scripted(503, 200));
    const file = path.join(folder, 'between.bin');
    await writeFile(file, large);
    const body = await openAsBlob(file);

    const error = await rejection(
      session({ onBackoff: () => writeFile(file, 'short') }).post(server.url, { body }),
    );

    expect(error).toBeInstanceOf(ConnectionError);
    expect(server.requests).toHaveLength(1);
  });
});

describe('an answer that comes before the body is sent', () => {
  const early = (status: number, then: 'fin' | 'rst' | 'stay') =>
    rawServer((socket) => {
      socket.pause();
      socket.write(`HTTP/1.1 ${status} No\r\ncontent-length: 5\r\n\r\nearly`, () => {
        if (then === 'fin') socket.end();
        setTimeout(() => {
          if (then === 'rst') socket.resetAndDestroy();
          else socket.resume();
        }, 50);
      });
    });
  const huge = Buffer.alloc(20_000_000);

  it.each([
    [413, 'fin'],
    [413, 'rst'],
    [413, 'stay'],
    [200, 'stay'],
  ] as const)('is the answer: %s, then %s', async (status, then) => {
    const server = await open(early(status, then));

    const response = await session({ retries: false }).post(server.url, { body: huge, timeout: '5s' });

    expect(response.status).toBe(status);
    expect(await response.text()).toBe('early');
  });

  it('is retried when it is a 503, and the body is sent from its start', async () => {
    const bodies: number[] = [];
    const server = await open(
      rawServer((socket, n) => {
        bodies.push(n);
        socket.end('HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n');
      }),
    );

    const response = await session().post(server.url, { body: huge });

    expect(response.status).toBe(503);
    expect(bodies).toHaveLength(4);
  });
});

/** Echoes what it is sent, on a port that is known. */
async function onPort(port: number): ReturnType<typeof scripted> {
  const { createServer } = await import('node:http');
  const sockets = new Set<import('node:net').Socket>();
  const server = createServer((request, response) => void request.pipe(response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => void sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    sockets,
    connections: 1,
    requests: [],
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
