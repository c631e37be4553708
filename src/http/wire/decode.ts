/**
 * What a body says when its `content-encoding` is undone (RFC 9110, section 8.4).
 *
 * A few bytes may stand for gigabytes, so all at once goes only up to a limit; as a stream, the reader sets the pace.
 */
import { PassThrough, type Readable, Transform, pipeline } from 'node:stream';
import zlib from 'node:zlib';
import type { HttpError } from '../http-errors.js';
import { DecodeError, type RequestName, ResponseSizeError } from '../http-errors.js';

/** The encodings that can be undone. */
export type Encoding = 'gzip' | 'deflate' | 'br' | 'zstd';

type Inflated = (error: Error | null, result: Buffer) => void;

/** One way to undo an encoding: at once, in the thread pool, as a stream. */
interface Codec {
  sync(bytes: Buffer, options: zlib.ZlibOptions): Buffer;
  later(bytes: Buffer, options: zlib.ZlibOptions, done: Inflated): void;
  stream(): Transform;
}

const zlibOf: Codec = { sync: zlib.inflateSync, later: zlib.inflate, stream: () => zlib.createInflate() };
const raw: Codec = {
  sync: zlib.inflateRawSync,
  later: zlib.inflateRaw,
  stream: () => zlib.createInflateRaw(),
};

// Newer versions of Node have it.
const zstd = zlib as unknown as {
  readonly zstdDecompressSync?: Codec['sync'];
  readonly zstdDecompress: Codec['later'];
  readonly createZstdDecompress: Codec['stream'];
};

const names: Readonly<Record<string, Encoding>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
  ...(zstd.zstdDecompressSync === undefined ? {} : { zstd: 'zstd' as const }),
};

/** The most encodings on top of one another: nobody needs more, and each multiplies what a few bytes can become. */
const mostEncodings = 5;

/**
 * Up to here a body is inflated on this thread, which takes less time than to hand it to another and back; what it
 * becomes is held to a small size, so that a bomb goes off elsewhere.
 */
const small = 16 * 1024;
const smallInflated = 256 * 1024;

/**
 * Reads `content-encoding`.
 *
 * @returns The encodings in the order in which they were applied.
 * @throws {DecodeError} for one that nobody here knows, or more than five.
 */
export function decodersOf(contentEncoding: string | undefined, what: RequestName): readonly Encoding[] {
  if (contentEncoding === undefined || contentEncoding === '') return none;
  const encodings: Encoding[] = [];
  for (const name of contentEncoding.toLowerCase().split(',')) {
    const word = name.trim();
    if (word === '' || word === 'identity') continue;
    const known = Object.hasOwn(names, word) ? names[word] : undefined;
    if (known === undefined)
      throw new DecodeError(what, `the body is encoded as ${JSON.stringify(word.slice(0, 40))}`);
    if (encodings.push(known) > mostEncodings) {
      throw new DecodeError(what, `the body is encoded more than ${mostEncodings} times`);
    }
  }
  return encodings;
}

const none: readonly Encoding[] = [];

/**
 * Undoes all encodings of a whole body.
 *
 * @param limit  The most bytes at any stage.
 * @throws {DecodeError} for bytes that are not what they claim to be, or are cut short. The promise may be rejected too.
 * @throws {ResponseSizeError} above the limit.
 */
export function decodeBytes(
  bytes: Buffer,
  encodings: readonly Encoding[],
  limit: number,
  what: RequestName,
): Buffer | Promise<Buffer> {
  if (encodings.length === 0 || bytes.length === 0) return bytes;
  return inflatedSmall(bytes, encodings, limit, what) ?? inflatedLater(bytes, encodings, limit, what);
}

/** `undefined` when that is not for this thread to do. */
function inflatedSmall(
  bytes: Buffer,
  encodings: readonly Encoding[],
  limit: number,
  what: RequestName,
): Buffer | undefined {
  let inflated = bytes;
  for (const encoding of encodings.toReversed()) {
    if (inflated.length > small) return undefined;
    try {
      const maxOutputLength = Math.min(limit, smallInflated);
      inflated = codecFor(encoding, inflated).sync(inflated, { maxOutputLength });
    } catch (error) {
      if (isTooLarge(error) && limit > smallInflated) return undefined;
      throw failure(error, encoding, limit, what);
    }
  }
  return inflated;
}

async function inflatedLater(
  bytes: Buffer,
  encodings: readonly Encoding[],
  limit: number,
  what: RequestName,
): Promise<Buffer> {
  // zlib takes no infinite limit, and a Buffer has one anyway.
  const options = limit === Infinity ? {} : { maxOutputLength: Math.max(1, limit) };
  let inflated = bytes;
  for (const encoding of encodings.toReversed()) {
    const input = inflated;
    inflated = await new Promise((resolve, reject) => {
      codecFor(encoding, input).later(input, options, (error, result) => {
        if (error === null) resolve(result);
        else reject(failure(error, encoding, limit, what));
      });
    });
  }
  return inflated;
}

/**
 * Undoes all encodings as the bytes come. What is destroyed at one end is destroyed at the other.
 *
 * @returns The stream itself when there is nothing to undo.
 */
export function decodeStream(raw: Readable, encodings: readonly Encoding[], what: RequestName): Readable {
  if (encodings.length === 0) return raw;
  const order = encodings.toReversed();
  const end = new PassThrough({
    destroy(error, done) {
      done(error !== null && isOfCodec(error) ? failure(error, order[0] as Encoding, Infinity, what) : error);
    },
  });
  const stages = order.map((encoding) =>
    encoding === 'deflate' ? new Inflate() : codecFor(encoding).stream(),
  );
  pipeline([raw, ...stages, end], ignore);
  return end;
}

// What went wrong on the wire, or was said by who destroyed the stream, is passed on as it is.
function isOfCodec(error: Error): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return /^(Z_|ERR_+(BROTLI|ERROR|PADDING|ZSTD)|ZSTD_)/.test(code);
}

function codecFor(encoding: Encoding, bytes?: Buffer): Codec {
  switch (encoding) {
    case 'gzip':
      return { sync: zlib.gunzipSync, later: zlib.gunzip, stream: () => zlib.createGunzip() };
    case 'br':
      return {
        sync: zlib.brotliDecompressSync,
        later: zlib.brotliDecompress,
        stream: () => zlib.createBrotliDecompress(),
      };
    case 'zstd':
      return {
        sync: zstd.zstdDecompressSync as Codec['sync'],
        later: zstd.zstdDecompress,
        stream: zstd.createZstdDecompress,
      };
    case 'deflate':
      return isZlib(bytes?.[0]) ? zlibOf : raw;
  }
}

// "deflate" is meant to be wrapped in zlib's format (RFC 9110); some servers send it bare.
function isZlib(first = 0): boolean {
  return (first & 0x0f) === 8;
}

/** Undoes "deflate" of either kind: the first byte tells. */
class Inflate extends Transform {
  #inner: Transform | undefined;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner ??= this.#open(chunk);
    this.#inner.write(chunk, done);
  }

  override _flush(done: (error?: Error | null) => void): void {
    if (this.#inner === undefined) done();
    else this.#inner.once('end', done).end();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner?.destroy();
    done(error);
  }

  #open(chunk: Buffer): Transform {
    const inner = codecFor('deflate', chunk).stream();
    inner.on('data', (bytes: Buffer) => void this.push(bytes));
    return inner.on('error', (error) => void this.destroy(error));
  }
}

function failure(error: unknown, encoding: Encoding, limit: number, what: RequestName): HttpError {
  if (isTooLarge(error)) return tooLarge(what, limit);
  const isCut = /unexpected end of file/.test((error as Error).message);
  const said = isCut
    ? `the body is cut short within its ${encoding}`
    : `the body is not ${encoding} as it claims`;
  return new DecodeError(what, said, { cause: error });
}

function isTooLarge(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(what: RequestName, limit: number): ResponseSizeError {
  return new ResponseSizeError(what, `the body is larger than ${limit} bytes (maxResponseSize)`);
}

function ignore(): void {
  // the reader is told by the last of the streams
}
