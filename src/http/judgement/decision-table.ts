/**
 * What may be tried again: the table, for everything that can happen to a request.
 *
 * It asks two things only: may the server have done the work, and can trying again mend it. Codes of errors decide
 * little, for the same code may come before and after the request was sent; what decides is how far the request came.
 * How often is for `retry-settings.ts`, and whether in this call for `retry-policy.ts`.
 */
import { ConnectionError, type HttpError, ProtocolError } from '../http-errors.js';

/** What a failure is charged to: each counter has a number of retries of its own. */
export type Counter = 'connect' | 'read' | 'status' | 'other';

/** What the table says of one kind of failure. */
export interface Ruling {
  readonly counter: Counter;
  /** For every method, for methods that may be repeated, or for none. */
  readonly retry: 'always' | 'idempotent' | 'never';
  /** How often at most in one call, where that is less than the counter says. */
  readonly most?: number;
  /** Whether the first retry needs no wait: the failure was of a connection, not of the server. */
  readonly atOnce?: boolean;
}

/** Methods that may be repeated: to send them twice has the effect of sending them once. */
// RFC 9110, section 9.2.2, and QUERY of draft-ietf-httpbis-safe-method-w-body
export const idempotentMethods: readonly string[] = [
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
  'QUERY',
];

/** Statuses that say that the server did no work, so that every method may be repeated. */
export const unsafeByDefault: readonly number[] = [429, 502, 503];

/** Retried whatever the method. */
export const everyMethod: Ruling = { counter: 'status', retry: 'always' };
/** Retried where the request may be repeated. */
export const repeatable: Ruling = { counter: 'status', retry: 'idempotent' };
/** Not retried. */
export const finalStatus: Ruling = { counter: 'status', retry: 'never' };
/** 421: the connection was for another server, which has not looked at the request. RFC 9110, section 15.5.20 */
const misdirected: Ruling = { counter: 'connect', retry: 'always', most: 1, atOnce: true };
/** 425: sent before the handshake was over; not processed, but said so to a client that may not know why. RFC 8470 */
const tooEarlyOnce: Ruling = { counter: 'status', retry: 'always', most: 1 };

const byStatus = /* @__PURE__ */ new Map<number, Ruling>([
  ...unsafeByDefault.map((status) => [status, everyMethod] as const),
  ...[408, 500, 504, 520, 521, 522, 523, 524, 529].map((status) => [status, repeatable] as const),
  [421, misdirected],
]);

/**
 * What the table says of a status.
 *
 *     rulingOnStatus(503, false, false).retry   // 'always': the server did no work
 *     rulingOnStatus(500, false, false).retry   // 'idempotent'
 *
 * @param hasRetryAfter  Whether the server said when to come back.
 * @param isIdempotent   Whether the request may be repeated.
 * @see RFC 9110, section 15; design note on 502: a gateway may say it after the work was done
 */
export function rulingOnStatus(status: number, hasRetryAfter: boolean, isIdempotent: boolean): Ruling {
  if (status === 425) return isIdempotent ? everyMethod : tooEarlyOnce;
  if (status === 413 && hasRetryAfter) return everyMethod;
  return byStatus.get(status) ?? finalStatus;
}

/** An error before anything was sent. */
export const neverSent: Ruling = { counter: 'connect', retry: 'always' };
const noSuchName: Ruling = { counter: 'connect', retry: 'always', most: 1 };
/** By the protocol a stream that was refused has not been looked at. RFC 9113, section 8.7 */
const refusedStream: Ruling = { counter: 'connect', retry: 'always', most: 1, atOnce: true };
/** An error after something was sent. */
export const maybeProcessed: Ruling = { counter: 'read', retry: 'idempotent' };
const staleConnection: Ruling = { counter: 'read', retry: 'idempotent', atOnce: true };
const notHttp: Ruling = { counter: 'other', retry: 'idempotent', most: 1 };
const finalError: Ruling = { counter: 'other', retry: 'never' };

const refusedStreamCodes: readonly unknown[] = ['NGHTTP2_REFUSED_STREAM', 'ERR_HTTP2_GOAWAY_SESSION'];

/**
 * What the table says of an error.
 *
 *     rulingOnError(new ConnectTimeoutError(request, 5000)).retry   // 'always': nothing was sent
 */
export function rulingOnError(error: HttpError): Ruling {
  if (!(error instanceof ConnectionError) || error.isPermanent) return finalError;
  if (!error.sent) return error.transportCode === 'ENOTFOUND' ? noSuchName : neverSent;
  if (refusedStreamCodes.includes(error.transportCode)) return refusedStream;
  if (error instanceof ProtocolError) return notHttp;
  return error.isStale ? staleConnection : maybeProcessed;
}
