/**
 * The state of one call: where it has been redirected to, what its attempts were, what the last of them brought.
 */
import { inspect } from 'node:util';
import type { CookieJar } from 'tough-cookie';
import type { Ms, Outcome, Waits } from '../core.js';
import { type HttpAttempt, noteAttempt } from './attempt-trail.js';
import {
  ConnectionError,
  HttpError,
  RedirectError,
  type RequestName,
  TotalTimeoutError,
} from './http-errors.js';
import type { RetriedHttpCall } from './judgement/retry-policy.js';
import type { RetrySettings } from './judgement/retry-settings.js';
import { isRedirect, redirected } from './redirects.js';
import type { HttpRequest } from './request/prepare.js';
import { shownUrl } from './request/url.js';
import type { WireResponse } from './response.js';
import { within } from './within.js';

export class HttpCall implements RetriedHttpCall {
  /** Of the present hop. */
  request: HttpRequest;
  /** Moment at which all must be over. */
  readonly deadline: Ms;
  last: Outcome<WireResponse> | undefined;
  /** The cookies of its redirects, where no session keeps them; made with the first. */
  jar: CookieJar | undefined;
  waits: Waits | undefined;
  /** Moment at which the latest request was sent. */
  sentAt: Ms = 0;
  /** Whether it was answered. */
  isAnswered = false;
  readonly #startedAt: Ms;
  #tries = 0;
  #hops: WireResponse[] | undefined;
  /** Of the hops so far; a call of one hop that is answered needs none. */
  #trail: HttpAttempt[] | undefined;

  constructor(
    request: HttpRequest,
    readonly settings: RetrySettings,
  ) {
    this.request = request;
    this.#startedAt = settings.clock.now();
    this.deadline = this.#startedAt + request.timeouts.total;
  }

  get isIdempotent(): boolean {
    return this.settings.isIdempotent(this.request);
  }

  /** Whether its time is over after an attempt and a wait. */
  get isLate(): boolean {
    return this.last !== undefined && this.settings.clock.now() >= this.deadline;
  }

  /** What it is, as errors and logs may show it. */
  get name(): RequestName {
    const { method, url } = this.request;
    return { method, url: shownUrl(url) };
  }

  inTime<T>(work: PromiseLike<T>): Promise<T> {
    const { request, settings, deadline, name } = this;
    const phase = this.#tries === 0 ? 'queued' : 'body';
    const late = (): Error => new TotalTimeoutError(name, request.timeouts.total, { phase });
    return within(work, { signal: request.signal, clock: settings.clock, deadline, late });
  }

  /** A new attempt starts, at the hop at which the last one failed. */
  startAttempt(): void {
    // A first answer below 300 notes nothing; here something has it retried all the same.
    if (this.#tries === 1 && this.last?.ok === true) this.#trail ??= [...this.last.value.attempts];
    this.#tries++;
  }

  /** A request is about to be sent. */
  startHop(): void {
    this.sentAt = this.settings.clock.now();
    this.isAnswered = false;
  }

  /** It was answered. */
  answered(response: WireResponse): void {
    this.isAnswered = true;
    this.last = { ok: true, value: response };
    if (this.#trail !== undefined || this.#tries > 1 || response.status >= 300) this.#note(response);
  }

  /** It was not answered. */
  failed(error: unknown): void {
    if (!this.#tellsLess(error)) this.last = { ok: false, error };
    const phase = error instanceof ConnectionError ? error.phase : 'body';
    const { status } = responseOf(error) ?? {};
    this.#add({ ...this.#facts(), phase, ...(status === undefined ? {} : { status }), error });
    if (error instanceof HttpError && error.attempts.length === 0) error.attempts = [...(this.#trail ?? [])];
  }

  /**
   * Turns to where a redirect leads, if it is to be followed.
   *
   * @returns Whether it is. @throws {RedirectError} when it may not be.
   */
  follow(response: WireResponse): boolean {
    if (!isRedirect(response.status) || !this.request.allowRedirects) return false;
    const [location] = response.headers.getAll('location'); // of several the first, as browsers and Node have it
    if (location === undefined || location === '') return false;
    const most = this.request.maxRedirects;
    if ((this.#hops?.length ?? 0) >= most) {
      if (!this.settings.raiseOnRedirect) return false;
      throw new RedirectError(this.name, `more than ${most} redirects`, response);
    }
    this.request = redirected(this.request, response, location);
    (this.#hops ??= []).push(response);
    this.last = undefined; // it was no answer: where it leads may be refused now
    return true;
  }

  /** Tells the answer that ends the call what led to it. */
  end(response: WireResponse): void {
    if (this.#hops !== undefined) response.history = this.#hops;
    if (this.#trail !== undefined) response.attempts = this.#trail;
  }

  /** Tells the error that ends the call what led to it. One that a callback brought from another call is left alone. */
  endWith(error: unknown): void {
    if (!(error instanceof HttpError)) return;
    const response = responseOf(error);
    const isOurs = this.last?.ok === false && this.last.error === error;
    if (!isOurs && (response === undefined ? error.attempts.length > 0 : !this.#isOurs(response))) return;
    if (this.#trail !== undefined) error.attempts = this.#trail;
    if (response !== undefined) this.end(response);
    error.endCall(this.#tries);
  }

  /** In logs: what is asked for, and nothing that could be a secret. */
  toJSON(): { readonly request: RequestName } {
    return { request: this.name };
  }

  [inspect.custom](): string {
    const { method, url } = this.name;
    return `HttpCall { ${method} ${url} }`;
  }

  // That there was no time to send it again tells less than what came when it was sent.
  #tellsLess(error: unknown): boolean {
    if (!(error instanceof TotalTimeoutError) || error.sent || this.last === undefined) return false;
    return this.last.ok || (this.last.error instanceof ConnectionError && this.last.error.sent);
  }

  #isOurs(response: WireResponse): boolean {
    const { last } = this;
    return (last?.ok === true && last.value === response) || this.#hops?.includes(response) === true;
  }

  #note(response: WireResponse): void {
    const { status, retryAfter } = response;
    const location = placeOf(response.headers.get('location'), this.request.url);
    // Not by spreading: V8 takes microseconds for that here.
    this.#add(Object.assign(this.#facts(), { phase: 'headers' as const, status, retryAfter, location }));
    response.attempts = this.#trail?.slice() ?? [];
  }

  #add(attempt: HttpAttempt): void {
    noteAttempt((this.#trail ??= []), attempt);
  }

  #facts(): Omit<HttpAttempt, 'phase'> {
    const duration = this.settings.clock.now() - this.sentAt;
    const { method, url } = this.name;
    return { tries: this.#tries, method, url, startedAt: this.sentAt - this.#startedAt, duration };
  }
}

/** Where a redirect leads, as logs may show it. */
function placeOf(location: string | undefined, from: URL): string | undefined {
  if (location === undefined || !URL.canParse(location, from.href)) return undefined;
  return shownUrl(new URL(location, from));
}

/** The answer that an error holds, if it holds one. */
function responseOf(error: unknown): WireResponse | undefined {
  return (error as { readonly response?: WireResponse } | null | undefined)?.response;
}
