/**
 * Whether what an attempt ended with is to be tried again, in this call: the table, the settings and the user's word.
 *
 * A verdict is found as soon as an attempt has ended, and kept beside the response or the error. What has none is
 * how the call ends.
 */
import { OptionError, isRefusal, isThenable } from '../../core.js';
import { BodyReplayError, HttpError, RedirectError, TotalTimeoutError } from '../http-errors.js';
import type { HttpResponse } from '../http-response.js';
import {
  type Ruling,
  everyMethod,
  finalStatus,
  maybeProcessed,
  neverSent,
  repeatable,
  rulingOnError,
  rulingOnStatus,
  unsafeByDefault,
} from './decision-table.js';
import type { HttpOutcome } from './retry-options.js';
import type { RetrySettings } from './retry-settings.js';

/** What has to be known of a call to judge its attempts. */
export interface JudgedCall {
  /** Of the present hop. */
  readonly request: {
    readonly method: string;
    readonly body: { readonly isReplayable: boolean; readonly wasRead: boolean };
  };
  /** Whether it may be sent again after it may have been processed. */
  readonly isIdempotent: boolean;
  /** What the last attempt that was sent brought. */
  readonly last?: { readonly ok: boolean; readonly value?: unknown; readonly error?: unknown } | undefined;
  /** What an error means, where those that are thrown are not ours. The same error gets the same answer. */
  meaningOf?(error: unknown): unknown;
  /** Waits for what a callback gives, no longer than the call may take. Without it: as long as that takes. */
  inTime?<T>(work: PromiseLike<T>): Promise<T>;
}

/** That an attempt is to be followed by another, if counters, time and budget allow. */
export interface Verdict {
  readonly ruling: Ruling;
  /** That there will be none after all: the circuit has refused it. */
  readonly isLast: boolean;
}

/** An error as it was thrown, which is what is told of it, and what it means. Mostly one and the same. */
interface Failure {
  readonly error: unknown;
  readonly meaning: HttpError;
}

/** Whether a ruling lets a call be repeated. */
function mayRepeat({ retry }: Ruling, call: Pick<JudgedCall, 'isIdempotent'>): boolean {
  return retry === 'always' || (retry === 'idempotent' && call.isIdempotent);
}

/** What the settings say of a status; where they say nothing, the table. */
function statusRuling(
  settings: Pick<RetrySettings, 'statusForcelist' | 'unsafeStatuses'>,
  call: Pick<JudgedCall, 'isIdempotent'>,
  status: number,
  hasRetryAfter: boolean,
): Ruling {
  const { statusForcelist, unsafeStatuses } = settings;
  if (unsafeStatuses?.has(status) === true) return everyMethod;
  if (statusForcelist !== undefined) {
    if (!statusForcelist.has(status)) return finalStatus;
    return unsafeStatuses === undefined && unsafeByDefault.includes(status) ? everyMethod : repeatable;
  }
  const ruling = rulingOnStatus(status, hasRetryAfter, call.isIdempotent);
  // `unsafeStatuses` names all that are retried for every method. 421 was not for this server at all.
  const isNarrowed = unsafeStatuses !== undefined && ruling.counter === 'status' && ruling.retry === 'always';
  return isNarrowed ? repeatable : ruling;
}

/** Any method, and as often as the counter says, because the user says so. */
function asTold({ counter }: Ruling, isByRule: boolean): Ruling {
  return { counter: isByRule ? counter : 'other', retry: 'always' };
}

const accepted = /* @__PURE__ */ new WeakSet<object>();

/** Whether `giveup` has taken a response as it is: then it is an answer, whatever its status. */
export function isAccepted(response: object): boolean {
  return accepted.has(response);
}

/** The verdicts on the attempts of any number of calls. */
export class Verdicts {
  readonly #settings: RetrySettings;
  readonly #verdicts = new WeakMap<object, Verdict>();
  /** Whether a status below 400 is of no interest to anybody. */
  readonly #trustsSuccess: boolean;

  constructor(settings: RetrySettings) {
    this.#settings = settings;
    const { retryWhen, statusForcelist, unsafeStatuses } = settings;
    const listed = [...(statusForcelist ?? []), ...(unsafeStatuses ?? [])];
    this.#trustsSuccess = retryWhen === undefined && listed.every((status) => status >= 400);
  }

  /** The verdict on what an attempt ended with; `undefined` where the call ends with it. */
  on(subject: unknown): Verdict | undefined {
    return this.#verdicts.get(subject as object);
  }

  /** An attempt was answered. @returns The response, once it is judged. */
  answered<Response extends HttpResponse>(
    call: JudgedCall,
    response: Response,
  ): Response | Promise<Response> {
    if (response.status < 400 && this.#trustsSuccess) return response;
    this.#verdicts.delete(response); // a stand-in for a server may answer with the same one again
    const { retryWhen } = this.#settings;
    if (retryWhen !== undefined) return this.#askFor(call, response);
    const ruling = this.#byStatus(call, response);
    if (!mayRepeat(ruling, call) || cannotReplay(call)) return response;
    if (this.#settings.giveup !== undefined) return this.#askToStop(call, response, ruling);
    this.#again(response, ruling);
    return response;
  }

  /** An attempt was not answered. @throws the error, once it is judged, or what takes its place. */
  failed(call: JudgedCall, error: unknown): unknown {
    if (isRefusal(error)) return this.#refused(call, error);
    const meaning = call.meaningOf === undefined ? error : call.meaningOf(error);
    if (!(meaning instanceof HttpError)) throw error;
    this.#verdicts.delete(error as object);
    const failure = { error, meaning };
    if (meaning instanceof TotalTimeoutError) {
      if (!meaning.sent && !isLastOf(call, error)) return this.#refused(call, error);
      this.#outOfTime(call, meaning);
    }
    if (endsCall(meaning)) throw error;
    if (this.#settings.retryWhen === undefined) this.#judge(call, failure, undefined);
    else return this.#askAfter(call, failure);
    throw error;
  }

  // The retry was not sent: the call ends with what the attempt before it brought, so that nothing is lost.
  #refused({ last }: JudgedCall, error: unknown): unknown {
    if (last === undefined) throw error;
    const subject = last.ok ? last.value : last.error;
    const verdict = this.on(subject);
    if (verdict !== undefined) this.#verdicts.set(subject as object, { ...verdict, isLast: true });
    if (last.ok) return subject;
    throw subject;
  }

  // The core tells of it, as of every call that ends for want of time.
  #outOfTime(call: JudgedCall, error: TotalTimeoutError): void {
    const ruling = error.sent ? maybeProcessed : neverSent;
    if (mayRepeat(ruling, call)) this.#verdicts.set(error, { ruling, isLast: true });
  }

  #byStatus(call: JudgedCall, { status, retryAfter }: HttpResponse): Ruling {
    const asks = this.#settings.respectRetryAfter && retryAfter !== undefined;
    return statusRuling(this.#settings, call, status, asks);
  }

  async #askFor<Response extends HttpResponse>(call: JudgedCall, response: Response): Promise<Response> {
    const said = await guarded(response, () => this.#said(call, { response }));
    const ruling = this.#byStatus(call, response);
    const isByRule = mayRepeat(ruling, call);
    if (!(said ?? isByRule) || cannotReplay(call)) return response;
    const told = said === true ? asTold(ruling, isByRule) : ruling;
    if (this.#settings.giveup !== undefined) return this.#askToStop(call, response, told);
    this.#again(response, told);
    return response;
  }

  async #askToStop<Response extends HttpResponse>(
    call: JudgedCall,
    response: Response,
    ruling: Ruling,
  ): Promise<Response> {
    const { giveup } = this.#settings;
    const stop: unknown = await guarded(response, () => inTime(call, giveup?.(response)));
    if (stop) accepted.add(response);
    else this.#again(response, ruling);
    return response;
  }

  async #askAfter(call: JudgedCall, failure: Failure): Promise<never> {
    const { error, meaning } = failure;
    let said: boolean | undefined;
    try {
      said = await this.#said(call, { error: meaning });
    } catch (thrown) {
      throw caused(thrown, error);
    }
    this.#judge(call, failure, said);
    throw error;
  }

  #judge(call: JudgedCall, { error, meaning }: Failure, said: boolean | undefined): void {
    const ruling = rulingOnError(meaning);
    const isByRule = mayRepeat(ruling, call);
    if (!(said ?? isByRule)) return;
    const told = said === true ? asTold(ruling, isByRule) : ruling;
    const { counts } = this.#settings;
    const isCounted = counts.total > 0 && counts[told.counter] > 0;
    if (isCounted && cannotReplay(call)) throw new BodyReplayError(meaning, { cause: error });
    this.#again(error as object, told);
  }

  async #said(call: JudgedCall, outcome: HttpOutcome): Promise<boolean | undefined> {
    const said: unknown = await inTime(call, this.#settings.retryWhen?.(call.request.method, outcome));
    if (said === undefined || typeof said === 'boolean') return said;
    throw new OptionError('retryWhen', said, 'must give true, false or undefined');
  }

  #again(subject: object, ruling: Ruling): void {
    this.#verdicts.set(subject, { ruling, isLast: false });
  }
}

function inTime<T>(call: JudgedCall, given: T | PromiseLike<T>): T | PromiseLike<T> {
  return isThenable(given) && call.inTime !== undefined ? call.inTime(given) : given;
}

// Else there was no time to send it, and the attempt before it says more.
function isLastOf({ last }: JudgedCall, error: unknown): boolean {
  return last === undefined || (!last.ok && last.error === error);
}

function endsCall(error: HttpError): boolean {
  return (
    error instanceof TotalTimeoutError || error instanceof BodyReplayError || error instanceof RedirectError
  );
}

// Before its first byte was pulled a stream is as good as new.
function cannotReplay({ request: { body } }: JudgedCall): boolean {
  return !body.isReplayable && body.wasRead;
}

/** Asks a callback about a response, which nobody will read when the callback fails. */
async function guarded<T>(response: HttpResponse, ask: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    response.close();
    throw error;
  }
}

// What a callback throws reaches the caller, and with it the error that it was asked about.
function caused(thrown: unknown, cause: unknown): unknown {
  const isFree = thrown instanceof Error && !('cause' in thrown) && Object.isExtensible(thrown);
  if (isFree) Object.defineProperty(thrown, 'cause', { value: cause, writable: true, configurable: true });
  return thrown;
}
