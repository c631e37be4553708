/**
 * How many retries each kind of failure may take: the option `retries`.
 */
import { OptionError, checkKeys } from '../../core.js';
import type { Counter } from './decision-table.js';

/** A number of retries for each kind, and for all of them together. `Infinity`: no limit. */
export type Counts = Readonly<Record<Counter | 'total', number>>;

/** The option `retries`, laid out for use. */
export interface CheckedRetries {
  /** Whether anything is retried at all. */
  readonly retries: boolean;
  readonly counts: Counts;
  /** Redirects that are followed; `false`: none, and that is no error; `undefined`: as `maxRedirects` says. */
  readonly maxRedirects: number | false | undefined;
}

const kinds: readonly Counter[] = ['connect', 'read', 'status', 'other'];
const usual: Counts = { total: 3, connect: 3, read: 2, status: 3, other: 3 };
const allowed = 'must be a whole number of retries, Infinity, or false for none';

/**
 * Reads the option `retries`.
 *
 * A number, or `total`, bounds all kinds together. A kind that is given without `total` has its retries to itself: they
 * come on top of the usual three, which the kinds that are not given share.
 *
 *     checkRetries(5).counts                          // total 5, and each kind may use all of it
 *     checkRetries({ connect: 10, read: 2 }).counts   // total 15: connect 10, read 2, status 3, other 3
 *
 * @throws {OptionError} for anything but counts.
 */
export function checkRetries(given: unknown): CheckedRetries {
  if (given === undefined) return { retries: true, counts: usual, maxRedirects: undefined };
  if (typeof given === 'object' && given !== null) return fromCounts(given);
  return fromTotal(checkCount('retries', given), given);
}

function fromTotal(total: number, given: unknown): CheckedRetries {
  const counts = { total, connect: total, read: total, status: total, other: total };
  return { retries: given !== false, counts, maxRedirects: undefined };
}

function fromCounts(given: object): CheckedRetries {
  checkKeys('retries', given, ['total', ...kinds, 'redirect'], { limit: 'total', maxRetries: 'total' });
  const count = (name: string): number | undefined => {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    return value === undefined ? undefined : checkCount(`retries.${name}`, value);
  };
  const total = count('total');
  const own = kinds.map((kind) => [kind, count(kind)] as const);
  // Of a total that is given each kind may use all, unless told otherwise.
  const kind = Object.fromEntries(own.map(([name, value]) => [name, value ?? total ?? usual[name]]));
  const counts = {
    ...(kind as Record<Counter, number>),
    total: total ?? lifted(own.map(([, value]) => value)),
  };
  const isOff = (given as { total?: unknown }).total === false;
  const isLeft = (given as { redirect?: unknown }).redirect === false;
  return { retries: !isOff, counts, maxRedirects: isLeft ? false : count('redirect') };
}

function lifted(own: readonly (number | undefined)[]): number {
  const given = own.filter((value) => value !== undefined);
  const rest = given.length === own.length ? 0 : usual.total;
  return given.reduce((sum, value) => sum + value, rest);
}

function checkCount(name: string, value: unknown): number {
  if (value === false) return 0;
  if (value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0)) return value as number;
  const hint = value === true ? `; true is no number: leave ${name} out for the usual ${usual.total}` : '';
  const none = value === null ? '; Infinity is "no limit"' : '';
  throw new OptionError(name, value, `${allowed}${hint}${none}`);
}
