/**
 * The state of one call whose requests somebody else sends, a `fetch` or a dispatcher of undici: what its attempts were,
 * and what the errors of its host mean.
 *
 * Those errors reach the caller as the very same objects. What they mean, an `HttpError`, is kept beside them.
 */
import type { Ms, Outcome, Waits } from '../core.js';
import { type HttpAttempt, noteAttempt } from './attempt-trail.js';
import { ConnectionError, HttpError, type RequestName, TotalTimeoutError } from './http-errors.js';
import type { HttpResponse } from './http-response.js';
import type { RetriedHttpCall } from './judgement/retry-policy.js';
import type { RetrySettings } from './judgement/retry-settings.js';
import { shownUrl } from './request/url.js';
import { within } from './within.js';

/** By this Node's `inspect` and `console` ask; by its name, since `node:util` is not there in a browser. */
const inspected: unique symbol = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom');

/** What has to be known of a request to retry it. */
export interface GuestRequest {
  readonly method: string;
  /** Without credentials. */
  readonly url: URL;
  readonly headers: { has(name: string): boolean };
  readonly body: { readonly isReplayable: boolean; readonly wasRead: boolean };
  readonly signal: AbortSignal | undefined;
  readonly timeouts: { readonly total: Ms };
}

/** A response that can be told what led to it. */
export interface GuestResponse extends HttpResponse {
  attempts: readonly HttpAttempt[];
}

export class GuestCall<Response extends GuestResponse = GuestResponse> implements RetriedHttpCall {
  last: Outcome<Response> | undefined;
  waits: Waits | undefined;
  /** Moment at which all must be over. */
  readonly deadline: Ms;
  readonly isIdempotent: boolean;
  readonly #startedAt: Ms;
  #tries = 0;
  #sentAt: Ms = 0;
  #trail: HttpAttempt[] | undefined;
  /** The last error of the host that was explained. */
  #explained: { readonly error: unknown; readonly meaning: HttpError } | undefined;

  constructor(
    readonly request: GuestRequest,
    readonly settings: RetrySettings,
  ) {
    this.isIdempotent = settings.isIdempotent(request);
    this.#startedAt = settings.clock.now();
    this.deadline = this.#startedAt + request.timeouts.total;
  }

  /** What it is, as errors and logs may show it. */
  get name(): RequestName {
    const { method, url } = this.request;
    return { method, url: shownUrl(url) };
  }

  /** Which attempt this is, from 1. */
  get tries(): number {
    return this.#tries;
  }

  /** Whether its time is over after an attempt and a wait. */
  get isLate(): boolean {
    return this.last !== undefined && this.settings.clock.now() >= this.deadline;
  }

  inTime<T>(work: PromiseLike<T>): Promise<T> {
    const { request, settings, deadline, name } = this;
    const late = (): Error => new TotalTimeoutError(name, request.timeouts.total, { phase: 'body' });
    return within(work, { signal: request.signal, clock: settings.clock, deadline, late });
  }

  /** A request is about to be sent. */
  startAttempt(): void {
    // A first answer below 300 notes nothing; here something has it retried all the same.
    if (this.#tries === 1 && this.last?.ok === true) this.#trail ??= [...this.last.value.attempts];
    this.#tries++;
    this.#sentAt = this.settings.clock.now();
  }

  /** An error of the host means this. @returns The meaning, which is thrown until it has been judged. */
  explain(error: unknown, meaning: HttpError): HttpError {
    this.#explained = { error, meaning };
    return meaning;
  }

  /** What an error of the host means; of others, they themselves. */
  meaningOf(error: unknown): unknown {
    const explained = this.#explained;
    return explained !== undefined && explained.error === error ? explained.meaning : error;
  }

  /** It was answered. */
  answered(response: Response): void {
    this.last = { ok: true, value: response };
    if (this.#trail === undefined && this.#tries === 1 && response.status < 300) return;
    const { status, retryAfter } = response;
    this.#add({ ...this.#facts(), phase: 'headers', status, retryAfter });
    response.attempts = [...(this.#trail ?? [])]; // callbacks are shown what led to it so far
  }

  /** It was not answered. @returns The error as the host gave it. */
  failed(thrown: unknown): unknown {
    const explained = this.#explained;
    const error = explained !== undefined && explained.meaning === thrown ? explained.error : thrown;
    this.last = { ok: false, error };
    const phase = thrown instanceof ConnectionError ? thrown.phase : 'started';
    this.#add({ ...this.#facts(), phase, error });
    return error;
  }

  /** Tells the response that ends the call what led to it. */
  end(response: Response): void {
    if (this.#trail !== undefined) response.attempts = this.#trail;
  }

  /** Tells the error that ends the call what led to it. One that a callback brought from another call is left alone. */
  endWith(error: unknown): void {
    if (!(error instanceof HttpError) || !this.#isOurs(error)) return;
    if (this.#trail !== undefined) error.attempts = this.#trail;
    const response = this.answerIn(error);
    if (response !== undefined) this.end(response);
  }

  /** The answer of this call that an error holds, as an `HttpStatusError` does. */
  answerIn(error: unknown): Response | undefined {
    const { response } = (error ?? {}) as { readonly response?: unknown };
    return this.last?.ok === true && this.last.value === response ? this.last.value : undefined;
  }

  /** In logs: what is asked for, and nothing that could be a secret. */
  toJSON(): { readonly request: RequestName } {
    return { request: this.name };
  }

  [inspected](): string {
    const { method, url } = this.name;
    return `${this.constructor.name} { ${method} ${url} }`;
  }

  #isOurs(error: HttpError): boolean {
    if ('response' in error) return this.answerIn(error) !== undefined;
    return error.attempts.length === 0 || (this.last?.ok === false && this.last.error === error);
  }

  #add(attempt: HttpAttempt): void {
    noteAttempt((this.#trail ??= []), attempt);
  }

  #facts(): Omit<HttpAttempt, 'phase'> {
    const duration = this.settings.clock.now() - this.#sentAt;
    return { tries: this.#tries, ...this.name, startedAt: this.#sentAt - this.#startedAt, duration };
  }
}
