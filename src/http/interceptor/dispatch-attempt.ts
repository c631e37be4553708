/**
 * One request of a dispatcher, once: the handler that undici calls.
 *
 * Its response is held back until it is known what becomes of it: it is passed on to the handler of the caller, with all
 * that was held, or let go. `held-body.ts` says how much of it is held.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../core.js';
import type { Phase } from '../attempt-trail.js';
import type { RequestName } from '../http-errors.js';
import type { FailedExchange } from '../wire/classify.js';
import { HeldBody, abandoned } from './held-body.js';
import type { Head, Receiver, Source } from './receiver.js';

/** Whom an attempt tells how it went. Exactly one of these is called, once. */
export interface AttemptEnd {
  answered(head: Head, body: HeldBody): void;
  failed(error: unknown, facts: Pick<FailedExchange, 'phase' | 'isUntouched'>): void;
}

type State = 'waiting' | 'held' | 'passed on' | 'over';

export class DispatchAttempt implements Dispatcher.DispatchHandler, Source {
  readonly #receiver: Receiver;
  readonly #end: AttemptEnd;
  readonly #clock: Clock;
  readonly #what: RequestName;
  #state: State = 'waiting';
  #phase: Phase = 'queued';
  #hasBegun = false;
  #controller: Dispatcher.DispatchController | undefined;
  #answer: { readonly head: Head; readonly body: HeldBody } | undefined;
  #trailers: IncomingHttpHeaders | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isFlushing = false;

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
    controller: Dispatcher.DispatchController,
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
    this.#state = 'held';
    const announced = Number(headers['content-length'] ?? 0);
    const body = new HeldBody({ controller, clock: this.#clock, what: this.#what, announced });
    this.#answer = { head, body };
    this.#end.answered(head, body);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#phase = 'body';
    const body = this.#answer?.body;
    if (body === undefined || this.#state === 'over') return;
    const isDirect = this.#state === 'passed on' && body.isEmpty && !this.#receiver.isPaused;
    if (isDirect) this.#receiver.data(chunk);
    else body.add(chunk);
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#trailers = trailers;
    this.#answer?.body.complete();
    this.#flush();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: unknown): void {
    const state = this.#state;
    this.#failure = { error };
    this.#answer?.body.fail(error);
    if (state === 'waiting') {
      this.#settle();
      this.#end.failed(error, { phase: this.#phase, isUntouched: this.#isUntouched(error) });
    }
    if (state !== 'passed on') return;
    this.#settle();
    this.#receiver.failed(error);
  }

  // ---- what becomes of it

  /** The receiver gets it, from its head on, once a callback that reads all of it has done so. */
  passOn(): void {
    if (this.#state !== 'held' || this.#answer === undefined) return;
    const { head, body } = this.#answer;
    if (body.reading !== undefined) {
      const passOn = (): void => this.passOn();
      void body.reading.then(passOn, passOn);
      return;
    }
    this.#state = 'passed on';
    body.release();
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
    const isDone = this.#trailers !== undefined || this.#failure !== undefined;
    if (this.#state === 'passed on' && !isDone) this.#controller?.pause();
  }

  /** The receiver wants more. */
  resume(): void {
    this.#flush();
  }

  /** Hands over what is held, as far as the receiver takes it. */
  #flush(): void {
    const body = this.#answer?.body;
    if (this.#state !== 'passed on' || body === undefined || this.#isFlushing) return;
    this.#isFlushing = true;
    this.#handOver(body);
    this.#isFlushing = false;
    if (this.#hasEnded) return;
    if (!body.isEmpty || this.#receiver.isPaused) this.pause();
    if (!body.isEmpty) return;
    if (this.#failure !== undefined) {
      this.#settle();
      this.#receiver.failed(this.#failure.error);
    } else if (this.#trailers !== undefined) {
      this.#settle();
      this.#receiver.end(this.#trailers);
    } else if (!this.#receiver.isPaused && this.#controller?.paused === true) this.#controller.resume();
  }

  // The receiver may abort while it is told.
  #handOver(body: HeldBody): void {
    while (!this.#hasEnded && !this.#receiver.isPaused) {
      const chunk = body.next();
      if (chunk === undefined) return;
      this.#receiver.data(chunk);
    }
  }

  get #hasEnded(): boolean {
    return this.#state === 'over';
  }

  #settle(): void {
    this.#state = 'over';
    this.#answer?.body.release();
    this.#answer?.body.clear();
  }

  /** Whether not a byte came back on a connection that had served before. */
  #isUntouched(error: unknown): boolean {
    if (this.#phase !== 'started' || this.#hasBegun) return false;
    const { socket } = (error ?? {}) as { readonly socket?: { readonly bytesRead?: number } };
    return (socket?.bytesRead ?? 0) > 0;
  }
}
