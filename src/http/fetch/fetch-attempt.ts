/**
 * One fetch, once: with a timer that is exact, and at its end as soon as the caller aborts.
 */
import { type Clock, type Ms, type Sleeper, UsageError } from '../../core.js';
import { GuestCall } from '../guest-call.js';
import { type HttpError, ReadTimeoutError, TotalTimeoutError } from '../http-errors.js';
import { FetchAnswer } from './fetch-answer.js';
import { fetchFailure } from './fetch-failure.js';
import type { FetchRequest } from './fetch-request.js';
import { follow, releaseWith } from './followed-signal.js';
import { letGo } from './web-streams.js';

/** Any function that fetches. */
export type AnyFetch = (input: any, init?: any) => Promise<any>;

/** A call of a fetch. */
export class FetchCall extends GuestCall<FetchAnswer> {
  declare readonly request: FetchRequest;
}

/** Fetches once. @throws {HttpError} explained to the call; what is none of the network's doing as it is. */
export function fetchOnce(fetch: AnyFetch, call: FetchCall): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    new FetchAttempt(call, resolve, reject).start(fetch);
  });
}

/** A timer that rings so late tells of a thread that was blocked, not of a server that is slow. */
const blocked: Ms = 10;

class FetchAttempt implements Sleeper {
  place = -1;
  readonly unref = false;
  readonly #call: FetchCall;
  readonly #resolve: (answer: FetchAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #controller = new AbortController();
  readonly #followed: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #startedAt: Ms;
  #due: Ms;
  #isExcused = false;
  #isOver = false;

  constructor(call: FetchCall, resolve: (answer: FetchAnswer) => void, reject: (error: unknown) => void) {
    const { clock } = call.settings;
    this.#call = call;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#due = Math.min(this.#startedAt + call.request.timeouts.attempt, call.deadline);
    this.#controller.signal.addEventListener('abort', this.#aborted);
    this.#followed = follow(call.request.signal, this.#controller);
  }

  start(fetch: AnyFetch): void {
    if (this.#startedAt >= this.#call.deadline) this.#controller.abort(this.#timeout(this.#startedAt));
    if (this.#isOver) return;
    this.#arm();
    let answer: Promise<Response>;
    try {
      answer = Promise.resolve(fetch(...this.#call.request.open(this.#controller.signal)));
    } catch (error) {
      this.#failed(error);
      return;
    }
    answer.then(this.#answered, this.#failed);
  }

  wake(late: Ms): void {
    // What has arrived while the thread was busy is read first.
    afterReading(() => {
      this.#judge(late);
    });
  }

  #judge(late: Ms): void {
    if (this.#isOver) return;
    const now = this.#clock.now();
    if (late >= blocked && !this.#isExcused && now < this.#call.deadline) {
      this.#isExcused = true;
      this.#due = Math.min(now + late, this.#call.deadline);
    }
    if (now < this.#due) this.#arm();
    else this.#controller.abort(this.#timeout(now));
  }

  #arm(): void {
    if (this.#due < Infinity) this.#clock.schedule(this, Math.max(0, this.#due - this.#clock.now()));
  }

  #timeout(now: Ms): HttpError {
    const { name, deadline, request } = this.#call;
    const facts = { phase: 'started' } as const;
    if (now >= deadline) return new TotalTimeoutError(name, request.timeouts.total, facts);
    return new ReadTimeoutError(name, request.timeouts.attempt, facts);
  }

  /** By the caller, or by ourselves because it takes too long. A fetch that does not listen is not waited for. */
  readonly #aborted = (): void => {
    if (!this.#end()) return;
    this.#followed?.();
    this.#reject(this.#controller.signal.reason);
  };

  readonly #answered = (response: Response | null | undefined): void => {
    if (response === undefined || response === null) {
      this.#failed(new UsageError(`A fetch must give a Response; this one gave ${String(response)}.`));
      return;
    }
    if (!this.#end()) {
      letGo(response);
      return;
    }
    releaseWith(response, this.#followed);
    const { name, request } = this.#call;
    const asked = { ...name, from: request.url };
    const elapsed = this.#clock.now() - this.#startedAt;
    this.#resolve(new FetchAnswer(response, asked, elapsed, this.#clock, this.#followed));
  };

  readonly #failed = (error: unknown): void => {
    if (!this.#end()) return;
    this.#followed?.();
    const { name, request } = this.#call;
    const meaning = fetchFailure(error, name, () => request.isRefused);
    this.#reject(meaning === undefined ? error : this.#call.explain(error, meaning));
  };

  /** @returns Whether it was not over yet. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    if (this.place >= 0) this.#clock.cancel(this);
    this.#controller.signal.removeEventListener('abort', this.#aborted);
    return true;
  }
}

// After a turn of input, where the host has such turns.
function afterReading(callback: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate === undefined) setTimeout(callback, 0);
  else setImmediate(callback);
}
