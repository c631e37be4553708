/**
 * Keeping to a rate on our side of the wire.
 *
 * `Gcra` is a thinker, the generic cell rate algorithm: one number says when the next call would come if all of them
 * came evenly. `rateLimit()` holds the clock; it refuses, or lets calls wait for their moment.
 *
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { Wrapper } from '../call/wrapper.js';
import { checkKeys } from '../checks.js';
import { OptionError, RefusalError } from '../errors.js';
import { isObserved, publish, warnOnce } from '../events.js';
import { type Handlers, checkHandlers, tellAtOnce } from '../retry/handlers.js';
import { checkBoolean, checkClock, checkName } from '../retry/option-checks.js';
import type { Clock } from '../time/clock.js';
import { type Duration, type Ms, readable, toMs } from '../time/duration.js';
import { Guarded, type KeyOption, States, checkKey, checkMaxKeys, checkNumber } from './guard.js';
import { refusalOf } from './refusal.js';
import { Waiter, timeLeft } from './waiter.js';

/** Thrown in place of a call that would have exceeded the rate. Nothing was sent. */
export class RateLimitError extends RefusalError {
  override readonly name = 'RateLimitError';
  readonly #retryAfter: Ms;

  /** @param retryAfter  Milliseconds until a call would be let through, if no other comes before it. */
  constructor(rateLimit: string, retryAfter: Ms) {
    super(
      'ERR_RATE_LIMIT',
      `"${rateLimit}" lets the next call through in ${readable(retryAfter)}; nothing was sent.`,
    );
    this.#retryAfter = retryAfter;
  }

  override get retryAfter(): Ms {
    return this.#retryAfter;
  }
}

// Moments in milliseconds since the machine started have about seven digits behind the point.
const rounding: Ms = 1e-6;

/** When the next call may be made. */
export class Gcra {
  readonly #spacing: Ms;
  readonly #slack: Ms; // how far the calls may be ahead of an even stream
  #next: Ms = -Infinity; // when the next call of an even stream would come
  #taken = 0;
  #started: Ms = -Infinity; // when the next call would come by those that have really been made
  readonly #returned = new Set<number>(); // moments given back behind which others are still taken

  /**
   * @param spacing  Milliseconds from one call to the next.
   * @param burst    Calls that may be made at once after a silence, 1 or more.
   */
  constructor(spacing: Ms, burst: number) {
    this.#spacing = spacing;
    this.#slack = (burst - 1) * spacing;
  }

  /** Milliseconds until a call may be made; 0: now. */
  wait(now: Ms): Ms {
    const ahead = this.#next - this.#slack - now;
    return ahead > rounding ? ahead : 0;
  }

  /**
   * Takes the next free moment, if it comes within `patience`.
   *
   * @returns Milliseconds until then; `undefined`, and nothing is taken, when it comes later.
   */
  take(now: Ms, patience: Ms = 0): Ms | undefined {
    const wait = this.wait(now);
    if (wait > patience) return undefined;
    if (this.#next <= now) this.#returned.clear(); // all that was taken has passed
    this.#next = Math.max(now, this.#next) + this.#spacing;
    this.#taken += 1;
    return wait;
  }

  /**
   * A call that had to wait for its moment is about to be made. After a blocked thread many moments have come at once;
   * then the calls are spaced anew.
   *
   * @returns Milliseconds that it has to wait still; 0: it is made now.
   */
  start(now: Ms): Ms {
    const ahead = this.#started - this.#slack - now;
    // A timer that comes a little late makes the next one look early.
    const wait = ahead > this.#spacing / 2 ? ahead : 0;
    this.#started = Math.max(now, this.#started) + this.#spacing;
    return wait;
  }

  /** Gives back the moment that was taken last; `last` is what `mark` gave after taking it. An earlier one is lost. */
  giveBack(last: number): void {
    this.#returned.add(last);
    while (this.#returned.delete(this.#taken)) {
      this.#taken -= 1;
      this.#next -= this.#spacing;
    }
  }

  /** When the next call of an even stream would come. */
  get next(): Ms {
    return this.#next;
  }

  /** Tells one taking from another. */
  get mark(): number {
    return this.#taken;
  }
}

/** A call was refused. */
export interface RateLimitDetails {
  readonly event: 'refuse';
  readonly name: string;
  readonly error: RateLimitError;
}

export interface RateLimitOptions {
  /** So many calls ... */
  readonly limit: number;
  /** ... in this time, spaced evenly. @default '1s' */
  readonly per?: Duration | undefined;
  /**
   * Calls that may be made at once after a silence. In any stretch of time there are at most `burst` more than the rate
   * allows: a burst of `limit` may send nearly twice `limit` in one `per`.
   * @default 1
   */
  readonly burst?: number | undefined;
  /** How long a call may wait for its moment (async functions only); one that would wait longer is refused. @default 0 */
  readonly maxWait?: Duration | undefined;
  readonly key?: KeyOption | undefined;
  /** How many keys are remembered. @default 1000 */
  readonly maxKeys?: number | undefined;
  /** Whether refusals capture their stacks, which costs more than all the rest. @default false */
  readonly stack?: boolean | undefined;
  /** @default 'rateLimit' */
  readonly name?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Called for each call that is refused. */
  readonly onRefuse?: Handlers<RateLimitDetails> | undefined;
}

export interface RateLimitState {
  /** Milliseconds until a call would be let through without waiting; 0: now. */
  readonly wait: Ms;
}

export interface RateLimit extends Wrapper {
  readonly state: RateLimitState;
  /** The state of one key; `undefined` for a key that was not seen, or is forgotten. */
  stateOf(key: string): RateLimitState | undefined;
}

const names = ['limit', 'per', 'burst', 'maxWait', 'key', 'maxKeys', 'stack', 'name', 'clock', 'onRefuse'];

/**
 * Spaces calls evenly: at most `limit` in `per`.
 *
 *     const tenASecond = rateLimit({ limit: 10, maxWait: '2s' });
 *     const send = tenASecond(sendMail);   // waits for its moment; RateLimitError when that is more than 2 s away
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function rateLimit(options: RateLimitOptions): RateLimit {
  checkKeys('rateLimit', options, names);
  const spacing = toMs('per', options.per ?? '1s', { least: 1 }) / checkLimit(options.limit);
  const burst = checkNumber('burst', options.burst ?? 1, { least: 1 });
  const maxWait = toMs('maxWait', options.maxWait ?? 0, { infinite: true });
  const clock = checkClock(options.clock);
  const name = checkName(options.name) ?? 'rateLimit';
  const stack = checkBoolean('stack', options.stack ?? false);
  const onRefuse = checkHandlers('onRefuse', options.onRefuse);
  const states = new States(
    checkKey(options.key),
    checkMaxKeys(options.maxKeys),
    () => new Gcra(spacing, burst),
    (gcra) => gcra.next > clock.now(),
  );

  const refusal = (wait: Ms): RateLimitError => {
    const error = refusalOf(stack, () => new RateLimitError(name, wait));
    if (onRefuse.length > 0 || isObserved()) {
      const details: RateLimitDetails = Object.freeze({ event: 'refuse', name, error });
      if (isObserved()) publish('rate-limit:refuse', name, details);
      tellAtOnce(onRefuse, name, details);
    }
    return error;
  };

  const wrap: Wrap = (target, nameOf) => {
    const guarded = new Guarded(target, nameOf);
    const call = (thisArg: unknown, args: readonly unknown[]): unknown => {
      const result = guarded.call(thisArg, args, nothing);
      if (maxWait > 0 && guarded.kind === 'sync') warnOfSync(guarded, name, nameOf(thisArg));
      return result;
    };
    return {
      fn(this: unknown, ...args: unknown[]): unknown {
        const gcra = states.of(guarded, this, args);
        const now = clock.now();
        const patience = maxWait > 0 && guarded.kind !== 'sync' ? Math.min(maxWait, timeLeft()) : 0;
        const wait = gcra.take(now, patience);
        if (wait === undefined) return guarded.refuse(refusal(gcra.wait(now)));
        const first = wait === 0 && maxWait > 0 ? gcra.start(now) : wait;
        if (first === 0) return call(this, args);
        let isSpaced = wait === 0;
        const { mark } = gcra;
        const waiter = new Waiter({
          clock,
          run: () => call(this, args),
          onWake: () => {
            const more = isSpaced ? 0 : gcra.start(clock.now());
            isSpaced = true;
            if (more > 0) clock.schedule(waiter, more);
            else waiter.start();
          },
          onLeave: () => {
            gcra.giveBack(mark);
          },
        });
        waiter.sleep(first);
        return waiter.promise;
      },
    };
  };
  const stateOf = (gcra: Gcra | undefined): RateLimitState | undefined =>
    gcra && { wait: gcra.wait(clock.now()) };
  return makePolicy('rateLimit', wrap, {
    get state() {
      return stateOf(states.peek());
    },
    stateOf: (key: string) => stateOf(states.peek(key)),
  }) as RateLimit;
}

function checkLimit(limit: unknown): number {
  if (typeof limit === 'number' && limit > 0 && limit < Infinity) return limit;
  throw new OptionError('limit', limit, 'must be a finite number above 0');
}

function nothing(): void {
  // how the call ended changes nothing
}

function warnOfSync(guarded: Guarded, policy: string, name: string): void {
  warnOnce(
    guarded,
    `${name} under "${policy}" is a sync function, which cannot wait: it is called at once or refused. ` +
      'Make it async, or leave out maxWait.',
    'STAMPEDE_SYNC',
  );
}
