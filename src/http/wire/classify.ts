/**
 * What a failure of the transport means: whether the request was sent, and whether trying again can help.
 *
 * The phase decides, not the code: one and the same `ECONNRESET` stands for a connection that was never made and for an
 * answer that was lost. Codes tell only what no retry can mend, and what mocks leave out.
 */
import type { Readable } from 'node:stream';
import { OptionError } from '../../core.js';
import type { Phase } from '../attempt-trail.js';
import {
  ConnectTimeoutError,
  ConnectionError,
  type FailureFacts,
  type HttpError,
  ProtocolError,
  ReadTimeoutError,
  type RequestName,
  ResponseSizeError,
} from '../http-errors.js';

/** What an exchange knows when undici reports an error. */
export interface FailedExchange {
  readonly what: RequestName;
  readonly phase: Phase;
  readonly connectTimeout: number;
  readonly readTimeout: number;
  /** Whether the connection is one of ours, so that the phase is certain. */
  readonly isKnownLine: boolean;
  /** Whether not a byte came back on a connection that had served before. */
  readonly isUntouched: boolean;
  readonly upload: Readable | undefined;
}

const permanent = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_INVALID_RETURN_VALUE',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_MAX_ORIGINS_REACHED',
  'UND_ERR_PRX_TLS',
  'UND_MOCK_ERR_MOCK_NOT_MATCHED',
]);

/** Certificates that do not convince, and peers that do not speak TLS. */
const tls =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|EPROTO$)/;

/** An error of the transport in our words. It is the `cause`. */
export function failureOf(error: unknown, exchange: FailedExchange): HttpError | OptionError {
  const code = codeOf(error);
  const { what } = exchange;
  if (isFromOldUndici(error)) return oldUndici(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new ResponseSizeError(what, 'the headers of the answer are too large', { cause: error });
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new ResponseSizeError(what, 'the body is larger than its dispatcher allows', { cause: error });
  }
  const phase = phaseOf(error, code, exchange);
  const facts: FailureFacts = { phase, transportCode: code, cause: error };
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new ConnectTimeoutError(what, timeoutIn(error) ?? exchange.connectTimeout, facts);
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new ReadTimeoutError(what, exchange.readTimeout, facts);
  }
  if (isNotHttp(error, code, phase)) {
    return new ProtocolError(what, `the answer is not HTTP: ${textOf(error)}`, facts);
  }
  return connectionError(error, facts, exchange);
}

function connectionError(error: unknown, facts: FailureFacts, exchange: FailedExchange): ConnectionError {
  const { what, upload } = exchange;
  const { phase, transportCode: code = '' } = facts;
  const text = textOf(error);
  if (upload !== undefined && isOfUpload(error, code, upload)) {
    return new ConnectionError(what, `the body of the request failed: ${text}`, {
      ...facts,
      isPermanent: true,
    });
  }
  const isPermanent =
    permanent.has(code) || (phase === 'queued' && (tls.test(code) || isRefusedByProxy(error)));
  const said: Record<Phase, string> = {
    queued: isPermanent ? text : `no connection: ${text}`,
    started: `the connection was lost before an answer came: ${text}`,
    headers: `the connection was lost before the body came: ${text}`,
    body: `the body was cut short: ${text}`,
  };
  const isStale = exchange.isUntouched && phase === 'started' && closed.has(code);
  return new ConnectionError(what, said[phase], { ...facts, isPermanent, isStale });
}

/** The codes of a connection that the other side has closed. */
const closed = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

// Mocks report errors of a request that was never started. What can only go wrong while an answer is read counts as
// sent, as it would be without the mock; where the connection is ours, the phase is right as it is.
function phaseOf(error: unknown, code: string | undefined, { phase, isKnownLine }: FailedExchange): Phase {
  if (phase !== 'queued' || isKnownLine) return phase;
  if (code === 'UND_ERR_BODY_TIMEOUT') return 'body';
  if (code === 'UND_ERR_SOCKET' || code === 'UND_ERR_HEADERS_TIMEOUT' || code?.startsWith('HPE_'))
    return 'started';
  const text = textOf(error);
  if (text === 'socket hang up') return 'started';
  const isReset = code === 'ECONNRESET' || code === 'EPIPE';
  return isReset && !text.startsWith('connect ') ? 'started' : 'queued';
}

function isNotHttp(error: unknown, code: string | undefined, phase: Phase): boolean {
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return phase === 'started'; // two lengths; later: cut short
  if (code === 'HPE_INVALID_EOF_STATE') return false; // HTTP, but cut short
  if (code === 'ERR_ASSERTION') return phase === 'started'; // of undici's parser, for the status 000
  return (
    code?.startsWith('HPE_') === true || (error as { name?: unknown } | null)?.name === 'HTTPParserError'
  );
}

// Once the body is being sent, undici destroys it with the error of the socket: then it is not to blame.
function isOfUpload(error: unknown, code: string, upload: Readable): boolean {
  if (/^(UND_ERR_(SOCKET|INFO)|ECONN|EPIPE|HPE_)/.test(code)) return false;
  return upload.errored === error || (code === 'UND_ERR_ABORTED' && upload.destroyed);
}

// Of what a proxy answers to CONNECT, only its status is told, in words.
function isRefusedByProxy(error: unknown): boolean {
  const status = Number(/^Proxy response \((\d+)\)/.exec(textOf(error))?.[1]);
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function isFromOldUndici(error: unknown): boolean {
  return codeOf(error) === 'UND_ERR_INVALID_ARG' && /^invalid on(Connect|Error) method$/.test(textOf(error));
}

function oldUndici(cause: unknown): OptionError {
  const got = 'one of undici 6 or older (such as the one inside Node)';
  return new OptionError('dispatcher', undefined, 'must be a dispatcher of undici 7 or later', {
    cause,
    got,
  });
}

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  // Of a stream of HTTP/2 that was reset, the reason stands in the text only.
  if (code === 'ERR_HTTP2_STREAM_ERROR') return /\bNGHTTP2_\w+/.exec(textOf(error))?.[0] ?? code;
  return typeof code === 'string' ? code : undefined;
}

function textOf(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  if (typeof message !== 'string') return String(error);
  return message === '' ? (codeOf(error) ?? 'an error without words') : message; // as of several addresses in vain
}

function timeoutIn(error: unknown): number | undefined {
  const [, ms] = /timeout: (\d+)ms/.exec(textOf(error)) ?? [];
  return ms === undefined ? undefined : Number(ms);
}
