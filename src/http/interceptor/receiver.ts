/**
 * The handler of the caller, which sees one response whatever the number of attempts, and the controller it is given.
 *
 * It is started at once, so that it can abort before there is a connection, and while a retry waits.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, errors } from 'undici';

/** What comes before the body. */
export interface Head {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly reason: string;
}

/** An attempt, as far as the receiver has a say in it. */
export interface Source {
  readonly controller: Dispatcher.DispatchController | undefined;
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

export class Receiver implements Dispatcher.DispatchController {
  reason: Error | null = null;
  isPaused = false;
  /** The attempt that is under way, or whose response is being passed on. */
  attempt: Source | undefined;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #stop = new AbortController();
  #isOver = false;

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler;
  }

  // ---- Dispatcher.DispatchController: what the handler wants

  get aborted(): boolean {
    return this.reason !== null;
  }

  get paused(): boolean {
    return this.isPaused;
  }

  get rawHeaders(): NonNullable<Dispatcher.DispatchController['rawHeaders']> | null {
    return this.attempt?.controller?.rawHeaders ?? null;
  }

  get rawTrailers(): NonNullable<Dispatcher.DispatchController['rawTrailers']> | null {
    return this.attempt?.controller?.rawTrailers ?? null;
  }

  abort(reason?: Error): void {
    if (this.aborted || this.#isOver) return;
    this.reason = reason ?? new errors.RequestAbortedError();
    this.#stop.abort(this.reason);
    this.attempt?.abort(this.reason);
  }

  pause(): void {
    this.isPaused = true;
    this.attempt?.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.attempt?.resume();
  }

  // ---- what the handler is told

  /** Aborts when the handler does. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** A request is going to be made. */
  start(): void {
    this.#guard(() => this.#handler.onRequestStart?.(this, {}));
  }

  /** The first byte has come. */
  started(): void {
    const handler = this.#handler as { onResponseStarted?(): void }; // as undici.fetch has it, to take the time
    this.#guard(() => handler.onResponseStarted?.());
  }

  head({ status, headers, reason }: Head): void {
    this.#guard(() => this.#handler.onResponseStart?.(this, status, headers, reason));
  }

  data(chunk: Buffer): void {
    this.#guard(() => this.#handler.onResponseData?.(this, chunk));
  }

  end(trailers: IncomingHttpHeaders): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.#handler.onResponseEnd?.(this, trailers);
    } catch (error) {
      this.#handler.onResponseError?.(this, error as Error);
    }
  }

  failed(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handler.onResponseError?.(this, error as Error);
  }

  // As in undici, a handler that throws ends its request.
  #guard(tell: () => void): void {
    if (this.#isOver) return;
    try {
      tell();
    } catch (error) {
      this.abort(error as Error);
    }
  }
}
