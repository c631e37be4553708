/**
 * One request of a dispatcher's user, for all its attempts.
 */
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { GuestCall, type GuestRequest } from '../guest-call.js';
import { HttpError } from '../http-errors.js';
import { keyToSend } from '../idempotency-key.js';
import type { RetrySettings } from '../judgement/retry-settings.js';
import { shownUrl } from '../request/url.js';
import { WireResponse } from '../response.js';
import { failureOf } from '../wire/classify.js';
import { DispatchAttempt } from './dispatch-attempt.js';
import { type DispatchedBody, type GuestBody, guestBody } from './dispatch-body.js';
import { sentHeaders } from './dispatch-headers.js';
import type { HeldBody } from './held-body.js';
import type { Head, Receiver } from './receiver.js';

/** A response that is held back. */
export class HeldResponse extends WireResponse {
  constructor(
    readonly attempt: DispatchAttempt,
    readonly held: HeldBody,
    { status, headers, reason }: Head,
    asked: ConstructorParameters<typeof WireResponse>[1],
    times: { readonly headersAt: number; readonly elapsed: number },
  ) {
    super({ status, reason, headers, body: held, headersAt: times.headersAt }, asked, times.elapsed);
  }

  /** Lets go of it even while a callback reads it. */
  override close(): void {
    super.close();
    this.held.discard();
  }
}

/** The most a body may have when a callback reads it, inflated, in bytes. */
const maxResponseSize = 64 * 1024 * 1024;

/** undici's own limits, for the words of an error. */
const usual = { connectTimeout: 10_000, readTimeout: 300_000 };

export class DispatchCall extends GuestCall<HeldResponse> {
  declare readonly request: GuestRequest & { readonly body: GuestBody };
  readonly receiver: Receiver;
  /** What the dispatcher said last: whether it has room for more. */
  hasRoom = true;
  readonly #dispatch: Dispatcher.Dispatch;
  readonly #options: Dispatcher.DispatchOptions;

  constructor(
    dispatch: Dispatcher.Dispatch,
    options: Dispatcher.DispatchOptions,
    receiver: Receiver,
    settings: RetrySettings,
  ) {
    const method = typeof options.method === 'string' ? options.method.toUpperCase() : 'GET';
    const url = urlOf(options);
    const given = sentHeaders(options.headers);
    const key = keyToSend(method, given, settings);
    const headers = key === undefined ? given : given.with('idempotency-key', key);
    const body = guestBody(options.body, () => ({ method, url: shownUrl(url) }));
    const { signal } = receiver;
    super({ method, url, headers, body, signal, timeouts: { total: Infinity } }, settings);
    this.receiver = receiver;
    this.#dispatch = dispatch;
    this.#options = { ...options, headers: headers.wire ?? null };
  }

  /** Dispatches the request once. */
  send(): Promise<HeldResponse> {
    return new Promise((resolve, reject) => {
      const { clock } = this.settings;
      const sentAt = clock.now();
      const body = this.request.body.open();
      const attempt = new DispatchAttempt(
        this.receiver,
        {
          answered: (head, held) => {
            const headersAt = clock.now();
            const asked = {
              ...this.name,
              from: this.request.url,
              maxResponseSize,
              decompress: true,
              date: clock.date(),
            };
            resolve(new HeldResponse(attempt, held, head, asked, { headersAt, elapsed: headersAt - sentAt }));
          },
          failed: (error, facts) => {
            reject(this.#explained(error, facts, body));
          },
        },
        clock,
        this.name,
      );
      this.receiver.attempt = attempt;
      if (this.receiver.aborted) attempt.abort(this.receiver.reason as Error);
      else this.hasRoom = this.#dispatch({ ...this.#options, body: body ?? null }, attempt);
    });
  }

  #explained(
    error: unknown,
    facts: Pick<Parameters<typeof failureOf>[1], 'phase' | 'isUntouched'>,
    body: DispatchedBody,
  ): unknown {
    if (this.receiver.aborted || typeof error !== 'object') return error;
    const upload = body instanceof Readable ? body : undefined;
    const meaning = failureOf(error, { ...usual, ...facts, what: this.name, isKnownLine: false, upload });
    return meaning instanceof HttpError ? this.explain(error, meaning) : meaning;
  }
}

/** Of a client that serves one origin only, nobody says which. */
const unnamed = 'http://unnamed.invalid';

function urlOf({ origin = unnamed, path }: Dispatcher.DispatchOptions): URL {
  const start = origin instanceof URL ? origin.origin : origin.replace(/\/$/, '');
  const text = typeof path === 'string' && path.startsWith('/') ? `${start}${path}` : path;
  const url = URL.canParse(text) ? new URL(text) : new URL(unnamed); // undici says what is wrong
  url.username = '';
  url.password = '';
  return url;
}
