/**
 * Whether what was said of a request can be meant.
 */
import type { Dispatcher } from 'undici';
import { OptionError, checkKeys } from '../../core.js';
import { type Auth, readAuth } from './auth.js';
import type { Payload } from './body.js';
import { type CookieChanges, type CookiesInput, readCookies } from './given-cookies.js';
import { type HeaderChanges, type HeadersInput, readHeaders } from './headers.js';
import { type HooksInput, type ResponseHook, readHooks } from './hooks.js';
import { type Params, readParams } from './params.js';
import {
  ownOptionNames,
  requestOptionNames,
  requestSynonyms,
  sessionOptionNames,
} from './request-option-names.js';
import type { RequestOptions, SessionRequestOptions } from './request-options.js';
import { type GivenTimeouts, type TimeoutInput, readTimeouts } from './timeouts.js';
import {
  type CertParts,
  type TransportOptions,
  readCert,
  readDispatcher,
  readProxies,
  readVerify,
} from './transport-options.js';
import { type BaseUrl, readBaseUrl } from './url.js';

/** Options that were checked. `undefined`: nothing was said; `null`: a default is taken away. */
export interface CheckedRequestOptions {
  readonly params: Params | undefined;
  readonly headers: HeaderChanges | undefined;
  readonly cookies: CookieChanges | undefined;
  readonly auth: Auth | null | undefined;
  readonly timeout: GivenTimeouts | undefined;
  readonly allowRedirects: boolean | undefined;
  readonly maxRedirects: number | undefined;
  readonly proxies: Readonly<Record<string, string>> | null | undefined;
  readonly verify: TransportOptions['verify'] | undefined;
  readonly cert: CertParts | null | undefined;
  readonly trustEnv: boolean | undefined;
  readonly stream: boolean | undefined;
  readonly hooks: readonly ResponseHook[] | undefined;
  readonly baseUrl: BaseUrl | null | undefined;
  readonly dispatcher: Dispatcher | null | undefined;
  readonly maxResponseSize: number | undefined;
  readonly keepHeaders: boolean | readonly string[] | undefined;
  readonly decompress: boolean | undefined;
  readonly payload: Payload | undefined;
  readonly signal: AbortSignal | undefined;
}

type Readers = { readonly [Name in string]: (name: string, value: any) => unknown };

// What is read of an option that was given. In the order of `CheckedRequestOptions`.
const readers = {
  params: readParams,
  headers: (_: string, value: HeadersInput) => readHeaders(value),
  cookies: (_: string, value: CookiesInput) => readCookies(value),
  auth: orNull(readAuth),
  timeout: (_: string, value: TimeoutInput) => readTimeouts(value),
  allowRedirects: boolean,
  maxRedirects: (name: string, value: unknown) => wholeNumber(name, value),
  proxies: orNull(readProxies),
  verify: (_: string, value: unknown) => readVerify(value),
  cert: orNull(readCert),
  trustEnv: boolean,
  stream: boolean,
  hooks: (_: string, value: HooksInput) => readHooks(value),
  baseUrl: orNull(readBaseUrl),
  dispatcher: orNull(readDispatcher),
  maxResponseSize: (name: string, value: unknown) => (value === Infinity ? value : wholeNumber(name, value)),
  keepHeaders: readKeepHeaders,
  decompress: boolean,
  signal: readSignal,
} satisfies Readers;

const nothing: CheckedRequestOptions = {
  params: undefined,
  headers: undefined,
  cookies: undefined,
  auth: undefined,
  timeout: undefined,
  allowRedirects: undefined,
  maxRedirects: undefined,
  proxies: undefined,
  verify: undefined,
  cert: undefined,
  trustEnv: undefined,
  stream: undefined,
  hooks: undefined,
  baseUrl: undefined,
  dispatcher: undefined,
  maxResponseSize: undefined,
  keepHeaders: undefined,
  decompress: undefined,
  payload: undefined,
  signal: undefined,
};

const known: ReadonlySet<string> = new Set(requestOptionNames);
const ofSessions: ReadonlySet<string> = new Set(sessionOptionNames);
const ofPayload: ReadonlySet<string> = new Set(['data', 'json', 'files', 'body']);
const ofOthers: ReadonlySet<string> = new Set();

/**
 * Checks the options of a call. The usual call pays for what it gives, and for nothing else.
 *
 * @param owner   Whose options they are, as the user writes it: `get`, `RetrySession`.
 * @param others    Names that somebody else reads (the options of retries).
 * @param synonyms  What other libraries call the options.
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function checkRequestOptions(
  owner: string,
  options: RequestOptions | null | undefined,
  others: ReadonlySet<string> = ofOthers,
  synonyms = requestSynonyms,
): CheckedRequestOptions {
  if (options === undefined || options === null) return nothing;
  return checked(owner, options, { allowed: known, others, synonyms });
}

/** Checks what a session says for all its requests. @throws {OptionError}, also for what belongs to one request. */
export function checkSessionOptions(
  owner: string,
  options: SessionRequestOptions | null | undefined,
  others: ReadonlySet<string> = ofOthers,
  synonyms = requestSynonyms,
): CheckedRequestOptions {
  if (options === undefined || options === null) return nothing;
  return checked(owner, options, { allowed: ofSessions, others, synonyms });
}

/** The names that may stand in options, and what other libraries call them. */
interface Names {
  readonly allowed: ReadonlySet<string>;
  readonly others: ReadonlySet<string>;
  readonly synonyms: Readonly<Record<string, string>>;
}

function checked(owner: string, options: object, names: Names): CheckedRequestOptions {
  if (typeof options !== 'object' || Array.isArray(options)) checkKeys(owner, options, []);
  const result: Record<string, unknown> = { ...nothing };
  for (const name of Object.keys(options)) {
    if (!names.allowed.has(name)) {
      if (names.others.has(name)) continue;
      refuse(owner, name, (options as Record<string, unknown>)[name], names);
    }
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) continue;
    if (ofPayload.has(name)) result['payload'] = options;
    else result[name] = (readers as Readers)[name]?.(name, value);
  }
  const settled = result as unknown as CheckedRequestOptions;
  if (settled.auth && settled.headers?.get('authorization')?.values) {
    throw new OptionError('auth', undefined, 'cannot stand beside a header authorization', { got: 'both' });
  }
  return settled;
}

function refuse(owner: string, name: string, value: unknown, { allowed, others, synonyms }: Names): void {
  if (ownOptionNames.includes(name)) {
    throw new OptionError(name, undefined, `belongs to one request, not to ${owner}`, { got: 'it here' });
  }
  // The value is not shown: under a name from elsewhere it may be a password.
  const shown = typeof value === 'boolean' || typeof value === 'number' ? value : '...';
  checkKeys(owner, { [name]: shown }, [...allowed, ...others], synonyms);
}

function orNull<Given, Read>(
  read: (value: Given) => Read,
): (name: string, value: Given | null) => Read | null {
  return (_, value) => (value === null ? null : read(value));
}

function boolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new OptionError(name, value, 'must be true or false');
}

function wholeNumber(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new OptionError(name, value, 'must be a whole number of 0 or more');
}

function readKeepHeaders(name: string, value: unknown): boolean | readonly string[] {
  if (typeof value === 'boolean') return value;
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (isList) return value.map((item: string) => item.toLowerCase());
  throw new OptionError(name, value, 'must be true, false, or a list of names of headers');
}

function readSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === null) return undefined;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return value as AbortSignal;
  throw new OptionError(name, value, 'must be an AbortSignal');
}
