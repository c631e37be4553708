/**
 * Keeping to a rate on our side of the wire.
 *
 * `gcra.ts` says when the next call may be made; `rateLimit()` holds the clock, and refuses calls or lets them wait.
 */
import type { Wrapper } from '../call/wrapper.js';
import { checkNumber } from '../checks.js';
import { OptionError, RefusalError } from '../errors.js';
import { type Handlers, checkHandlers } from '../retry/handlers.js';
import type { Mode } from '../retry/options.js';
import type { Clock } from '../time/clock.js';
import { type Duration, type Ms, readable, toMs } from '../time/duration.js';
import { announce } from './announce.js';
import { Gcra } from './gcra.js';
import { type GuardOptions, checkGuardOptions, waitingBy } from './guard-options.js';
import { refusalOf } from './refusal.js';
import { type GuardFor, type GuardOffers, makeGuard } from './make-guard.js';
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

/** A call was refused. */
export interface RateLimitDetails {
  readonly event: 'refuse';
  readonly name: string;
  readonly error: RateLimitError;
}

export interface RateLimitOptions<M extends Mode = 'auto' | 'sync'> extends GuardOptions<M> {
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
  /** Called for each call that is refused. */
  readonly onRefuse?: Handlers<RateLimitDetails> | undefined;
}

export interface RateLimitState {
  /** Milliseconds until a call would be let through without waiting; 0: now. */
  readonly wait: Ms;
}

export interface RateLimit extends Wrapper, GuardOffers<RateLimitState> {}

const own = ['limit', 'per', 'burst', 'maxWait', 'onRefuse'];

/**
 * Spaces calls evenly: at most `limit` in `per`.
 *
 *     const tenASecond = rateLimit({ limit: 10, maxWait: '2s' });
 *     const send = tenASecond(sendMail);   // waits for its moment; RateLimitError when that is more than 2 s away
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function rateLimit<M extends Mode = 'auto'>(options: RateLimitOptions<M>): GuardFor<RateLimit, M>;
export function rateLimit(options: RateLimitOptions<Mode>): unknown {
  const common = checkGuardOptions('rateLimit', options, own);
  const spacing = toMs('per', options.per ?? '1s', { least: 1 }) / checkLimit(options.limit);
  const burst = checkNumber('burst', options.burst ?? 1, { least: 1 });
  const maxWait = toMs('maxWait', options.maxWait ?? 0, { infinite: true });
  const onRefuse = checkHandlers('onRefuse', options.onRefuse);
  const { name, clock, stack } = common;
  const refusal = (wait: Ms): RateLimitError => {
    const error = refusalOf(stack, () => new RateLimitError(name, wait));
    announce('rate-limit:refuse', onRefuse, name, (): RateLimitDetails => ({ event: 'refuse', name, error }));
    return error;
  };
  return makeGuard<Gcra, RateLimitState>(
    'rateLimit',
    waitingBy(maxWait > 0 ? 'maxWait' : undefined, common),
    {
      make: () => new Gcra(spacing, burst),
      show: (gcra) => ({ wait: gcra.wait(clock.now()) }),
      isKept: (gcra) => gcra.next > clock.now(),
      admit: (gcra, guarded, thisArg, args) => {
        const now = clock.now();
        const patience = maxWait > 0 && guarded.givesPromises ? Math.min(maxWait, timeLeft()) : 0;
        const wait = gcra.take(now, patience);
        if (wait === undefined) return guarded.refuse(refusal(gcra.wait(now)), thisArg);
        const call = (): unknown => guarded.call(thisArg, args, nothing);
        const first = wait === 0 && maxWait > 0 ? gcra.start(now) : wait;
        const isNow = first === 0 || patience === 0; // a sync call cannot wait for what is spaced anew
        return isNow ? call() : waitFor(gcra, clock, first, wait === 0, call);
      },
    },
  );
}

/** Lets a call wait for the moment that it has taken. @param isSpaced  Whether what it waits for is the final moment. */
function waitFor(
  gcra: Gcra,
  clock: Clock,
  wait: Ms,
  isSpaced: boolean,
  call: () => unknown,
): Promise<unknown> {
  const { mark } = gcra;
  let isLast = isSpaced;
  const waiter = new Waiter({
    clock,
    run: call,
    onWake: () => {
      const more = isLast ? 0 : gcra.start(clock.now());
      isLast = true;
      if (more > 0) clock.schedule(waiter, more);
      else waiter.start();
    },
    onLeave: () => {
      gcra.giveBack(mark);
    },
  });
  waiter.sleep(wait);
  return waiter.promise;
}

function checkLimit(limit: unknown): number {
  if (typeof limit === 'number' && limit > 0 && limit < Infinity) return limit;
  throw new OptionError('limit', limit, 'must be a finite number above 0');
}

function nothing(): void {
  // how the call ended changes nothing
}
