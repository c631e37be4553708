/**
 * Where a request goes: the address, made absolute, without the credentials it came with.
 */
import { OptionError } from '../../core.js';
import type { RequestName } from '../http-errors.js';

/** User and password of an address, decoded. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** An address to which others are relative. */
export interface BaseUrl {
  /** Without a slash at the end. */
  readonly prefix: string;
  readonly origin: string;
  readonly credentials: Credentials | undefined;
}

/** An address that a request can go to. */
export interface Target {
  /** Absolute, http or https, without credentials. Nobody else has it. */
  readonly url: URL;
  readonly credentials: Credentials | undefined;
}

/** No server reads more (most read 8 to 16 KiB), and what is longer belongs into a body. */
const longest = 65_536;

const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i;

/**
 * Checks the option `baseUrl`.
 *
 * @throws {OptionError} unless it is an absolute http or https address without query and fragment.
 */
export function readBaseUrl(given: string | URL): BaseUrl {
  const text = textOf('baseUrl', given);
  if (!hasScheme.test(text)) throw refuse('baseUrl', text, 'must be absolute, as in https://example.org/api');
  const { url, credentials } = targetOf('baseUrl', text);
  if (url.search !== '' || url.hash !== '') {
    throw new OptionError('baseUrl', shownUrl(url), 'must have no query and no fragment (give params)');
  }
  return { prefix: shownUrl(url).replace(/\/+$/, ''), origin: url.origin, credentials };
}

/**
 * Makes an address absolute.
 *
 * A relative one is appended to the path of the base, with one slash between them, whether it starts with a slash or
 * not: `https://x/api` and `/users` make `https://x/api/users`. (`new URL()` would drop `/api`, which nobody means who
 * names a base.) An absolute one stands for itself.
 *
 * @returns A URL of our own, so that nothing the caller changes later is seen.
 * @throws {OptionError} for what is empty, not http, longer than 64 KiB, or relative without a base.
 */
export function resolveUrl(given: string | URL, base: BaseUrl | undefined): Target {
  const text = textOf('url', given);
  if (hasScheme.test(text)) return targetOf('url', text);
  checkRelative(text, base);
  const { prefix } = base as BaseUrl;
  if (text === '') return { url: new URL(prefix), credentials: undefined };
  const join = text.startsWith('/') || text.startsWith('?') || text.startsWith('#') ? '' : '/';
  return targetOf('url', `${prefix}${join}${text}`);
}

function textOf(option: string, given: unknown): string {
  const text = given instanceof URL ? given.href : given;
  if (typeof text !== 'string') throw new OptionError(option, given, 'must be text or a URL');
  if (text.length <= longest) return text.trim();
  throw new OptionError(option, undefined, `must have at most ${longest} characters`, {
    got: `${text.length} of them`,
  });
}

function checkRelative(text: string, base: BaseUrl | undefined): void {
  if (text.startsWith('//')) throw refuse('url', text, 'must say http: or https: before //');
  if (/^[a-z][a-z\d+.-]*:/i.test(text)) {
    throw refuse('url', text, 'must start with http:// or https:// (a relative one with a colon: with ./)');
  }
  if (base !== undefined) return;
  const what = text === '' ? 'must not be empty' : 'must be absolute';
  throw refuse('url', text, `${what}, as in https://example.org/path, where no baseUrl is given`);
}

function targetOf(option: string, text: string): Target {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse(option, text, 'must be an http or https address'); // the error of URL shows the password
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refuse(option, text, 'must start with http:// or https://');
  }
  if (url.port === '0') throw refuse(option, text, 'must have a port other than 0');
  return { url, credentials: takeCredentials(url) };
}

function takeCredentials(url: URL): Credentials | undefined {
  const { username, password } = url;
  if (username === '' && password === '') return undefined;
  url.username = '';
  url.password = '';
  return { username: decoded(username), password: decoded(password) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign stands for itself
  }
}

/** Adds to the query of an address, after what it has. @param query  Encoded, without a question mark. */
export function addQuery(url: URL, query: string): void {
  if (query === '') return;
  url.search = url.search === '' ? query : `${url.search}&${query}`;
}

/** An address as errors and logs may show it: without credentials, query and fragment. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** What errors and logs call a request, worked out when one of them asks: few requests fail. */
export class LateName implements RequestName {
  readonly #url: URL;

  constructor(
    readonly method: string,
    url: URL,
  ) {
    this.#url = url;
  }

  get url(): string {
    return shownUrl(this.#url);
  }
}

// What URL cannot read must be cut by hand: all before the last @, and all from the first question mark.
function refuse(option: string, text: string, allowed: string): OptionError {
  const bare = text.includes('@') ? text.replace(/^([a-z\d+.-]*:(?:\/\/)?)?.*@/is, '$1***@') : text;
  return new OptionError(option, bare.replace(/[?#].*$/s, ''), allowed);
}
