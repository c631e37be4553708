/**
 * The body of an answer as a stream of Node's, with back-pressure.
 */
import { Readable } from 'node:stream';
import { ignore } from './ignore.js';

/** Where the bytes come from. They are pushed; the stream says when it has room. */
export interface StreamedBody {
  /** The stream wants more. */
  wanted(stream: BodyStream): void;
  /** The stream was destroyed. @param error  By its reader; `null`: without a word, or after its end. */
  unwanted(error: Error | null): void;
}

/** How many bytes are held for a reader. */
export const room = 64 * 1024;

/** All it knows is in the body. */
export class BodyStream extends Readable {
  readonly #body: StreamedBody;

  constructor(body: StreamedBody) {
    super({ highWaterMark: room });
    this.#body = body;
  }

  /** Ends with an error. As with node:http, nobody has to listen: whoever reads on is told. */
  fail(error: unknown): this {
    if (this.listenerCount('error') === 0) this.once('error', ignore); // the reader to come will be told
    return this.destroy(error as Error);
  }

  override _read(): void {
    this.#body.wanted(this);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#body.unwanted(error);
    done(error);
  }
}
