/**
 * Retrying the requests that somebody else sends: the policy, circuits and budgets of a session around a host.
 */
import { isRefusal } from '../core.js';
import type { GuestCall, GuestResponse } from './guest-call.js';
import { Origins } from './judgement/origins.js';
import { type RetriedSend, retryPolicyFor } from './judgement/retry-policy.js';
import type { RetrySettings } from './judgement/retry-settings.js';

export class GuestClient<Call extends GuestCall<Response>, Response extends GuestResponse> {
  readonly #settings: RetrySettings;
  readonly #send: RetriedSend<Call, Response>;
  readonly #retried: RetriedSend<Call, Response>;
  readonly #origins: Origins;

  /**
   * @param send  Sends a request once. It rejects with an `HttpError` that the call has explained, or with what is none
   *   of the network's doing.
   */
  constructor(settings: RetrySettings, send: RetriedSend<Call, Response>) {
    this.#settings = settings;
    this.#send = send;
    this.#origins = new Origins(settings);
    this.#retried = retryPolicyFor<Call, Response>(settings, {
      send: (call) => this.#attempt(call),
      budgetFor: (call) => this.#origins.of(call.request.url).budget,
    });
  }

  /** Makes a call. Its first request is sent before this returns. */
  async make(call: Call): Promise<Response> {
    try {
      const response = await this.#retried(call);
      call.end(response);
      return response;
    } catch (error) {
      call.endWith(error);
      throw error;
    }
  }

  // The breaker is to see what an error means, the caller the error itself.
  async #attempt(call: Call): Promise<Response> {
    const breaker = this.#breakerFor(call.request.url);
    call.startAttempt();
    try {
      const response = await (breaker === undefined ? this.#send(call) : breaker.run(() => this.#send(call)));
      call.answered(response);
      return response;
    } catch (error) {
      throw isRefusal(error) ? error : call.failed(error);
    }
  }

  #breakerFor(url: URL): ReturnType<Origins['of']>['breaker'] {
    const { circuitBreaker } = this.#settings;
    if (circuitBreaker === false) return undefined;
    return typeof circuitBreaker === 'function' ? circuitBreaker : this.#origins.of(url).breaker;
  }
}
