/**
 * Paying for retries, so that all of them together stay a small share of the traffic.
 *
 * `retryBudget()` is what the option `budget` of a retry takes. It holds the clock and tells the handlers; the sums
 * are those of `bucket.ts`.
 */
import { checkKeys, checkNumber } from '../checks.js';
import { OptionError, show } from '../errors.js';
import { type EventType, isObserved, publish } from '../events.js';
import type { Budget, RetryKind } from '../retry/attempts.js';
import { type Handler, type Handlers, checkHandlers, tellAtOnce } from '../retry/handlers.js';
import { checkClock, checkName } from '../retry/option-checks.js';
import type { Clock } from '../time/clock.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { type Standable, type Standing, noteUse } from './in-use.js';
import { Bucket, type BucketRules, successesBetweenLooks } from './bucket.js';

/** The budget has run empty, or pays again. */
export interface BudgetDetails {
  readonly event: 'empty' | 'refill';
  readonly name: string;
  /** Tokens there are. */
  readonly level: number;
  /** Tokens there may be. */
  readonly capacity: number;
}

export interface RetryBudgetOptions {
  /** Tokens that each success earns: at a cost of 1, the share of retries that goes on for ever. @default 0.1 */
  readonly ratio?: number | undefined;
  /**
   * Tokens that a retry costs, by the failure it answers. A throttled call (status 429 or 503, or a wait that the server asked
   * for) cost the server little, a timeout much.
   * @default { throttle: 0.5, error: 1, timeout: 2, value: 1 }
   */
  readonly cost?: Partial<Readonly<Record<RetryKind, number>>> | undefined;
  /** The budget holds what successes earn in this time, at the rate it has seen of late. @default '10s' */
  readonly window?: Duration | undefined;
  /**
   * The least it holds, in tokens; what it starts with. Without it a function that is seldom called could never retry:
   * ten successes pay for one. So it should be what one call may cost: its retries, each at the highest cost.
   * @default 3, or what the dearest retry costs where that is more; in a gateway all its retries at the highest cost,
   *   so 4 for three tries. Never more than `maximum`
   */
  readonly minimum?: number | undefined;
  /** The most it holds, in tokens. @default 100 */
  readonly maximum?: number | undefined;
  /**
   * What a retry does that cannot be paid for: `'giveup'` ends its call; a time lets it be made unpaid, after a wait of at
   * least so long. For calls that must go on however long an outage lasts; the bound on attempts is then one for each
   * call in so much time.
   * @default 'giveup'
   */
  readonly whenEmpty?: 'giveup' | Duration | undefined;
  /** @default 'retryBudget' */
  readonly name?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Called when a retry could not be paid for and the one before it could. */
  readonly onEmpty?: Handlers<BudgetDetails> | undefined;
  /** Called when a retry is paid for again. */
  readonly onRefill?: Handlers<BudgetDetails> | undefined;
}

/** A budget that any number of functions may share. */
export interface RetryBudget extends Budget {
  readonly name: string;
  /** `'empty'` from a retry that could not be paid for to the next that can. */
  readonly state: 'available' | 'empty';
  /** Tokens there are. */
  readonly level: number;
  /** Tokens there may be, by the traffic of late. */
  readonly capacity: number;
}

const names = [
  ...['ratio', 'cost', 'window', 'minimum', 'maximum', 'whenEmpty'],
  ...['name', 'clock', 'onEmpty', 'onRefill'],
];
const usualCost: BucketRules['cost'] = { throttle: 0.5, error: 1, timeout: 2, value: 1 };
const usualMaximum = 100;

/**
 * Makes a budget for retries. Successes earn, retries pay; when it is empty a call ends at once with its own error,
 * or waits longer (`whenEmpty`).
 *
 *     const budget = retryBudget();
 *     const getUser = withRetry(fetchUser, { budget });
 *     const getCart = withRetry(fetchCart, { budget });   // the same service, the same budget
 *
 * Whatever happens, unless `whenEmpty` is a time: attempts ≤ calls + capacity / cost + ratio × successes.
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  checkKeys('retryBudget', options, names);
  const clock = checkClock(options.clock);
  const name = checkName(options.name) ?? 'retryBudget';
  const minimum = checkNumber('minimum', options.minimum ?? minimumFor(1, options), { least: 0 });
  const rules: BucketRules = {
    ratio: checkNumber('ratio', options.ratio ?? 0.1, { least: 0, most: 1 }),
    cost: checkCost(options.cost ?? {}),
    window: toMs('window', options.window ?? '10s', { least: 1 }),
    minimum,
    maximum: checkMaximum(options.maximum, minimum),
  };
  return new BudgetOfRetries(name, clock, rules, checkWhenEmpty(options.whenEmpty), {
    empty: checkHandlers('onEmpty', options.onEmpty),
    refill: checkHandlers('onRefill', options.onRefill),
  });
}

/** The `minimum` that lets one call make so many retries, whatever it answers; at most what the budget may hold. */
export function minimumFor(
  retries: number,
  { cost = {}, maximum = usualMaximum }: RetryBudgetOptions,
): number {
  const dearest = Math.max(...Object.values(checkCost(cost)));
  const wanted = Math.max(3, retries * dearest);
  return maximum >= 0 ? Math.min(wanted, maximum) : wanted; // what cannot be meant is refused by its own name
}

function checkMaximum(given: number | undefined, minimum: number): number {
  const maximum = given ?? Math.max(usualMaximum, minimum);
  if (typeof maximum === 'number' && maximum >= minimum && maximum < Infinity) return maximum;
  throw new OptionError('maximum', maximum, `must be a finite number of ${minimum} (minimum) or more`);
}

/** @returns What an empty budget answers. */
function checkWhenEmpty(given: unknown = 'giveup'): false | Ms {
  return given === 'giveup' ? false : toMs('whenEmpty', given, { least: 1 });
}

function checkCost(given: Partial<BucketRules['cost']>): BucketRules['cost'] {
  checkKeys('cost', given, Object.keys(usualCost));
  const cost = { ...usualCost };
  for (const kind of Object.keys(usualCost) as RetryKind[]) {
    const value = given[kind];
    if (value === undefined) continue;
    if (!(typeof value === 'number' && value > 0 && value < Infinity))
      throw new OptionError(`cost.${kind}`, value, 'must be a finite number above 0', { got: show(value) });
    cost[kind] = value;
  }
  return cost;
}

class BudgetOfRetries implements RetryBudget, Standable {
  readonly #bucket: Bucket;
  readonly #clock: Clock;
  readonly #whenEmpty: false | Ms;
  readonly #handlers: Readonly<Record<BudgetDetails['event'], readonly Handler<never>[]>>;
  #state: RetryBudget['state'] = 'available';
  /** After so many successes it looks at the clock: after the first it notes that it is in use, too. */
  #looksAfter = 1;

  constructor(
    readonly name: string,
    clock: Clock,
    rules: BucketRules,
    whenEmpty: false | Ms,
    handlers: Readonly<Record<BudgetDetails['event'], readonly Handler<never>[]>>,
  ) {
    this.#clock = clock;
    this.#whenEmpty = whenEmpty;
    this.#handlers = handlers;
    this.#bucket = new Bucket(rules, clock.now());
  }

  get state(): RetryBudget['state'] {
    return this.#state;
  }

  get level(): number {
    return this.#bucket.level(this.#clock.now());
  }

  get capacity(): number {
    return this.#bucket.capacity(this.#clock.now());
  }

  get standing(): Standing {
    const { name, level, capacity } = this;
    return { kind: 'budget', name, level, capacity };
  }

  // A success must cost next to nothing: the clock is read once in a thousand.
  earn(): void {
    this.#bucket.earn();
    if (this.#bucket.unsettled >= this.#looksAfter) this.#look();
  }

  take(kind: RetryKind): boolean | Ms {
    if (this.#looksAfter === 1) this.#look();
    const paid = this.#bucket.take(kind, this.#clock.now(), this.#whenEmpty === false);
    if (paid !== (this.#state === 'available')) this.#turn(paid);
    return paid || this.#whenEmpty;
  }

  refund(kind: RetryKind): void {
    this.#bucket.refund(kind, this.#clock.now());
  }

  #look(): void {
    if (this.#looksAfter === 1) {
      this.#looksAfter = successesBetweenLooks;
      noteUse(this);
    } else this.#bucket.settle(this.#clock.now());
  }

  #turn(paid: boolean): void {
    this.#state = paid ? 'available' : 'empty';
    const event = paid ? 'refill' : 'empty';
    const type: EventType = `budget:${event}`;
    const handlers = this.#handlers[event];
    if (handlers.length === 0 && !isObserved(type)) return;
    const { name, level, capacity } = this;
    const details: BudgetDetails = Object.freeze({ event, name, level, capacity });
    if (isObserved(type)) publish(type, name, details);
    tellAtOnce(handlers, name, details);
  }
}
