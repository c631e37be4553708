/**
 * The body of a response that is held back: 64 KiB of it, more where a callback reads it, until it is passed on or let go.
 *
 * What a callback has read is passed on all the same.
 */
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock, Ms, Sleeper } from '../../core.js';
import type { RequestName } from '../http-errors.js';
import { type IncomingBody, tooLarge } from '../wire/incoming-body.js';

/** What a body works with. */
export interface HeldBodyParts {
  readonly controller: Dispatcher.DispatchController;
  readonly clock: Clock;
  readonly what: RequestName;
  /** Bytes that the headers promise; 0 where they do not tell. */
  readonly announced: number;
}

/** What is held before it is known what becomes of it, and what is read on of what nobody wants. */
const mostHeld = 64 * 1024;
const longestDrain: Ms = 1000;
/** The most that is read for a callback, in bytes. */
const mostRead = 64 * 1024 * 1024;

export class HeldBody implements IncomingBody, Sleeper {
  place = -1;
  readonly unref = true;
  readonly #parts: HeldBodyParts;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Everything is here, or this is why it never will be. */
  #end: 'complete' | { readonly error: unknown } | undefined;
  #isHeld = true;
  /** Another attempt is to take its place. If that is not sent after all, this one is what there is. */
  #isUnwanted = false;
  #whole: Promise<Buffer> | undefined;
  #reader: { resolve(bytes: Buffer): void; reject(error: unknown): void } | undefined;

  constructor(parts: HeldBodyParts) {
    this.#parts = parts;
  }

  // ---- what comes of it

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#isHeld) this.#limit();
  }

  /** Nothing more will come. */
  complete(): void {
    this.#end ??= 'complete';
    this.#parts.clock.cancel(this);
    this.#reader?.resolve(Buffer.concat(this.#chunks));
    this.#reader = undefined;
  }

  /** Nothing more will come, and it is not all. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#parts.clock.cancel(this);
    this.#refuse(error);
  }

  // ---- passing it on

  /** Settled when a callback that asked for all of it has it, or never will; `undefined` where nobody waits for it. */
  get reading(): Promise<Buffer> | undefined {
    return this.#reader === undefined ? undefined : this.#whole;
  }

  /** It is held no more: whoever it is passed on to says how fast it comes. */
  release(): void {
    this.#isHeld = false;
    this.#parts.clock.cancel(this);
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Takes out what came first. */
  next(): Buffer | undefined {
    return this.#chunks.shift();
  }

  /** Forgets what is left. */
  clear(): void {
    this.#chunks = [];
  }

  // ---- IncomingBody: what callbacks see of it

  get isComplete(): boolean {
    return this.#isHeld && this.#end === 'complete';
  }

  bytes(): Promise<Buffer> {
    return (this.#whole ??= this.#collect());
  }

  stream(): Readable {
    return Readable.from(later(this.bytes()));
  }

  discard(): void {
    if (!this.#isHeld) return;
    this.#isUnwanted = true;
    if (this.#end !== undefined) return;
    const { clock, announced } = this.#parts;
    if (Math.max(announced, this.#size) > mostHeld) this.#cut();
    else if (this.place < 0) {
      clock.schedule(this, longestDrain);
      this.#goOn();
    }
  }

  /** A callback may read it by a stream of it, without the response. */
  forget(): void {
    if (this.#reader === undefined) this.discard();
  }

  abort(reason: Error): void {
    if (this.#isHeld && this.#end === undefined) this.#parts.controller.abort(reason);
  }

  /** It has been drained for long enough. */
  wake(): void {
    this.#cut();
  }

  #collect(): Promise<Buffer> {
    if (!this.#isHeld) return Promise.reject(abandoned());
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      if (this.#end === 'complete') this.complete();
      else if (this.#end !== undefined) this.#refuse(this.#end.error);
      else this.#goOn();
    });
  }

  #limit(): void {
    if (this.#isUnwanted) {
      if (this.#size > mostHeld) this.#cut();
      return;
    }
    const { controller, what } = this.#parts;
    if (this.#size < (this.#reader === undefined ? mostHeld : mostRead)) return;
    controller.pause();
    this.#refuse(tooLarge(what, mostRead));
  }

  #refuse(error: unknown): void {
    this.#reader?.reject(error);
    this.#reader = undefined;
  }

  #goOn(): void {
    const { controller } = this.#parts;
    if (controller.paused) controller.resume();
  }

  #cut(): void {
    this.clear();
    this.#parts.controller.abort(abandoned());
  }
}

/** Why a connection is closed whose response nobody wants. */
export function abandoned(): Error {
  return Object.assign(new Error('the response has been let go of'), { code: 'ECONNABORTED' });
}

async function* later(bytes: Promise<Buffer>): AsyncGenerator<Buffer> {
  yield await bytes;
}
