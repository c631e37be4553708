/**
 * Reading the body of a `Request` or a `Response`, within bounds.
 */
import { type Clock, type Ms, type Sleeper } from '../../core.js';

/** What is read on of a body that nobody wants, so that its connection can serve again: bytes, and time. */
const mostDrained = 64 * 1024;
const longestDrain: Ms = 1000;

/** Anything with a body, from any `fetch`. */
export interface WithBody {
  readonly body?: unknown;
  readonly bodyUsed?: boolean;
}

/** What a body is read by. */
export type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/** @returns `undefined` where there is no web stream, or somebody else reads it. */
export function readerOf({ body }: WithBody): BodyReader | undefined {
  const stream = body as ReadableStream<Uint8Array> | null | undefined;
  if (typeof stream?.getReader !== 'function' || stream.locked) return undefined;
  return stream.getReader();
}

/**
 * All bytes.
 *
 * @returns `undefined` when there are more than `most`; the rest is not read.
 */
export async function readAll(reader: BodyReader, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(chunks, size);
    chunks.push(value);
    size += value.byteLength;
    if (size > most) {
      cancel(reader);
      return undefined;
    }
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/**
 * Lets go of a body that nobody wants: reads on for at most 64 KiB and one second, then cancels it.
 *
 * What is read is read from a copy, so that a small body can still be read if it turns out to be wanted.
 *
 * @param announced  Bytes that the headers promise, where they do. A large body is cancelled at once.
 * @returns Whether it came to its end.
 */
export async function drain(answer: Copied, clock: Clock, announced = 0): Promise<boolean> {
  const reader = announced > mostDrained ? undefined : copyOf(answer);
  if (reader === undefined) {
    letGo(answer);
    return false;
  }
  let isWhole = true;
  const limit = new DrainLimit(() => {
    isWhole = false;
    cancel(reader);
    letGo(answer);
  });
  clock.schedule(limit, longestDrain);
  try {
    if ((await readAll(reader, mostDrained)) !== undefined) return isWhole;
    letGo(answer);
  } catch {
    // cut short: it was not wanted anyway
  } finally {
    clock.cancel(limit);
  }
  return false;
}

/** What can be copied before it is read. */
export interface Copied extends WithBody {
  /** A stand-in in a test may have none. */
  clone?(): WithBody;
}

function copyOf(answer: Copied): BodyReader | undefined {
  const { body } = answer as { readonly body?: Partial<ReadableStream> | null };
  const isStream = typeof body?.getReader === 'function' && body.locked !== true && answer.bodyUsed !== true;
  return isStream && answer.clone !== undefined ? readerOf(answer.clone()) : undefined;
}

class DrainLimit implements Sleeper {
  place = -1;
  readonly unref = true;

  constructor(readonly wake: () => void) {}
}

/** Ends a body now. */
export function letGo({ body }: WithBody): void {
  const stream = body as { cancel?(): Promise<void>; destroy?(): void; locked?: boolean } | null | undefined;
  if (typeof stream?.cancel === 'function') {
    if (stream.locked !== true) stream.cancel().catch(ignore);
  } else if (typeof stream?.destroy === 'function') stream.destroy(); // a Node stream, as node-fetch has it
}

/** Ends what is being read. Who reads it is told that there is no more. */
export function cancel(reader: BodyReader): void {
  reader.cancel().catch(ignore);
}

function ignore(): void {
  // whoever reads it is told
}
