/**
 * A session without retries: cookies, defaults and connections that several requests share.
 */
import type { CookieJar } from 'tough-cookie';
import { OptionError } from '../core.js';
import { emptyJar } from './cookies.js';
import type { HttpResponse } from './http-response.js';
import type { HeaderBag } from './request/headers.js';
import type { RequestOptions, SessionRequestOptions } from './request/request-options.js';
import type { SettledOptions } from './request/settled-options.js';
import { Requester } from './requester.js';
import { Verbs } from './verbs.js';
import { Agents } from './wire/agents.js';

/** Options of a session: what all its requests have in common, and where cookies are kept. */
export interface SessionOptions extends SessionRequestOptions {
  /** A jar of tough-cookie. @default a new one, empty */
  readonly jar?: CookieJar | undefined;
}

/** What a session shares with the one that is made of it. */
export interface SharedParts {
  readonly agents: Agents;
  readonly jar: CookieJar;
  readonly defaults: SettledOptions;
}

const parts = new WeakMap<Session, SharedParts>();

/**
 * Requests that share cookies, headers and connections, each sent once.
 *
 *     await using session = new Session({ baseUrl: 'https://api.example.org', headers: { accept: 'text/plain' } });
 *     const response = await session.get('/users', { params: { page: 2 } });
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 * @see requests.Session, whose words these are
 */
export class Session extends Verbs<RequestOptions> implements AsyncDisposable {
  readonly #requester: Requester;
  readonly #agents = new Agents();
  readonly jar: CookieJar;

  constructor(options: SessionOptions = {}) {
    super();
    this.jar = checkJar(options.jar);
    this.#requester = new Requester(options, {
      owner: 'Session',
      ownNames: ['jar'],
      agents: this.#agents,
      jar: this.jar,
      retries: false,
    });
    parts.set(this, { agents: this.#agents, jar: this.jar, defaults: this.#requester.defaults });
  }

  /** The headers that go with every request. To be changed as you like: `session.headers.set('x-tag', 'a')`. */
  get headers(): HeaderBag {
    return this.#requester.defaults.headers;
  }

  request(method: string, url: string | URL, options?: RequestOptions): Promise<HttpResponse> {
    return this.#agents.traffic.call(method, url, () => this.#requester.request(method, url, options));
  }

  /**
   * Sends nothing new: a request is rejected with a `UsageError`. Waits for the calls under way and the bodies that are
   * being read, then closes the connections. A body of `stream: true` that nobody has begun to read is let go of, and
   * one whose reader takes nothing for a second.
   */
  async close(): Promise<void> {
    await this.#agents.close();
  }

  /** Ends all at once: calls under way, and bodies that are being read, fail with a `ConnectionError`. */
  async destroy(): Promise<void> {
    await this.#agents.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** What a session shares. @throws {OptionError} when it is no session. */
export function partsOf(session: unknown): SharedParts {
  const shared = session instanceof Session ? parts.get(session) : undefined;
  if (shared !== undefined) return shared;
  throw new OptionError('session', session, 'must be a Session of stampede-js/http');
}

/** @throws {OptionError} unless it is a jar. @returns A new one for `undefined`. */
export function checkJar(given: unknown): CookieJar {
  if (given === undefined) return emptyJar();
  const { getCookiesSync, setCookieSync, store } = given as Partial<CookieJar>;
  const isJar = typeof getCookiesSync === 'function' && typeof setCookieSync === 'function';
  if (isJar && store?.synchronous === false)
    throw new OptionError('jar', given, 'must have a store that answers at once', {
      got: 'one that does not',
    });
  if (isJar) return given as CookieJar;
  throw new OptionError('jar', given, 'must be a CookieJar of tough-cookie');
}
