/**
 * The patterns of a policy or a gateway, as data → the options of the core.
 */
import {
  type BulkheadOptions,
  type CircuitBreakerOptions,
  type Duration,
  type GatewayOptions,
  type GatewayRetry,
  type HedgeOptions,
  type LimitMaker,
  type RateLimitOptions,
  type RetryBudgetOptions,
  type RetryRule,
  type ThrottleOptions,
  type WaitMaker,
  aimd,
  gradient,
} from '../../core.js';
import type {
  AdaptiveLimitSettings,
  BudgetSettings,
  BulkheadSettings,
  CircuitSettings,
  HedgeSettings,
  PatternSettings,
  RateLimitSettings,
  RetryPolicySettings,
  RuleSettings,
  ThrottleSettings,
} from '../settings.js';
import { errorsOf } from './errors.js';
import { jitterOf, waitOf } from './waits.js';

/** The options of a retry: `retry(retryOptionsOf(...))`. @throws {OptionError} for waits that cannot be made. */
export function retryOptionsOf({ wait, jitter, errors, rules, ...rest }: RetryPolicySettings): GatewayRetry {
  return said({
    ...rest,
    wait: wait && waitOf(wait),
    jitter: jitterOf(jitter),
    errors: errors && errorsOf(errors),
    rules: rules?.map(ruleOf),
  });
}

function ruleOf({ errors, wait, maxTries }: RuleSettings): RetryRule {
  return said({ errors: errorsOf(errors), wait: wait && waitOf(wait), maxTries });
}

export function budgetOptionsOf(settings: BudgetSettings): RetryBudgetOptions {
  return said({ ...settings, cost: settings.cost && said(settings.cost) }) as RetryBudgetOptions;
}

export function circuitOptionsOf(settings: CircuitSettings): CircuitBreakerOptions {
  const { consecutive, failureRate, openTime, jitter, ramp, ...rest } = settings;
  return said({
    ...rest,
    consecutive: orNull(consecutive),
    failureRate: orNull(failureRate),
    openTime: openTime === undefined ? undefined : openTimeOf(openTime),
    jitter: jitterOf(jitter),
    ramp: orNull(ramp),
  });
}

function openTimeOf(settings: NonNullable<CircuitSettings['openTime']>): Duration | WaitMaker {
  return typeof settings === 'number' ? settings : waitOf(settings);
}

export function bulkheadOptionsOf({ limit, ...rest }: BulkheadSettings): BulkheadOptions {
  return said({ ...rest, limit: typeof limit === 'number' ? limit : limitOf(limit) });
}

function limitOf(settings: AdaptiveLimitSettings): LimitMaker {
  if (settings === 'aimd') return aimd();
  if (settings === 'gradient') return gradient();
  const { type, ...options } = settings;
  return type === 'aimd' ? aimd(options) : gradient(options);
}

export function rateLimitOptionsOf(settings: RateLimitSettings): RateLimitOptions {
  return said({ ...settings });
}

export function throttleOptionsOf(settings: ThrottleSettings): ThrottleOptions {
  return said({ ...settings });
}

export function hedgeOptionsOf(settings: HedgeSettings): HedgeOptions {
  return said({ ...settings });
}

/** The options of a gateway. @throws {OptionError} for what does not fit together. */
export function gatewayOptionsOf(settings: PatternSettings): GatewayOptions<unknown> {
  return said({
    timeout: settings.timeout,
    deadline: settings.deadline,
    retry: unlessOff(settings.retry, retryOptionsOf),
    budget: unlessOff(settings.budget, budgetOptionsOf),
    circuitBreaker: unlessOff(settings.circuitBreaker, circuitOptionsOf),
    bulkhead: unlessOff(settings.bulkhead, bulkheadOptionsOf),
    rateLimit: unlessOff(settings.rateLimit, rateLimitOptionsOf),
    throttle: unlessOff(settings.throttle, throttleOptionsOf),
    hedge: unlessOff(settings.hedge, hedgeOptionsOf),
  });
}

/** What is left out stays left out. */
export function unlessOff<Settings extends object, Options>(
  settings: Settings | false | undefined,
  convert: (settings: Settings) => Options,
): Options | false | undefined {
  return settings === false || settings === undefined ? settings : convert(settings);
}

/** Without the options that nobody said anything of: to some functions `undefined` is a value. */
export function said<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

// What is `null` in code is `false` in a file.
function orNull<T>(value: T | false | undefined): T | null | undefined {
  return value === false ? null : value;
}
