/**
 * How long a request may take to connect, between two bytes of its answer, and in all.
 */
import { type Duration, type Ms, OptionError, checkKeys, toMs } from '../../core.js';

/** Limits of a request, in milliseconds. `Infinity`: none. */
export interface Timeouts {
  /** For a connection: name, TCP and TLS. Each attempt has its own. */
  readonly connect: Ms;
  /** For the headers, and from then on between two pieces of the body. Each attempt has its own. */
  readonly read: Ms;
  /** For the whole call: all attempts, the waits between them, and a collected body. */
  readonly total: Ms;
}

/** The limits that hold. */
export interface SettledTimeouts extends Timeouts {
  /** Whether somebody named a total. One that nobody named does not bound the reading of a stream. */
  readonly isTotalGiven: boolean;
}

/** A time of at least 1 ms; `null` for no limit. */
export type TimeoutValue = Duration | null;

/**
 * - `5000`, `'5s'`: at most this to connect, and this to read;
 * - `[connect, read]`;
 * - `{ connect, read, total }`, each of which may be left out;
 * - `null`: no limit at all.
 */
export type TimeoutInput =
  | TimeoutValue
  | readonly [connect: TimeoutValue, read: TimeoutValue]
  | { readonly [Key in keyof Timeouts]?: TimeoutValue | undefined };

/** Those limits that somebody named. */
export type GivenTimeouts = { readonly [Key in keyof Timeouts]?: Ms };

const defaults: Timeouts = { connect: 5000, read: 30_000, total: 60_000 };
const names = ['connect', 'read', 'total'] as const;
const none: Timeouts = { connect: Infinity, read: Infinity, total: Infinity };

/** The longest time that one timer can measure: 24.8 days. */
const longest = 2 ** 31 - 1;

/** What other libraries call the limits. */
const synonyms = {
  response: 'read',
  socket: 'read',
  send: 'read',
  headers: 'read',
  body: 'read',
  lookup: 'connect',
  secureConnect: 'connect',
  request: 'total',
  deadline: 'total',
  pool: 'connect',
};

/**
 * Checks the option `timeout`.
 *
 *     readTimeouts('2s')                   // { connect: 2000, read: 2000 }
 *     readTimeouts([5, '25ms'])            // { connect: 5, read: 25 }
 *     readTimeouts({ total: null })        // { total: Infinity }
 *
 * @throws {OptionError} when a time is none, below 1 ms, or the list is not of two.
 */
export function readTimeouts(given: TimeoutInput): GivenTimeouts {
  if (given === null) return none;
  if (Array.isArray(given)) return readPair(given);
  if (typeof given === 'object' && !(given instanceof Date))
    return readEach(given as Record<string, unknown>);
  const both = readTime('timeout', given);
  return { connect: both, read: both };
}

function readPair(given: readonly unknown[]): GivenTimeouts {
  if (given.length !== 2) throw new OptionError('timeout', given, 'as a list must be [connect, read]');
  return {
    connect: readTime('timeout[0] (connect)', given[0]),
    read: readTime('timeout[1] (read)', given[1]),
  };
}

function readEach(given: Record<string, unknown>): GivenTimeouts {
  checkKeys('timeout', given, names, synonyms);
  const times: { -readonly [Key in keyof Timeouts]?: Ms } = {};
  for (const name of names) {
    if (given[name] !== undefined) times[name] = readTime(`timeout.${name}`, given[name]);
  }
  return times;
}

function readTime(option: string, value: unknown): Ms {
  if (value === null) return Infinity;
  const ms = toMs(option, value, { infinite: true });
  if (ms === 0) throw new OptionError(option, value, 'must be at least 1 ms (null for no limit)');
  if (ms < 1) throw new OptionError(option, value, `is in milliseconds (did you mean ${ms * 1000} ms?)`);
  return ms > longest ? Infinity : ms;
}

/**
 * The limits that hold, with the defaults 5 s, 30 s and 60 s for those that nobody named.
 *
 * A default never cuts what was asked for: without a `total` of its own, `timeout: '5m'` lifts it to what connecting
 * and reading may take.
 */
export function settledTimeouts(given: GivenTimeouts): SettledTimeouts {
  const { connect = defaults.connect, read = defaults.read } = given;
  const { total = Math.max(defaults.total, connect + read) } = given;
  return { connect, read, total, isTotalGiven: given.total !== undefined };
}
