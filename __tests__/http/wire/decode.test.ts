import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { DecodeError, ResponseSizeError } from '../../../src/http/http-errors.js';
import type { HttpResponse } from '../../../src/http/http-response.js';
import { type Encoding, decodeBytes, decodeStream, decodersOf } from '../../../src/http/wire/decode.js';
import { errorOf } from './exchanges.js';

const what = { method: 'GET', url: 'http://x.test/' };
const mib = 1024 * 1024;
const small = Buffer.from('{"id":1}');
const large = Buffer.from('0123456789'.repeat(200_000));

const encoders: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: zlib.gzipSync,
  'x-gzip': zlib.gzipSync,
  deflate: zlib.deflateSync,
  'deflate without its wrapper': zlib.deflateRawSync,
  br: zlib.brotliCompressSync,
  'GZIP , br': (bytes) => zlib.brotliCompressSync(zlib.gzipSync(bytes)),
  'identity, gzip': zlib.gzipSync,
};
const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };
if (zstdCompressSync !== undefined) encoders['zstd'] = zstdCompressSync;

const decodersFor = (name: string): readonly Encoding[] => decodersOf(name.split(' without')[0], what);
const decode = async (bytes: Buffer, encodings: readonly Encoding[], limit = Infinity): Promise<Buffer> =>
  decodeBytes(bytes, encodings, limit, what);
/** By the stream, in small pieces. */
const streamed = async (bytes: Buffer, encodings: readonly Encoding[], size = 7): Promise<Buffer> => {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  );
  return Buffer.concat(await decodeStream(Readable.from(pieces), encodings, what).toArray());
};

describe('a body that is encoded', () => {
  it.each(Object.keys(encoders))('is decoded: %s', async (name) => {
    const encode = encoders[name] as (bytes: Buffer) => Buffer;
    const encodings = decodersFor(name);

    for (const bytes of [small, large, Buffer.alloc(0)]) {
      expect(bytes.equals(await decode(encode(bytes), encodings))).toBe(true);
      expect(bytes.equals(await streamed(encode(bytes), encodings, 1000))).toBe(true);
    }
    expect((await streamed(encode(small), encodings, 1)).toString()).toBe(small.toString());
  });

  it('is given at once when it is small', () => {
    expect(decodeBytes(zlib.gzipSync(small), ['gzip'], mib, what)).toEqual(small);
  });

  it('is inflated elsewhere when it is large, or becomes large', () => {
    const noise = randomBytes(50_000);

    expect(decodeBytes(zlib.gzipSync(noise), ['gzip'], mib, what)).toBeInstanceOf(Promise);
    expect(decodeBytes(zlib.gzipSync(Buffer.alloc(mib)), ['gzip'], mib, what)).toBeInstanceOf(Promise);
  });

  it('is left alone when it is not', async () => {
    expect(decodersOf(undefined, what)).toEqual([]);
    expect(decodersOf('', what)).toEqual([]);
    expect(decodersOf('identity', what)).toEqual([]);
    expect(decodeBytes(small, [], mib, what)).toBe(small);
    const stream = Readable.from([small]);
    expect(decodeStream(stream, [], what)).toBe(stream);
  });

  it('may be nothing at all, as after HEAD', async () => {
    expect(await decode(Buffer.alloc(0), ['gzip', 'br'])).toHaveLength(0);
  });

  it('may end in bytes that belong to nothing', async () => {
    expect(await decode(Buffer.concat([zlib.gzipSync(small), Buffer.from('\0\0\0')]), ['gzip'])).toEqual(
      small,
    );
  });
});

describe('a body that is not what it claims', () => {
  it.each(['compress', 'utf-8', 'gzip, lzma', '__proto__', 'constructor', 'x'.repeat(10_000)])(
    'is left as it is when nobody knows its encoding: %.20s',
    (name) => {
      expect(decodersOf(name, what)).toEqual([]);
    },
  );

  it('is refused when it is encoded more than five times', () => {
    expect(decodersOf('gzip, gzip, gzip, gzip, gzip', what)).toHaveLength(5);
    expect(() => decodersOf('gzip, gzip, gzip, gzip, gzip, gzip', what)).toThrow(/more than 5 times/);
  });

  it.each(['gzip', 'deflate', 'br'] as const)('is refused: not %s at all', async (encoding) => {
    for (const bytes of [Buffer.from('<html>not what you think</html>'), Buffer.alloc(100_000, '<')]) {
      for (const error of [
        await errorOf(decode(bytes, [encoding])),
        await errorOf(streamed(bytes, [encoding])),
      ]) {
        expect(error).toBeInstanceOf(DecodeError);
        expect(error.message).toMatch(`the body is not ${encoding} as it claims`);
        expect(error.cause).toMatchObject({ code: expect.any(String) });
      }
    }
  });

  it.each(['gzip', 'deflate', 'br'] as const)(
    'is refused in the same words when it failed before it is read: not %s',
    async (encoding) => {
      const response = { status: 200 } as HttpResponse;
      const stream = decodeStream(Readable.from([Buffer.from('<html>')]), [encoding], { ...what, response });
      await sleep(50);

      const error = await errorOf(stream.toArray());

      expect(error).toBeInstanceOf(DecodeError);
      expect(error.response).toBe(response);
    },
  );

  it.each(['gzip', 'deflate', 'br'] as const)('is refused: %s that is cut short', async (encoding) => {
    for (const bytes of [small, large]) {
      const whole = encoders[encoding]?.(bytes) as Buffer;
      const cut = whole.subarray(0, whole.length - 3);
      for (const error of [
        await errorOf(decode(cut, [encoding])),
        await errorOf(streamed(cut, [encoding], 999)),
      ]) {
        expect(error).toBeInstanceOf(DecodeError);
        expect(error.message).toMatch(`the body is cut short within its ${encoding}`);
      }
    }
  });
});

describe('the limit on what a body becomes', () => {
  const bomb = zlib.gzipSync(Buffer.alloc(200 * mib));

  it('holds for a small body that would be a huge one', async () => {
    const { arrayBuffers } = process.memoryUsage();

    const error = await errorOf(decode(bomb, ['gzip'], mib));

    expect(error).toBeInstanceOf(ResponseSizeError);
    expect(error.message).toMatch(/larger than 1048576 bytes \(maxResponseSize\)/);
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(50 * mib);
  });

  it('holds for one encoding within another', async () => {
    expect(await errorOf(decode(zlib.gzipSync(bomb), ['gzip', 'gzip'], mib))).toBeInstanceOf(
      ResponseSizeError,
    );
  });

  it.each([8, 1000, 300_000])('lets through what just fits: %d bytes', async (size) => {
    const bytes = Buffer.alloc(size, 'x');

    expect(await decode(zlib.gzipSync(bytes), ['gzip'], size)).toEqual(bytes);
    expect(await errorOf(decode(zlib.gzipSync(bytes), ['gzip'], size - 1))).toBeInstanceOf(ResponseSizeError);
  });

  it('lets a stream of any size through, at the pace of its reader', async () => {
    const raw = Readable.from([bomb]);
    const stream = decodeStream(raw, ['gzip'], what);
    let size = 0;

    for await (const chunk of stream) {
      size += (chunk as Buffer).length;
      if (size > 5 * mib) break;
    }

    expect(stream.destroyed).toBe(true);
    expect(raw.destroyed).toBe(true);
  });

  it('passes on what went wrong on the wire as it is', async () => {
    const lost = new Error('the connection was lost');
    const raw = new Readable({ read: () => {} });
    const end = errorOf(decodeStream(raw, ['gzip'], what).toArray());
    raw.push(zlib.gzipSync(large).subarray(0, 100));

    raw.destroy(lost);

    expect(await end).toBe(lost);
  });
});
