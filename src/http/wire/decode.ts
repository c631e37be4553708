/**
 * What a body says when its `content-encoding` is undone (RFC 9110, section 8.4).
 *
 * A few bytes may stand for gigabytes, so all at once goes only up to a limit; as a stream, the reader sets the pace.
 */
import { PassThrough, type Readable, type Transform, pipeline } from 'node:stream';
import zlib from 'node:zlib';
import { DecodeError, type RequestName, type ResponseSizeError } from '../http-errors.js';
import type { HttpResponse } from '../http-response.js';
import { ChosenLate } from './chosen-late.js';
import { ignore } from './ignore.js';
import { tooLarge } from './incoming-body.js';

/** The encodings that can be undone. */
export type Encoding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** Whose body it is. Errors hold the response, where it is known. */
export interface DecodedBody extends RequestName {
  readonly response?: HttpResponse | undefined;
}

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
 * @returns The encodings in the order in which they were applied; none where one of them is known to nobody here.
 * @throws {DecodeError} for more than five.
 */
export function decodersOf(contentEncoding: string | undefined, what: DecodedBody): readonly Encoding[] {
  if (contentEncoding === undefined || contentEncoding === '') return none;
  const encodings: Encoding[] = [];
  for (const name of contentEncoding.toLowerCase().split(',')) {
    const word = name.trim();
    if (word === '' || word === 'identity') continue;
    const known = Object.hasOwn(names, word) ? names[word] : undefined;
    if (known === undefined) return none; // what nobody here can undo is given as it is, as urllib3 does
    if (encodings.push(known) > mostEncodings) {
      throw holding(what, new DecodeError(what, `the body is encoded more than ${mostEncodings} times`));
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
  what: DecodedBody,
): Buffer | Promise<Buffer> {
  if (encodings.length === 0 || bytes.length === 0) return bytes;
  return inflatedSmall(bytes, encodings, limit, what) ?? inflatedLater(bytes, encodings, limit, what);
}

/** `undefined` when that is not for this thread to do. */
function inflatedSmall(
  bytes: Buffer,
  encodings: readonly Encoding[],
  limit: number,
  what: DecodedBody,
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
  what: DecodedBody,
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
export function decodeStream(raw: Readable, encodings: readonly Encoding[], what: DecodedBody): Readable {
  if (encodings.length === 0) return raw;
  const order = encodings.toReversed();
  const end = new Decoded(order[0] as Encoding, what);
  const stages = order.map((encoding) =>
    encoding === 'deflate'
      ? new ChosenLate((first) => codecFor(encoding, first).stream())
      : codecFor(encoding).stream(),
  );
  pipeline([raw, ...stages, end], ignore); // the reader is told by the last of the streams
  return end;
}

/** What the reader gets: the error of a codec is told in our words, whenever he begins to read. */
class Decoded extends PassThrough {
  readonly #encoding: Encoding;
  readonly #what: DecodedBody;

  constructor(encoding: Encoding, what: DecodedBody) {
    super();
    this.#encoding = encoding;
    this.#what = what;
  }

  override destroy(error?: Error): this {
    if (error === undefined || !isOfCodec(error)) return super.destroy(error);
    return super.destroy(failure(error, this.#encoding, Infinity, this.#what));
  }
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

function failure(
  error: unknown,
  encoding: Encoding,
  limit: number,
  what: DecodedBody,
): DecodeError | ResponseSizeError {
  if (isTooLarge(error)) return holding(what, tooLarge(what, limit));
  const isCut = /unexpected end of file/.test((error as Error).message);
  const said = isCut
    ? `the body is cut short within its ${encoding}`
    : `the body is not ${encoding} as it claims`;
  return holding(what, new DecodeError(what, said, { cause: error }));
}

function holding<E extends DecodeError | ResponseSizeError>({ response }: DecodedBody, error: E): E {
  if (response !== undefined) error.response = response;
  return error;
}

function isTooLarge(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_BUFFER_TOO_LARGE';
}
