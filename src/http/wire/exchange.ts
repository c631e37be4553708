/**
 * One request on the wire, once.
 *
 * An exchange is one object: the handler that undici calls, the sleeper whose one timer bounds each phase exactly (those
 * of undici are late by up to a second), and the listener of the caller's signal. It passes through its phases in
 * order: queued (no connection yet: surely not sent), started, headers, body.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers';
import type { Dispatcher } from 'undici';
import type { Clock, Ms, Sleeper } from '../../core.js';
import type { Phase } from '../attempt-trail.js';
import {
  ConnectTimeoutError,
  ProtocolError,
  ReadTimeoutError,
  type RequestName,
  TotalTimeoutError,
} from '../http-errors.js';
import { failureOf } from './classify.js';
import { type Caller, type Line, type LineState, calledBy } from './connector.js';
import { type BodySource, type IncomingBody, ReceivedBody, tooLarge } from './incoming-body.js';
import { uploadOf } from './upload.js';

/** What is sent, and how long it may take. */
export interface ExchangeOptions {
  readonly method: string;
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  /** Name, value, name, value. */
  readonly headers: string[];
  readonly body: Uint8Array | string | Readable | null;
  /** Milliseconds until the request starts, queues, proxies and TLS included. `Infinity`: no limit. */
  readonly connectTimeout: Ms;
  /** Milliseconds without a byte, before the headers and within the body. `Infinity`: no limit. */
  readonly readTimeout: Ms;
  /** The moment on `clock` by which all must be over. `Infinity`: never. */
  readonly deadline: Ms;
  /** The time that led to `deadline`, for the error. */
  readonly timeoutOfDeadline: Ms;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  /** The most raw bytes that are collected. */
  readonly maxSize: number;
  /** Whether the body is to be collected before the answer is given; else the answer comes at its headers. */
  collects(status: number): boolean;
  /** What errors call it. */
  readonly what: RequestName;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** With lower-case names. */
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingBody;
  /** Moment on the clock. */
  readonly headersAt: Ms;
}

/**
 * Sends a request once.
 *
 * @throws {ConnectionError | ResponseSizeError} The promise is rejected with what went wrong, or with the reason of the
 *   signal. An answer that is given may still fail while its body is read; then the body says so.
 * @throws {OptionError} when the dispatcher is one of an older undici.
 */
export function exchange(dispatcher: Dispatcher, options: ExchangeOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    new Exchange(options, resolve, reject).send(dispatcher);
  });
}

/** A timer that rings so late tells of a thread that was blocked, not of a server that is slow. */
const blocked: Ms = 10;

/** How long a body that nobody wants may take. */
const drainTime: Ms = 1000;

class Exchange implements Dispatcher.DispatchHandler, Sleeper, Caller, BodySource {
  // Sleeper
  place = -1;
  unref = false;

  readonly #options: ExchangeOptions;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: unknown) => void;
  #phase: Phase = 'queued';
  #isOver = false;

  #wakesAt: Ms = Infinity;
  /** When the last sign of life came. */
  #heardAt: Ms;
  /** Time in which this thread was blocked: it does not count. */
  #excused: Ms = 0;
  #late: Ms = 0;
  #drainsUntil: Ms = Infinity;

  #line: Line | undefined;
  #start: LineState | undefined;
  #hasBegun = false;
  #connecting: Socket | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #isPaused = false;
  #upload: Readable | undefined;
  #hears: (() => void) | undefined;
  #answer: Answer | undefined;
  #body: ReceivedBody | undefined;
  #isAnswered = false;

  constructor(options: ExchangeOptions, resolve: (answer: Answer) => void, reject: (error: unknown) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#heardAt = options.clock.now();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  send(dispatcher: Dispatcher): void {
    const { signal, deadline, method, origin, path } = this.#options;
    if (signal?.aborted === true) this.#fail(signal.reason);
    else if (this.#heardAt >= deadline) this.#fail(this.#timeout(this.#heardAt));
    if (this.#isOver) return;
    signal?.addEventListener('abort', this);
    this.#arm();
    const { body, headers } = uploadOf(this.#options.body, this.#options.headers);
    if (body instanceof Readable) this.#upload = body;
    const sent = { method, origin, path, headers, body, headersTimeout: 0, bodyTimeout: 0, [calledBy]: this };
    try {
      dispatcher.dispatch(sent, this);
    } catch (error) {
      this.onResponseError(undefined, error);
    }
  }

  // ---- Caller: what connections tell

  take(line: Line): void {
    this.#line = line;
  }

  connecting(socket: Socket): void {
    this.#connecting = socket;
    if (this.#isOver) socket.destroy(tooLate());
  }

  // ---- Dispatcher.DispatchHandler: what undici tells

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isOver) throw tooLate(); // drops the request, and leaves the connection alone
    this.#controller = controller;
    this.#connecting = undefined;
    this.#start = this.#line?.start();
    this.#phase = 'started';
    if (this.#upload !== undefined) this.#watch(this.#upload);
    this.#hear();
    this.#arm();
  }

  /** The first byte of an answer. undici has it from its older handlers, and its types do not tell. */
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
    this.#hear();
    if (status < 200) return;
    this.#phase = 'headers';
    const { maxSize, what, method } = this.#options;
    const isCollected = this.#options.collects(status);
    const announced = method === 'HEAD' ? 0 : lengthIn(headers);
    const body = new ReceivedBody(this, { what, maxSize, announced, isCollected });
    this.#body = body;
    this.#answer = { status, reason, headers, body, headersAt: this.#heardAt };
    if (!isCollected) this.#give();
    else if (announced !== undefined && announced > maxSize) this.#fail(tooLarge(what, maxSize));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#phase = 'body';
    this.#hear();
    const error = this.#body?.receive(chunk);
    if (error !== undefined) this.#fail(error);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#body?.end();
    this.#give();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: unknown): void {
    if (this.#isOver) return; // what comes late was our own doing
    const { what, connectTimeout, readTimeout } = this.#options;
    this.#fail(
      failureOf(error, {
        what,
        phase: this.#phase,
        connectTimeout,
        readTimeout,
        isKnownLine: this.#line !== undefined,
        isUntouched: this.#isUntouched(error),
        upload: this.#upload,
      }),
    );
  }

  onRequestUpgrade(
    _controller: Dispatcher.DispatchController,
    _status: number,
    _headers: IncomingHttpHeaders,
    socket: { destroy(): unknown },
  ): void {
    socket.destroy();
    if (!this.#isOver) {
      const facts = { phase: this.#phase };
      this.#fail(new ProtocolError(this.#options.what, 'the server changed the protocol', facts));
    }
  }

  // ---- BodySource: what the body wants

  pause(): void {
    if (this.#isOver || this.#isPaused) return;
    this.#isPaused = true;
    this.#controller?.pause();
    this.#rearm();
  }

  resume(): void {
    if (this.#isOver || !this.#isPaused) return;
    this.#isPaused = false;
    this.#hear();
    this.#rearm();
    // The parser that is paused must not be called from within another one: our reader may be at work in its callback.
    queueMicrotask(() => {
      if (!this.#isOver && !this.#isPaused) this.#controller?.resume();
    });
  }

  drain(): void {
    if (this.#isOver) return;
    this.#drainsUntil = this.#options.clock.now() + drainTime;
    this.resume();
    this.#arm();
  }

  close(reason: Error): void {
    if (this.#isOver) return;
    this.#finish();
    this.#controller?.abort(reason);
  }

  // ---- the signal

  handleEvent(): void {
    if (!this.#isOver) this.#fail(this.#options.signal?.reason);
  }

  // ---- Sleeper: time

  wake(late: Ms): void {
    this.#wakesAt = Infinity;
    if (this.#isOver) return;
    if (this.#options.clock.now() >= this.#due()) {
      // What has arrived while the thread was busy is read first.
      this.#late = late;
      setImmediate(judge, this);
    } else this.#arm();
  }

  /** Whether the time is really over, now that all has been read. */
  judge(): void {
    if (this.#isOver) return;
    const now = this.#options.clock.now();
    if (now >= this.#due()) {
      if (this.#late < blocked || this.#excused > 0 || now >= this.#options.deadline) {
        this.#fail(this.#timeout(now));
        return;
      }
      this.#excused = this.#late;
    }
    this.#arm();
  }

  #hear(): void {
    this.#heardAt = this.#options.clock.now();
    this.#excused = 0;
  }

  /** The moment at which the present phase has lasted too long. */
  #due(): Ms {
    const { connectTimeout, readTimeout, deadline } = this.#options;
    const limit = this.#isPaused ? Infinity : this.#phase === 'queued' ? connectTimeout : readTimeout;
    return Math.min(this.#heardAt + limit + this.#excused, deadline, this.#drainsUntil);
  }

  // A timer that rings too early looks again, so it is set anew only when it would ring too late.
  #arm(): void {
    const due = this.#due();
    if (due >= this.#wakesAt) return;
    const { clock } = this.#options;
    if (this.place >= 0) clock.cancel(this);
    this.#wakesAt = due;
    clock.schedule(this, Math.max(0, due - clock.now()));
  }

  // A reader that takes its time does not keep the process alive.
  #rearm(): void {
    if (this.place >= 0) this.#options.clock.cancel(this);
    this.#wakesAt = Infinity;
    this.unref = this.#isPaused;
    this.#arm();
  }

  #timeout(now: Ms): Error {
    const { what, connectTimeout, readTimeout, deadline, timeoutOfDeadline } = this.#options;
    const phase = this.#phase;
    if (now >= deadline) return new TotalTimeoutError(what, timeoutOfDeadline, { phase });
    if (phase === 'queued') return new ConnectTimeoutError(what, connectTimeout);
    return new ReadTimeoutError(what, readTimeout, { phase });
  }

  // ---- the end

  #give(): void {
    if (this.#isAnswered || this.#answer === undefined) return;
    this.#isAnswered = true;
    this.#resolve(this.#answer);
  }

  #fail(error: unknown): void {
    this.#finish();
    const cause = error instanceof Error ? error : tooLate();
    if (this.#controller !== undefined) this.#controller.abort(cause);
    else this.#connecting?.destroy(cause);
    if (this.#isAnswered) this.#body?.fail(error);
    else this.#reject(error);
  }

  #finish(): void {
    this.#isOver = true;
    if (this.place >= 0) this.#options.clock.cancel(this);
    this.#options.signal?.removeEventListener('abort', this);
    if (this.#hears !== undefined) this.#upload?.off('data', this.#hears);
  }

  // The read timeout does not run while the request is still on its way. undici begins to read in this same turn.
  #watch(upload: Readable): void {
    this.#hears = () => {
      this.#hear();
    };
    upload.on('data', this.#hears);
  }

  /** Whether not a byte came back on a connection that had served before. */
  #isUntouched(error: unknown): boolean {
    if (this.#phase !== 'started' || this.#hasBegun) return false;
    const start = this.#start;
    if (start !== undefined) {
      const isTls = start.socket !== undefined && 'encrypted' in start.socket;
      return start.isReused && (isTls || start.socket?.bytesRead === start.bytesRead);
    }
    const { socket } = error as { readonly socket?: { readonly bytesRead?: number } };
    return (socket?.bytesRead ?? 0) > 0;
  }
}

function judge(exchange: Exchange): void {
  exchange.judge();
}

function tooLate(): Error {
  return Object.assign(new Error('nobody waits for this request any more'), { code: 'ECONNABORTED' });
}

function lengthIn(headers: IncomingHttpHeaders): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}
