/**
 * Times as people write them: `'250ms'`, `'5s'`, `'2m'`.
 *
 * A number is milliseconds everywhere in code. Strings follow the grammar of the npm package `ms`, with a unit always.
 */
import { OptionError } from '../errors.js';

/** Milliseconds: every duration and every moment in this library. */
export type Ms = number;

type Unit =
  | 'ms'
  | 'msec'
  | 'msecs'
  | 'millisecond'
  | 'milliseconds'
  | 's'
  | 'sec'
  | 'secs'
  | 'second'
  | 'seconds'
  | 'm'
  | 'min'
  | 'mins'
  | 'minute'
  | 'minutes'
  | 'h'
  | 'hr'
  | 'hrs'
  | 'hour'
  | 'hours'
  | 'd'
  | 'day'
  | 'days'
  | 'w'
  | 'week'
  | 'weeks'
  | 'y'
  | 'yr'
  | 'yrs'
  | 'year'
  | 'years';

/** A time: milliseconds, or a string with a unit such as `'1.5s'` or `'2 minutes'`. */
export type Duration = Ms | `${number}${Unit}` | `${number} ${Unit}`;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

// Keyed by the shortest prefix that tells the units apart: "ms" and "mil" before "m".
const units: readonly (readonly [RegExp, Ms])[] = [
  [/^(ms|msecs?|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, second],
  [/^(m|mins?|minutes?)$/, minute],
  [/^(h|hrs?|hours?)$/, hour],
  [/^(d|days?)$/, day],
  [/^(w|weeks?)$/, 7 * day],
  [/^(y|yrs?|years?)$/, 365.25 * day],
];

/** What a time may look like; the end of every error message about one. */
export const durationExamples = 'must be milliseconds or a string with a unit such as "250ms", "5s" or "2m"';

/**
 * Reads a time.
 *
 *     toMs('maxTime', '2m')                            // 120000
 *     toMs('maxTime', Infinity, { infinite: true })    // Infinity
 *
 * @param option  The option's name, for the error.
 * @param limits  `infinite`: whether `Infinity` is allowed, default false. `least`: the smallest value, default 0.
 * @returns Milliseconds, 0 or more.
 * @throws {OptionError} when `value` is no time, negative, or below `least`.
 */
export function toMs(option: string, value: unknown, limits: { infinite?: boolean; least?: Ms } = {}): Ms {
  const ms = typeof value === 'string' ? parsed(value) : value;
  const infinite = limits.infinite ?? false;
  const fits = typeof ms === 'number' && ms >= (limits.least ?? 0) && (infinite || ms !== Infinity);
  if (fits) return ms;
  const more = infinite ? ' (or Infinity)' : '';
  const least = limits.least ? `, at least ${limits.least} ms` : ', 0 or more';
  throw new OptionError(option, value, `${durationExamples}${least}${more}`);
}

function parsed(text: string): Ms | undefined {
  const parts = text.length > 100 ? null : /^(-?\d*\.?\d+) *([a-z]+)$/i.exec(text);
  if (parts === null) return undefined;
  const unit = units.find(([names]) => names.test((parts[2] ?? '').toLowerCase()));
  return unit && Number(parts[1]) * unit[1];
}

/** A time as people read it in a log: `80ms`, `1.2s`, `3.5m`. */
export function readable(ms: Ms): string {
  if (ms === Infinity) return 'ever';
  if (Math.round(ms) < second) return `${Math.round(ms)}ms`;
  if (ms < 0.999 * minute) return `${(ms / second).toFixed(1)}s`;
  if (ms < 0.999 * hour) return `${(ms / minute).toFixed(1)}m`;
  return `${(ms / hour).toFixed(1)}h`;
}
