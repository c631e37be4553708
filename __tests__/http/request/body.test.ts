import { Blob as NodeBlob, File } from 'node:buffer';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, FormData as UndiciFormData, request } from 'undici';
import { OptionError } from '../../../src/core.js';
import { BodyReplayError } from '../../../src/http/http-errors.js';
import { type RequestBody, bodyOf, noBody } from '../../../src/http/request/body.js';

const name = () => ({ method: 'POST', url: 'http://x/' });
const make = (given: object): RequestBody => bodyOf(given, name);

async function sent(body: RequestBody): Promise<string> {
  await body.ready();
  const opened = body.open();
  if (opened === null) return '';
  if (!(opened instanceof Readable)) return Buffer.from(opened as Uint8Array).toString();
  const pieces: Buffer[] = [];
  for await (const piece of opened) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces).toString();
}

async function* pieces(): AsyncGenerator<string> {
  yield 'one ';
  yield 'two';
}

function* syncPieces(): Generator<string> {
  yield 'one ';
  yield 'two';
}

const webStream = (): ReadableStream => new Blob(['one two']).stream();

describe('bodyOf', () => {
  it.each<[string, object, string, string | undefined]>([
    ['json', { json: { a: [1, 'ü'] } }, '{"a":[1,"ü"]}', 'application/json'],
    ['json of null', { json: null }, 'null', 'application/json'],
    ['json of false', { json: false }, 'false', 'application/json'],
    [
      'a form',
      { data: { a: 1, b: ['x y', 'z'], c: null } },
      'a=1&b=x+y&b=z',
      'application/x-www-form-urlencoded',
    ],
    ['a form of pairs', { data: [['a', 1], ['a', 2]] }, 'a=1&a=2', 'application/x-www-form-urlencoded'], // prettier-ignore
    ['text as data', { data: 'a=1' }, 'a=1', undefined],
    ['text as body', { body: 'héllo' }, 'héllo', undefined],
    ['a Buffer', { body: Buffer.from('bytes') }, 'bytes', undefined],
    ['a view', { body: new Uint8Array(Buffer.from('xbytesx')).subarray(1, 6) }, 'bytes', undefined],
    ['an ArrayBuffer', { data: new TextEncoder().encode('bytes').buffer }, 'bytes', undefined],
    ['a DataView', { body: new DataView(new TextEncoder().encode('bytes').buffer, 1) }, 'ytes', undefined],
    [
      'params',
      { body: new URLSearchParams('a=1&b= ') },
      'a=1&b=+',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    ['empty text', { body: '' }, '', undefined],
  ])('makes bytes of %s', async (_, given, text, contentType) => {
    const body = make(given);

    expect([body.kind, body.isReplayable, body.contentType, body.ready()]).toEqual([
      'bytes',
      true,
      contentType,
      undefined,
    ]);
    expect(body.length).toBe(Buffer.byteLength(text));
    expect([await sent(body), await sent(body)]).toEqual([text, text]);
  });

  it.each([{}, { data: null }, { body: null, data: undefined, json: undefined, files: null }])(
    'finds none in %j',
    (given) => {
      expect(make(given)).toBe(noBody);
      expect(noBody.open()).toBeNull();
    },
  );

  it('sees nothing that is changed later', async () => {
    const bytes = Buffer.from('before');
    const fields = { a: '1' };
    const bodies = [make({ body: bytes }), make({ data: fields }), make({ json: fields })];

    bytes.write('after!');
    fields.a = '2';

    expect(await Promise.all(bodies.map(sent))).toEqual(['before', 'a=1', '{"a":"1"}']);
  });

  it('asks a function for a fresh body at each attempt', async () => {
    let asked = 0;
    const body = make({ body: () => (asked++, Readable.from(['one ', 'two'])) });

    expect([await sent(body), await sent(body)]).toEqual(['one two', 'one two']);
    expect([body.kind, body.isReplayable, asked]).toEqual(['factory', true, 2]);
  });

  it.each<[string, () => unknown]>([
    ['text', () => 'one two'],
    ['bytes', () => Buffer.from('one two')],
    ['a web stream', webStream],
    ['an async generator', pieces],
    ['a generator', syncPieces],
    ['a Blob', () => new Blob(['one two'])],
  ])('sends %s that a function gives', async (_, factory) => {
    const body = make({ data: factory });

    expect([await sent(body), await sent(body)]).toEqual(['one two', 'one two']);
  });

  it('reads a Blob anew at each attempt, and knows its length', async () => {
    const body = make({ body: new Blob(['one ', 'two'], { type: 'text/x' }) });

    expect([body.kind, body.length, body.contentType]).toEqual(['factory', 7, 'text/x']);
    expect([await sent(body), await sent(body)]).toEqual(['one two', 'one two']);
    expect(await sent(make({ body: new Blob([]) }))).toBe('');
  });
});

describe('a body that can be read only once', () => {
  it.each<[string, () => unknown]>([
    ['a Node stream', () => Readable.from(['one ', 'two'])],
    ['a PassThrough', () => new PassThrough().end('one two')],
    ['a web stream', webStream],
    ['an async generator', pieces],
    ['a generator', syncPieces],
    ['an async iterable', () => ({ [Symbol.asyncIterator]: pieces })],
  ])('is sent once, from %s', async (_, source) => {
    const body = make({ body: source() });

    expect([body.kind, body.isReplayable, body.wasRead, body.length]).toEqual([
      'once',
      false,
      false,
      undefined,
    ]);
    expect(await sent(body)).toBe('one two');
    expect(body.wasRead).toBe(true);
    expect(() => body.open()).toThrow(BodyReplayError);
    expect(() => body.open()).toThrow('POST http://x/: the body is a stream that has been read');
  });

  it.each<[string, () => unknown]>([
    ['a Node stream', () => Readable.from(['one ', 'two'])],
    ['a web stream', webStream],
    ['an async generator', pieces],
  ])('stays whole when an attempt ends before it sends, with %s', async (_, source) => {
    const body = make({ body: source() });

    (body.open() as Readable).on('error', () => {}).destroy(new Error('refused'));
    (body.open() as Readable).destroy();
    await turn();

    expect(body.wasRead).toBe(false);
    expect(await sent(body)).toBe('one two');
  });

  it('is read no further than it is sent', async () => {
    let made = 0;
    const endless = async function* (): AsyncGenerator<Buffer> {
      while (made < 1000) yield (made++, Buffer.alloc(65_536));
    };
    const stream = make({ body: endless() }).open() as Readable;

    stream.read();
    await once(stream, 'readable');
    await sleep(20);

    expect(made).toBeLessThan(5);
    stream.destroy();
  });

  it('is destroyed together with the attempt that sends it', async () => {
    const source = new PassThrough();
    source.write('one');
    const stream = make({ body: source }).open() as Readable;

    await stream[Symbol.asyncIterator]().next();
    stream.destroy();

    expect(source.destroyed).toBe(true);
  });

  it('tells its own error when it fails', async () => {
    const boom = new Error('boom');
    const failing = async function* (): AsyncGenerator<string> {
      yield 'one';
      throw boom;
    };

    await expect(sent(make({ body: failing() }))).rejects.toBe(boom);
  });

  it('tells of a file that is not there when it is read, and ends no process before', async () => {
    const body = make({ body: createReadStream('/nowhere/at/all') });
    await sleep(20);

    await expect(sent(body)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('fails when the stream is cut short', async () => {
    const source = new PassThrough();
    source.write('one');
    const sending = sent(make({ body: source }));
    await turn();

    source.destroy();

    await expect(sending).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
  });

  it('that yields what is no piece fails', async () => {
    await expect(sent(make({ body: Readable.from([1, 2]) }))).rejects.toThrow(/chunk/);
  });

  it('is let go when the call ends without it', async () => {
    const source = new PassThrough();
    const web = webStream();

    make({ body: source }).close();
    make({ body: web }).close();

    expect(source.destroyed).toBe(true);
    expect(await web.getReader().read()).toEqual({ done: true, value: undefined });
  });

  it('is left alone by close() when it was sent', async () => {
    const source = new PassThrough({ autoDestroy: false }).end('x');
    const body = make({ body: source });
    await sent(body);

    body.close();

    expect(source.errored).toBeNull();
  });

  it('is refused by a second call while the first sends it', async () => {
    const source = pieces();
    const [first, second] = [make({ body: source }), make({ body: source })];

    const sending = sent(first);
    await turn();

    expect(() => second.open()).toThrow('is being sent by another call');
    expect(() => make({ body: source })).toThrow(OptionError);
    expect(await sending).toBe('one two');
  });

  it.each<[string, () => unknown, RegExp]>([
    ['destroyed', () => Readable.from(['a']).destroy(), /has been destroyed/],
    [
      'failed',
      () => new PassThrough().on('error', () => {}).destroy(new Error('boom')),
      /has failed \(boom\)/,
    ],
    ['locked', () => (webStream().getReader(), lockedStream()), /is locked/],
  ])('is refused when it is %s', (_, source, text) => {
    expect(() => make({ body: source() })).toThrow(text);
  });

  it('is refused when it has been read', async () => {
    const read = Readable.from(['a']);
    await read.toArray();
    const half = Readable.from(['a', 'b']);
    half.once('data', () => void half.pause());
    await once(half, 'data');

    expect(() => make({ body: read })).toThrow(/has been/);
    expect(() => make({ body: half })).toThrow('has been read');
    half.destroy();
  });

  it('is refused when a function gives it twice', async () => {
    const source = Readable.from(['a']);
    const body = make({ body: () => source });

    await sent(body);

    expect(() => body.open()).toThrow('What body() gives must be a fresh stream');
  });
});

function lockedStream(): ReadableStream {
  const stream = webStream();
  stream.getReader();
  return stream;
}

describe('bodies that are refused', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;

  it.each<[string, object, string]>([
    ['json with a BigInt', { json: { a: 1n } }, 'json must be a value that JSON can hold'],
    ['json with a cycle', { json: cycle }, 'json must be a value that JSON can hold'],
    ['json of a function', { json: () => 1 }, 'json must be a value that JSON can hold'],
    ['json of a symbol', { json: Symbol('a') }, 'json must be a value that JSON can hold'],
    ['json and data', { json: 1, data: 'a' }, 'json cannot be sent beside data'],
    ['json and files', { json: 1, files: {} }, 'json cannot be sent beside files'],
    ['json and body', { json: null, body: 'a' }, 'json cannot be sent beside body'],
    ['body and data', { body: 'a', data: { a: 1 } }, 'body cannot be sent beside data'],
    ['body and files', { body: 'a', files: {} }, 'body cannot be sent beside files'],
    ['files and text', { files: {}, data: 'a=1' }, 'data must be an object of fields'],
    ['an object as body', { body: { a: 1 } }, 'an object: json for JSON, data for a form'],
    ['a list as body', { body: [1] }, 'body must be'],
    ['a number as body', { body: 5 }, 'body must be'],
    ['a number as data', { data: 5 }, 'data must be'],
    ['an object in a form', { data: { a: { b: 1 } } }, 'data["a"] must be'],
  ])('%s', (_, given, text) => {
    expect(() => make(given)).toThrow(OptionError);
    expect(() => make(given)).toThrow(text);
  });

  it('keep the error of JSON as cause', () => {
    const boom = new Error('boom');
    const value = {
      toJSON() {
        throw boom;
      },
    };

    expect(() => make({ json: value })).toThrow(expect.objectContaining({ cause: boom }));
  });

  it.each([() => Promise.resolve('a'), () => undefined, () => 5, () => ({})])(
    '%p gives no body',
    (factory) => {
      expect(() => make({ body: factory }).open()).toThrow(
        /^What body\(\) gives must be a stream, text or bytes/,
      );
    },
  );

  it('let the error of a function through', () => {
    const boom = new Error('boom');
    const body = make({
      body: () => {
        throw boom;
      },
    });

    expect(() => body.open()).toThrow(boom);
  });
});

describe('a body on the wire', () => {
  let server: Server;
  let port: number;
  let agent: Agent;

  // It answers with what it got, and how it was told the length.
  beforeAll(async () => {
    server = createServer((incoming, answer) => {
      const { 'content-length': length, 'transfer-encoding': coding } = incoming.headers;
      const answered = incoming.toArray().then((parts) => {
        answer.end(JSON.stringify([Buffer.concat(parts as Buffer[]).toString(), length ?? coding]));
      });
      answered.catch(() => answer.destroy()); // the client went away
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as AddressInfo);
    agent = new Agent();
  });
  afterAll(async () => {
    await agent.close();
    server.close();
  });

  const send = (body: RequestBody, to: number) =>
    request(`http://127.0.0.1:${to}/`, { method: 'POST', body: body.open(), dispatcher: agent });

  it.each<[string, () => unknown]>([
    ['a Node stream', () => Readable.from(['one ', 'two'])],
    ['a web stream', webStream],
    ['an async generator', pieces],
  ])('goes out whole after a refused connection: %s', async (_, source) => {
    const closed = createServer();
    await once(closed.listen(0, '127.0.0.1'), 'listening');
    const nowhere = (closed.address() as AddressInfo).port;
    await once(closed.close(), 'close');
    const body = make({ body: source() });

    await expect(send(body, nowhere)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(body.wasRead).toBe(false);
    const answer = await send(body, port);

    expect(await answer.body.json()).toEqual(['one two', 'chunked']);
    expect(body.wasRead).toBe(true);
  });

  it('comes with its length when it is bytes, and the same twice', async () => {
    const body = make({ json: { a: 'ü' } });

    const answers = [await send(body, port), await send(body, port)];

    expect(await answers[0]!.body.json()).toEqual(['{"a":"ü"}', '10']);
    expect(await answers[1]!.body.json()).toEqual(['{"a":"ü"}', '10']);
  });

  it('ends a stream of the user when the request is aborted in its midst', async () => {
    const source = new PassThrough();
    source.write('one');
    const body = make({ body: source });
    const stop = new AbortController();
    const sending = request(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body: body.open() as Readable,
      signal: stop.signal,
      dispatcher: agent,
    });
    for (let turns = 0; turns < 1000 && !body.wasRead; turns++) await sleep(1);

    stop.abort(new Error('enough'));

    await expect(sending).rejects.toThrow('enough');
    await sleep(20);
    expect(source.destroyed).toBe(true);
  });
});

describe('forms with files', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stampede-'));
  const file = path.join(folder, 'a.txt');
  writeFileSync(file, 'from disk');
  let server: Server;
  let url: string;
  let agent: Agent;

  // It answers with the form as Node's own decoder reads it.
  beforeAll(async () => {
    server = createServer((incoming, answer) => {
      void new Response(Readable.toWeb(incoming) as ReadableStream, {
        headers: { 'content-type': incoming.headers['content-type'] as string },
      })
        .formData() // eslint-disable-line @typescript-eslint/no-deprecated -- a small form of our own
        .then(async (form) => {
          const parts = [];
          for (const [field, value] of form as unknown as Iterable<[string, string | File]>) {
            parts.push(
              typeof value === 'string'
                ? [field, value]
                : [field, value.name, value.type, await value.text()],
            );
          }
          answer.end(JSON.stringify(parts));
        })
        .catch((error: unknown) => answer.writeHead(500).end(String(error)));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    agent = new Agent();
  });
  afterAll(async () => {
    await agent.close();
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function received(given: object): Promise<unknown> {
    const body = make(given);
    await body.ready();
    const headers = { 'content-type': body.contentType as string };
    const bytes = body.open() as Uint8Array;
    const { body: answer } = await request(url, { method: 'POST', headers, body: bytes, dispatcher: agent });
    return answer.json();
  }

  it('carry files in every way to give one, and fields', async () => {
    const files = {
      text: 'content',
      bytes: Buffer.from('b'),
      blob: new Blob(['c'], { type: 'text/x' }),
      file: new File(['d'], 'd.txt', { type: 'text/d' }),
      disk: await openAsBlob(file),
      tuple: ['e.csv', 'e', 'text/csv'],
      pair: ['f.bin', new Uint8Array([102])],
      parts: { content: 'g', filename: 'g"ü.txt', contentType: 'text/g' },
      several: [new NodeBlob(['h']), ['i.txt', 'i']],
    };

    expect(await received({ data: { title: 'x', tags: ['y', 2] }, files })).toEqual([
      ['title', 'x'],
      ['tags', 'y'],
      ['tags', '2'],
      ['text', 'text', 'application/octet-stream', 'content'],
      ['bytes', 'bytes', 'application/octet-stream', 'b'],
      ['blob', 'blob', 'text/x', 'c'],
      ['file', 'd.txt', 'text/d', 'd'],
      ['disk', 'disk', 'application/octet-stream', 'from disk'],
      ['tuple', 'e.csv', 'text/csv', 'e'],
      ['pair', 'f.bin', 'application/octet-stream', 'f'],
      ['parts', 'g"ü.txt', 'text/g', 'g'],
      ['several', 'several', 'application/octet-stream', 'h'],
      ['several', 'i.txt', 'application/octet-stream', 'i'],
    ]);
  });

  it.each<[string, () => object]>([
    ["Node's own", () => new FormData()],
    ["undici's", () => new UndiciFormData()],
  ])('carry a FormData, %s', async (_, makeForm) => {
    const form = makeForm() as UndiciFormData;
    form.append('a', '1');
    form.append('a', '2');
    form.append('f', new Blob(['x'], { type: 'text/x' }), 'x.txt');

    expect(await received({ body: form })).toEqual([['a', '1'], ['a', '2'], ['f', 'x.txt', 'text/x', 'x']]); // prettier-ignore
    expect(await received({ data: form })).toHaveLength(3);
  });

  it('are encoded once: the same bytes and the same boundary for every attempt', async () => {
    const form = new FormData();
    form.append('a', '1');
    const body = make({ body: form });

    await Promise.all([body.ready(), body.ready()]);
    form.append('b', '2');

    expect([body.kind, body.isReplayable, body.ready()]).toEqual(['bytes', true, undefined]);
    expect(body.open()).toBe(body.open());
    expect(await sent(body)).not.toContain('"b"');
    expect(body.length).toBe((body.open() as Uint8Array).byteLength);
  });

  it('tell of a file that changed before it was read', async () => {
    const changing = path.join(folder, 'changing.txt');
    writeFileSync(changing, 'long enough');
    const blob = await openAsBlob(changing);
    writeFileSync(changing, 'short');

    await expect(Promise.resolve(make({ files: { blob } }).ready())).rejects.toThrow();
  });

  it.each<[string, unknown, RegExp]>([
    ['a stream', { a: Readable.from(['x']) }, /files\["a"\] must be .*openAsBlob/],
    ['a number', { a: 5 }, /files\["a"\] must be/],
    ['null', { a: null }, /files\["a"\] must be/],
    ['parts without content', { a: { filename: 'x' } }, /files\["a"\] must be/],
    ['an unknown part', { a: { content: 'x', type: 'a/b' } }, /did you mean contentType\?/],
    ['a line break in a name', { a: ['x\r\ny', 'x'] }, /filename must be text without line breaks/],
    [
      'a line break in a type',
      { a: ['x', 'x', 'a/b\r\nx: y'] },
      /contentType must be text without line breaks/,
    ],
    ['text', 'a.txt', /files must be an object/],
    ['a FormData', new FormData(), /files must be an object/],
    ['a flat list', ['a.txt'], /files must be an object/],
  ])('refuse %s', (_, files, text) => {
    expect(() => make({ files })).toThrow(text);
  });
});
