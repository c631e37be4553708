/**
 * What a value among the options of a circuit breaker may be. Each is given the option's name, for its error.
 */
import { OptionError } from '../errors.js';
import { type Ms, toMs } from '../time/duration.js';

/** What is given, checked, or what stands for nothing given. */
export function or<T, F>(
  fallback: F,
  option: string,
  value: unknown,
  check: (option: string, value: unknown) => T,
): T | F {
  return value === undefined ? fallback : check(option, value);
}

/** A number of calls. */
export function whole(option: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 10_000_000)
    return value as number;
  throw new OptionError(option, value, 'must be a whole number from 1 to 10000000');
}

/** A share. */
export function rate(option: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= 1) return value;
  const hint =
    typeof value === 'number' && value > 1 && value <= 100 ? ` (did you mean ${value / 100}?)` : '';
  throw new OptionError(option, value, `must be a share over 0, up to 1${hint}`);
}

/** By what something grows: so much that it arrives. */
export function growth(option: string, value: unknown): number {
  if (typeof value === 'number' && value >= 1.01 && value < Infinity) return value;
  throw new OptionError(option, value, 'must be a number of 1.01 or more');
}

/** A time that is no time is a mistake. */
export function time(option: string, value: unknown): Ms {
  const ms = toMs(option, value);
  if (ms >= 1) return ms;
  const hint = ms > 0 ? `is in milliseconds (did you mean ${ms * 1000} ms?)` : 'must be 1 ms or more';
  throw new OptionError(option, value, hint);
}
