/**
 * A session whose requests are retried.
 */
import type { CookieJar } from 'tough-cookie';
import { foundHttpOptions } from '../config/index.js';
import { OptionError } from '../core.js';
import type { HttpResponse } from './http-response.js';
import type { OriginState } from './judgement/origins.js';
import type { RetryHttpOptions } from './judgement/retry-settings.js';
import type { HeaderBag } from './request/headers.js';
import type { RequestOptions } from './request/request-options.js';
import { Requester } from './requester.js';
import { type Session, type SessionOptions, checkJar, partsOf } from './session.js';
import { Verbs } from './verbs.js';
import { Agents } from './wire/agents.js';

/** What a call may say: what is sent, and how it is retried. */
export interface RetryCallOptions extends RequestOptions, RetryHttpOptions {}

/** Options of a `RetrySession`. */
export interface RetrySessionOptions extends SessionOptions, RetryHttpOptions {
  /** Shares the cookies and connections of this session, and takes its other options as they are now. @default none */
  readonly session?: Session | undefined;
}

/**
 * Requests that share cookies, headers and connections, and are retried where that is safe: what was never sent, what
 * the server says it did not do, and what may be repeated. A circuit breaker and a retry budget for each origin keep
 * retries from doing harm.
 *
 * Without arguments it starts from the configuration file that is found, if there is one; with any, even `{}`, it takes
 * nothing from a file.
 *
 *     const session = new RetrySession({ baseUrl: 'https://api.example.org', timeout: ['1s', '5s'], retries: 4 });
 *     const users = await (await session.get('/users')).json();
 *     await session.post('/orders', { json: order, idempotencyKey: 'auto' });
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 * @throws {ConfigError} without arguments, for a configuration file that cannot be meant.
 * @see docs/http.md for what is retried; RequestsStampede's RetrySession and urllib3's Retry, whose words these are
 */
export class RetrySession extends Verbs<RetryCallOptions> implements AsyncDisposable {
  readonly #requester: Requester;
  readonly #agents: Agents;
  readonly jar: CookieJar;

  constructor(given?: RetrySessionOptions) {
    super();
    const options: RetrySessionOptions = given ?? foundHttpOptions() ?? {};
    const { session, jar } = options;
    if (session !== undefined && jar !== undefined)
      throw new OptionError('jar', jar, 'is the one of the session, where a session is given');
    const shared = session === undefined ? undefined : partsOf(session);
    this.jar = shared?.jar ?? checkJar(jar);
    this.#agents = shared === undefined ? new Agents() : shared.agents.lend();
    this.#requester = new Requester(options, {
      owner: 'RetrySession',
      ownNames: ['jar', 'session'],
      agents: this.#agents,
      jar: this.jar,
      retries: true,
      ...(shared === undefined ? {} : { base: shared.defaults }),
    });
  }

  /** The headers that go with every request. To be changed as you like: `session.headers.set('x-tag', 'a')`. */
  get headers(): HeaderBag {
    return this.#requester.defaults.headers;
  }

  /** How each origin stands: its circuit, and what its budget holds. */
  get origins(): ReadonlyMap<string, OriginState> {
    return this.#requester.origins?.states() ?? new Map<string, OriginState>();
  }

  request(method: string, url: string | URL, options?: RetryCallOptions): Promise<HttpResponse> {
    return this.#agents.traffic.call(method, url, () => this.#requester.request(method, url, options));
  }

  /**
   * Sends nothing new: a request is rejected with a `UsageError`. Waits for the calls under way, with their retries, and
   * for the bodies that are being read; then closes its own connections, not those of a `session` it was given. A body
   * of `stream: true` that nobody has begun to read is let go of, and one whose reader takes nothing for a second.
   */
  async close(): Promise<void> {
    await this.#agents.close();
  }

  /**
   * Ends all at once: calls under way, those between two attempts too, and bodies that are being read fail with a
   * `ConnectionError`. What a `session` it was given does for others goes on.
   */
  async destroy(): Promise<void> {
    await this.#agents.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
