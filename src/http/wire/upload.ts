/**
 * How a body is handed to undici.
 *
 * A large one goes in pieces, so that it can be seen to move: while it does, the read timeout does not run.
 */
import { Readable } from 'node:stream';

type Body = Uint8Array | string | Readable | null;

/** Up to here the kernel takes a body at once, or soon. */
const large = 256 * 1024;
const piece = 64 * 1024;

/** @param headers  Name, value, name, value. */
export function uploadOf(body: Body, headers: string[]): { readonly body: Body; readonly headers: string[] } {
  if (body === null || body instanceof Readable || body.length <= large) return { body, headers };
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const isLengthGiven = headers.some((name, index) => index % 2 === 0 && /^content-length$/i.test(name));
  const length = isLengthGiven ? [] : ['content-length', String(bytes.byteLength)];
  return { body: Readable.from(pieces(bytes), { objectMode: false }), headers: [...headers, ...length] };
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += piece) yield bytes.subarray(at, at + piece);
}
