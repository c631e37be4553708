/**
 * A call whose attempts end as a script says, in virtual time.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Budget, Ms, Outcome } from '../../../src/core.js';
import { VirtualClock, isRefusal } from '../../../src/core.js';
import {
  ConnectTimeoutError,
  ConnectionError,
  HttpStatusError,
  ReadTimeoutError,
} from '../../../src/http/http-errors.js';
import type { FailureFacts } from '../../../src/http/http-errors.js';
import type { HttpResponse } from '../../../src/http/http-response.js';
import { retryAfterOf } from '../../../src/http/judgement/rate-headers.js';
import type { RetryHttpOptions } from '../../../src/http/judgement/retry-options.js';
import { type RetriedHttpCall, retryPolicyFor } from '../../../src/http/judgement/retry-policy.js';
import { type RetrySettings, checkRetryOptions } from '../../../src/http/judgement/retry-settings.js';

export const name = { method: 'GET', url: 'https://host.test/path' };

/** Nothing was sent. */
export const connectTimeout = (): ConnectTimeoutError => new ConnectTimeoutError(name, 5);
/** It was sent, and nothing came. */
export const readTimeout = (): ReadTimeoutError => new ReadTimeoutError(name, 25, { phase: 'started' });
export const connectionError = (facts: FailureFacts): ConnectionError =>
  new ConnectionError(name, 'broken', facts);

/** A response that knows its status, its headers, its text, and whether it was closed. */
export class FakeResponse {
  readonly reason: string;
  isClosed = false;
  wasRead = false;
  readonly method = 'GET';
  readonly url = 'https://host.test/path';
  readonly attempts = [];

  constructor(
    readonly status: number,
    readonly raw: IncomingHttpHeaders = {},
    readonly content = '',
    readonly date: Ms = 0,
  ) {
    this.reason = status === 503 ? 'Service Unavailable' : 'Reason';
  }

  get ok(): boolean {
    return this.status < 400;
  }

  get headers(): { get(header: string): string | undefined } {
    return { get: (header) => this.raw[header.toLowerCase()] as string | undefined };
  }

  get retryAfter(): Ms | undefined {
    return retryAfterOf(this.status, this.raw, this.date);
  }

  async text(): Promise<string> {
    this.wasRead = true;
    return this.content;
  }

  raiseForStatus(): this {
    if (this.ok) return this;
    throw new HttpStatusError(name, this as unknown as HttpResponse);
  }

  close(): void {
    this.isClosed = true;
  }
}

export const answer = (
  status: number,
  headers: IncomingHttpHeaders = {},
  content = '',
  date: Ms = 0,
): HttpResponse & FakeResponse =>
  new FakeResponse(status, headers, content, date) as HttpResponse & FakeResponse;

/** What an attempt ends with: a response (or just its status), an error that is thrown, or either as made by a call. */
export type End = HttpResponse | number | Error | ((call: FakeCall) => HttpResponse | number | Error);

export interface CallFacts {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly isReplayable: boolean; wasRead: boolean };
  readonly signal?: AbortSignal | undefined;
  readonly total?: Ms;
  readonly budget?: Budget;
  /** How long each attempt takes. */
  readonly takes?: Ms;
}

/** How a call went. */
export interface Run {
  /** Attempts. */
  readonly sent: number;
  /** When each attempt started. */
  readonly sentAt: readonly Ms[];
  /** The waits between them, where attempts take no time. */
  readonly waits: readonly Ms[];
  readonly response: (HttpResponse & FakeResponse) | undefined;
  readonly error: any;
  readonly clock: VirtualClock;
}

/**
 * Makes a call that ends as `script` says; its last entry goes on for ever.
 *
 * Without jitter, so that waits can be told, and without a log.
 */
export async function run(
  options: RetryHttpOptions,
  script: readonly End[],
  facts: CallFacts = {},
): Promise<Run> {
  const clock = (options.clock as VirtualClock | undefined) ?? new VirtualClock();
  const sentAt: Ms[] = [];
  const settings = checkRetryOptions({ jitter: null, log: false, ...options, clock });
  const call = new FakeCall(facts, settings);
  const retried = retryPolicyFor<FakeCall, HttpResponse>(settings, {
    budgetFor: () => facts.budget,
    send: async (one) => {
      const next = script[Math.min(sentAt.length, script.length - 1)] as End;
      const end = typeof next === 'function' ? next(one) : next;
      sentAt.push(clock.now());
      if (facts.takes !== undefined) await later(clock, facts.takes);
      if (end instanceof Error) {
        if (!isRefusal(end)) one.last = { ok: false, error: end };
        throw end;
      }
      const response = typeof end === 'number' ? answer(end) : end;
      one.last = { ok: true, value: response };
      return response;
    },
  });
  let response: HttpResponse | undefined;
  let error: unknown;
  try {
    response = await clock.run(() => retried(call));
  } catch (thrown) {
    error = thrown;
  }
  const waits = sentAt.slice(1).map((at, index) => at - (sentAt[index] as Ms));
  return { sent: sentAt.length, sentAt, waits, response: response as Run['response'], error, clock };
}

export class FakeCall implements RetriedHttpCall {
  request;
  last: Outcome<HttpResponse> | undefined;
  readonly #settings: RetrySettings;

  constructor(
    { method = 'GET', headers = {}, body, signal, total = Infinity }: CallFacts,
    settings: RetrySettings,
  ) {
    this.#settings = settings;
    this.request = {
      method,
      url: new URL('https://host.test/path?secret=1'),
      headers: { has: (header: string) => Object.hasOwn(headers, header) },
      body: body ?? { isReplayable: true, wasRead: false },
      signal,
      timeouts: { total },
    };
  }

  get isIdempotent(): boolean {
    return this.#settings.isIdempotent(this.request);
  }
}

export function later(clock: VirtualClock, ms: Ms): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule({ place: -1, unref: false, wake: () => resolve() }, ms);
  });
}
