/**
 * The options by which the requests of others are retried: those of a `fetch`, those of a dispatcher.
 *
 * They are those of a session, but for redirects, which the guest's host follows or leaves alone itself. Handlers are
 * told the errors of the host as they are.
 */
import {
  type AbortDetails,
  type AttemptDetails,
  type BackoffDetails,
  type GiveUpDetails,
  type Handlers,
  OptionError,
  type Returned,
  type SuccessDetails,
  type Threw,
  checkKeys,
} from '../core.js';
import type { HttpResponse } from './http-response.js';
import type { RetryCounts, RetryHttpOptions, ToldHttpCall } from './judgement/retry-options.js';
import {
  type RetrySettings,
  checkRetryOptions,
  retryHttpOptionNames,
  retryHttpSynonyms,
} from './judgement/retry-settings.js';

interface OfHttpCall {
  readonly args: readonly [call: ToldHttpCall];
}

/** What an attempt ended with: a response, or an error of the host as it was thrown. */
type GuestFailure = Returned<HttpResponse> | Threw;

/** What the handlers of `retryFetch` and `retryInterceptor` are told; `error` is the host's own. */
export type GuestBackoffDetails = BackoffDetails<GuestFailure> & OfHttpCall;
export type GuestGiveUpDetails = GiveUpDetails<GuestFailure> & OfHttpCall;

type Replaced = 'retries' | 'raiseOnRedirect' | 'onBackoff' | 'onGiveup';

/** `RetryHttpOptions` where somebody else sends the requests: without redirects. */
export interface RetryGuestOptions extends Omit<RetryHttpOptions, Replaced> {
  /**
   * How many retries: in all, or by kind. `false`: none.
   *
   * @default { total: 3, connect: 3, read: 2, status: 3, other: 3 }
   */
  readonly retries?: number | false | Omit<RetryCounts, 'redirect'> | null | undefined;
  readonly onAttempt?: Handlers<AttemptDetails & OfHttpCall> | null | undefined;
  readonly onSuccess?: Handlers<SuccessDetails<HttpResponse> & OfHttpCall> | null | undefined;
  readonly onBackoff?: Handlers<GuestBackoffDetails> | null | undefined;
  readonly onGiveup?: Handlers<GuestGiveUpDetails> | null | undefined;
  readonly onAbort?: Handlers<AbortDetails & OfHttpCall> | null | undefined;
}

const names = retryHttpOptionNames.filter((name) => name !== 'raiseOnRedirect');

/**
 * Checks the options of a guest.
 *
 * @param owner  Who was given them, as the user writes it.
 * @param own    Names that only its owner reads.
 * @throws {OptionError} naming the first that is unknown or not allowed.
 */
export function checkGuestOptions(
  owner: string,
  options: RetryGuestOptions,
  own: readonly string[] = [],
): RetrySettings {
  checkKeys(owner, options, [...names, ...own], retryHttpSynonyms);
  const shared = Object.entries(options).filter(([name]) => !own.includes(name));
  const settings = checkRetryOptions(Object.fromEntries(shared), 'session');
  if (settings.maxRedirects === undefined) return settings;
  throw new OptionError('retries.redirect', settings.maxRedirects, `is not counted by ${owner}`);
}
