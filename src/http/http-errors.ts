/**
 * What goes wrong between a request and its answer, in words that say whether the server may have done the work.
 *
 * Every error knows the method and the address (without credentials and query), and in the end the attempts of its
 * call. The transport's own error is its `cause`.
 */
import { type Ms, StampedeError, type StampedeErrorCode } from '../core.js';
import type { HttpAttempt, Phase } from './attempt-trail.js';
import type { HttpResponse } from './http-response.js';

/** What a request was, as errors and logs may show it: no credentials, no query. */
export interface RequestName {
  readonly method: string;
  readonly url: string;
}

/** The base of what the HTTP helper throws. */
export class HttpError extends StampedeError {
  override readonly name: string = 'HttpError';
  readonly method: string;
  /** The address, without credentials and query. */
  readonly url: string;
  /** The attempts of the call that ended with this error, in order: the first and the last nine. */
  attempts: readonly HttpAttempt[] = [];

  constructor(
    code: StampedeErrorCode,
    request: RequestName,
    what: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(code, `${request.method} ${request.url}: ${what}`, options);
    this.method = request.method;
    this.url = request.url;
  }

  /** What JSON shows: all but the causes. The last attempt holds this very error, which JSON could not show at all. */
  toJSON(): object {
    const attempts = this.attempts.map(({ error, ...facts }) => ({
      ...facts,
      ...(error instanceof Error ? { error: error.message } : {}),
    }));
    return Object.assign({}, this, { message: this.message, attempts });
  }

  /**
   * A call ends with this error: says after how many tries, and takes the stack of who made the call.
   *
   * @internal
   */
  endCall(tries: number): void {
    if (tries > 1 && !this.message.endsWith('tries)')) this.message += ` (after ${tries} tries)`;
    // What it was made by, a timer or a socket, leads nowhere. Only V8 has this.
    (Error as { captureStackTrace?(error: Error): void }).captureStackTrace?.(this);
  }
}

/** What is known of an attempt that failed on its way. */
export interface FailureFacts {
  readonly phase: Phase;
  /** The transport's code: `ECONNREFUSED`, `UND_ERR_SOCKET` ... */
  readonly transportCode?: string | undefined;
  /** Trying again cannot mend it: a certificate, a closed agent, a bad argument. */
  readonly isPermanent?: boolean | undefined;
  /** The server closed a connection that had been used before, without a byte of an answer. */
  readonly isStale?: boolean | undefined;
  readonly cause?: unknown;
}

/**
 * The connection failed: it could not be made, was cut, or took too long.
 * `sent` tells whether the server may have done the work.
 */
export class ConnectionError extends HttpError {
  override readonly name: string = 'ConnectionError';
  readonly phase: Phase;
  readonly transportCode: string | undefined;
  readonly isPermanent: boolean;
  readonly isStale: boolean;

  constructor(
    request: RequestName,
    what: string,
    facts: FailureFacts,
    code: StampedeErrorCode = 'ERR_CONNECTION',
  ) {
    super(code, request, what, 'cause' in facts ? { cause: facts.cause } : {});
    this.phase = facts.phase;
    this.transportCode = facts.transportCode;
    this.isPermanent = facts.isPermanent === true;
    this.isStale = facts.isStale === true;
  }

  /** Whether any of the request was sent: then the server may have done the work. */
  get sent(): boolean {
    return this.phase !== 'queued';
  }
}

/** No connection within `timeout.connect`. Nothing was sent. */
export class ConnectTimeoutError extends ConnectionError {
  override readonly name = 'ConnectTimeoutError';

  constructor(
    request: RequestName,
    readonly timeout: Ms,
    facts: Omit<FailureFacts, 'phase'> = {},
  ) {
    super(request, `no connection within ${timeout} ms`, { ...facts, phase: 'queued' }, 'ERR_TIMEOUT');
  }
}

/** Nothing came for `timeout.read`: no answer, or no more of its body. The server may have done the work. */
export class ReadTimeoutError extends ConnectionError {
  override readonly name = 'ReadTimeoutError';

  constructor(
    request: RequestName,
    readonly timeout: Ms,
    facts: FailureFacts,
  ) {
    const missing = facts.phase === 'started' ? 'no answer' : 'no more of the body';
    super(request, `${missing} within ${timeout} ms`, facts, 'ERR_TIMEOUT');
  }
}

/** The whole call took longer than `timeout.total`. Never retried. */
export class TotalTimeoutError extends ConnectionError {
  override readonly name = 'TotalTimeoutError';

  constructor(
    request: RequestName,
    readonly timeout: Ms,
    facts: FailureFacts,
  ) {
    super(request, `took longer than ${timeout} ms in all`, { ...facts, isPermanent: true }, 'ERR_TIMEOUT');
  }
}

/** What came back is not HTTP. */
export class ProtocolError extends ConnectionError {
  override readonly name = 'ProtocolError';

  constructor(request: RequestName, what: string, facts: FailureFacts) {
    super(request, what, facts, 'ERR_PROTOCOL');
  }
}

/**
 * The answer is larger than `maxResponseSize`, or its headers are too large. Never retried. The server may have done the
 * work: `response` says what it answered.
 */
export class ResponseSizeError extends HttpError {
  override readonly name = 'ResponseSizeError';
  /** Status and headers of the answer; its body cannot be read. `undefined` when the headers are too large. */
  declare response?: HttpResponse | undefined;

  constructor(request: RequestName, what: string, options: { readonly cause?: unknown } = {}) {
    super('ERR_RESPONSE_SIZE', request, what, options);
  }
}

/**
 * The body is not what its headers say: not gzip, or cut short. Never retried. The server may have done the work:
 * `response` says what it answered.
 */
export class DecodeError extends HttpError {
  override readonly name = 'DecodeError';
  /** Status and headers of the answer; its body cannot be read. */
  declare response?: HttpResponse | undefined;

  constructor(request: RequestName, what: string, options: { readonly cause?: unknown } = {}) {
    super('ERR_DECODE', request, what, options);
  }
}

/** A body that can be read only once would have to be sent again. `cause` is why the attempt before it failed. */
export class BodyReplayError extends HttpError {
  override readonly name = 'BodyReplayError';

  constructor(request: RequestName, options: { readonly cause?: unknown } = {}) {
    const what =
      'the body is a stream that has been read, so it cannot be sent again; give `body: () => stream`';
    super('ERR_BODY_REPLAY', request, what, options);
  }
}

/** A redirect that is not followed: too many of them, to a place that is not allowed, or without one. */
export class RedirectError extends HttpError {
  override readonly name = 'RedirectError';

  constructor(
    request: RequestName,
    what: string,
    readonly response: HttpResponse,
  ) {
    super('ERR_REDIRECT', request, what);
  }
}

/** A status that says no, thrown by `raiseForStatus()` or, when retries are spent, by `raiseOnStatus`. */
export class HttpStatusError extends HttpError {
  override readonly name = 'HttpStatusError';
  readonly status: number;

  constructor(
    request: RequestName,
    readonly response: HttpResponse,
  ) {
    const side = response.status < 500 ? 'Client' : 'Server';
    const { attempts } = response;
    const tries = attempts.at(-1)?.tries ?? 1;
    const after = tries > 1 ? ` (after ${tries} tries)` : '';
    super('ERR_STATUS', request, `${`${response.status} ${side} Error: ${response.reason}`.trim()}${after}`);
    this.status = response.status;
    this.attempts = attempts;
  }
}

/** The body of the answer is not JSON. The message shows the status and how the text starts. */
export class JsonError extends HttpError {
  override readonly name = 'JsonError';

  constructor(
    request: RequestName,
    readonly response: HttpResponse,
    text: string,
    cause: unknown,
  ) {
    const start = text.length === 0 ? 'an empty body' : JSON.stringify(text.slice(0, 80));
    super('ERR_JSON', request, `the body (status ${response.status}) is not JSON: ${start}`, { cause });
    this.attempts = response.attempts;
  }
}
