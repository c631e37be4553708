/**
 * Of what a gateway is made, and in which order.
 */
import { wrapOf } from '../call/make-wrapper.js';
import type { AnyPolicy, Policy } from '../call/wrapper.js';
import { OptionError } from '../errors.js';
import type { Budget } from '../retry/attempts.js';
import { isBudget } from '../retry/option-checks.js';
import { retry } from '../retry/with-retry.js';
import { type BulkheadOptions, bulkhead } from './bulkhead.js';
import { type CircuitBreaker, circuitBreaker } from './circuit-breaker.js';
import type { CircuitBreakerOptions } from './circuit-options.js';
import { deadline } from './deadline.js';
import { fallback } from './fallback.js';
import {
  type AnyBulkhead,
  type AnyRateLimit,
  type AnyThrottle,
  type GatewayOptions,
  type GatewayRetry,
  gatewayDefaults,
} from './gateway-options.js';
import { type Hedge, type HedgeOptions, hedge } from './hedge.js';
import { type RateLimitOptions, rateLimit } from './rate-limit.js';
import { minimumFor, retryBudget } from './retry-budget.js';
import { type ThrottleOptions, throttle } from './throttle.js';
import { timeout } from './timeout.js';

// `{ timeout: undefined }` is the same as leaving it out.
export function defined<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

/** The policies of a gateway; `undefined` for what it goes without. */
export interface GatewayParts {
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

/** @throws {OptionError} for what cannot be meant. */
export function partsOf(name: string, given: GatewayOptions<unknown>): GatewayParts {
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
  const { maxTries = gatewayDefaults.maxTries } = given.retry === false ? {} : (given.retry ?? {});
  const retries = typeof maxTries === 'number' && maxTries < Infinity ? maxTries - 1 : 2;
  const budget = budgetOf(given.budget, retries, common);
  return {
    fallback:
      'fallback' in given && given.fallback !== undefined
        ? fallback(given.fallback, { ...given.fallbackOptions, ...common })
        : undefined,
    deadline:
      given.deadline === false ? undefined : deadline(given.deadline ?? gatewayDefaults.deadline, common),
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
      given.timeout === false
        ? undefined
        : timeout(given.timeout ?? gatewayDefaults.timeout, { ...common, mode: 'async' }),
    budget,
  };
}

/** The order of a gateway, outermost first. Documented; do not change it. */
export function inOrder(parts: GatewayParts): Policy<never, unknown>[] {
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
  const { maxTries = gatewayDefaults.maxTries, nested = 'once' } = own;
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
