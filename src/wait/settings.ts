/**
 * The options of a wait generator: checked when the wait is made, read when a call begins to wait.
 */
import { checkKeys } from '../checks.js';
import type { RuntimeOption } from '../call/details.js';
import { OptionError } from '../errors.js';
import { type Ms, toMs } from '../time/duration.js';
import { OptionFailure, type WaitScope } from './waits.js';

// Sums and powers outgrow every number in the end; a wait stays one that can be counted in milliseconds.
export const longest: Ms = Number.MAX_SAFE_INTEGER;

/** How one option is checked, and what it is when it is not given. */
export interface Setting<T> {
  readonly fallback: T;
  readonly check: (option: string, value: unknown) => T;
}

type Given<S> = { readonly [K in keyof S]?: RuntimeOption<unknown> | undefined };

/**
 * Checks the options of a generator, and gives a function that reads them for a call.
 *
 * @throws {OptionError} for an unknown option, or a value that is not allowed. A function is checked when it is read.
 */
export function settings<S extends object>(
  owner: string,
  given: Given<S>,
  table: { readonly [K in keyof S]: Setting<S[K]> },
): (scope?: WaitScope) => S {
  const names = Object.keys(table) as (keyof S & string)[];
  checkKeys(owner, given, names);
  const readers = names.map((name) => ({ name, read: setting(name, given[name], table[name]) }));
  const readAll = (scope?: WaitScope): S =>
    Object.fromEntries(readers.map(({ name, read }) => [name, read(scope)])) as S;
  if (names.some((name) => typeof given[name] === 'function')) return readAll;
  const fixed = readAll(); // shared by all calls
  return () => fixed;
}

/** One option, which may be a function of the call. */
export function setting<T>(
  name: string,
  given: unknown,
  { fallback, check }: Setting<T>,
): (scope?: WaitScope) => T {
  if (typeof given === 'function') {
    return (scope) => check(name, readFor(scope as WaitScope, name, given as () => unknown));
  }
  const value = given === undefined ? fallback : check(name, given);
  return () => value;
}

function readFor(scope: WaitScope, name: string, option: () => unknown): unknown {
  try {
    return scope.read(option);
  } catch (error) {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- `failed` in waits.ts takes it apart again
    throw new OptionFailure(name, error);
  }
}

/** A time of 0 or more. */
export function time(fallback: number): Setting<number> {
  return { fallback, check: (option, value) => toMs(option, value) };
}

/** A time above 0. */
export function positiveTime(fallback: number): Setting<number> {
  return {
    fallback,
    check(option, value) {
      const ms = toMs(option, value);
      if (ms > 0) return ms;
      throw new OptionError(option, value, 'must be a time above 0');
    },
  };
}

/** The bound of a wait: a time, or `Infinity` for none. */
export const bound: Setting<number> = {
  fallback: Infinity,
  check: (option, value) => toMs(option, value, { infinite: true }),
};

/** A finite number above 0. */
export function positive(fallback: number): Setting<number> {
  return {
    fallback,
    check(option, value) {
      if (typeof value === 'number' && value > 0 && value < Infinity) return value;
      throw new OptionError(option, value, 'must be a number above 0');
    },
  };
}
