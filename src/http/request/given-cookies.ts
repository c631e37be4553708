/**
 * Cookies that are given by hand. Those of servers are kept by the session's jar.
 */
import { OptionError } from '../../core.js';

/** Cookies by name. `null` takes a default away, `undefined` says nothing. */
export type CookiesInput =
  | Readonly<Record<string, string | number | null | undefined>>
  | Iterable<readonly [name: string, value: string | number | null | undefined]>;

/** Checked cookies; `null`: a default is taken away. */
export type CookieChanges = ReadonlyMap<string, string | null>;

/** Cookies as they are sent. */
export type GivenCookies = Readonly<Record<string, string>>;

/**
 * Checks the option `cookies`. Values are sent as they are: who needs other characters encodes them.
 *
 * @throws {OptionError} for names and values that would break the header. No value is shown.
 * @see https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1
 */
export function readCookies(given: CookiesInput): CookieChanges {
  if (typeof given !== 'object' || given === null) throw noCookies(given);
  const entries: Iterable<unknown> = Symbol.iterator in given ? given : Object.entries(given);
  const cookies = new Map<string, string | null>();
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) throw noCookies(given);
    const [name, value] = entry as [unknown, unknown];
    if (value !== undefined)
      cookies.set(checkName(name), value === null ? null : textOf(name as string, value));
  }
  return cookies;
}

function noCookies(given: unknown): OptionError {
  const got = typeof given === 'object' ? 'something else' : `a ${typeof given}`;
  return new OptionError('cookies', undefined, 'must be an object of values by name, a Map, or pairs', {
    got,
  });
}

function checkName(name: unknown): string {
  if (typeof name === 'string' && /^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) return name;
  throw new OptionError('cookies', name, "must have names made of letters, digits and !#$%&'*+-.^_`|~");
}

function textOf(name: string, value: unknown): string {
  const isText = typeof value === 'string' || Number.isFinite(value);
  if (isText && /^[\x20-\x3a\x3c-\x7e]*$/.test(String(value))) return String(value);
  const got = isText ? 'a text with others' : `a ${typeof value}`;
  throw new OptionError(`cookies[${JSON.stringify(name)}]`, undefined, allowedValue, { got });
}

const allowedValue = 'must be text of ASCII characters without semicolons and line breaks (encode others)';

/** Cookies with others on top, name by name. */
export function mergedCookies(base: GivenCookies, over: CookieChanges): GivenCookies {
  const merged = new Map<string, string | null>(Object.entries(base));
  for (const [name, value] of over) merged.set(name, value);
  return Object.fromEntries([...merged].filter(([, value]) => value !== null)) as GivenCookies;
}
