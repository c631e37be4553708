/**
 * One request on the wire, once.
 *
 * An exchange is one object: the handler that undici calls, the sleeper of its timer, the owner of the socket that is
 * connected for it, and the source of the body. It passes through its phases in order: queued (no connection yet, so
 * surely not sent), started, headers, body.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Ms } from '../../core.js';
import { ProtocolError, TotalTimeoutError } from '../http-errors.js';
import { failureOf } from './classify.js';
import { type Caller, type Line, type LineState, calledBy, isUntouchedLine } from './connector.js';
import type { Answer, ExchangeOptions } from './exchange-options.js';
import { type BodySource, hasNoBody, lengthIn, tooLarge } from './incoming-body.js';
import { Owned } from './owned.js';
import { ReceivedBody } from './received-body.js';
import { type UploadWatch, uploadOf, watchUpload } from './upload.js';

/**
 * Sends a request once.
 *
 * @throws {ConnectionError | ResponseSizeError} The promise is rejected with what went wrong, or with the reason of the
 *   signal. When an answer is given at its headers, its body may still fail; then the body says so.
 * @throws {OptionError} when the dispatcher is one of an older undici.
 */
export function exchange(dispatcher: Dispatcher, options: ExchangeOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    new Exchange(options, resolve, reject).send(dispatcher);
  });
}

/** How long the rest of a body may take that nobody wants. */
const drainTime: Ms = 1000;

class Exchange extends Owned implements Dispatcher.DispatchHandler, Caller, BodySource {
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: unknown) => void;
  #isOver = false;
  #isGiven = false;
  #line: Line | undefined;
  #start: LineState | undefined;
  #hasBegun = false;
  #connecting: Socket | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #upload: Readable | undefined;
  #watched: UploadWatch | undefined;
  #answer: Answer | undefined;

  constructor(options: ExchangeOptions, resolve: (answer: Answer) => void, reject: (error: unknown) => void) {
    super(options);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  send(dispatcher: Dispatcher): void {
    const { signal, deadline, timeoutOfDeadline, what, method, origin, path } = this.options;
    if (signal?.aborted === true) this.fail(signal.reason);
    else if (this.heardAt >= deadline) {
      this.fail(new TotalTimeoutError(what, timeoutOfDeadline, { phase: 'queued' }));
    }
    if (this.#isOver) return;
    this.enter();
    this.arm(this.heardAt);
    const { body, headers } = uploadOf(this.options.body, this.options.headers);
    if (body instanceof Readable) this.#upload = body;
    const sent = { method, origin, path, headers, body, headersTimeout: 0, bodyTimeout: 0, [calledBy]: this };
    try {
      dispatcher.dispatch(sent, this);
    } catch (error) {
      this.onResponseError(undefined, error);
    }
  }

  // ---- what connections tell (Caller)

  take(line: Line): void {
    this.#line = line;
  }

  connecting(socket: Socket): void {
    this.#connecting = socket;
    if (this.#isOver) socket.destroy(givenUp());
  }

  // ---- what undici tells (DispatchHandler)

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isOver) throw givenUp(); // drops the request, and leaves the connection alone
    this.#controller = controller;
    this.#connecting = undefined;
    this.#start = this.#line?.start();
    this.phase = 'started';
    // undici begins to read it in this same turn.
    if (this.#upload !== undefined) this.#watched ??= this.#watch(this.#upload);
    this.hear();
    this.arm(this.heardAt);
  }

  /** The first byte of an answer. undici tells it to its handlers of old, and to those who know. */
  onResponseStarted(): void {
    this.#hasBegun = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    reason = '',
  ): void {
    if (this.#isOver) return;
    this.hear();
    if (status < 200) return;
    this.phase = 'headers';
    const { maxSize, what, method, seen } = this.options;
    const isCollected = this.options.collects(status);
    const announced = method === 'HEAD' || hasNoBody(status) ? 0 : lengthIn(headers);
    const body = new ReceivedBody(this, { what, maxSize, announced, isCollected });
    this.body = body;
    this.#answer = { status, reason, headers, body, headersAt: this.heardAt };
    if (seen !== undefined) seen.head = this.#answer;
    if (!isCollected) this.#give();
    else if (announced !== undefined && announced > maxSize) this.fail(tooLarge(what, maxSize));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.phase = 'body';
    this.hear();
    const error = this.body?.receive(chunk);
    if (error !== undefined) this.fail(error);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#finish();
    this.body?.end();
    this.#give();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: unknown): void {
    if (this.#isOver) return; // what comes late was our own doing
    // undici takes the length that a 304 tells of what it would have sent for that of its body (RFC 9110, 15.4.5).
    if (this.phase === 'headers' && hasNoBody(this.#answer?.status)) {
      this.onResponseEnd();
      return;
    }
    const { what, connectTimeout, readTimeout } = this.options;
    const facts = { what, phase: this.phase, connectTimeout, readTimeout, upload: this.#upload };
    const isKnownLine = this.#line !== undefined;
    const isUntouched = this.phase === 'started' && !this.#hasBegun && isUntouchedLine(this.#start, error);
    this.fail(failureOf(error, { ...facts, isKnownLine, isUntouched }));
  }

  onRequestUpgrade(
    _controller: Dispatcher.DispatchController,
    _status: number,
    _headers: IncomingHttpHeaders,
    socket: { destroy(): unknown },
  ): void {
    socket.destroy();
    const { what } = this.options;
    if (this.#isOver) return;
    this.fail(new ProtocolError(what, 'the server changed the protocol', { phase: this.phase }));
  }

  // ---- what the body wants (BodySource)

  pause(): void {
    if (this.#isOver || this.isPaused) return;
    this.isPaused = true;
    this.#controller?.pause();
    this.rest(true);
  }

  resume(): void {
    if (this.#isOver || !this.isPaused) return;
    this.isPaused = false;
    this.rest(false);
    // undici's parsers must not be called from one another, and our reader may be at work in a callback of one.
    queueMicrotask(() => {
      if (!this.#isOver && !this.isPaused) this.#controller?.resume();
    });
  }

  drain(): void {
    if (this.#isOver) return;
    this.isDraining = true;
    this.resume();
    this.hurry(drainTime);
  }

  close(reason: Error): void {
    if (this.#isOver) return;
    this.#finish();
    this.#controller?.abort(reason);
  }

  // ---- what the timer asks, and tells

  protected override get awaitsUpload(): boolean {
    return this.#watched?.isAwaited === true;
  }

  protected override tooLate(error: Error): void {
    this.fail(error);
  }

  // ---- the end

  #give(): void {
    if (this.#isGiven || this.#answer === undefined) return;
    this.#isGiven = true;
    this.#resolve(this.#answer);
  }

  protected override fail(error: unknown): void {
    this.#finish();
    const cause = error instanceof Error ? error : givenUp();
    if (this.#controller !== undefined) this.#controller.abort(cause);
    else this.#connecting?.destroy(cause);
    this.body?.fail(error);
    if (!this.#isGiven) this.#reject(error);
  }

  #finish(): void {
    this.#isOver = true;
    this.disarm();
    this.leave();
    this.#watched?.stop();
  }

  #watch(upload: Readable): UploadWatch {
    return watchUpload(upload, () => {
      this.hear();
    });
  }
}

function givenUp(): Error {
  return Object.assign(new Error('nobody waits for this request any more'), { code: 'ECONNABORTED' });
}
