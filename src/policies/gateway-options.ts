/**
 * What may be said of a gateway, and what it tells of itself.
 */
import type { Substitute, Wrapper } from '../call/wrapper.js';
import type { Budget } from '../retry/attempts.js';
import type { ErrorMatcher, RetryOptions, RetryRule, Verdict } from '../retry/options.js';
import type { Clock } from '../time/clock.js';
import type { Duration } from '../time/duration.js';
import type { Random } from '../time/random.js';
import type { Bulkhead, BulkheadOptions } from './bulkhead.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { CircuitState } from './circuit-rules.js';
import type { CircuitBreakerOptions } from './circuit-options.js';
import type { FallbackOptions } from './fallback.js';
import type { Hedge, HedgeOptions } from './hedge.js';
import type { AsyncGuard } from './make-guard.js';
import type { RateLimit, RateLimitOptions, RateLimitState } from './rate-limit.js';
import type { RetryBudgetOptions } from './retry-budget.js';
import type { BulkheadState } from './room.js';
import type { Throttle, ThrottleOptions, ThrottleState } from './throttle.js';

/** How a gateway retries. `mode` and `budget` are settled by the gateway. */
export type GatewayRetry<M = ErrorMatcher, Rules extends readonly unknown[] = readonly RetryRule[]> = Omit<
  RetryOptions<M, any, Verdict, Rules>,
  'mode' | 'budget' | 'name' | 'clock' | 'random'
>;

// A guard made elsewhere may be one with `mode: 'async'`: every gateway is async.
export type AnyBulkhead = Bulkhead | AsyncGuard<BulkheadState>;
export type AnyRateLimit = RateLimit | AsyncGuard<RateLimitState>;
export type AnyThrottle = Throttle | AsyncGuard<ThrottleState>;

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

/** What holds in a gateway where nothing is said; times in milliseconds. */
export const gatewayDefaults = { timeout: 10_000, deadline: 30_000, maxTries: 3 } as const;

/** The names of the options. */
export const gatewayOptionNames = [
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
