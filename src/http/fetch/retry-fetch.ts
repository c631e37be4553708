/**
 * Any `fetch`, retried.
 */
import { OptionError } from '../../core.js';
import { GuestClient } from '../guest-client.js';
import { type RetryGuestOptions, checkGuestOptions } from '../guest-options.js';
import { BodyReplayError } from '../http-errors.js';
import type { FetchAnswer } from './fetch-answer.js';
import { type AnyFetch, FetchCall, fetchOnce } from './fetch-attempt.js';
import { type FetchInit, readFetchRequest } from './fetch-request.js';
import { type FetchTimeoutInput, readFetchTimeouts } from './fetch-timeouts.js';

/** Options of `retryFetch`. */
export interface RetryFetchOptions extends RetryGuestOptions {
  /**
   * How long it may take to the headers: each attempt, and all of them. The body is the caller's, and so is `init.signal`
   * to end it.
   *
   * @default { attempt: '30s', total: '60s' }
   */
  readonly timeout?: FetchTimeoutInput | undefined;
}

/**
 * A `fetch` that retries where that is safe, as a `RetrySession` does, with the same options. It has the type of the
 * fetch it is given, takes what that takes, and gives what that gives: its own `Response`, its own errors.
 *
 *     const get = retryFetch(fetch, { retries: 4, timeout: '5s' });
 *     const users = await (await get('https://api.example.org/users')).json();
 *
 * What `giveup`, `retryWhen` and handlers are shown is an `HttpResponse`; what they read of it, the caller can still
 * read. What is sent is sent again as it was when the call was made, but for streams, which are sent once, and the body
 * of a `Request` of more than a mebibyte. Redirects are those of the fetch. Which errors mean that nothing was sent is
 * known of Node; an error of a browser never does, so there a lost POST is not repeated.
 *
 * `retryHistory(error)` tells the attempts that an error ended.
 *
 * @param fetch  The global one, undici's, or another that has its ways.
 * @throws {OptionError} when an option is unknown or not allowed. Calls throw what the fetch throws, the very same
 *   object; the reason of `init.signal`; and of ours a `ReadTimeoutError`, a `TotalTimeoutError`, a `CircuitOpenError`,
 *   and with `raiseOnStatus` an `HttpStatusError`.
 */
export function retryFetch<Fetch extends AnyFetch>(fetch: Fetch, options: RetryFetchOptions = {}): Fetch {
  if (typeof fetch !== 'function') throw new OptionError('fetch', fetch, 'must be a function that fetches');
  const settings = checkGuestOptions('retryFetch', options, ['timeout']);
  const timeouts = readFetchTimeouts(options.timeout);
  const client = new GuestClient<FetchCall, FetchAnswer>(settings, (call) => fetchOnce(fetch, call));

  const retried = async (input: unknown, init?: FetchInit | null): Promise<unknown> => {
    const request = readFetchRequest(input, init, settings, timeouts);
    if (request === undefined) return fetch(input, init);
    try {
      return (await client.make(new FetchCall(request, settings))).response;
    } catch (error) {
      throw withoutReplayError(error);
    }
  };
  Object.defineProperty(retried, 'name', { value: fetch.name, configurable: true });
  return Object.assign(retried, fetch) as AnyFetch as Fetch;
}

// That a stream cannot be sent again is no news to who gave it: the error of the fetch is.
function withoutReplayError(error: unknown): unknown {
  return error instanceof BodyReplayError && error.cause !== undefined ? error.cause : error;
}
