/**
 * Retrying an HTTP call: the settings, as rules of the core's retry.
 *
 * `verdicts.ts` judges what an attempt ended with as soon as it has ended; the rules here, one for each counter, only
 * read what it said. So the core counts, waits, pays and tells, as it does for every function.
 */
import {
  type Budget,
  type Clock,
  GiveUpError,
  isBudget,
  type Ms,
  type Outcome,
  type RetryRule,
  retry,
} from '../../core.js';
import type { HttpResponse } from '../http-response.js';
import type { Counter } from './decision-table.js';
import { httpLog } from './http-log.js';
import { type WaitingCall, httpWaits } from './http-waits.js';
import type { HttpBackoffDetails } from './retry-options.js';
import type { RetrySettings } from './retry-settings.js';
import { type JudgedCall, Verdicts } from './verdicts.js';

/** The state of one call, as far as it matters to whether it is tried again. The retried function gets it. */
export interface RetriedHttpCall extends JudgedCall, WaitingCall {
  readonly request: JudgedCall['request'] & {
    readonly url: URL;
    readonly signal: AbortSignal | undefined;
    readonly timeouts: { readonly total: Ms };
  };
  /** What the last attempt that was sent brought. A retry that is refused ends the call with it. */
  readonly last: Outcome<HttpResponse> | undefined;
}

/** What a retry of HTTP calls works with. */
export interface RetryParts<Call, Response> {
  /**
   * Makes one attempt. A circuit breaker in it that wants to know whether `giveup` takes an answer as it is asks `judge`
   * first; else the answer is judged when the attempt has ended.
   */
  readonly send: (call: Call, judge: Judge<Response>) => Promise<Response>;
  /** What pays for the retries of a call, where its settings leave that open. Asked when it starts. */
  readonly budgetFor?: ((call: Call) => Budget | undefined) | undefined;
  /** By which it waits between attempts. @default that of the settings */
  readonly clock?: Clock | undefined;
}

/** Judges the answer that ends an attempt, and gives it back. */
export type Judge<Response> = (response: Response) => Response | Promise<Response>;

/** Makes a call: attempts, and the waits between them. */
export type RetriedSend<Call, Response> = (call: Call) => Promise<Response>;

/**
 * Makes a retry around `send`. Made once for a session, and for a call with settings of its own.
 *
 * It ends with the last response or error as they are, or with an `HttpStatusError` where `raiseOnStatus` asks for it.
 * A response that is not the last is closed before the wait. A retry that a circuit refuses ends the call with what
 * the attempt before it brought.
 */
export function retryPolicyFor<Call extends RetriedHttpCall, Response extends HttpResponse>(
  settings: RetrySettings,
  parts: RetryParts<Call, Response>,
): RetriedSend<Call, Response> {
  const policy = new HttpRetryPolicy(settings, parts);
  return (call) => policy.make(call);
}

const counters: readonly Counter[] = ['connect', 'read', 'status', 'other'];

/** What differs between calls under the same settings. */
interface Variant {
  readonly budget: Budget | undefined;
  /** Options of the core's retry that only some calls need. */
  readonly asks: object;
}

interface Asked {
  readonly args: readonly [RetriedHttpCall];
}

// Options that are asked of each call: that takes longer than all the rest, so only where there is need.
const asksSignal = { signal: ({ args }: Asked): AbortSignal | undefined => args[0].request.signal };
const asksTotal = { maxTime: ({ args }: Asked): Ms => args[0].request.timeouts.total };

class HttpRetryPolicy<Call extends RetriedHttpCall, Response extends HttpResponse> {
  readonly #settings: RetrySettings;
  readonly #parts: RetryParts<Call, Response>;
  readonly #verdicts: Verdicts;
  readonly #rules: readonly RetryRule[];
  /** The retries made so far, by what calls ask for and by what pays for them. */
  readonly #known = {
    plain: new WeakMap<object, RetriedSend<Call, Response>>(),
    signal: new WeakMap<object, RetriedSend<Call, Response>>(),
    total: new WeakMap<object, RetriedSend<Call, Response>>(),
  };
  #usualTotal: Ms | undefined;
  #once: RetriedSend<Call, Response> | undefined;

  constructor(settings: RetrySettings, parts: RetryParts<Call, Response>) {
    this.#settings = settings;
    this.#parts = parts;
    this.#verdicts = new Verdicts(settings);
    this.#rules = this.#makeRules();
  }

  make(call: Call): Promise<Response> {
    const { retries, enabled } = this.#settings;
    if (!retries || !(typeof enabled === 'function' ? enabled() : enabled)) return this.#makeOnce(call);
    const { signal, timeouts } = call.request;
    this.#usualTotal ??= timeouts.total;
    const isUsual = timeouts.total === this.#usualTotal;
    const kind = !isUsual ? 'total' : signal === undefined ? 'plain' : 'signal';
    const known = this.#known[kind];
    const budget = this.#budgetOf(call);
    const key = budget ?? known; // any object stands for "no budget"
    let retried = known.get(key);
    if (retried === undefined) {
      retried = this.#retried({ budget, asks: this.#asks(kind) });
      known.set(key, retried);
    }
    return retried(call);
  }

  #asks(kind: 'plain' | 'signal' | 'total'): object {
    const usual = { maxTime: this.#usualTotal };
    if (kind === 'plain') return usual;
    return kind === 'signal' ? { ...usual, ...asksSignal } : { ...asksTotal, ...asksSignal };
  }

  #budgetOf(call: Call): Budget | undefined {
    const { budget, counts } = this.#settings;
    if (budget === false) return undefined;
    if (isBudget(budget)) return budget;
    // Retries without end, and no word of a budget: without end is what is meant.
    if (counts.total === Infinity && budget === undefined) return undefined;
    return this.#parts.budgetFor?.(call);
  }

  #retried({ budget, asks }: Variant): RetriedSend<Call, Response> {
    const { counts, raiseOnStatus } = this.#settings;
    const options = {
      ...asks,
      rules: this.#rules,
      wait: httpWaits(this.#settings, this.#verdicts),
      maxTries: counts.total + 1,
      budget,
      raiseOnGiveup: raiseOnStatus ? true : undefined,
    };
    const retried = this.#wrap(options, (call) => this.#attempt(call));
    return raiseOnStatus ? (call) => retried(call).catch(raiseStatus) as Promise<Response> : retried;
  }

  #wrap(options: object, send: RetriedSend<Call, Response>): RetriedSend<Call, Response> {
    const wrapper = retry({ ...this.#told(), ...options });
    return (wrapper as (fn: typeof send) => typeof send)(send);
  }

  /** One attempt, and nobody asks what became of it. */
  #makeOnce(call: Call): Promise<Response> {
    const { handlers } = this.#settings;
    const { send } = this.#parts;
    if (Object.keys(handlers).length === 0) return send(call, asItIs);
    this.#once ??= this.#wrap({ ...asksSignal, enabled: false }, (one) => send(one, asItIs));
    return this.#once(call);
  }

  #attempt(call: Call): Promise<Response> {
    const verdicts = this.#verdicts;
    let judged: Response | undefined;
    const judge = (response: Response): Response | Promise<Response> => {
      judged = response;
      return verdicts.answered(call, response);
    };
    return this.#parts.send(call, judge).then(
      (response) => (response === judged ? response : verdicts.answered(call, response)),
      (error: unknown) => verdicts.failed(call, error) as Response,
    );
  }

  // A status may be charged to any of them, as 421 is to `connect`.
  #makeRules(): readonly RetryRule[] {
    const { counts } = this.#settings;
    const verdicts = this.#verdicts;
    return counters.map((counter) => {
      const isOurs = (subject: unknown): boolean => verdicts.on(subject)?.ruling.counter === counter;
      return { errors: isOurs, predicate: isOurs, maxTries: counts[counter] + 1 };
    });
  }

  /** Who is told, and what the core needs besides. */
  #told(): object {
    const { handlers, log, random, jitter } = this.#settings;
    const { clock = this.#settings.clock } = this.#parts;
    const onBackoff = [...listOf(handlers.onBackoff), close];
    return { ...handlers, onBackoff, log: httpLog(log), name: 'http', mode: 'async', clock, random, jitter };
  }
}

function asItIs<T>(response: T): T {
  return response;
}

/** Lets go of a response that another is to take the place of. The handlers of the user come first. */
function close({ value }: HttpBackoffDetails): void {
  value?.close();
}

// `raiseForStatus` says it in its own words. A status below 400 is no error, retried or not.
function raiseStatus(error: unknown): HttpResponse {
  if (error instanceof GiveUpError) return (error.value as HttpResponse).raiseForStatus();
  throw error;
}

function listOf<T>(handlers: T | Iterable<T> | null | undefined): readonly T[] {
  if (handlers === undefined || handlers === null) return [];
  return typeof handlers === 'function' ? [handlers] : [...(handlers as Iterable<T>)];
}
