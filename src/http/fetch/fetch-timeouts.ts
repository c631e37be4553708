/**
 * How long a fetch may take. Only what can be seen from outside of a `fetch` can be limited: its headers.
 */
import { type Duration, type Ms, OptionError, checkKeys, toMs } from '../../core.js';

/** Limits, in milliseconds. `Infinity`: none. */
export interface FetchTimeouts {
  /** From an attempt's start to its headers. */
  readonly attempt: Ms;
  /** For the call: all attempts, the waits between them, up to the headers of the response it ends with. */
  readonly total: Ms;
}

/**
 * - `5000`, `'5s'`: at most this for each attempt;
 * - `{ attempt, total }`, each of which may be left out, or `null` for no limit;
 * - `null`: no limit at all.
 *
 * The body of the response is the caller's, and `init.signal` ends it.
 */
export type FetchTimeoutInput =
  Duration | null | { readonly [Key in keyof FetchTimeouts]?: Duration | null | undefined };

const defaults: FetchTimeouts = { attempt: 30_000, total: 60_000 };
const names = ['attempt', 'total'] as const;

/** The longest time that one timer can measure: 24.8 days. */
const longest = 2 ** 31 - 1;

const synonyms = {
  connect: 'attempt: where a fetch is, connecting or reading, nobody outside knows',
  read: 'attempt: where a fetch is, connecting or reading, nobody outside knows',
  headers: 'attempt',
  request: 'total',
  deadline: 'total',
};

/**
 * Checks the option `timeout` of `retryFetch`.
 *
 *     readFetchTimeouts('2s')              // { attempt: 2000, total: 60000 }
 *     readFetchTimeouts({ total: '10s' })  // { attempt: 30000, total: 10000 }
 *
 * A default never cuts what was asked for: `'5m'` lifts the total to five minutes.
 *
 * @throws {OptionError} for what is no time, or below 1 ms.
 */
export function readFetchTimeouts(given: FetchTimeoutInput | undefined): FetchTimeouts {
  if (given === undefined) return defaults;
  if (given === null) return { attempt: Infinity, total: Infinity };
  if (Array.isArray(given))
    throw new OptionError(
      'timeout',
      given,
      'must be a time or { attempt, total }: a fetch cannot tell connect from read',
    );
  if (typeof given !== 'object') return settled({ attempt: readTime('timeout', given) });
  checkKeys('timeout', given, names, synonyms);
  const named = names.filter((name) => given[name] !== undefined);
  return settled(Object.fromEntries(named.map((name) => [name, readTime(`timeout.${name}`, given[name])])));
}

function settled({ attempt = defaults.attempt, total }: Partial<FetchTimeouts>): FetchTimeouts {
  return { attempt, total: total ?? Math.max(defaults.total, attempt) };
}

function readTime(option: string, value: unknown): Ms {
  if (value === null) return Infinity;
  const ms = toMs(option, value, { infinite: true });
  if (ms === 0) throw new OptionError(option, value, 'must be at least 1 ms (null for no limit)');
  if (ms < 1) throw new OptionError(option, value, `is in milliseconds (did you mean ${ms * 1000} ms?)`);
  return ms > longest ? Infinity : ms;
}
