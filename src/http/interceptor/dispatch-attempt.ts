/**
 * One request of a dispatcher, once: the handler that undici calls.
 *
 * Its response is held back, 64 KiB of it, until it is known what becomes of it: it is passed on to the handler of the
 * caller, with all that was held, or let go.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock, Ms, Sleeper } from '../../core.js';
import type { Phase } from '../attempt-trail.js';
import type { RequestName } from '../http-errors.js';
import { type FailedExchange } from '../wire/classify.js';
import { type IncomingBody, tooLarge } from '../wire/incoming-body.js';
import type { Head, Receiver, Source } from './receiver.js';

/** Whom an attempt tells how it went. Exactly one of these is called, once. */
export interface AttemptEnd {
  answered(head: Head): void;
  failed(error: unknown, facts: Pick<FailedExchange, 'phase' | 'isUntouched'>): void;
}

/** What is held before it is known what becomes of it, and what is read on of what nobody wants. */
const mostHeld = 64 * 1024;
const longestDrain: Ms = 1000;
/** The most that is read for a callback, in bytes. */
const mostRead = 64 * 1024 * 1024;

type State = 'waiting' | 'held' | 'passed on' | 'over';

export class DispatchAttempt implements Dispatcher.DispatchHandler, IncomingBody, Sleeper, Source {
  place = -1;
  readonly unref = true;
  readonly #receiver: Receiver;
  readonly #end: AttemptEnd;
  readonly #clock: Clock;
  readonly #what: RequestName;
  #state: State = 'waiting';
  #phase: Phase = 'queued';
  #hasBegun = false;
  #controller: Dispatcher.DispatchController | undefined;
  #head: Head | undefined;
  #chunks: Buffer[] = [];
  #size = 0;
  #trailers: IncomingHttpHeaders | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Another attempt is to take its place. If that is not sent after all, this one is what there is. */
  #isUnwanted = false;
  #isFlushing = false;
  #whole: Promise<Buffer> | undefined;
  #reader: { resolve(bytes: Buffer): void; reject(error: unknown): void } | undefined;

  constructor(receiver: Receiver, end: AttemptEnd, clock: Clock, what: RequestName) {
    this.#receiver = receiver;
    this.#end = end;
    this.#clock = clock;
    this.#what = what;
  }

  get controller(): Dispatcher.DispatchController | undefined {
    return this.#controller;
  }

  // ---- Dispatcher.DispatchHandler: what undici tells

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#state === 'over') throw abandoned(); // drops the request, and leaves the connection alone
    this.#controller = controller;
    this.#phase = 'started';
  }

  /** The first byte of an answer. undici has it from its older handlers, and its types do not tell. */
  onResponseStarted(): void {
    this.#hasBegun = true;
    if (this.#state === 'waiting') this.#receiver.started();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    reason = '',
  ): void {
    if (this.#state !== 'waiting') return;
    const head = { status, headers, reason };
    if (status < 200) {
      this.#receiver.head(head); // not the response yet
      return;
    }
    this.#phase = 'headers';
    this.#head = head;
    this.#state = 'held';
    this.#end.answered(head);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#phase = 'body';
    if (this.#state === 'passed on') {
      if (this.#chunks.length > 0 || this.#receiver.isPaused) this.#chunks.push(chunk);
      else this.#receiver.data(chunk);
    } else if (this.#state === 'held') this.#hold(chunk);
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#trailers = trailers;
    this.#clock.cancel(this);
    this.#reader?.resolve(Buffer.concat(this.#chunks));
    this.#reader = undefined;
    if (this.#state === 'passed on') this.#flush();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: unknown): void {
    const state = this.#state;
    this.#failure = { error };
    this.#reader?.reject(error);
    this.#reader = undefined;
    this.#clock.cancel(this);
    if (state === 'waiting') {
      this.#settle();
      this.#end.failed(error, { phase: this.#phase, isUntouched: this.#isUntouched(error) });
    }
    if (state !== 'passed on') return;
    this.#chunks = [];
    this.#settle();
    this.#receiver.failed(error);
  }

  // ---- what becomes of it

  /** The receiver gets it, from its head on. */
  passOn(): void {
    const head = this.#head;
    if (this.#state !== 'held' || head === undefined) return;
    this.#state = 'passed on';
    this.#clock.cancel(this);
    if (this.#receiver.aborted) {
      this.onResponseError(undefined, this.#receiver.reason);
      return;
    }
    this.#isFlushing = true; // the receiver may ask for more while it is told of the head
    this.#receiver.head(head);
    this.#isFlushing = false;
    this.#flush();
  }

  /** Nobody waits for it any more. */
  abort(reason: Error): void {
    const state = this.#state;
    const isLive = this.#trailers === undefined && this.#failure === undefined;
    if (state === 'waiting') {
      this.#settle();
      this.#end.failed(reason, { phase: this.#phase, isUntouched: false });
    }
    if (isLive && this.#controller !== undefined) this.#controller.abort(reason);
    else if (state === 'passed on') this.onResponseError(undefined, reason);
  }

  /** The receiver has enough for now. */
  pause(): void {
    if (this.#state === 'passed on' && !this.#isDone) this.#controller?.pause();
  }

  /** The receiver wants more. */
  resume(): void {
    if (this.#state === 'passed on') this.#flush();
  }

  // ---- IncomingBody: what callbacks see of it

  get isComplete(): boolean {
    return this.#trailers !== undefined && this.#state === 'held';
  }

  /** What is read here is passed on all the same. */
  bytes(): Promise<Buffer> {
    return (this.#whole ??= this.#collect());
  }

  stream(): Readable {
    return Readable.from(later(this.bytes()));
  }

  discard(): void {
    if (this.#state !== 'held') return;
    this.#isUnwanted = true;
    if (this.#isDone) return;
    const announced = Number(this.#head?.headers['content-length'] ?? 0);
    if (Math.max(announced, this.#size) > mostHeld) this.#cut();
    else {
      this.#clock.schedule(this, longestDrain);
      this.#go();
    }
  }

  forget(): void {
    this.discard();
  }

  /** It has been drained for long enough. */
  wake(): void {
    this.#cut();
  }

  get #isDone(): boolean {
    return this.#trailers !== undefined || this.#failure !== undefined;
  }

  #hold(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#isUnwanted && this.#size > mostHeld) this.#cut();
    if (this.#isUnwanted || this.#size < (this.#reader === undefined ? mostHeld : mostRead)) return;
    this.#controller?.pause();
    this.#reader?.reject(tooLarge(this.#what, mostRead));
    this.#reader = undefined;
  }

  #collect(): Promise<Buffer> {
    if (this.#failure !== undefined) return rejected(this.#failure.error);
    if (this.#trailers !== undefined) return Promise.resolve(Buffer.concat(this.#chunks));
    if (this.#state !== 'held') return rejected(abandoned());
    const whole = new Promise<Buffer>((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
    this.#go();
    return whole;
  }

  /** Hands over what is held, as far as the receiver takes it. */
  #flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    while (this.#state === 'passed on' && !this.#receiver.isPaused) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) break;
      this.#receiver.data(chunk);
    }
    this.#isFlushing = false;
    if (this.#state !== 'passed on') return;
    if (this.#chunks.length > 0) this.pause();
    else if (this.#failure !== undefined) {
      this.#settle();
      this.#receiver.failed(this.#failure.error);
    } else if (this.#trailers !== undefined) {
      this.#settle();
      this.#receiver.end(this.#trailers);
    } else if (this.#receiver.isPaused) this.pause();
    else this.#go();
  }

  #go(): void {
    if (this.#controller?.paused === true) this.#controller.resume();
  }

  #cut(): void {
    this.#chunks = [];
    this.#controller?.abort(abandoned());
  }

  #settle(): void {
    this.#state = 'over';
    this.#chunks = [];
  }

  /** Whether not a byte came back on a connection that had served before. */
  #isUntouched(error: unknown): boolean {
    if (this.#phase !== 'started' || this.#hasBegun) return false;
    const { socket } = (error ?? {}) as { readonly socket?: { readonly bytesRead?: number } };
    return (socket?.bytesRead ?? 0) > 0;
  }
}

// The reason of an abort may be anything.
function rejected(error: unknown): Promise<never> {
  return Promise.reject(error);
}

async function* later(bytes: Promise<Buffer>): AsyncGenerator<Buffer> {
  yield await bytes;
}

function abandoned(): Error {
  return Object.assign(new Error('the response has been let go of'), { code: 'ECONNABORTED' });
}
