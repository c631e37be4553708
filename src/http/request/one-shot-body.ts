/**
 * A body that can be read only once: a Node stream, a web stream, an iterable.
 *
 * What undici is given is not the stream itself but a thin one around it that begins to read when it is read. So an
 * attempt that fails before it sends leaves the stream as it was, and another attempt may send it.
 */
import { Readable, finished } from 'node:stream';
import { OptionError } from '../../core.js';
import { BodyReplayError, type RequestName } from '../http-errors.js';

/** What streams its pieces: text or bytes. */
export type StreamInput = Readable | ReadableStream | AsyncIterable<unknown> | Iterator<unknown>;

/** Streams that some call has begun to read. */
const taken = new WeakSet<object>();

/** Whether a value is a stream in this sense. Lists, maps and strings are not. */
export function isStreamInput(value: object): value is StreamInput {
  const { next } = value as { next?: unknown };
  return (
    Symbol.asyncIterator in value || isWebStream(value) || typeof next === 'function' || isNodeStream(value)
  );
}

function isNodeStream(value: object): value is Readable {
  const { pipe, on } = value as { pipe?: unknown; on?: unknown };
  return typeof pipe === 'function' && typeof on === 'function';
}

function isWebStream(value: object): value is ReadableStream {
  return typeof (value as { getReader?: unknown }).getReader === 'function';
}

/**
 * Looks whether a stream can still be sent.
 *
 * @throws {OptionError} when it has been read, destroyed or locked, or another call sends it.
 */
export function checkFresh(option: string, source: StreamInput): void {
  const why = taken.has(source) ? 'is being sent by another call' : whyStale(source);
  if (why === undefined) return;
  const failure = isNodeStream(source) && source.errored ? { cause: source.errored } : {};
  throw new OptionError(option, source, `must be a fresh stream, and this one ${why}`, {
    got: 'a used one',
    ...failure,
  });
}

function whyStale(source: object): string | undefined {
  if (isWebStream(source)) return source.locked ? 'is locked' : undefined;
  if (!isNodeStream(source)) return undefined;
  if (source.errored) return `has failed (${source.errored.message})`;
  if (source.destroyed) return 'has been destroyed';
  if (source.readableEnded || source.readableDidRead) return 'has been read';
  return !source.readable ? 'cannot be read' : undefined;
}

/** A Node stream of it. What is given must be fresh. */
export function toReadable(source: StreamInput): Readable {
  if (source instanceof Readable) return source;
  if (isWebStream(source)) return Readable.fromWeb(source as never);
  const iterable = Symbol.asyncIterator in source ? source : { [Symbol.iterator]: () => source };
  return Readable.from(iterable, { objectMode: false });
}

/** Reads `source` when it is read itself; what nobody has read is left as it was. */
class Lazy extends Readable {
  readonly #begin: () => Readable;
  #inner: Readable | undefined;

  /** @param begin  Makes the stream, at the first read. */
  constructor(begin: () => Readable) {
    super({ highWaterMark: 1 });
    this.#begin = begin;
  }

  override _read(): void {
    if (this.#inner !== undefined) {
      this.#inner.resume();
      return;
    }
    const inner = this.#begin();
    this.#inner = inner;
    inner.on('data', (piece) => {
      if (!this.push(piece)) inner.pause();
    });
    // Without an end of its own a stream was cut short, and so is this one.
    finished(inner, { writable: false }, (error) => {
      if (error) this.destroy(error);
      else this.push(null);
    });
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#inner?.on('error', ignore).destroy(error ?? undefined);
    callback(error);
  }
}

/** A stream as the body of one call, sent at most once. */
export class OneShot {
  #isRead = false;
  readonly #source: StreamInput;

  constructor(
    source: StreamInput,
    readonly request: () => RequestName,
  ) {
    checkFresh('body', source);
    this.#source = source;
    // A file that is not there says so before anybody reads it, and without a listener ends the process.
    if (isNodeStream(source)) source.on('error', ignore);
  }

  /** Whether a piece of it has been asked for. */
  get wasRead(): boolean {
    return this.#isRead;
  }

  /**
   * @throws {BodyReplayError} when it has been read for an attempt before.
   * @throws {OptionError} when another call has read it. What the stream failed with, if it has.
   */
  open(): Readable {
    if (this.#isRead) throw new BodyReplayError(this.request());
    const source = this.#source;
    if (isNodeStream(source) && source.errored) throw source.errored;
    checkFresh('body', source);
    return new Lazy(() => {
      checkFresh('body', source);
      taken.add(source);
      this.#isRead = true;
      return toReadable(source);
    });
  }

  /** The call is over: a stream that nobody has read is let go. */
  close(): void {
    if (this.#isRead || taken.has(this.#source)) return;
    this.#isRead = true;
    release(this.#source);
  }
}

function ignore(): void {
  // told when the stream is read
}

function release(source: StreamInput): void {
  if (isNodeStream(source)) source.destroy();
  else if (isWebStream(source)) source.cancel().catch(ignore);
  else if ('return' in source && typeof source.return === 'function') void source.return();
}
