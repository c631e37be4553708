/**
 * What is logged of HTTP calls that are retried: method, address without credentials and query, and why.
 *
 * The default logger is the package `debug`, namespace `stampede:http`. It is loaded when `DEBUG` asks for output.
 */
import { type Log, type LogLevel, debugLines, debugWanted, readable } from '../../core.js';
import { HttpError } from '../http-errors.js';
import type { HttpResponse } from '../http-response.js';
import type { HttpBackoffDetails, HttpGiveUpDetails, RetryHttpOptions } from './retry-options.js';

/** A call that may know more of an error than the error tells. */
type LoggedCall = HttpBackoffDetails['args'][0] & { meaningOf?(error: unknown): unknown };

const debugLine = /* @__PURE__ */ debugLines('stampede:http');

/**
 * What the core's option `log` is for HTTP calls.
 *
 * @param given  The user's option `log`.
 */
export function httpLog(given: RetryHttpOptions['log']): false | Log {
  if (given === false) return false;
  // What the user's function gives back is handed on, so that its rejection is noticed.
  const log = (level: LogLevel, _text: string, details: unknown): unknown => {
    const told = details as HttpBackoffDetails | HttpGiveUpDetails;
    if (typeof given === 'function') return given(level, lineOf(told), told);
    if (debugWanted()) debugLine(lineOf(told));
    return undefined;
  };
  // eslint-disable-next-line @typescript-eslint/strict-void-return -- the core looks at what its logger gives
  return log;
}

/**
 * The line of the log.
 *
 *     Backing off GET https://host/path for 1.2s (503 Service Unavailable)
 *     Giving up GET https://host/path after 4 tries (ReadTimeoutError: no answer within 25 ms)
 */
export function lineOf(details: HttpBackoffDetails | HttpGiveUpDetails): string {
  const [call] = details.args as readonly [LoggedCall];
  const { method, url } = call.request;
  const what = `${method} ${url.origin}${url.pathname}`;
  const why = details.ok
    ? statusOf(details.value)
    : errorOf(call.meaningOf?.(details.error) ?? details.error);
  if (details.event === 'backoff') return `Backing off ${what} for ${readable(details.wait)} (${why})`;
  return `Giving up ${what} after ${details.tries} ${details.tries === 1 ? 'try' : 'tries'} (${why})`;
}

function statusOf({ status, reason }: HttpResponse): string {
  return `${status} ${reason}`.trim();
}

// The line starts with the address already.
function errorOf(error: unknown): string {
  if (!(error instanceof HttpError)) return String(error);
  const { name, message, method, url } = error;
  const start = `${method} ${url}: `;
  return `${name}: ${message.startsWith(start) ? message.slice(start.length) : message}`;
}
