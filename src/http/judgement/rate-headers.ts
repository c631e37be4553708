/**
 * How long a server asks us to stay away: `Retry-After`, and what others call it.
 */
import { type Ms, parseRetryAfter } from '../../core.js';
import type { HeaderFields } from '../http-response.js';

const second: Ms = 1000;

/** No server means a number of seconds past this; a larger one is a date, or junk. */
const longestDelta: Ms = 366 * 24 * 3600 * second;

// Seconds, and milliseconds, since 1970. Smaller ones are no date of a server that is running now.
const firstEpoch = Date.UTC(2024, 0, 1) / second;
const firstEpochMs = firstEpoch * second;

/** Statuses that mean "come back later", and so may say when. Others do too, once somebody has them retried. */
const comeBack: ReadonlySet<number> = /* @__PURE__ */ new Set([202, 408, 413, 421, 423, 425, 429]);

/**
 * What the headers of an answer ask for.
 *
 *     retryAfterOf(503, { 'retry-after': '120' }, Date.now())           // 120000
 *     retryAfterOf(429, { 'retry-after-ms': '250' }, Date.now())        // 250
 *     retryAfterOf(429, { 'x-ratelimit-reset': '1893456000' }, date)    // until 2030
 *
 * Looked at in this order: `retry-after-ms`, `x-ms-retry-after-ms`, `Retry-After` (whole seconds, or one of the three
 * HTTP dates), and then, for 429 or where nothing remains, `RateLimit-Reset` and `X-RateLimit-Reset` (seconds from now,
 * or a date in seconds or milliseconds since 1970). Of a header that came twice the longer one counts. Junk is ignored.
 *
 * @param status  The rate limit's reset stands on every answer of some servers; only where it was passed does it count.
 * @param date    The present moment, in milliseconds since 1970.
 * @returns Milliseconds, 0 or more; `undefined` when nothing is asked, and for statuses that do not mean to come back.
 * @see RFC 9110, section 10.2.3; draft-ietf-httpapi-ratelimit-headers-06
 */
export function retryAfterOf(status: number, headers: HeaderFields, date: Ms): Ms | undefined {
  if (status < 500 && !comeBack.has(status) && !isRateLimit(status, headers)) return undefined;
  return (
    longest(headers['retry-after-ms'], milliseconds) ??
    longest(headers['x-ms-retry-after-ms'], milliseconds) ??
    longest(headers['retry-after'], (text) => parseRetryAfter(text, date)) ??
    (isRateLimit(status, headers) ? untilReset(headers, date) : undefined)
  );
}

// GitHub says 403 with nothing remaining. With something remaining the reset is only news.
function isRateLimit(status: number, headers: HeaderFields): boolean {
  const remaining = headers['ratelimit-remaining'] ?? headers['x-ratelimit-remaining'];
  return remaining === undefined ? status === 429 : status >= 400 && String(remaining).trim() === '0';
}

function untilReset(headers: HeaderFields, date: Ms): Ms | undefined {
  const read = (text: string): Ms | undefined => reset(text, date);
  return longest(headers['ratelimit-reset'], read) ?? longest(headers['x-ratelimit-reset'], read);
}

function longest(
  value: string | readonly string[] | undefined,
  read: (text: string) => Ms | undefined,
): Ms | undefined {
  if (value === undefined) return undefined;
  const waits = (typeof value === 'string' ? [value] : value).map(read).filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function milliseconds(text: string): Ms | undefined {
  return decimal(text);
}

function reset(text: string, date: Ms): Ms | undefined {
  const value = decimal(text);
  if (value === undefined) return undefined;
  if (value >= firstEpochMs) return Math.max(0, value - date);
  if (value >= firstEpoch) return Math.max(0, value * second - date);
  return value * second <= longestDelta ? value * second : undefined;
}

function decimal(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : undefined;
}
