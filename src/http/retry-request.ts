/**
 * Single requests that are retried: cookies are kept for the hops of one call only, connections are those of the process.
 */
import { foundHttpOptions } from '../config/index.js';
import type { HttpResponse } from './http-response.js';
import type { OriginState } from './judgement/origins.js';
import type { RetryHttpOptions } from './judgement/retry-settings.js';
import type { SessionRequestOptions } from './request/request-options.js';
import { Requester } from './requester.js';
import type { RetryCallOptions } from './retry-session.js';
import { Verbs } from './verbs.js';
import { Agents, sharedAgents } from './wire/agents.js';

/** Options of a `RetryRequest`, which hold for all its calls. */
export interface RetryRequestOptions extends SessionRequestOptions, RetryHttpOptions {}

/**
 * Requests that are retried as those of a `RetrySession`, but each for itself: a cookie that a redirect sets goes to where
 * it leads, and is forgotten with the call. Nothing has to be closed.
 *
 * Without arguments it starts from the configuration file that is found, if there is one; with any, even `{}`, it takes
 * nothing from a file.
 *
 *     const api = new RetryRequest({ timeout: ['1s', '5s'], retries: 4 });
 *     const response = await api.get('https://api.example.org/users');
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 * @throws {ConfigError} without arguments, for a configuration file that cannot be meant.
 * @see RequestsStampede's RetryRequest
 */
export class RetryRequest extends Verbs<RetryCallOptions> {
  #made: Requester | undefined;

  constructor(options?: RetryRequestOptions) {
    super();
    if (options !== whenFirstUsed) this.#made = requesterFor(options);
  }

  get #requester(): Requester {
    return (this.#made ??= requesterFor(undefined));
  }

  /** How each origin stands: its circuit, and what its budget holds. */
  get origins(): ReadonlyMap<string, OriginState> {
    return this.#requester.origins?.states() ?? new Map<string, OriginState>();
  }

  async request(method: string, url: string | URL, options?: RetryCallOptions): Promise<HttpResponse> {
    // Awaited here, so that this stands in the stack, and with it who called; what is wrong with a configuration is a
    // rejection like all that is wrong with a request.
    const response = await this.#requester.request(method, url, options);
    return response;
  }
}

function requesterFor(options: RetryRequestOptions | undefined): Requester {
  return new Requester(options ?? foundHttpOptions() ?? {}, {
    owner: 'RetryRequest',
    agents: new Agents(sharedAgents),
    jar: undefined,
    retries: true,
  });
}

/** Stands for "without arguments, but not now": no file is looked for while modules are loaded. */
const whenFirstUsed: RetryRequestOptions = /* @__PURE__ */ Object.freeze({});

/**
 * A `RetryRequest` without arguments, ready for use. A configuration file is looked for with its first request.
 *
 *     const response = await horde.get('https://api.example.org/users');
 */
export const horde: RetryRequest = /* @__PURE__ */ new RetryRequest(whenFirstUsed);
