/**
 * What sessions and single requests have in common: options that hold for all calls, and what each call says on top.
 */
import type { CookieJar } from 'tough-cookie';
import { OptionError } from '../core.js';
import { HttpClient } from './http-client.js';
import type { HttpResponse } from './http-response.js';
import { keyToSend } from './idempotency-key.js';
import { Origins } from './judgement/origins.js';
import {
  type RetryHttpOptions,
  type RetrySettings,
  checkRetryOptions,
  mergeRetryOptions,
  retryHttpOptionNames,
  retryHttpSynonyms,
  retryOptionsIn,
} from './judgement/retry-settings.js';
import { checkRequestOptions, checkSessionOptions } from './request/checked-options.js';
import { type HttpRequest, prepare } from './request/prepare.js';
import { requestSynonyms } from './request/request-option-names.js';
import type { RequestOptions, SessionRequestOptions } from './request/request-options.js';
import { type SettledOptions, mergeRequestOptions, requestDefaults } from './request/settled-options.js';
import type { Agents } from './wire/agents.js';

/** What a requester is made of. */
export interface RequesterParts {
  /** The name under which the user knows it, for error messages. */
  readonly owner: string;
  /** Names of options that only its owner reads. */
  readonly ownNames?: readonly string[];
  readonly agents: Agents;
  readonly jar: CookieJar | undefined;
  /** What a session says that it was given. @default ours */
  readonly base?: SettledOptions;
  /** Whether calls are retried, and may say how. */
  readonly retries: boolean;
}

/** What other libraries call the options; what both tables have is of the request. */
const synonyms = { ...retryHttpSynonyms, ...requestSynonyms };

const off: RetryHttpOptions = { retries: false, circuitBreaker: false, budget: false };

export class Requester {
  readonly #client: HttpClient;
  readonly #retryOptions: RetryHttpOptions;
  readonly #settings: RetrySettings;
  readonly #callNames: ReadonlySet<string>;
  readonly #latest: (readonly [options: RetryHttpOptions, settings: RetrySettings])[] = [];
  /** What holds for every call. */
  readonly defaults: SettledOptions;
  readonly origins: Origins | undefined;

  constructor(options: SessionRequestOptions & RetryHttpOptions, parts: RequesterParts) {
    const { owner, ownNames = [], agents, jar, base = requestDefaults, retries } = parts;
    this.#callNames = new Set(retries ? retryHttpOptionNames : []);
    const others = new Set<string>([...this.#callNames, ...ownNames]);
    this.defaults = withOwnHeaders(
      mergeRequestOptions(base, checkSessionOptions(owner, options, others, synonyms)),
    );
    this.#retryOptions = retries ? (retryOptionsIn(options) ?? {}) : off;
    this.#settings = checkRetryOptions(this.#retryOptions, 'session');
    this.origins = retries ? new Origins(this.#settings) : undefined;
    this.#client = new HttpClient({ settings: this.#settings, agents, jar, origins: this.origins });
  }

  /**
   * Makes a call.
   *
   * @throws {OptionError} at once for what cannot be meant; the promise is rejected with what `HttpClient.fetch` throws.
   */
  request(
    method: string,
    url: string | URL,
    options?: RequestOptions & RetryHttpOptions,
  ): Promise<HttpResponse> {
    const given = options ?? undefined; // `null` says nothing
    const own = given === undefined ? undefined : retryOptionsIn(given);
    const settings = own === undefined ? this.#settings : this.#settingsWith(own);
    const request = prepare(method, url, this.#optionsWith(method, given));
    setIdempotencyKey(request, settings);
    return this.#client.fetch(redirectedBy(request, settings, given), settings);
  }

  #optionsWith(method: string, options: RequestOptions | undefined): SettledOptions {
    if (options === undefined) return this.defaults;
    const owner = typeof method === 'string' ? method.toLowerCase() : 'request';
    return mergeRequestOptions(this.defaults, checkRequestOptions(owner, options, this.#callNames, synonyms));
  }

  #settingsWith(own: RetryHttpOptions): RetrySettings {
    if (this.origins === undefined) {
      const [name] = Object.keys(own);
      throw new OptionError(name ?? 'retries', undefined, 'needs a RetrySession or RetryRequest', {
        got: 'it in a Session, which does not retry',
      });
    }
    const known = this.#latest.find(([options]) => isSame(options, own));
    if (known !== undefined) return known[1];
    const settings = checkRetryOptions(mergeRetryOptions(this.#retryOptions, own));
    if (Object.values(own).some(mayChange)) return settings;
    this.#latest.unshift([own, settings]);
    if (this.#latest.length > mostLatest) this.#latest.pop();
    return settings;
  }
}

/** Of so many kinds of calls that say how they are retried it is remembered what that means. */
const mostLatest = 8;

// Options in an object of the user's: the same object may mean something else by the next call.
function mayChange(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.iterator in value || Object.getPrototypeOf(value) === Object.prototype;
}

function isSame(one: RetryHttpOptions, other: RetryHttpOptions): boolean {
  const names = Object.keys(one) as (keyof RetryHttpOptions)[];
  return (
    names.length === Object.keys(other).length && names.every((name) => Object.is(one[name], other[name]))
  );
}

// What was said last counts: `maxRedirects` of the call, or `retries.redirect` of the call or the session.
function redirectedBy(
  request: HttpRequest,
  { maxRedirects }: RetrySettings,
  options: (RequestOptions & RetryHttpOptions) | undefined,
): HttpRequest {
  const { retries } = options ?? {};
  const isSaidByCall = typeof retries === 'object' && retries?.redirect !== undefined;
  if (maxRedirects === undefined || (options?.maxRedirects !== undefined && !isSaidByCall)) return request;
  return maxRedirects === false ? { ...request, allowRedirects: false } : { ...request, maxRedirects };
}

function setIdempotencyKey({ method, headers }: HttpRequest, settings: RetrySettings): void {
  const key = keyToSend(method, headers, settings);
  if (key !== undefined) headers.set('idempotency-key', key);
}

// The session's headers are its own, to be changed by its user; calls see the change. What the session says no call has
// said: it was not meant for an address that is not of the base.
function withOwnHeaders(options: SettledOptions): SettledOptions {
  return { ...options, headers: options.headers.copy(), own: undefined };
}
