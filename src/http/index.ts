/**
 * The door `stampede-js/http`: requests that are retried, over undici.
 */
export {
  BodyReplayError,
  ConnectTimeoutError,
  ConnectionError,
  DecodeError,
  HttpError,
  HttpStatusError,
  JsonError,
  ProtocolError,
  ReadTimeoutError,
  RedirectError,
  ResponseSizeError,
  TotalTimeoutError,
} from './http-errors.js';
export type { FailureFacts, RequestName } from './http-errors.js';
export type { HttpAttempt, Phase } from './attempt-trail.js';
export type { Bytes, HeaderFields, HttpResponse, ResponseHeaders } from './http-response.js';
export type { HttpLink } from './links.js';

export { Session } from './session.js';
export type { SessionOptions } from './session.js';
export { RetrySession } from './retry-session.js';
export type { RetryCallOptions, RetrySessionOptions } from './retry-session.js';
export { retryFetch } from './fetch/index.js';
export type { AnyFetch, FetchTimeoutInput, FetchTimeouts, RetryFetchOptions } from './fetch/index.js';
export { retryInterceptor } from './interceptor/retry-interceptor.js';
export type { RetryInterceptorOptions } from './interceptor/retry-interceptor.js';
export type { GuestBackoffDetails, GuestGiveUpDetails, RetryGuestOptions } from './guest-options.js';
export { RetryRequest, horde } from './retry-request.js';
export type { RetryRequestOptions } from './retry-request.js';
export type { Verbs } from './verbs.js';

export type { RequestOptions, SessionRequestOptions } from './request/request-options.js';
export type { AuthAnswer, AuthFunction, AuthInput, AuthRequest } from './request/auth.js';
export type { BodyFactory, BodyInput, Payload } from './request/body.js';
export type { CookiesInput } from './request/given-cookies.js';
export type { HeaderBag, HeaderValue, HeadersInput } from './request/headers.js';
export type { HooksInput, ResponseHook } from './request/hooks.js';
export type { FileContent, FileInput, FileParts, FilesInput } from './request/multipart.js';
export type { ParamValue, ParamsInput } from './request/params.js';
export type { TimeoutInput, TimeoutValue, Timeouts } from './request/timeouts.js';
export type { CertInput, CertParts, Pem, ProxiesInput } from './request/transport-options.js';

export type { Backoff, BackoffPolicy } from './judgement/backoff.js';
export { originBreaker } from './judgement/origin-breaker.js';
export type { OriginState } from './judgement/origins.js';
export type {
  HttpAbortDetails,
  HttpAttemptDetails,
  HttpBackoffDetails,
  HttpGiveUpDetails,
  HttpLog,
  HttpOutcome,
  HttpSuccessDetails,
  RetryCounts,
  RetryHttpOptions,
  ToldHttpCall,
} from './judgement/retry-options.js';
