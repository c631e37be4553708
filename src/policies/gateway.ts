/**
 * One door to one dependency.
 *
 * A gateway joins the stability patterns in one fixed order, so that they work together instead of against one
 * another; the caller brings only the call.
 *
 *     fallback( deadline( retry( rateLimit( bulkhead( throttle( circuitBreaker( hedge( timeout( call )))))))))
 */
import { checkKeys } from '../checks.js';
import { compose } from '../call/compose.js';
import { type Wrap, makePolicy, wrapOf } from '../call/make-wrapper.js';
import type { AnyFunction, AnyPolicy, Policy, Substitute, Wrapper } from '../call/wrapper.js';
import { OptionError } from '../errors.js';
import { isAsync } from '../call/kind.js';
import type { Clock } from '../time/clock.js';
import type { Duration } from '../time/duration.js';
import type { Random } from '../time/random.js';
import type { Budget } from '../retry/attempts.js';
import { checkName, isBudget } from '../retry/option-checks.js';
import type { ErrorMatcher, RetryOptions, RetryRule, RuleList, Verdict } from '../retry/options.js';
import { retry } from '../retry/with-retry.js';
import { type Bulkhead, type BulkheadOptions, bulkhead } from './bulkhead.js';
import { type CircuitBreaker, circuitBreaker } from './circuit-breaker.js';
import type { CircuitState } from './circuit-rules.js';
import type { CircuitBreakerOptions } from './circuit-options.js';
import { deadline } from './deadline.js';
import { type FallbackOptions, fallback } from './fallback.js';
import { type Hedge, type HedgeOptions, hedge } from './hedge.js';
import type { AsyncGuard } from './make-guard.js';
import { type RateLimit, type RateLimitOptions, type RateLimitState, rateLimit } from './rate-limit.js';
import { type RetryBudget, type RetryBudgetOptions, minimumFor, retryBudget } from './retry-budget.js';
import type { BulkheadState } from './room.js';
import { type Throttle, type ThrottleOptions, type ThrottleState, throttle } from './throttle.js';
import { timeout } from './timeout.js';

/** How a gateway retries. `mode` and `budget` are settled by the gateway. */
export type GatewayRetry<M = ErrorMatcher, Rules extends readonly unknown[] = readonly RetryRule[]> = Omit<
  RetryOptions<M, any, Verdict, Rules>,
  'mode' | 'budget' | 'name' | 'clock' | 'random'
>;

// A guard made elsewhere may be one with `mode: 'async'`: every gateway is async.
type AnyBulkhead = Bulkhead | AsyncGuard<BulkheadState>;
type AnyRateLimit = RateLimit | AsyncGuard<RateLimitState>;
type AnyThrottle = Throttle | AsyncGuard<ThrottleState>;

/** Each pattern: its options, a policy made elsewhere (to share it), or `false` to leave it out. */
export interface GatewayOptions<
  F = never,
  M = ErrorMatcher,
  Rules extends readonly unknown[] = readonly RetryRule[],
> {
  /** How long an attempt may take. `false` for no limit. @default '10s' */
  readonly timeout?: Duration | false | undefined;
  /** How long the whole call may take, retries and waits included. `false` for no limit. @default '30s' */
  readonly deadline?: Duration | false | undefined;
  /** @default three tries, `expo({ factor: 100, maxValue: '10s' })`, full jitter, `nested: 'once'` */
  readonly retry?: GatewayRetry<M, Rules> | false | undefined;
  /** What pays for retries. @default a `retryBudget()` of its own */
  readonly budget?: RetryBudgetOptions | Budget | false | undefined;
  /** @default a breaker of its own */
  readonly circuitBreaker?: CircuitBreakerOptions | CircuitBreaker | false | undefined;
  /** @default none */
  readonly bulkhead?: BulkheadOptions | AnyBulkhead | false | undefined;
  /** @default none */
  readonly rateLimit?: RateLimitOptions | AnyRateLimit | false | undefined;
  /** @default none */
  readonly throttle?: ThrottleOptions | AnyThrottle | false | undefined;
  /** Only for calls that may be made twice: it asks for `idempotent: true`. @default none */
  readonly hedge?: HedgeOptions | Hedge | false | undefined;
  /** What to give when all else has failed: a value, or a function of the outcome and the call. @default none */
  readonly fallback?: F | undefined;
  /** How the fallback is used: `errors`, `predicate`, `staleIfError`, `onFallback`. */
  readonly fallbackOptions?: Omit<FallbackOptions, 'name' | 'clock'> | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** How its patterns stand. What a gateway does without is `undefined`. */
export interface GatewayState {
  readonly circuit: CircuitState | undefined;
  readonly budget: { readonly level: number; readonly capacity: number } | undefined;
  readonly bulkhead: BulkheadState | undefined;
  readonly rateLimit: RateLimitState | undefined;
  readonly throttle: ThrottleState | undefined;
}

interface GatewayOffers {
  readonly name: string;
  readonly state: GatewayState;
  /** The circuit breaker, to open, close or isolate it by hand. */
  readonly circuit: CircuitBreaker | undefined;
}

/** A gateway whose calls give what the function gives. */
export interface Gateway extends Wrapper<PromiseLike<unknown>>, GatewayOffers {
  readonly name: string;
}

/** A gateway with a fallback: a method must declare that it may give that instead. */
export interface FallbackGateway<Adds> extends Substitute<PromiseLike<unknown>, Adds>, GatewayOffers {
  readonly name: string;
}

// A function given to `fallback` is always called.
type AddsOfFallback<F> = F extends (...args: any[]) => infer Result ? Awaited<Result> : F;

const names = [
  'timeout',
  'deadline',
  'retry',
  'budget',
  'circuitBreaker',
  'bulkhead',
  'rateLimit',
  'throttle',
  'hedge',
  'fallback',
  'fallbackOptions',
  'clock',
  'random',
];

const defaults = /* @__PURE__ */ new Map<string, GatewayOptions<unknown>>();

/**
 * Gives gateways of a name the options that they start from; those in the code come on top. A configuration puts its
 * gateways here; it must do so before they are made.
 *
 * @param options  `undefined` takes them away again.
 * @throws {OptionError} when an option is unknown.
 */
export function setGatewayDefaults(name: string, options: GatewayOptions<unknown> | undefined): void {
  if (options === undefined) defaults.delete(name);
  else {
    checkKeys(`gateway "${name}"`, options, names);
    defaults.set(name, Object.freeze({ ...options }));
  }
}

/**
 * One door to one dependency: timeouts, retries with a budget, a circuit breaker and a fallback, in one fixed order.
 *
 *     const recommendations = gateway('recommendations', { timeout: '300ms', fallback: [] });
 *     const items = await recommendations.run(({ signal }) => load(url, signal));
 *
 *     class Shop {
 *       @gateway('prices', { timeout: '1s' })
 *       async price(id: number): Promise<number> { ... }
 *     }
 *
 * Every gateway is async. Retries are for calls that may be made twice: for others say `retry: false`.
 *
 * @param name     Stands in errors and events, and finds the defaults of `setGatewayDefaults`.
 * @param options  Each pattern's own options, a policy to share, or `false`.
 * @throws {OptionError} when an option is unknown or not allowed.
 * @see M. T. Nygard, *Release It!*, "generic gateway"
 */
export function gateway<
  F = never,
  M extends ErrorMatcher = ErrorMatcher,
  M0 = unknown,
  M1 = unknown,
  M2 = unknown,
  M3 = unknown,
  M4 = unknown,
  M5 = unknown,
>(
  name: string,
  options?: GatewayOptions<F, M, RuleList<any, Verdict, M0, M1, M2, M3, M4, M5>>,
): [F] extends [never] ? Gateway : FallbackGateway<AddsOfFallback<F>>;
export function gateway(name: string, options: GatewayOptions<unknown> = {}): unknown {
  if (checkName(name) === undefined) throw new OptionError('name', name, 'must be given to gateway');
  checkKeys(`gateway "${name}"`, options, names);
  const given: GatewayOptions<unknown> = { ...defaults.get(name), ...defined(options) };
  const parts = partsOf(name, given);
  const wrapAll = wrapOf(compose(...inOrder(parts))) as Wrap;
  const wrap: Wrap = (target, _name, original) => wrapAll(asyncOf(target), () => name, original);
  return makePolicy(`gateway("${name}")`, wrap, {
    name,
    circuit: parts.circuitBreaker,
    get state(): GatewayState {
      const { circuitBreaker, budget, bulkhead, rateLimit, throttle } = parts;
      return {
        circuit: circuitBreaker?.state,
        budget: isLevelled(budget) ? { level: budget.level, capacity: budget.capacity } : undefined,
        bulkhead: bulkhead?.state,
        rateLimit: rateLimit?.state,
        throttle: throttle?.state,
      };
    },
  });
}

// Every gateway is async, whatever stands in it: what is thrown at once is a rejection.
function asyncOf(target: AnyFunction): AnyFunction {
  if (isAsync(target)) return target;
  // eslint-disable-next-line @typescript-eslint/require-await -- its kind is what counts
  const call = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return target.apply(this, args) as unknown;
  };
  return Object.defineProperty(call, 'name', { value: target.name });
}

// `{ timeout: undefined }` is the same as leaving it out.
function defined<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

interface Parts {
  readonly fallback: AnyPolicy | undefined;
  readonly deadline: AnyPolicy | undefined;
  readonly retry: AnyPolicy | undefined;
  readonly rateLimit: AnyRateLimit | undefined;
  readonly bulkhead: AnyBulkhead | undefined;
  readonly throttle: AnyThrottle | undefined;
  readonly circuitBreaker: CircuitBreaker | undefined;
  readonly hedge: Hedge | undefined;
  readonly timeout: AnyPolicy | undefined;
  readonly budget: Budget | undefined;
}

function partsOf(name: string, given: GatewayOptions<unknown>): Parts {
  const { clock, random } = given;
  for (const option of ['retry', 'budget', 'fallbackOptions'] as const) {
    const value: unknown = given[option];
    if (value === undefined || value === false || (typeof value === 'object' && value !== null)) continue;
    throw new OptionError(option, value, 'must be an object of options, or false');
  }
  if (given.fallbackOptions !== undefined && given.fallback === undefined) {
    throw new OptionError('fallbackOptions', given.fallbackOptions, 'needs a fallback beside it');
  }
  const common = { name, clock };
  const { maxTries = 3 } = given.retry === false ? {} : (given.retry ?? {});
  const retries = typeof maxTries === 'number' && maxTries < Infinity ? maxTries - 1 : 2;
  const budget = budgetOf(given.budget, retries, common);
  return {
    fallback:
      'fallback' in given && given.fallback !== undefined
        ? fallback(given.fallback, { ...given.fallbackOptions, ...common })
        : undefined,
    deadline: given.deadline === false ? undefined : deadline(given.deadline ?? '30s', common),
    retry: given.retry === false ? undefined : retryOf(given.retry ?? {}, { ...common, random, budget }),
    rateLimit: partOf('rateLimit', given.rateLimit, (own: RateLimitOptions): AnyRateLimit =>
      rateLimit({ ...common, ...own }),
    ),
    bulkhead: partOf('bulkhead', given.bulkhead, (own: BulkheadOptions): AnyBulkhead =>
      bulkhead({ ...common, ...own }),
    ),
    throttle: partOf('throttle', given.throttle, (own: ThrottleOptions): AnyThrottle =>
      throttle({ ...common, random, ...own }),
    ),
    circuitBreaker: partOf('circuitBreaker', given.circuitBreaker ?? {}, (own: CircuitBreakerOptions) =>
      circuitBreaker({ ...common, random, mode: 'async', ...own }),
    ),
    hedge: partOf('hedge', given.hedge, (own: HedgeOptions) =>
      hedge({ ...common, budget: given.retry === false ? budget : withoutEarning(budget), ...own }),
    ),
    timeout:
      given.timeout === false ? undefined : timeout(given.timeout ?? '10s', { ...common, mode: 'async' }),
    budget,
  };
}

/** The order of a gateway, outermost first. Documented; do not change it. */
function inOrder(parts: Parts): Policy<never, unknown>[] {
  const order = [
    parts.fallback,
    parts.deadline,
    parts.retry,
    parts.rateLimit,
    parts.bulkhead,
    parts.throttle,
    parts.circuitBreaker,
    parts.hedge,
    parts.timeout,
  ];
  return order.filter((part) => part !== undefined) as Policy<never, unknown>[];
}

function retryOf(own: GatewayRetry, common: object): AnyPolicy {
  const { maxTries = 3, nested = 'once' } = own;
  return retry({ ...own, maxTries, nested, ...common, mode: 'async' } as never);
}

// What a call earns, its retry has earned.
function withoutEarning(budget: Budget | undefined): Budget | undefined {
  return (
    budget && {
      take: (kind) => budget.take(kind),
      refund: (kind) => {
        budget.refund(kind);
      },
      earn: () => undefined,
    }
  );
}

function partOf<Options extends object, Part>(
  option: string,
  given: Options | Part | false | undefined,
  make: (own: Options) => Part,
): Part | undefined {
  if (given === undefined || given === false) return undefined;
  if (wrapOf(given) !== undefined) return given as Part;
  if (typeof given === 'object') return make(given as Options);
  throw new OptionError(option, given, `must be options, a policy made by ${option}(), or false`);
}

/** A budget that pays for all the retries of one call, unless its options say otherwise. */
function budgetOf(given: GatewayOptions['budget'], retries: number, common: object): Budget | undefined {
  if (given === false) return undefined;
  if (isBudget(given)) return given;
  const own = defined(given ?? {});
  return retryBudget({ ...common, minimum: minimumFor(retries, own), ...own });
}

function isLevelled(budget: Budget | undefined): budget is RetryBudget {
  return budget !== undefined && 'level' in budget && 'capacity' in budget;
}
