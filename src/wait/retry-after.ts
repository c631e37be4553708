/**
 * How long a server asks us to stay away: the header `Retry-After`.
 */
import { checkKeys } from '../checks.js';
import type { RuntimeOption } from '../call/details.js';
import type { Outcome } from '../call/outcome.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { expo } from './generators.js';
import { setting } from './settings.js';
import { type WaitMaker, checkWaitMaker, nextWait, startWaits, waitFactory, waitMaker } from './waits.js';

/** Options of `retryAfter`. */
export interface RetryAfterOptions {
  /** The waits when the server asks for none; a server's wait is never shorter than these. @default expo({ factor: 100, maxValue: '10s' }) */
  readonly fallback?: WaitMaker | undefined;
  /** The longest wait a server may ask for; more is cut to this. @default '6h', as in urllib3 */
  readonly max?: RuntimeOption<Duration> | undefined;
}

/**
 * Waits as long as the server asks, and by `fallback` where it asks for nothing.
 *
 * Reads `retryAfter` (milliseconds) or the header `retry-after` of the value, of the error, or of the error's
 * `response`. The wait is the longer of the two, never shortened, and spread upward so that clients which were sent
 * away together do not come back together.
 *
 *     withRetry(callApi, { wait: retryAfter({ fallback: expo({ factor: 100 }), max: '1m' }) })
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 * @see RFC 9110, section 10.2.3
 */
export const retryAfter = /* @__PURE__ */ waitFactory(
  'retryAfter',
  (options: RetryAfterOptions = {}): WaitMaker => {
    checkKeys('retryAfter', options, ['fallback', 'max']);
    const { fallback: given = expo({ factor: 100, maxValue: '10s' }) } = options;
    const fallback = checkWaitMaker(given, 'fallback');
    const readMax = setting('max', options.max, {
      fallback: 6 * 60 * 60 * 1000,
      check: (option, value) => toMs(option, value),
    });
    return waitMaker('retryAfter', (first, scope) => {
      const waits = startWaits(fallback, first, scope);
      const max = readMax(scope);
      return {
        next(outcome) {
          const own = nextWait(waits, outcome, fallback);
          const asked = askedWait(outcome, scope.clock.date());
          if (own === undefined) return { value: 0, done: true };
          if (asked === undefined) return own;
          const value = Math.max(Math.min(asked, max), own.value);
          return { value, kind: 'server', spread: Math.max(value / 10, own.value) };
        },
      };
    });
  },
);

interface Carrier {
  readonly retryAfter?: unknown;
  readonly headers?: unknown;
  readonly response?: Carrier;
}

/** The wait that an outcome asks for, in milliseconds; `undefined` when it asks for none, or for nonsense. */
export function askedWait(outcome: Outcome, date: Ms): Ms | undefined {
  try {
    const carrier = (outcome.ok ? outcome.value : outcome.error) as Carrier | undefined | null;
    const { retryAfter } = carrier ?? {};
    if (typeof retryAfter === 'number' && retryAfter >= 0) return retryAfter;
    return (
      parseRetryAfter(header(carrier?.headers), date) ??
      parseRetryAfter(header(carrier?.response?.headers), date)
    );
  } catch {
    return undefined; // an error whose getters throw asks for nothing
  }
}

function header(headers: unknown): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const { get } = headers as { get?: unknown };
  if (typeof get === 'function') return (headers as Headers).get('retry-after');
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'retry-after');
  return name === undefined ? undefined : (headers as Record<string, unknown>)[name];
}

/**
 * Reads a `Retry-After` header: whole seconds, or one of the three forms of an HTTP date. Junk is ignored.
 *
 *     parseRetryAfter('120', Date.now())   // 120000
 *     parseRetryAfter('soon', Date.now())  // undefined
 *
 * @param date  The present moment, in milliseconds since 1970.
 * @returns Milliseconds, 0 for a date that has passed.
 * @see RFC 9110, sections 5.6.7 and 10.2.3
 */
export function parseRetryAfter(value: unknown, date: Ms): Ms | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value * 1000 : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const moment = parseHttpDate(text, date);
  return moment === undefined ? undefined : Math.max(0, moment - date);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const clockTime = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
const dateForms = [
  String.raw`^[A-Z][a-z]{2}, (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) ${clockTime} GMT$`,
  String.raw`^[A-Z][a-z]{5,8}, (?<day>\d\d)-(?<month>[A-Z][a-z]{2})-(?<year>\d\d) ${clockTime} GMT$`, // RFC 850
  String.raw`^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) ${clockTime} (?<year>\d{4})$`, // asctime()
];

function parseHttpDate(text: string, date: Ms): Ms | undefined {
  const parts = dateForms
    .map((form) => new RegExp(form).exec(text)?.groups)
    .find((groups) => groups !== undefined);
  if (parts === undefined) return undefined;
  const month = months.indexOf(parts['month'] ?? '');
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((part) => Number(parts[part]));
  const moment = Date.UTC(fullYear(parts['year'] ?? '', date), month, day, hour, minute, second);
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60; // 60 is a leap second
  // Date.UTC carries over: 31 February is 3 March to it, and no date to us.
  const isDate = month >= 0 && new Date(moment - Number(second) * 1000).getUTCDate() === day;
  return isTime && isDate ? moment : undefined;
}

// Two digits mean the year nearest to ours that ends in them, at most 50 years ahead.
function fullYear(digits: string, date: Ms): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(date).getUTCFullYear();
  const earliest = thisYear - 49;
  return earliest + ((((Number(digits) - earliest) % 100) + 100) % 100);
}
