/**
 * One call from its request to its answer.
 *
 * `judgement/` says whether again, `wire/` sends, `redirects.ts` says where to. Here they meet, and here the way of a
 * request can be followed from top to bottom.
 */
import { Readable } from 'node:stream';
import type { CookieJar } from 'tough-cookie';
import { RefusalError, isRefusal } from '../core.js';
import { cookieHeader, keepCookies } from './cookies.js';
import { HttpCall } from './http-call.js';
import type { HttpResponse } from './http-response.js';
import type { Origins } from './judgement/origins.js';
import { type RetriedSend, retryPolicyFor } from './judgement/retry-policy.js';
import type { RetrySettings } from './judgement/retry-settings.js';
import { complete } from './request/complete.js';
import type { HttpRequest } from './request/prepare.js';
import { WireResponse } from './response.js';
import { isThenable } from './within.js';
import type { Agents } from './wire/agents.js';
import { exchange } from './wire/exchange.js';

/** What a client works with. */
export interface ClientParts {
  readonly settings: RetrySettings;
  readonly agents: Agents;
  /** Circuits and budgets; `undefined` for none. */
  readonly origins: Origins | undefined;
  /** Where cookies are kept; `undefined`: nowhere. */
  readonly jar: CookieJar | undefined;
}

export class HttpClient {
  readonly #parts: ClientParts;
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
      if (!request.stream) await response.settle();
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
        send: (call) => this.#attempt(call),
        budgetFor: (call) => this.#parts.origins?.of(call.request.url).budget,
      });
      this.#retries.set(settings, retried);
    }
    return retried;
  }

  // A retry goes on at the hop that failed, so that redirects and retries do not multiply.
  async #attempt(call: HttpCall): Promise<WireResponse> {
    // Nothing can be sent: the call ends with what the attempt before it brought.
    if (call.isLate) throw new RefusalError('ERR_TIMEOUT', 'No time is left for another attempt.');
    call.startAttempt();
    for (;;) {
      const response = await this.#hop(call);
      if (!call.follow(response)) return response;
      response.close();
    }
  }

  async #hop(call: HttpCall): Promise<WireResponse> {
    const { jar } = this.#parts;
    const { url } = call.request;
    const breaker = this.#breakerFor(call, url);
    call.startHop();
    try {
      const response = await (breaker === undefined
        ? this.#exchange(call)
        : breaker.run(() => this.#exchange(call)));
      const cookies = response.raw('set-cookie');
      if (jar !== undefined && cookies !== undefined) keepCookies(jar, url, [cookies].flat());
      call.answered(response);
      return response;
    } catch (error) {
      if (!isRefusal(error)) call.failed(error);
      throw error;
    }
  }

  #breakerFor({ settings }: HttpCall, url: URL): ReturnType<Origins['of']>['breaker'] {
    const { circuitBreaker } = settings;
    if (circuitBreaker === false) return undefined;
    return typeof circuitBreaker === 'function' ? circuitBreaker : this.#parts.origins?.of(url).breaker;
  }

  async #exchange(call: HttpCall): Promise<WireResponse> {
    const { request, settings, name } = call;
    const { method, url, timeouts, stream, maxResponseSize, decompress } = request;
    const { clock } = settings;
    const dispatcher = this.#parts.agents.dispatcherFor(url, request.transport);
    const headers = this.#headersOf(request);
    const body = request.body.open();
    const sentAt = clock.now();
    const sending = exchange(dispatcher, {
      method,
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      headers,
      body,
      connectTimeout: timeouts.connect,
      readTimeout: timeouts.read,
      deadline: call.deadline,
      bodyDeadline: stream && !timeouts.isTotalGiven ? Infinity : undefined,
      timeoutOfDeadline: timeouts.total,
      signal: request.signal,
      clock,
      maxSize: maxResponseSize,
      collects: stream ? collectsNothing : collectsUsual,
      what: name,
    });
    const answer = await (body instanceof Readable ? sending.catch(destroying(body)) : sending);
    // Name by name: V8 takes microseconds to spread an object here.
    const asked = {
      method,
      url: name.url,
      from: url,
      maxResponseSize,
      decompress,
      date: clock.date(),
    };
    const response = new WireResponse(answer, asked, answer.headersAt - sentAt);
    // What is collected is decoded here, so that a body which is not what it claims to be fails the call.
    if (!stream && response.isEncoded && collectsUsual(answer.status)) await response.bytes();
    return response;
  }

  #headersOf({ headers, url, cookies }: HttpRequest): string[] {
    const wire = headers.toWire();
    const cookie = cookieHeader(this.#parts.jar, url, cookies);
    if (cookie !== undefined && !headers.has('cookie')) wire.push('cookie', cookie);
    return wire;
  }
}

// What was not sent is not read either: a file that was opened for this attempt would stay open.
function destroying(body: Readable): (error: unknown) => never {
  return (error) => {
    body.on('error', ignore).destroy();
    throw error;
  };
}

function ignore(): void {
  // the attempt has failed for another reason
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
