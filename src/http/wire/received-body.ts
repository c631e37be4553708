/**
 * The body of an answer that comes from the wire: collected up to a limit, streamed, or thrown away.
 *
 * Until somebody asks, a little of it is taken in, so that small bodies end by themselves and their connection serves
 * the next request. `exchange.ts` fills it and is told when to pause, to go on, and to end.
 */
import type { Readable } from 'node:stream';
import type { UsageError } from '../../core.js';
import type { ResponseSizeError } from '../http-errors.js';
import { BodyStream, type StreamedBody, room } from './body-stream.js';
import {
  type BodyFacts,
  type BodySource,
  type IncomingBody,
  inUse,
  isGone,
  tooLarge,
} from './incoming-body.js';
import { releaseWhenForgotten } from './release.js';

/** What is read on of a body that nobody wants. */
const unwanted = 64 * 1024;

/** What becomes of the bytes. */
type Use = 'unknown' | 'collected' | 'streamed' | 'discarded';

export class ReceivedBody implements IncomingBody, StreamedBody {
  readonly #source: BodySource;
  readonly #facts: BodyFacts;
  #use: Use;
  #chunks: Buffer[] = [];
  #size = 0;
  #received = 0;
  /** Whether a body that is let go of can still be read once all of it is here. */
  #isKept = false;
  /** How many bytes of a body that is let go of are taken in. */
  #most = 0;
  #isEnded = false;
  #why = '';
  #failure: { readonly error: unknown } | undefined;
  #whole: Promise<Buffer> | undefined;
  #waiting: { resolve(bytes: Buffer): void; reject(error: unknown): void } | undefined;
  // A stream that waits for its reader is held weakly: when the reader is forgotten, it is collected with it.
  #stream: WeakRef<BodyStream> | undefined;
  #flowing: BodyStream | undefined;

  constructor(source: BodySource, facts: BodyFacts) {
    this.#source = source;
    this.#facts = facts;
    this.#use = facts.isCollected ? 'collected' : 'unknown';
  }

  get isComplete(): boolean {
    return this.#isEnded && (this.#use === 'unknown' || this.#use === 'collected');
  }

  /** How many bytes have come. */
  get received(): number {
    return this.#received;
  }

  /** Some bytes have come. @returns An error when they are too many. */
  receive(chunk: Buffer): ResponseSizeError | undefined {
    this.#received += chunk.length;
    switch (this.#use) {
      case 'streamed':
        if (this.#reader?.push(chunk) !== true) this.#rest();
        return undefined;
      case 'discarded':
        this.#size += chunk.length;
        this.#chunks.push(chunk);
        if (this.#size > this.#most) this.#drop();
        return undefined;
      default:
        return this.#keep(chunk);
    }
  }

  /** That was all. */
  end(): void {
    const reader = this.#reader;
    this.#isEnded = true;
    if (this.#isKept) this.#use = 'unknown';
    this.#flowing = undefined;
    if (this.#size > this.#facts.maxSize) this.#waiting?.reject(this.#tooLarge());
    else this.#waiting?.resolve(this.#joined());
    this.#waiting = undefined;
    reader?.push(null);
  }

  /** There will be no more. */
  fail(cause: unknown): void {
    const reader = this.#reader;
    const error = this.#use === 'discarded' ? this.#gone() : cause; // it was ours to end
    this.#failure = { error };
    this.#chunks = [];
    this.#flowing = undefined;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    reader?.fail(error);
  }

  bytes(): Promise<Buffer> {
    return (this.#whole ??= this.#collect());
  }

  stream(): Readable {
    const reader = this.#reader;
    if (reader !== undefined) return reader;
    const stream = new BodyStream(this);
    if (this.isComplete) {
      stream.push(this.#joined());
      stream.push(null);
      return stream;
    }
    const obstacle = this.#obstacle ?? (this.#use === 'collected' ? inUse('collected') : undefined);
    return obstacle === undefined ? this.#streamTo(stream) : stream.fail(obstacle);
  }

  discard(): void {
    if (this.#isOver || this.#use === 'discarded') return;
    const { announced = 0 } = this.#facts;
    const reader = this.#reader;
    // An answer that is retried may turn out to be the last, when the retry is refused: a small body is there then.
    this.#isKept = this.#use === 'unknown';
    this.#use = 'discarded';
    this.#most = this.#size + unwanted;
    this.#flowing = undefined;
    this.#waiting?.reject(this.#gone());
    this.#waiting = undefined;
    reader?.destroy();
    if (announced - this.#received > unwanted) this.#drop();
    else this.#source.drain();
  }

  explain(why: string): void {
    this.#why = why;
  }

  /** What nobody has asked for is let go of. */
  release(why: string): void {
    if (this.#use !== 'unknown' || this.#isOver) return;
    this.explain(why);
    this.discard();
  }

  abort(reason: Error): void {
    if (this.#isOver) return;
    this.#source.close(reason);
    this.fail(reason);
  }

  forget(): void {
    const isRead = this.#use === 'collected' || this.#reader !== undefined;
    if (!isRead) this.discard();
  }

  wanted(stream: BodyStream): void {
    if (this.#isOver || this.#use !== 'streamed') return;
    this.#flowing = stream;
    this.#source.resume();
  }

  unwanted(reason: Error | null): void {
    if (this.#isOver || this.#use !== 'streamed') return;
    const error = reason ?? this.#gone();
    this.#failure = { error };
    this.#flowing = undefined;
    this.#source.close(error);
  }

  get #isOver(): boolean {
    return this.#isEnded || this.#failure !== undefined;
  }

  get #reader(): BodyStream | undefined {
    return this.#flowing ?? this.#stream?.deref();
  }

  /** Why nobody can begin to read, if so. */
  get #obstacle(): unknown {
    if (this.#failure !== undefined) return this.#failure.error;
    if (this.#use === 'discarded') return this.#gone();
    return this.#use === 'streamed' ? inUse('read as a stream') : undefined;
  }

  #keep(chunk: Buffer): ResponseSizeError | undefined {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#use === 'collected') return this.#size > this.#facts.maxSize ? this.#tooLarge() : undefined;
    if (this.#size >= room) this.#rest();
    return undefined;
  }

  #drop(): void {
    this.#isKept = false;
    this.#chunks = [];
    this.#waiting?.reject(this.#gone());
    this.#waiting = undefined;
    this.#source.close(this.#gone());
  }

  #rest(): void {
    this.#flowing = undefined;
    this.#source.pause();
  }

  #collect(): Promise<Buffer> {
    const { maxSize, announced = 0 } = this.#facts;
    if (this.#isKept && !this.#isOver) return this.#wait(); // what is left of it is read all the same
    const obstacle = this.isComplete ? undefined : this.#obstacle;
    if (obstacle !== undefined) return rejected(obstacle);
    this.#use = 'collected';
    if (this.#size > maxSize || announced > maxSize) {
      const error = this.#tooLarge();
      this.abort(error);
      return Promise.reject(error);
    }
    if (this.#isEnded) return Promise.resolve(this.#joined());
    const whole = this.#wait();
    this.#source.resume();
    return whole;
  }

  #wait(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #streamTo(stream: BodyStream): BodyStream {
    this.#use = 'streamed';
    this.#stream = new WeakRef(stream);
    releaseWhenForgotten(stream, this);
    for (const chunk of this.#chunks) stream.push(chunk);
    this.#chunks = [];
    this.#rest();
    return stream;
  }

  #joined(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks, this.#size)];
    return this.#chunks[0] as Buffer;
  }

  #gone(): UsageError {
    return isGone(this.#why);
  }

  #tooLarge(): ResponseSizeError {
    return tooLarge(this.#facts.what, this.#facts.maxSize);
  }
}

function rejected(reason: unknown): Promise<never> {
  return Promise.reject(reason); // that of a signal may be anything
}
