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
export type { HttpResponse, ResponseHeaders } from './http-response.js';
