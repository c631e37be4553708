/**
 * Retrying the requests that somebody else sends: the policy, circuits and budgets of a session around a host.
 */
import { RefusalError, isRefusal } from '../core.js';
import type { GuestCall, GuestResponse } from './guest-call.js';
import { Origins } from './judgement/origins.js';
import { type Judge, type RetriedSend, retryPolicyFor } from './judgement/retry-policy.js';
import type { RetrySettings } from './judgement/retry-settings.js';

export class GuestClient<Call extends GuestCall<Response>, Response extends GuestResponse> {
  readonly #send: RetriedSend<Call, Response>;
  readonly #retried: RetriedSend<Call, Response>;
  readonly #origins: Origins;

  /**
   * @param send  Sends a request once. It rejects with an `HttpError` that the call has explained, or with what is none
   *   of the network's doing.
   */
  constructor(settings: RetrySettings, send: RetriedSend<Call, Response>) {
    this.#send = send;
    this.#origins = new Origins(settings);
    this.#retried = retryPolicyFor<Call, Response>(settings, {
      send: (call, judge) => this.#attempt(call, judge),
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
      this.#collectFor(error, call);
      throw error;
    }
  }

  // The breaker is to see what an error means, the caller the error itself.
  async #attempt(call: Call, judge: Judge<Response>): Promise<Response> {
    // Nothing can be sent: the call ends with what the attempt before it brought.
    if (call.isLate) throw new RefusalError('ERR_TIMEOUT', 'No time is left for another attempt.');
    const { breaker } = this.#origins.of(call.request.url);
    // Whether it is a failure of the origin, `giveup` may know.
    let isAnswered = false;
    const sent = async (): Promise<Response> => {
      const response = await this.#send(call);
      call.answered(response);
      isAnswered = true;
      return response.status >= 500 ? judge(response) : response;
    };
    call.startAttempt();
    try {
      return await (breaker === undefined ? sent() : breaker.run(sent));
    } catch (error) {
      throw isAnswered || isRefusal(error) ? error : call.failed(error);
    }
  }

  // Who catches the error may read the answer that it holds, and if nobody does, its connection is free all the same.
  #collectFor(error: unknown, call: Call): void {
    const answer = call.answerIn(error);
    if (answer !== undefined) call.inTime(answer.bytes()).catch(() => answer.close());
  }
}
