/**
 * Keeping one slow dependency from taking everything: so many calls at once, so many waiting, the rest refused.
 *
 * `semaphore.ts` says who may go in. `bulkhead()` makes the calls, holds the clock of those who wait, and lets an
 * adaptive limit (`adaptive-limit.ts`) learn from the answers.
 */
import { noteRefusal } from '../call/layers.js';
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { Outcome } from '../call/outcome.js';
import type { Wrapper } from '../call/wrapper.js';
import { checkKeys } from '../checks.js';
import { OptionError, RefusalError } from '../errors.js';
import { isObserved, publish, warnOnce } from '../events.js';
import { type Handler, type Handlers, checkHandlers, tellAtOnce } from '../retry/handlers.js';
import { checkBoolean, checkClock, checkFunction, checkName } from '../retry/option-checks.js';
import type { Clock } from '../time/clock.js';
import { type Duration, type Ms, readable, toMs } from '../time/duration.js';
import type { ConcurrencyLimit, LimitMaker } from './adaptive-limit.js';
import { Guarded, type KeyOption, States, checkKey, checkMaxKeys, checkNumber, refusalOf } from './guard.js';
import { type OverloadTest, isOverload, verdictOf } from './overload.js';
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

export interface BulkheadOptions {
  /** Calls in flight at once: a number, or a limit that learns, such as `aimd()` or `gradient()`. */
  readonly limit: number | LimitMaker;
  /** Calls that may wait for a place (async functions only). @default 0 */
  readonly queue?: number | undefined;
  /** How long one may wait, `Infinity` for as long as it takes. @default '1s' */
  readonly maxWait?: Duration | undefined;
  /** For an adaptive limit: which outcomes are signs of overload. @default as in `throttle` */
  readonly isOverload?: OverloadTest | undefined;
  readonly key?: KeyOption | undefined;
  /** How many keys are remembered. @default 1000 */
  readonly maxKeys?: number | undefined;
  /** Whether refusals capture their stacks, which costs more than all the rest. @default false */
  readonly stack?: boolean | undefined;
  /** @default 'bulkhead' */
  readonly name?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Called for each call that is refused. */
  readonly onFull?: Handlers<Extract<BulkheadDetails, { event: 'full' }>> | undefined;
  /** Called when an adaptive limit has changed. */
  readonly onLimit?: Handlers<Extract<BulkheadDetails, { event: 'limit' }>> | undefined;
}

export interface BulkheadState {
  readonly inFlight: number;
  readonly queued: number;
  /** Calls that may be in flight now. */
  readonly limit: number;
}

export interface Bulkhead extends Wrapper {
  readonly state: BulkheadState;
  /** The state of one key; `undefined` for a key that was not seen, or is forgotten. */
  stateOf(key: string): BulkheadState | undefined;
}

const names = [
  'limit',
  'queue',
  'maxWait',
  'isOverload',
  'key',
  'maxKeys',
  'stack',
  'name',
  'clock',
  'onFull',
  'onLimit',
];

/**
 * Lets so many calls in at once, lets some wait in line, and refuses the rest.
 *
 *     const ten = bulkhead({ limit: 10, queue: 20, maxWait: '500ms' });
 *     const report = ten(fetchReport);   // BulkheadFullError when 10 are in flight and 20 wait
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function bulkhead(options: BulkheadOptions): Bulkhead {
  checkKeys('bulkhead', options, names);
  const rules: Rules = {
    name: checkName(options.name) ?? 'bulkhead',
    clock: checkClock(options.clock),
    queue: checkNumber('queue', options.queue ?? 0, { least: 0, whole: true }),
    maxWait: toMs('maxWait', options.maxWait ?? '1s', { infinite: true }),
    stack: checkBoolean('stack', options.stack ?? false),
    test: checkFunction('isOverload', options.isOverload, isOverload) as OverloadTest,
    onFull: checkHandlers('onFull', options.onFull),
    onLimit: checkHandlers('onLimit', options.onLimit),
  };
  const { limit } = options;
  if (typeof limit !== 'function') checkLimit(limit);
  const states = new States(
    checkKey(options.key),
    checkMaxKeys(options.maxKeys),
    (key) => new Room(rules, limit, key),
    (room) => room.state.inFlight > 0,
  );

  const wrap: Wrap = (target, nameOf) => {
    const guarded = new Guarded(target, nameOf);
    return {
      fn(this: unknown, ...args: unknown[]): unknown {
        return states.of(guarded, this, args).call(guarded, this, args);
      },
    };
  };
  return makePolicy('bulkhead', wrap, {
    get state() {
      return states.peek()?.state;
    },
    stateOf: (key: string) => states.peek(key)?.state,
  }) as Bulkhead;
}

function checkLimit(limit: unknown): number {
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1) return limit;
  throw new OptionError('limit', limit, 'must be a whole number of 1 or more, or a limit such as gradient()');
}

interface Rules {
  readonly name: string;
  readonly clock: Clock;
  readonly queue: number;
  readonly maxWait: Ms;
  readonly stack: boolean;
  readonly test: OverloadTest;
  readonly onFull: readonly Handler<never>[];
  readonly onLimit: readonly Handler<never>[];
}

/** What one key's calls share. */
class Room {
  readonly #rules: Rules;
  readonly #key: string | undefined;
  readonly #semaphore: Semaphore<Waiter>;
  readonly #learner: ConcurrencyLimit | undefined;
  #isAdmitting = false;

  constructor(rules: Rules, limit: number | LimitMaker, key: string | undefined) {
    this.#rules = rules;
    this.#key = key;
    this.#learner = typeof limit === 'function' ? limit() : undefined;
    this.#semaphore = new Semaphore(checkLimit(this.#learner?.limit ?? limit), rules.queue);
  }

  get state(): BulkheadState {
    const { inFlight, queued, limit } = this.#semaphore;
    return { inFlight, queued, limit };
  }

  call(guarded: Guarded, thisArg: unknown, args: readonly unknown[]): unknown {
    if (this.#semaphore.enter()) return this.#make(guarded, thisArg, args);
    const patience = guarded.kind === 'sync' ? 0 : Math.min(this.#rules.maxWait, timeLeft());
    const waiting = patience > 0 ? this.#line(guarded, thisArg, args, patience) : undefined;
    return waiting ?? guarded.refuse(this.#refusal('full'));
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
        const error = this.#refusal('maxWait', patience);
        noteRefusal(error, guarded.target);
        waiter.refuse(error);
      },
      onLeave: leave,
    });
    const place = semaphore.line(waiter, clock.now() + patience);
    waiter.sleep(patience);
    return waiter.promise;
  }

  #make(guarded: Guarded, thisArg: unknown, args: readonly unknown[]): unknown {
    const startedAt = this.#learner === undefined ? 0 : this.#rules.clock.now();
    const result = guarded.call(thisArg, args, (outcome) => {
      this.#leave(outcome, startedAt);
    });
    if (this.#rules.queue > 0 && guarded.kind === 'sync')
      warnOfSync(guarded, this.#rules.name, guarded.nameOf(thisArg));
    return result;
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
    if (onLimit.length === 0 && !isObserved()) return;
    const details: BulkheadDetails = Object.freeze({ event: 'limit', name, key: this.#key, limit, before });
    if (isObserved()) publish('bulkhead:limit', name, details);
    tellAtOnce(onLimit, name, details);
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
    if (onFull.length > 0 || isObserved()) {
      const details: BulkheadDetails = Object.freeze({ event: 'full', name, error });
      if (isObserved()) publish('bulkhead:full', name, details);
      tellAtOnce(onFull, name, details);
    }
    return error;
  }
}

function warnOfSync(guarded: Guarded, policy: string, name: string): void {
  warnOnce(
    guarded,
    `${name} under "${policy}" is a sync function, which cannot wait in a queue: it is called at once or refused. ` +
      'Make it async, or leave out queue.',
    'STAMPEDE_SYNC',
  );
}
