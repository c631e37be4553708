/**
 * One call from its request to its answer.
 *
 * `judgement/` says whether again, `wire/` sends, `redirects.ts` says where to. Here they meet, and here the way of a
 * request can be followed from top to bottom.
 */
import { Readable } from 'node:stream';
import { CookieJar } from 'tough-cookie';
import { type CircuitBreaker, RefusalError, isRefusal, isThenable } from '../core.js';
import { cookieHeader, keepCookies } from './cookies.js';
import { HttpCall } from './http-call.js';
import { ResponseSizeError } from './http-errors.js';
import type { HttpResponse } from './http-response.js';
import { isRedirect } from './redirects.js';
import type { Origins } from './judgement/origins.js';
import { type Judge, type RetriedSend, retryPolicyFor } from './judgement/retry-policy.js';
import type { RetrySettings } from './judgement/retry-settings.js';
import { complete } from './request/complete.js';
import type { HttpRequest } from './request/prepare.js';
import { LateName } from './request/url.js';
import { WireResponse } from './response.js';
import type { Agents } from './wire/agents.js';
import { exchange } from './wire/exchange.js';
import type { Answer } from './wire/exchange-options.js';
import { ignore } from './wire/ignore.js';

/** What a client works with. */
export interface ClientParts {
  readonly settings: RetrySettings;
  readonly agents: Agents;
  /** Circuits and budgets; `undefined` for none. */
  readonly origins: Origins | undefined;
  /** Where cookies are kept; `undefined`: in the call, for the hops of its redirects. */
  readonly jar: CookieJar | undefined;
}

/** One request and its answer. */
type Hop = (call: HttpCall, judge: Judge<WireResponse>) => Promise<WireResponse>;

export class HttpClient {
  readonly #parts: ClientParts;
  readonly #guarded = new WeakMap<CircuitBreaker, Hop>();
  readonly #retries = new WeakMap<RetrySettings, RetriedSend<HttpCall, WireResponse>>();

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.#retriedBy(parts.settings); // so that what cannot be meant is refused now
  }

  /**
   * Makes a call.
   *
   * @param settings  Those of the call, where they are not those of the client.
   */
  async fetch(request: HttpRequest, settings = this.#parts.settings): Promise<HttpResponse> {
    const call = new HttpCall(request, settings);
    try {
      const whole = complete(request);
      call.request = isThenable(whole) ? await call.inTime(whole) : whole;
      const response = await this.#retriedBy(settings)(call);
      call.end(response);
      if (!request.stream && !response.isSettled) await response.settle();
      request.signal?.throwIfAborted(); // while the rest of the body was taken in, which may fail
      if (request.hooks.length > 0) await this.#callHooks(call, response);
      return response;
    } catch (error) {
      call.endWith(error);
      if (!request.stream) await settleOf(error);
      request.signal?.throwIfAborted();
      throw error;
    } finally {
      request.body.close(); // a stream that was not read to its end is let go of
    }
  }

  // A hook that fails takes the answer from the caller, unless its error holds it.
  async #callHooks(call: HttpCall, response: WireResponse): Promise<void> {
    try {
      for (const hook of call.request.hooks) {
        const done = hook(response);
        if (isThenable(done)) await call.inTime(done);
      }
    } catch (error) {
      if ((error as { readonly response?: unknown } | null | undefined)?.response !== response)
        response.close();
      throw error;
    }
  }

  #retriedBy(settings: RetrySettings): RetriedSend<HttpCall, WireResponse> {
    let retried = this.#retries.get(settings);
    if (retried === undefined) {
      retried = retryPolicyFor<HttpCall, WireResponse>(settings, {
        send: (call, judge) => this.#attempt(call, judge),
        budgetFor: (call) => this.#parts.origins?.of(call.request.url).budget,
        clock: this.#parts.agents.traffic.clockOf(settings.clock),
      });
      this.#retries.set(settings, retried);
    }
    return retried;
  }

  // A retry goes on at the hop that failed, so that redirects and retries do not multiply.
  async #attempt(call: HttpCall, judge: Judge<WireResponse>): Promise<WireResponse> {
    // Nothing can be sent: the call ends with what the attempt before it brought.
    if (call.isLate) {
      standIn(call);
      throw new RefusalError('ERR_TIMEOUT', 'No time is left for another attempt.');
    }
    call.startAttempt();
    try {
      for (;;) {
        call.startHop();
        const response = await this.#hopFor(call)(call, judge);
        if (!call.follow(response)) return response;
        response.close();
      }
    } catch (error) {
      if (!call.isAnswered && !isRefusal(error)) call.failed(error); // else it is of a callback, or of a redirect
      if (!call.isAnswered || isRefusal(error)) standIn(call);
      throw error;
    }
  }

  #hopFor({ request, settings }: HttpCall): Hop {
    const { circuitBreaker } = settings;
    if (circuitBreaker === false) return this.#hop;
    const breaker =
      typeof circuitBreaker === 'function' ? circuitBreaker : this.#parts.origins?.of(request.url).breaker;
    return breaker === undefined ? this.#hop : this.#guardedBy(breaker);
  }

  /** The way through a circuit breaker, which is made once. */
  #guardedBy(breaker: CircuitBreaker): Hop {
    let guarded = this.#guarded.get(breaker);
    if (guarded === undefined) {
      guarded = breaker(this.#hop);
      this.#guarded.set(breaker, guarded);
    }
    return guarded;
  }

  /** One request and its answer. Whether that is a failure of the origin, `giveup` may know: so it is judged here. */
  readonly #hop = async (call: HttpCall, judge: Judge<WireResponse>): Promise<WireResponse> => {
    const { stream, url } = call.request;
    const seen: { head?: Answer } = {};
    let response: WireResponse;
    try {
      const answer = await this.#send(call, seen);
      response = responseOf(call, answer);
      // What is collected is decoded here, so that a body which is not what it claims to be fails the call.
      if (!stream && response.isEncoded && collectsUsual(answer.status)) await response.bytes();
    } catch (error) {
      if (seen.head !== undefined && error instanceof ResponseSizeError) {
        error.response ??= responseOf(call, seen.head);
      }
      throw error;
    } finally {
      this.#keepCookies(call, url, seen.head);
    }
    call.answered(response);
    return response.status >= 500 ? judge(response) : response;
  };

  #send(call: HttpCall, seen: { head?: Answer }): Promise<Answer> {
    const { request, settings, deadline, sentAt } = call;
    const { method, url, timeouts, stream, maxResponseSize } = request;
    const { agents } = this.#parts;
    const dispatcher = agents.dispatcherFor(url, request.transport);
    const headers = this.#headersOf(call);
    const body = request.body.open();
    const sending = exchange(dispatcher, {
      method,
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      headers,
      body,
      connectTimeout: timeouts.connect,
      readTimeout: timeouts.read,
      sentAt,
      deadline,
      bodyDeadline: stream && !timeouts.isTotalGiven ? Infinity : undefined,
      timeoutOfDeadline: timeouts.total,
      signal: request.signal,
      clock: settings.clock,
      maxSize: maxResponseSize,
      collects: stream ? collectsNothing : collectsUsual,
      seen,
      isStream: stream,
      traffic: agents.traffic,
      what: new LateName(method, url),
    });
    return body instanceof Readable ? sending.catch(destroying(body)) : sending;
  }

  // Whatever becomes of the body: the server has said it.
  #keepCookies(call: HttpCall, url: URL, head: Answer | undefined): void {
    const cookies = head?.headers['set-cookie'];
    if (head === undefined || cookies === undefined) return;
    const isFollowed = isRedirect(head.status) && call.request.allowRedirects;
    const jar = this.#parts.jar ?? (isFollowed ? (call.jar ??= new CookieJar()) : call.jar);
    if (jar !== undefined) keepCookies(jar, url, [cookies].flat());
  }

  #headersOf({ request: { headers, url, cookies }, jar }: HttpCall): string[] {
    const wire = headers.toWire();
    const cookie = cookieHeader(this.#parts.jar ?? jar, url, cookies);
    if (cookie !== undefined && !headers.has('cookie')) wire.push('cookie', cookie);
    return wire;
  }
}

function responseOf({ request, settings, sentAt }: HttpCall, answer: Answer): WireResponse {
  const { method, url: from, maxResponseSize, decompress } = request;
  const date = settings.clock.date();
  // Name by name: V8 takes microseconds to spread an object here.
  const asked = { method, from, maxResponseSize, decompress, date };
  return new WireResponse(answer, asked, answer.headersAt - sentAt);
}

// The retry is refused, or was not sent in time: the answer that it was to replace is what there is.
function standIn({ last }: HttpCall): void {
  if (last?.ok === true) last.value.standIn();
}

// What was not sent is not read either: a file that was opened for this attempt would stay open.
function destroying(body: Readable): (error: unknown) => never {
  return (error) => {
    body.on('error', ignore).destroy(); // the attempt has failed for another reason
    throw error;
  };
}

// Who catches the error may read the answer that it holds, and if he does not, its connection is free all the same.
async function settleOf(error: unknown): Promise<void> {
  const { response } = (error ?? {}) as { readonly response?: unknown };
  if (response instanceof WireResponse) await response.settle();
}

// The body of an answer that may be retried or followed is left alone until that is known.
function collectsUsual(status: number): boolean {
  return status < 300 || (status >= 400 && status < 500 && status !== 429);
}

function collectsNothing(): boolean {
  return false;
}
