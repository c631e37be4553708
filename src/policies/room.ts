/**
 * What the calls of one key of a bulkhead share: who is in, who stands in line, and what the limit learns from them.
 *
 * `semaphore.ts` says who may go in. `Room` makes the calls, holds the clock of those who wait, and refuses the rest.
 */
import { noteRefusal } from '../call/layers.js';
import type { Outcome } from '../call/outcome.js';
import { OptionError, RefusalError } from '../errors.js';
import type { Handler } from '../retry/handlers.js';
import { type Ms, readable } from '../time/duration.js';
import type { ConcurrencyLimit, LimitMaker } from './adaptive-limit.js';
import { announce } from './announce.js';
import type { GuardRules } from './guard-options.js';
import { refusalOf } from './refusal.js';
import type { Guarded } from './guarded.js';
import { type OverloadTest, verdictOf } from './overload.js';
import { Semaphore } from './semaphore.js';
import { Waiter, timeLeft } from './waiter.js';

/** Why there was no room: the queue was full, or the call has waited long enough. */
export type BulkheadReason = 'full' | 'maxWait';

/** Thrown in place of a call that there was no room for. Nothing was sent. */
export class BulkheadFullError extends RefusalError {
  override readonly name = 'BulkheadFullError';

  constructor(
    bulkhead: string,
    readonly reason: BulkheadReason,
    readonly limit: number,
    readonly queued: number,
    waited?: Ms,
  ) {
    const why =
      reason === 'full'
        ? `is full (${limit} in flight, ${queued} waiting)`
        : `had no room within ${readable(waited ?? 0)} (${limit} in flight)`;
    super('ERR_BULKHEAD_FULL', `"${bulkhead}" ${why}; nothing was sent.`);
  }
}

/** A call was refused, or the adaptive limit has changed. */
export type BulkheadDetails =
  | { readonly event: 'full'; readonly name: string; readonly error: BulkheadFullError }
  | {
      readonly event: 'limit';
      readonly name: string;
      readonly key: string | undefined;
      readonly limit: number;
      readonly before: number;
    };

export interface BulkheadState {
  readonly inFlight: number;
  readonly queued: number;
  /** Calls that may be in flight now. */
  readonly limit: number;
}

/** What all rooms of a bulkhead have in common. */
export interface RoomRules extends GuardRules {
  readonly queue: number;
  readonly maxWait: Ms;
  readonly test: OverloadTest;
  readonly onFull: readonly Handler<never>[];
  readonly onLimit: readonly Handler<never>[];
}

/** @throws {OptionError} unless `limit` is a whole number of 1 or more. */
export function checkLimit(limit: unknown): number {
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1) return limit;
  throw new OptionError('limit', limit, 'must be a whole number of 1 or more, or a limit such as gradient()');
}

export class Room {
  readonly #rules: RoomRules;
  readonly #key: string | undefined;
  readonly #semaphore: Semaphore<Waiter>;
  readonly #learner: ConcurrencyLimit | undefined;
  #isAdmitting = false;

  constructor(rules: RoomRules, limit: number | LimitMaker, key: string | undefined) {
    this.#rules = rules;
    this.#key = key;
    this.#learner = typeof limit === 'function' ? limit() : undefined;
    this.#semaphore = new Semaphore(checkLimit(this.#learner?.limit ?? limit), rules.queue);
  }

  get state(): BulkheadState {
    const { inFlight, queued, limit } = this.#semaphore;
    return { inFlight, queued, limit };
  }

  /** Whether calls are in it, or wait for it. */
  get isBusy(): boolean {
    return this.#semaphore.inFlight > 0 || this.#semaphore.queued > 0;
  }

  call(guarded: Guarded, thisArg: unknown, args: readonly unknown[]): unknown {
    if (this.#semaphore.enter()) return this.#make(guarded, thisArg, args);
    const patience = guarded.givesPromises ? Math.min(this.#rules.maxWait, timeLeft()) : 0;
    const waiting = patience > 0 ? this.#line(guarded, thisArg, args, patience) : undefined;
    return waiting ?? guarded.refuse(this.#refusal('full'), thisArg);
  }

  #line(
    guarded: Guarded,
    thisArg: unknown,
    args: readonly unknown[],
    patience: Ms,
  ): Promise<unknown> | undefined {
    const { clock } = this.#rules;
    const semaphore = this.#semaphore;
    if (semaphore.queued >= semaphore.queue) return undefined;
    const leave = (): void => {
      if (place !== undefined) semaphore.remove(place);
    };
    const waiter = new Waiter({
      clock,
      run: () => this.#make(guarded, thisArg, args),
      onWake: () => {
        leave();
        waiter.end(() => {
          const error = this.#refusal('maxWait', patience);
          noteRefusal(error, guarded.target);
          throw error;
        });
      },
      onLeave: leave,
    });
    const place = semaphore.line(waiter, clock.now() + patience);
    waiter.sleep(patience);
    return waiter.promise;
  }

  #make(guarded: Guarded, thisArg: unknown, args: readonly unknown[]): unknown {
    const startedAt = this.#learner === undefined ? 0 : this.#rules.clock.now();
    return guarded.call(thisArg, args, (outcome) => {
      this.#leave(outcome, startedAt);
    });
  }

  #leave(outcome: Outcome, startedAt: Ms): void {
    const { inFlight } = this.#semaphore;
    this.#semaphore.leave();
    try {
      if (this.#learner !== undefined) this.#learn(this.#learner, outcome, startedAt, inFlight);
    } finally {
      this.#admit();
    }
  }

  #learn(learner: ConcurrencyLimit, outcome: Outcome, startedAt: Ms, inFlight: number): void {
    const { clock, test, name, onLimit } = this.#rules;
    const verdict = verdictOf(outcome, test);
    // An error that is no sign of overload is no measure either: a 404 comes faster than any answer.
    if (verdict === 'neutral' || (verdict === 'accept' && !outcome.ok)) return;
    const before = this.#semaphore.limit;
    learner.tell({ startedAt, endedAt: clock.now(), inFlight, dropped: verdict === 'overload' });
    const { limit } = learner;
    if (limit === before) return;
    this.#semaphore.limit = checkLimit(limit);
    announce('bulkhead:limit', onLimit, name, (): BulkheadDetails => {
      return { event: 'limit', name, key: this.#key, limit, before };
    });
  }

  /** Lets those in whose turn it is. A call that ends at once comes back here: then the loop that runs goes on. */
  #admit(): void {
    if (this.#isAdmitting || this.#semaphore.queued === 0) return;
    this.#isAdmitting = true;
    try {
      const now = this.#rules.clock.now();
      for (let turn = this.#semaphore.next(now); turn !== undefined; turn = this.#semaphore.next(now)) {
        const { waiter, late } = turn;
        if (late)
          waiter.wake(); // its timer has not had its turn yet
        else waiter.start();
      }
    } finally {
      this.#isAdmitting = false;
    }
  }

  #refusal(reason: BulkheadReason, waited?: Ms): BulkheadFullError {
    const { name, stack, onFull } = this.#rules;
    const { limit, queued } = this.#semaphore;
    const error = refusalOf(stack, () => new BulkheadFullError(name, reason, limit, queued, waited));
    announce('bulkhead:full', onFull, name, (): BulkheadDetails => ({ event: 'full', name, error }));
    return error;
  }
}
