/**
 * Answers that are none, or lie about themselves: each ends in words or in what it says, within its time, and leaves
 * nothing.
 */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import {
  ConnectionError,
  DecodeError,
  type HttpError,
  JsonError,
  ProtocolError,
  ReadTimeoutError,
  ResponseSizeError,
  TotalTimeoutError,
} from '../../../src/http/index.js';
import { leavesNothing, rejection, time } from '../support/residue.js';
import {
  closesAfterRequest,
  closesAtAccept,
  cutBody,
  endlessHeaders,
  rawServer,
  scripted,
  silent,
  trickle,
  writes,
} from '../support/servers.js';

const { open, session } = leavesNothing();

const head = 'HTTP/1.1 200 OK\r\n';
const soon = { connect: 1000, read: 250, total: 1500 };
const patient = { connect: 1000, read: 5000, total: 10_000 };

type Kind = new (...args: never[]) => Error;

describe('an answer that is no HTTP', () => {
  it.each<[string, string, Kind, RegExp]>([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', ProtocolError, /not HTTP/],
    ['plain text', 'hello there', ProtocolError, /not HTTP/],
    ['zeroes', '\0\0\0\0\0\0', ProtocolError, /not HTTP/],
    ['TLS', '\x15\x03\x01\x00\x02\x02\x46', ProtocolError, /not HTTP/],
    ['a version that nobody knows', 'HTTP/3.7 200 OK\r\n\r\n', ProtocolError, /Invalid HTTP version/],
    ['a status of letters', 'HTTP/1.1 abc OK\r\n\r\n', ProtocolError, /not HTTP/],
    ['a status of two digits', 'HTTP/1.1 99 OK\r\n\r\n', ProtocolError, /Invalid status/],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', ProtocolError, /Invalid response status/],
    ['a status of 000', 'HTTP/1.1 000 OK\r\n\r\n', ProtocolError, /not HTTP/],
    ['a negative status', 'HTTP/1.1 -200 OK\r\n\r\n', ProtocolError, /not HTTP/],
    ['lines without CR', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok', ProtocolError, /CR/],
    ['a space before a colon', `${head}x : y\r\n\r\n`, ProtocolError, /header token/],
    ['NUL in a header', `${head}x: a\0b\r\n\r\n`, ProtocolError, /header value/],
    ['a folded header', `${head}x: a\r\n b\r\n\r\n`, ProtocolError, /not HTTP/],
    ['a header without a colon', `${head}nothing\r\n\r\n`, ProtocolError, /not HTTP/],
    ['a negative length', `${head}content-length: -5\r\n\r\nhello`, ProtocolError, /Content-Length/],
    ['a length in hex', `${head}content-length: 0x5\r\n\r\nhello`, ProtocolError, /Content-Length/],
    ['a length that is empty', `${head}content-length: \r\n\r\nhello`, ProtocolError, /not HTTP/],
    [
      'a length past all numbers',
      `${head}content-length: ${'9'.repeat(30)}\r\n\r\n`,
      ProtocolError,
      /not HTTP/,
    ],
    ['two lengths', `${head}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`, ProtocolError, /not HTTP/],
    [
      'a length and chunks',
      `${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
      ProtocolError,
      /not HTTP/,
    ],
    ['chunks that are none', `${head}transfer-encoding: chunked\r\n\r\nzz\r\n`, ProtocolError, /not HTTP/],
    [
      'a chunk past all numbers',
      `${head}transfer-encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n`,
      ProtocolError,
      /overflow/,
    ],
    [
      'a chunk without its end',
      `${head}transfer-encoding: chunked\r\n\r\n2\r\nokay\r\n`,
      ProtocolError,
      /not HTTP/,
    ],
    [
      'a 100 that nobody asked for, which undici does not take',
      `HTTP/1.1 100 Continue\r\n\r\n${head}content-length: 0\r\n\r\n`,
      ConnectionError,
      /bad response/,
    ],
    [
      'a change of the protocol',
      'HTTP/1.1 101 S\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      ConnectionError,
      /upgrade/,
    ],
  ])('fails: %s', async (_, bytes, Kind, words) => {
    const server = await open(writes(Buffer.from(bytes, 'latin1')));

    const error = await rejection<HttpError>(
      session({ timeout: patient, retries: false }).get(`${server.url}/path?token=s3cret`),
    );

    expect(error).toBeInstanceOf(Kind);
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/path: /);
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('s3cret');
    expect(error.attempts).toHaveLength(1);
  });

  it('is asked for once more where the request may be repeated, and not oftener', async () => {
    const server = await open(writes('hello there'));

    const get = await rejection<HttpError>(session().get(server.url, { retries: 5 }));
    const post = await rejection<HttpError>(session().post(server.url, { retries: 5, data: { a: 1 } }));

    expect(get.attempts).toHaveLength(2);
    expect(post.attempts).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
  });

  it.each([
    ['with a reason that is empty', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', 200],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', 200],
    ['with a status that nobody knows', 'HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n', 999],
    ['with headers named as what every object has', `${head}__proto__: a\r\nconstructor: b\r\n\r\n`, 200],
  ])('is told apart from one %s', async (_, bytes, status) => {
    const server = await open(writes(bytes, 'fin'));

    const response = await session().get(server.url);

    expect(response.status).toBe(status);
    expect(response.headers.get('toString')).toBeUndefined();
    if (bytes.includes('__proto__')) expect(response.headers.get('__proto__')).toBe('a');
  });
});

describe('an answer that does not come', () => {
  it.each<[string, () => ReturnType<typeof silent>, Kind, number]>([
    ['because the server says nothing', silent, ReadTimeoutError, 3],
    ['because it closes with FIN', () => closesAfterRequest('fin'), ConnectionError, 3],
    ['because it closes with RST', () => closesAfterRequest('rst'), ConnectionError, 3],
    ['because it closes at accept', () => closesAtAccept('fin'), ConnectionError, 3],
    ['whole: its headers are cut', () => writes(`${head}content-le`, 'fin'), ConnectionError, 3],
    ['whole: its headers stop', () => writes(`${head}content-le`), ReadTimeoutError, 3],
    ['whole: its body stops', () => cutBody('stall'), ReadTimeoutError, 3],
    ['whole: its body is cut by FIN', () => cutBody('fin'), ConnectionError, 3],
    ['whole: its body is cut by RST', () => cutBody('rst'), ConnectionError, 3],
    ['whole: its chunks are cut', () => cutBody('fin', { chunked: true }), ConnectionError, 3],
    ['whole: its chunks are cut by RST', () => cutBody('rst', { chunked: true }), ConnectionError, 3],
  ])('is asked for again %s, in the counter for reading', async (_, start, Kind, times) => {
    const server = await open(start());
    const client = session({ timeout: { ...soon, read: 60 } });

    const get = await rejection<HttpError>(client.get(server.url));
    const post = await rejection<HttpError>(client.post(server.url, { json: 1 }));

    expect(get).toBeInstanceOf(Kind);
    expect(get.attempts).toHaveLength(times); // the first, and `read: 2`
    expect(post).toBeInstanceOf(Kind);
    expect(post.attempts).toHaveLength(1);
  });

  it('is given when the next attempt brings it', async () => {
    const server = await open(
      rawServer((socket, n) => {
        if (n === 1) socket.resetAndDestroy();
        else if (n === 2) socket.end(`${head}content-length: 10\r\n\r\nhalf`);
        else socket.write(`${head}content-length: 4\r\n\r\nfull`);
      }),
    );

    const response = await session().get(server.url);

    expect(await response.text()).toBe('full');
    expect(response.attempts.map(({ phase }) => phase)).toEqual(['started', 'body', 'headers']);
  });

  it('is not asked for again once bytes of it were handed out as a stream', async () => {
    const server = await open(cutBody('fin'));
    const response = await session().get(server.url, { stream: true });

    const error = await rejection(response.text());

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(/cut short/);
    expect(server.requests).toHaveLength(1);
  });
});

describe('an answer that takes its time', () => {
  it.each([
    ['collected', false],
    ['as a stream', true],
  ])('byte for byte is ended by the total only: %s', async (_, stream) => {
    const server = await open(trickle(10));
    const client = session({ timeout: { connect: 1000, read: 200, total: 400 } });
    let error: unknown;

    const took = await time(async () => {
      error = await rejection(client.get(server.url, { stream }).then((response) => response.text()));
    });

    expect(error).toBeInstanceOf(TotalTimeoutError);
    expect(took).toBeGreaterThanOrEqual(399);
    expect(server.requests).toHaveLength(1);
  });

  it('byte for byte within its headers is ended by the total only', async () => {
    const server = await open(
      rawServer((socket) => {
        socket.write(`${head}x-slow: `);
        const timer = setInterval(() => void socket.write('x'), 10);
        socket.once('close', () => clearInterval(timer));
      }),
    );
    const timeout = { connect: 1000, read: 150, total: 300 };

    const error = await rejection(session({ timeout, retries: false }).get(server.url));

    // Bytes of a header are no answer: nothing has been heard until the headers are whole.
    expect(error).toBeInstanceOf(ReadTimeoutError);
  });

  it('is looked for behind ten thousand informational ones', async () => {
    const flood = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(10_000);
    const server = await open(writes(`${flood}${head}content-length: 2\r\n\r\nok`));

    const response = await session({ timeout: patient }).get(server.url);

    expect(await response.text()).toBe('ok');
  });

  it('is given up at the total when informational ones never end', async () => {
    const server = await open(
      rawServer((socket) => {
        const timer = setInterval(() => void socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10)), 5);
        socket.once('close', () => clearInterval(timer));
      }),
    );

    const error = await rejection(session({ timeout: { read: 200, total: 300 } }).get(server.url));

    expect(error).toBeInstanceOf(TotalTimeoutError);
  });
});

describe('headers without end', () => {
  it('are refused, and not asked for again', async () => {
    const server = await open(endlessHeaders());

    const error = await rejection<HttpError>(session({ timeout: patient }).get(server.url));

    expect(error).toBeInstanceOf(ResponseSizeError);
    expect(error.message).toMatch(/headers of the answer are too large/);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['one of a mebibyte', `x-large: ${'x'.repeat(2 ** 20)}\r\n`],
    ['ten thousand cookies', Array.from({ length: 10_000 }, (_, n) => `set-cookie: c${n}=v\r\n`).join('')],
  ])('are refused: %s', async (_, headers) => {
    const server = await open(writes(`${head}${headers}content-length: 0\r\n\r\n`));
    const client = session({ timeout: patient });

    const error = await rejection(client.get(server.url));

    expect(error).toBeInstanceOf(ResponseSizeError);
    expect(await client.jar.getCookies(server.url)).toHaveLength(0);
  });
});

describe('an answer whose length is not what it says', () => {
  it("ends where it says, and what comes after it is nobody's answer", async () => {
    const smuggled = `${head}content-length: 4\r\n\r\nevil`;
    const server = await open(writes(`${head}content-length: 2\r\n\r\nok${smuggled}`));
    const client = session({ timeout: patient });

    const bodies: string[] = [];
    for (let n = 0; n < 5; n++) bodies.push(await (await client.get(server.url)).text());

    expect(bodies).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(server.connections).toBe(5); // a connection that has said too much is not used again
  });

  it('is taken as whole without a length, when the server closes', async () => {
    const server = await open(writes('HTTP/1.1 200 OK\r\n\r\nall there is', 'fin'));

    expect(await (await session().get(server.url)).text()).toBe('all there is');
  });

  it.each([
    ['204', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello'],
    ['304', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\nhello'],
    ['204 without a length', 'HTTP/1.1 204 No Content\r\n\r\nhello'],
  ])('has no body: %s', async (_, bytes) => {
    const server = await open(writes(bytes));

    const response = await session({ timeout: patient }).get(server.url);

    expect(await response.text()).toBe('');
  });

  it('has no body: to HEAD, although one was sent', async () => {
    const server = await open(writes(`${head}content-length: 5\r\n\r\nhello`));
    const client = session({ timeout: patient });

    const responses = [await client.head(server.url), await client.head(server.url)];

    for (const response of responses) {
      expect(response.headers.get('content-length')).toBe('5');
      expect(await response.text()).toBe('');
    }
  });

  it.each([false, true])('of 10 GiB is refused before a byte of it is read (stream: %s)', async (stream) => {
    const server = await open(writes(`${head}content-length: ${10 * 2 ** 30}\r\n\r\nsome`));

    const error = await rejection(
      session({ timeout: patient })
        .get(server.url, { stream })
        .then((response) => response.json()),
    );

    expect(error).toBeInstanceOf(ResponseSizeError);
    expect(error.message).toMatch(/larger than 67108864 bytes \(maxResponseSize\)/);
    expect(server.requests).toHaveLength(1);
  });
});

describe('text that is none', () => {
  it('is read with a sign for each byte that is not UTF-8, and without its BOM', async () => {
    const server = await open(
      scripted(
        { body: Buffer.from([0x61, 0xff, 0x62]) },
        { body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"a":1}')]) },
        { body: Buffer.from([0x22, 0xc3, 0x28, 0x22]) },
      ),
    );
    const client = session();

    expect(await (await client.get(server.url)).text()).toBe('a\uFFFDb');
    expect(await (await client.get(server.url)).json()).toEqual({ a: 1 });
    expect(await (await client.get(server.url)).json()).toBe('\uFFFD(');
  });

  it.each([
    ['nothing', '', 'an empty body'],
    ['a part of it', '{"a":', '"{\\"a\\":"'],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'is not JSON'],
    ['NaN', 'NaN', '"NaN"'],
    ['a page', `<html>${'x'.repeat(10_000)}`, '"<html>xxx'],
  ])('is no JSON: %s', async (_, body, words) => {
    const server = await open(scripted({ status: 502, body }));
    const response = await session({ retries: false }).get(`${server.url}/a?token=s3cret`);

    const error = await rejection(response.json());

    expect(error).toBeInstanceOf(JsonError);
    expect(error.message).toContain(words);
    expect(error.message).toContain('(status 502)');
    expect(error.message).not.toContain('s3cret');
    expect(error.message.length).toBeLessThan(250);
  });

  it('does not let JSON change what objects are', async () => {
    const server = await open(scripted({ body: '{"__proto__":{"polluted":true}}' }));

    const value = await (await session().get(server.url)).json<object>();

    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('a body that is not what its encoding says', () => {
  const gzip = { 'content-encoding': 'gzip' };
  const truncated = gzipSync('a text that is long enough to be cut').subarray(0, 20);

  it.each<[string, Record<string, string | string[]>, Buffer | string, RegExp]>([
    ['not gzip', gzip, 'hello', /is not gzip as it claims/],
    ['cut short', gzip, truncated, /cut short within its gzip/],
    ['six encodings', { 'content-encoding': 'gzip, br, gzip, br, gzip, br' }, 'hello', /more than 5 times/],
    ['two headers for it', { 'content-encoding': ['gzip', 'br'] }, 'hello', /within its br/],
    ['a line of ten thousand of them', { 'content-encoding': 'gzip,'.repeat(2000) }, 'hello', /more than 5/],
  ])('fails, and is not asked for again: %s', async (_, headers, body, words) => {
    const server = await open(scripted({ headers, body }));

    const error = await rejection<HttpError>(session().get(server.url));
    const streamed = await session().get(server.url, { stream: true });
    const unread = await rejection(streamed.text());

    expect(error).toBeInstanceOf(DecodeError);
    expect(error.message).toMatch(words);
    expect(unread).toBeInstanceOf(DecodeError);
    expect(server.requests).toHaveLength(2);
  });

  it.each([false, true])('is no reason not to try a 503 again (in pieces: %s)', async (inPieces) => {
    const server = await open(
      rawServer((socket, n) => {
        const line = n === 1 ? 'HTTP/1.1 503 No' : 'HTTP/1.1 200 OK';
        const headers = n === 1 ? 'content-encoding: gzip\r\ncontent-length: 5' : 'content-length: 5';
        socket.write(`${line}\r\n${headers}\r\n\r\n${inPieces ? '' : 'hello'}`);
        if (inPieces) setTimeout(() => void socket.write('hello'), 20);
      }),
    );

    const response = await session().get(server.url);

    expect(await response.text()).toBe('hello');
    expect(server.requests).toHaveLength(2);
  });

  it.each([500, 501, 503])('is told to who reads it, and a last %s is given all the same', async (status) => {
    const server = await open(scripted({ status, headers: gzip, body: 'hello' }));

    const response = await session({ retries: 1 }).get(server.url);

    expect(response.status).toBe(status);
    expect(await rejection(response.text())).toBeInstanceOf(DecodeError);
  });

  it('is no error where nobody wants it inflated, nor after HEAD', async () => {
    const server = await open(scripted({ headers: gzip, body: 'hello' }));
    const client = session();

    expect(await (await client.get(server.url, { decompress: false })).text()).toBe('hello');
    expect((await client.head(server.url)).status).toBe(200);
  });
});

describe('a few bytes that are many', () => {
  const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20));
  const headers = { 'content-encoding': 'gzip' };

  it.each([200, 404, 503])('are refused past the limit, also with status %s', async (status) => {
    const server = await open(scripted({ status, headers, body: bomb }));
    const client = session({ retries: false });

    const error = await rejection(client.get(server.url).then((response) => response.text()));

    expect(error).toBeInstanceOf(ResponseSizeError);
    expect(error.message).toMatch(/larger than 67108864 bytes/);
    expect(server.requests).toHaveLength(1);
  });

  it.each([false, true])('are held to the limit of the call (stream: %s)', async (stream) => {
    const server = await open(scripted({ headers, body: gzipSync(Buffer.alloc(2000)) }));

    const error = await rejection(
      session({ maxResponseSize: 1000 })
        .get(server.url, { stream })
        .then((response) => response.bytes()),
    );

    expect(error).toBeInstanceOf(ResponseSizeError);
    expect(error.message).toMatch(/larger than 1000 bytes/);
  });

  it('are refused within one another', async () => {
    const body = gzipSync(gzipSync(gzipSync(Buffer.alloc(80 * 2 ** 20))));
    const server = await open(scripted({ headers: { 'content-encoding': 'gzip, gzip, gzip' }, body }));

    expect(await rejection(session().get(server.url))).toBeInstanceOf(ResponseSizeError);
  });

  it('are as many as the reader of a stream wants', async () => {
    const server = await open(scripted({ headers, body: bomb }));
    const response = await session().get(server.url, { stream: true });

    let size = 0;
    for await (const chunk of response.body) {
      size += (chunk as Buffer).length;
      if (size > 2 ** 20) break;
    }

    expect(size).toBeLessThan(2 ** 21);
  });
});
