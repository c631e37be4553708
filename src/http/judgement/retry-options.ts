/**
 * The options by which HTTP calls are retried, as users write them. `retry-settings.ts` checks them.
 *
 * All of them may be given to the constructor and to a single call, where they take the place of what was there.
 * Times are milliseconds or strings with a unit.
 */
import type {
  AbortDetails,
  AttemptDetails,
  BackoffDetails,
  Budget,
  CircuitBreaker,
  CircuitBreakerOptions,
  Clock,
  Duration,
  GiveUpDetails,
  Handlers,
  Jitter,
  LogLevel,
  Random,
  RetryBudgetOptions,
  Returned,
  SuccessDetails,
  Threw,
} from '../../core.js';
import type { HttpError } from '../http-errors.js';
import type { HttpResponse } from '../http-response.js';
import type { Backoff } from './backoff.js';

/** How many retries each kind of failure may take: a whole number, `Infinity`, or `false` for none. */
export interface RetryCounts {
  /** Of all kinds together; wins where it is lower. @default 3, and on top of it what is given by kind */
  readonly total?: number | false | undefined;
  /** No connection: nothing was sent, so any method is tried again. @default 3 */
  readonly connect?: number | false | undefined;
  /** The connection was lost or silent after sending; only methods that may be repeated are. @default 2 */
  readonly read?: number | false | undefined;
  /** A status that asks for it. @default 3 */
  readonly status?: number | false | undefined;
  /** Redirects that are followed; another word for `maxRedirects`. @default `maxRedirects` */
  readonly redirect?: number | false | undefined;
  /** Anything else: what came back is not HTTP, or `retryWhen` asked for it. @default 3 */
  readonly other?: number | false | undefined;
}

/** What an attempt ended with, as `retryWhen` is told. */
export type HttpOutcome =
  | { readonly response: HttpResponse; readonly error?: undefined }
  | { readonly response?: undefined; readonly error: HttpError };

/** The call that handlers are told of. */
export interface ToldHttpCall {
  /** What is being asked for; after a redirect, where it leads now. The address holds no credentials. */
  readonly request: { readonly method: string; readonly url: URL };
}

interface OfHttpCall {
  readonly args: readonly [call: ToldHttpCall];
}

type HttpFailure = Returned<HttpResponse> | Threw<HttpError>;

/** What `onAttempt` is told; `args[0].request` says which request it is. */
export type HttpAttemptDetails = AttemptDetails & OfHttpCall;
/** What `onSuccess` is told; `value` is the response. */
export type HttpSuccessDetails = SuccessDetails<HttpResponse> & OfHttpCall;
/** What `onBackoff` is told; `value` is the response that is not taken, or `error` says why there is none. */
export type HttpBackoffDetails = BackoffDetails<HttpFailure> & OfHttpCall;
/** What `onGiveup` is told. */
export type HttpGiveUpDetails = GiveUpDetails<HttpFailure> & OfHttpCall;
/** What `onAbort` is told. */
export type HttpAbortDetails = AbortDetails & OfHttpCall;

/** Takes what is to be logged: `Backing off GET https://host/path for 1.2s (503 Service Unavailable)`. */
export type HttpLog = (
  level: LogLevel,
  text: string,
  details: HttpBackoffDetails | HttpGiveUpDetails,
) => unknown;

/** Whether, when and how often a request is tried again. */
export interface RetryHttpOptions {
  /**
   * How many retries: in all, or by kind. `false`: none, the first error or response is the result.
   * A number is the total, and each kind may use all of it.
   * A kind that is given has its retries to itself: the total grows by them.
   *
   * @default { total: 3, connect: 3, read: 2, status: 3, other: 3 }
   */
  readonly retries?: number | false | RetryCounts | null | undefined;
  /** The waits between attempts, one sequence for all kinds of failure. @default expo({ factor: 100, maxValue: '10s' }) */
  readonly backoff?: Backoff | null | undefined;
  /** Another way to give them, urllib3's: 0, 2 × factor, 4 × factor ... up to 120 s. */
  readonly backoffFactor?: Duration | null | undefined;
  /** Spreads the waits; `null` for none. @default fullJitter */
  readonly jitter?: Jitter | null | undefined;

  /**
   * The statuses that are retried, instead of the table: for `allowedMethods`, and for every method where they are
   * among `unsafeStatuses` too. An empty list: none.
   *
   * @default 408, 425, 429, 500, 502, 503, 504, 520–524, 529, 413 with Retry-After, and 421 once
   */
  readonly statusForcelist?: Iterable<number> | null | undefined;
  /**
   * The methods that may be repeated after they may have been processed. `'any'` or `null`: every method.
   *
   * @default GET HEAD OPTIONS TRACE PUT DELETE QUERY
   */
  readonly allowedMethods?: Iterable<string> | 'any' | null | undefined;
  /** The statuses that are retried for every method: they say that no work was done. @default [429, 502, 503] */
  readonly unsafeStatuses?: Iterable<number> | null | undefined;
  /** Whether this may be repeated, whatever its method. @default by method and header `Idempotency-Key` */
  readonly idempotent?: boolean | null | undefined;
  /** Sends the header `Idempotency-Key`, the same with every attempt: `'auto'` makes one for each call. @default none */
  readonly idempotencyKey?: string | null | undefined;

  /**
   * Decides instead of the rules: true retries (POST, too), false does not, `undefined` leaves it to them.
   * Asked of every response, and of every error but refusals and those that end a call by nature.
   */
  readonly retryWhen?:
    | ((method: string, outcome: HttpOutcome) => boolean | undefined | PromiseLike<boolean | undefined>)
    | null
    | undefined;
  /** Asked of a response that is about to be retried, also the last; true ends the call with it. May read its body. */
  readonly giveup?: ((response: HttpResponse) => boolean | PromiseLike<boolean>) | null | undefined;
  /**
   * Whether a status from 400 that is still there when its retries are spent is thrown as an `HttpStatusError`, as in
   * urllib3. A status that is not retried (a 404, a POST answered by 500) is an answer all the same: for any status from
   * 400 there is `response.raiseForStatus()`.
   *
   * @default false
   */
  readonly raiseOnStatus?: boolean | null | undefined;
  /** Whether too many redirects are an error; else the last of them is the response. @default true */
  readonly raiseOnRedirect?: boolean | null | undefined;

  /** Whether a server may say when to come back. @default true */
  readonly respectRetryAfter?: boolean | null | undefined;
  /** One that wants us to stay away longer ends the call at once. @default '60s' */
  readonly maxRetryAfter?: Duration | null | undefined;

  /** Steps aside while an origin fails, one circuit for each. Several sessions may share one that is given. @default on */
  readonly circuitBreaker?: false | CircuitBreakerOptions | CircuitBreaker | null | undefined;
  /** Pays for retries, one budget for each origin. Several sessions may share one that is given. @default on */
  readonly budget?: false | RetryBudgetOptions | Budget | null | undefined;

  /** One handler or several; awaited, but `onAttempt`. */
  readonly onAttempt?: Handlers<HttpAttemptDetails> | null | undefined;
  /** A response that is not retried, whatever its status. */
  readonly onSuccess?: Handlers<HttpSuccessDetails> | null | undefined;
  readonly onBackoff?: Handlers<HttpBackoffDetails> | null | undefined;
  readonly onGiveup?: Handlers<HttpGiveUpDetails> | null | undefined;
  readonly onAbort?: Handlers<HttpAbortDetails> | null | undefined;
  /** `false`, or where to write. @default the package `debug`, namespace `stampede:http` */
  readonly log?: false | HttpLog | null | undefined;

  /** `false`, or a function that gives it: exactly one attempt. @default true */
  readonly enabled?: boolean | (() => boolean) | null | undefined;
  /** `new VirtualClock()` in tests. @default systemClock */
  readonly clock?: Clock | null | undefined;
  /** Gives numbers from 0 up to, not including, 1. @default Math.random */
  readonly random?: Random | null | undefined;
}

// So that a name that is missing here does not compile.
const names: Readonly<Record<keyof RetryHttpOptions, true>> = {
  retries: true,
  backoff: true,
  backoffFactor: true,
  jitter: true,
  statusForcelist: true,
  allowedMethods: true,
  unsafeStatuses: true,
  idempotent: true,
  idempotencyKey: true,
  retryWhen: true,
  giveup: true,
  raiseOnStatus: true,
  raiseOnRedirect: true,
  respectRetryAfter: true,
  maxRetryAfter: true,
  circuitBreaker: true,
  budget: true,
  onAttempt: true,
  onSuccess: true,
  onBackoff: true,
  onGiveup: true,
  onAbort: true,
  log: true,
  enabled: true,
  clock: true,
  random: true,
};

/** The names of all options here. */
export const retryHttpOptionNames = Object.keys(names) as readonly (keyof RetryHttpOptions)[];

/** What other libraries call them. */
export const retryHttpSynonyms: Readonly<Record<string, string>> = {
  maxRetries: 'retries',
  max_retries: 'retries',
  limit: 'retries: { total }',
  breaker: 'circuitBreaker',
  errors: 'retryWhen',
  predicate: 'retryWhen',
  maxTries: 'retries, which does not count the first attempt',
  maxAttempts: 'retries, which does not count the first attempt',
  attempts: 'retries, which does not count the first attempt',
  retry: 'retries',
  total: 'retries: { total }',
  connect: 'retries: { connect }',
  read: 'retries: { read }',
  status: 'retries: { status }',
  redirect: 'retries: { redirect }',
  other: 'retries: { other }',
  wait: 'backoff',
  delay: 'backoff',
  retryDelay: 'backoff',
  backoff_factor: 'backoffFactor',
  backoff_jitter: 'jitter',
  status_forcelist: 'statusForcelist',
  statusCodes: 'statusForcelist',
  allowed_methods: 'allowedMethods',
  method_whitelist: 'allowedMethods',
  methods: 'allowedMethods',
  retryIf: 'retryWhen',
  shouldRetry: 'retryWhen',
  retryCondition: 'retryWhen',
  raise_on_status: 'raiseOnStatus',
  raise_on_redirect: 'raiseOnRedirect',
  respect_retry_after_header: 'respectRetryAfter',
  retry_after_max: 'maxRetryAfter',
  maxTime: 'timeout: { total }',
  onRetry: 'onBackoff',
};
