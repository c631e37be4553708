/**
 * The door `stampede-js/http/fetch`: any `fetch`, retried. It needs nothing of Node, so it opens in browsers, too.
 */
export { retryFetch } from './retry-fetch.js';
export type { RetryFetchOptions } from './retry-fetch.js';
export type { AnyFetch } from './fetch-attempt.js';
export type { FetchTimeoutInput, FetchTimeouts } from './fetch-timeouts.js';
export type { GuestBackoffDetails, GuestGiveUpDetails, RetryGuestOptions } from '../guest-options.js';
export {
  ConnectionError,
  HttpError,
  HttpStatusError,
  ReadTimeoutError,
  TotalTimeoutError,
} from '../http-errors.js';
export type { HttpAttempt, Phase } from '../attempt-trail.js';
export type { HeaderFields, HttpResponse, ResponseHeaders } from '../http-response.js';
