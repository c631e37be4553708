/**
 * What is known of each origin that is called: whether its circuit is open, and what there is to pay for retries.
 *
 * An origin is scheme, host and port: what fails there says nothing about another.
 */
import {
  type Budget,
  type CircuitBreaker,
  type CircuitState,
  OptionError,
  type RetryBudget,
  type RetryBudgetOptions,
  isBudget,
  retryBudget,
} from '../../core.js';
import { originBreaker } from './origin-breaker.js';
import type { RetrySettings } from './retry-settings.js';

/** How an origin stands. What is switched off is `undefined`. */
export interface OriginState {
  readonly circuit: CircuitState | undefined;
  /** Tokens there are, and may be; `undefined` for a budget that does not tell. */
  readonly budget: { readonly level: number; readonly capacity: number } | undefined;
}

/** What stands between a call and one origin. */
export interface OriginGuard {
  readonly breaker: CircuitBreaker | undefined;
  readonly budget: Budget | undefined;
  readonly state: OriginState;
}

/** What of the settings of a session the guards are made from. */
export type OriginSettings = Pick<
  RetrySettings,
  'circuitBreaker' | 'budget' | 'counts' | 'statusForcelist' | 'unsafeStatuses' | 'clock' | 'random'
>;

/** How many origins are remembered: an address may come from a user, and must not fill the memory. */
const usualMost = 1000;

/** How many open circuits are passed over when one has to be forgotten, before the oldest goes all the same. */
const passedOver = 16;

/** The least an origin's budget holds: ten retries, as many as smithy's and finagle's do. */
const leastBudget = 10;

/** What a retry costs that answers a timeout, the dearest: see `retryBudget`. */
const dearest = 2;

/**
 * The guards of all origins that a session calls.
 *
 *     const origins = new Origins(settings);
 *     const { breaker, budget } = origins.of(new URL('https://api.example.com/users'));
 *
 * Bounded: the least recently used goes first, one whose circuit is not closed goes last.
 *
 * @throws {OptionError} for options of the circuit or the budget that are not allowed.
 */
export class Origins {
  // A map keeps the order in which keys were put in: an origin that is used is taken out and put in again.
  readonly #guards = new Map<string, Guard>();
  readonly #settings: OriginSettings;
  readonly #most: number;
  #latest: Guard | undefined;
  #latestUrl: URL | undefined;

  /** @param most  How many origins are remembered. */
  constructor(settings: OriginSettings, most = usualMost) {
    this.#settings = settings;
    this.#most = most;
    new Guard('', settings); // so that what is not allowed is refused now
  }

  /** The guard of the origin of `url`, made when the origin is new. */
  of(url: URL): OriginGuard {
    if (this.#latest !== undefined && url === this.#latestUrl) return this.#latest; // a call asks several times
    const { origin } = url;
    this.#latestUrl = url;
    if (this.#latest?.origin === origin) return this.#latest;
    let guard = this.#guards.get(origin);
    if (guard === undefined) {
      if (this.#guards.size >= this.#most) this.#forgetOne();
      guard = new Guard(origin, this.#settings);
    } else {
      this.#guards.delete(origin);
    }
    this.#guards.set(origin, guard);
    this.#latest = guard;
    return guard;
  }

  /** How many origins are remembered. */
  get size(): number {
    return this.#guards.size;
  }

  /** How each origin stands, least recently used first. */
  states(): ReadonlyMap<string, OriginState> {
    return new Map([...this.#guards].map(([origin, { state }]) => [origin, state]));
  }

  #forgetOne(): void {
    let oldest: string | undefined;
    let left = passedOver;
    for (const [origin, { breaker }] of this.#guards) {
      oldest ??= origin;
      const isFree = breaker === undefined || breaker.state === 'closed';
      if (isFree) oldest = origin;
      if (isFree || --left === 0) break;
    }
    if (oldest !== undefined) this.#guards.delete(oldest);
  }
}

class Guard implements OriginGuard {
  readonly breaker: CircuitBreaker | undefined;
  readonly budget: Budget | undefined;

  constructor(
    readonly origin: string,
    settings: OriginSettings,
  ) {
    this.breaker = breakerFor(origin, settings);
    this.budget = budgetFor(origin, settings);
  }

  get state(): OriginState {
    const { level, capacity } = (this.budget ?? {}) as Partial<RetryBudget>;
    return {
      circuit: this.breaker?.state,
      budget: level === undefined || capacity === undefined ? undefined : { level, capacity },
    };
  }
}

function breakerFor(origin: string, settings: OriginSettings): CircuitBreaker | undefined {
  const { circuitBreaker: given = {}, clock, random } = settings;
  if (given === false) return undefined;
  if (typeof given === 'function') return checkBreaker(given);
  if (typeof given !== 'object' || given === null) throw refused('circuitBreaker', given);
  const name = origin === '' ? {} : { name: origin };
  return originBreaker({ clock, random, ...name, ...defined(given) }, settings);
}

function budgetFor(origin: string, settings: OriginSettings): Budget | undefined {
  const { budget: given = {}, clock, counts } = settings;
  if (given === false) return undefined;
  if (typeof given !== 'object' || given === null) throw refused('budget', given);
  if (isBudget(given)) return given;
  return retryBudget({
    ratio: 0.2,
    clock,
    ...(origin === '' ? {} : { name: origin }),
    ...usualMinimum(given, counts.total),
    ...defined(given),
  });
}

// A budget that a single call of the policy can empty would break the policy's own word.
function usualMinimum({ maximum, cost }: RetryBudgetOptions, retries: number): { readonly minimum: number } {
  const price = Math.max(dearest, ...Object.values(cost ?? {}).filter((value) => typeof value === 'number'));
  const most = typeof maximum === 'number' ? maximum : 100;
  const own = Number.isFinite(retries) ? retries * price : most;
  const minimum = Math.max(leastBudget, own);
  return { minimum: typeof maximum === 'number' ? Math.min(minimum, maximum) : minimum };
}

// An option that is `undefined` is not given.
function defined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

function checkBreaker(given: unknown): CircuitBreaker {
  if (typeof (given as Partial<CircuitBreaker>).stateOf === 'function') return given as CircuitBreaker;
  throw refused('circuitBreaker', given);
}

function refused(option: 'circuitBreaker' | 'budget', given: unknown): OptionError {
  const shared = option === 'budget' ? 'a budget' : 'a breaker';
  return new OptionError(option, given, `must be false, an object of options, or ${shared} to share`);
}
