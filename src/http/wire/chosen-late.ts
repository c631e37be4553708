/**
 * A stream that is chosen by the first bytes that come.
 */
import { Duplex, type Transform } from 'node:stream';

/** Passes all on to the stream that is chosen, at the pace of its own reader. */
export class ChosenLate extends Duplex {
  readonly #choose: (first: Buffer) => Transform;
  #inner: Transform | undefined;

  constructor(choose: (first: Buffer) => Transform) {
    super();
    this.#choose = choose;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner ??= this.#open(chunk);
    this.#inner.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#inner === undefined) this.push(null);
    else this.#inner.end();
    done();
  }

  override _read(): void {
    this.#inner?.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner?.destroy();
    done(error);
  }

  #open(chunk: Buffer): Transform {
    const inner = this.#choose(chunk);
    inner.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) inner.pause();
    });
    inner.on('end', () => void this.push(null));
    return inner.on('error', (error) => void this.destroy(error));
  }
}
