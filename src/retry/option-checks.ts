/**
 * What each option of a retry may be: one check for each, used when a retry is made and, for options given as
 * functions, when they are read.
 */
import type { RuntimeOption } from '../call/details.js';
import { OptionError } from '../errors.js';
import { type Clock, systemClock } from '../time/clock.js';
import { type Ms, toMs } from '../time/duration.js';
import { type Jitter } from '../wait/jitter.js';
import type { Budget } from './attempts.js';

/** @throws {OptionError} unless `value` is a whole number from 1, or `Infinity`. */
export function checkMaxTries(value: unknown): number {
  if (value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1)) return value as number;
  throw new OptionError('maxTries', value, 'must be a whole number of 1 or more, or Infinity');
}

/** @throws {OptionError} unless `value` is a time, and no part of a millisecond by mistake. */
export function checkMaxTime(value: unknown): Ms {
  const ms = toMs('maxTime', value, { infinite: true });
  if (ms === 0 || ms >= 1) return ms;
  throw new OptionError('maxTime', value, `is in milliseconds (did you mean ${ms * 1000} ms?)`);
}

/** @throws {OptionError} unless `value` is a budget or `undefined`. */
export function checkBudget(value: unknown): Budget | undefined {
  if (value === undefined || isBudget(value)) return value;
  throw new OptionError('budget', value, 'must be an object with take(), refund() and earn()');
}

export function isBudget(value: unknown): value is Budget {
  return hasMethods(value, ['take', 'refund', 'earn']);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/** @throws {OptionError} unless `value` is true or false. */
export function checkBoolean(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new OptionError(option, value, 'must be true or false');
}

/** @throws {OptionError} unless `value` is a function, or `null` for no jitter, or `undefined` for the default. */
export function checkJitter(value: unknown): Jitter | null | undefined {
  if (value === undefined || value === null || typeof value === 'function')
    return value as Jitter | null | undefined;
  throw new OptionError('jitter', value, 'must be a function (wait, random) => wait, or null for none');
}

/** @throws {OptionError} unless `value` is a function or `undefined`. */
export function checkCallback(option: string, value: unknown): unknown {
  if (value === undefined || typeof value === 'function') return value;
  throw new OptionError(option, value, 'must be a function that gives true or false');
}

export function checkFunction(option: string, value: unknown, fallback: unknown): unknown {
  if (value === undefined) return fallback;
  if (typeof value === 'function') return value;
  throw new OptionError(option, value, 'must be a function');
}

export function checkSignal(value: unknown): RuntimeOption<AbortSignal | undefined> {
  return typeof value === 'function' ? (value as () => AbortSignal) : checkSignalValue(value);
}

/** @throws {OptionError} unless `value` is an `AbortSignal` or `undefined`. */
export function checkSignalValue(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  if (hasMethods(value, ['addEventListener', 'removeEventListener'])) return value as AbortSignal;
  if (hasMethods(value, ['abort'])) throw new OptionError('signal', value, "must be the controller's signal");
  throw new OptionError('signal', value, 'must be an AbortSignal or a function that gives one');
}

export function checkMode(value: unknown): 'auto' | 'sync' | 'async' {
  if (value === undefined) return 'auto';
  if (value === 'auto' || value === 'sync' || value === 'async') return value;
  throw new OptionError('mode', value, 'must be "auto", "sync" or "async"');
}

export function checkClock(value: unknown): Clock {
  if (value === undefined) return systemClock;
  if (hasMethods(value, ['now', 'date', 'schedule', 'cancel', 'block'])) return value as Clock;
  throw new OptionError('clock', value, 'must be a Clock, such as a VirtualClock');
}

export function checkNested(value: unknown): 'once' | 'again' {
  if (value === undefined) return 'again';
  if (value === 'once' || value === 'again') return value;
  throw new OptionError('nested', value, 'must be "once" or "again"');
}

export function checkName(value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new OptionError('name', value, 'must be a text that is not empty');
}
