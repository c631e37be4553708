/**
 * How long an HTTP call waits before its next attempt: as the server asks, or by the backoff.
 */
import {
  type NextWait,
  type Outcome,
  type WaitMaker,
  type WaitScope,
  type Waits,
  parseRetryAfter,
  retryAfter,
} from '../../core.js';
import type { HttpResponse } from '../http-response.js';
import type { Ruling } from './decision-table.js';
import type { RetrySettings } from './retry-settings.js';
import type { Verdicts } from './verdicts.js';

const none: NextWait = { value: 0, done: true };
const atOnce: NextWait = { value: 0 };

/**
 * The waits of HTTP calls. All rules of a call share one sequence: whatever fails, it is the same service, and each
 * failure makes the next wait longer.
 *
 * There is none left, so that the call gives up, where a server asks for more than `maxRetryAfter` (to come back
 * earlier than asked would be a lie), where a kind of failure has been retried as often as the table allows, and
 * where the circuit has refused the attempt. There is one of 0 where a connection failed and not the server.
 */
export function httpWaits(settings: RetrySettings, verdicts: Verdicts): WaitMaker {
  const { backoff, respectRetryAfter, maxRetryAfter } = settings;
  const max = Math.min(maxRetryAfter, Number.MAX_SAFE_INTEGER);
  const inner = respectRetryAfter ? retryAfter({ fallback: backoff, max }) : backoff;
  return function httpWaits(first: Outcome, scope: WaitScope): Waits {
    const call = scope.read(callOf);
    // Kept in the call, not beside it in a WeakMap: waits know their call, and what is held so outlives young garbage.
    return (call.waits ??= new HttpWaits(settings, verdicts, scope, inner(first, scope) as Waits));
  };
}

/** A call that keeps its waits. */
export interface WaitingCall {
  /** The waits between its attempts, once there has been one. */
  waits?: Waits | undefined;
}

function callOf({ args }: { readonly args: readonly [WaitingCall] }): WaitingCall {
  return args[0];
}

class HttpWaits implements Waits {
  readonly #settings: RetrySettings;
  readonly #verdicts: Verdicts;
  readonly #scope: WaitScope;
  readonly #inner: Waits;
  /** How often each kind of failure has been retried, where that matters. */
  #used: Map<Ruling, number> | undefined;

  constructor(settings: RetrySettings, verdicts: Verdicts, scope: WaitScope, inner: Waits) {
    this.#settings = settings;
    this.#verdicts = verdicts;
    this.#scope = scope;
    this.#inner = inner;
  }

  next(outcome: Outcome): NextWait {
    const verdict = this.#verdicts.on(outcome.ok ? outcome.value : outcome.error);
    if (verdict === undefined || verdict.isLast || this.#asksTooMuch(outcome)) return none;
    const { ruling } = verdict;
    const before = ruling.most === undefined && ruling.atOnce !== true ? 0 : this.#count(ruling);
    if (ruling.most !== undefined && before >= ruling.most) return none;
    if (ruling.atOnce === true && before === 0) return atOnce;
    return this.#inner.next(outcome) as NextWait;
  }

  #asksTooMuch(outcome: Outcome): boolean {
    const { respectRetryAfter, maxRetryAfter } = this.#settings;
    if (!respectRetryAfter || !outcome.ok) return false;
    const response = outcome.value as HttpResponse;
    const asked =
      response.retryAfter ?? parseRetryAfter(response.headers.get('retry-after'), this.#scope.clock.date());
    return asked !== undefined && asked > maxRetryAfter;
  }

  /** @returns How often it had been retried before. */
  #count(ruling: Ruling): number {
    const used = (this.#used ??= new Map<Ruling, number>());
    const before = used.get(ruling) ?? 0;
    used.set(ruling, before + 1);
    return before;
  }
}
