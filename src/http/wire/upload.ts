/**
 * How a body is handed to undici.
 *
 * A large one goes in pieces, so that it can be seen to move: while it does, the read timeout does not run. Nor does it
 * while the transport could send more and the source of a stream has nothing to send.
 *
 * undici reads a stream when its connection is there or free, in the asynchronous context of whoever brought that about.
 * The source is the user's, and finds the context of its call.
 */
import { AsyncResource } from 'node:async_hooks';
import { Readable } from 'node:stream';

type Body = Uint8Array | string | Readable | null;

/** Up to here the kernel takes a body at once, or soon. */
const large = 256 * 1024;
const piece = 64 * 1024;

/** @param headers  Name, value, name, value. */
export function uploadOf(body: Body, headers: string[]): { readonly body: Body; readonly headers: string[] } {
  if (body instanceof Readable) return { body: readFromHere(body), headers };
  if (body === null || body.length <= large) return { body, headers };
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const isLengthGiven = headers.some((name, index) => index % 2 === 0 && /^content-length$/i.test(name));
  const length = isLengthGiven ? [] : ['content-length', String(bytes.byteLength)];
  return { body: Readable.from(pieces(bytes), { objectMode: false }), headers: [...headers, ...length] };
}

/** The stream, which from now on is read and destroyed in the present asynchronous context. */
function readFromHere(stream: Readable): Readable {
  const here = new AsyncResource('STAMPEDE_UPLOAD');
  const read = stream._read.bind(stream);
  const destroy = stream._destroy.bind(stream);
  stream._read = (size) => {
    here.runInAsyncScope(read, undefined, size);
  };
  stream._destroy = (error, callback) => {
    here.runInAsyncScope(destroy, undefined, error, callback);
  };
  return stream;
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += piece) yield bytes.subarray(at, at + piece);
}

/** A stream on its way. */
export interface UploadWatch {
  /** Whether the transport has sent all that came, and waits for the source. */
  readonly isAwaited: boolean;
  stop(): void;
}

/** @param moved  Is called when a piece is taken, and at the end. */
export function watchUpload(stream: Readable, moved: () => void): UploadWatch {
  stream.on('data', moved).on('end', moved);
  return {
    get isAwaited() {
      const isOver = stream.readableEnded || stream.destroyed;
      return !isOver && stream.readableFlowing === true && stream.readableLength === 0;
    },
    stop() {
      stream.off('data', moved).off('end', moved);
    },
  };
}
