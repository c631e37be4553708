/**
 * The waist: every public name of the core, listed one by one. What stands above imports from here only.
 */
export {
  StampedeError,
  OptionError,
  UsageError,
  GiveUpError,
  TimeoutError,
  RefusalError,
  isRefusal,
  isStampedeError,
  printable,
} from './errors.js';
export type { StampedeErrorCode } from './errors.js';
export { checkKeys, nearest } from './checks.js';
export { eventTypes, subscribe, warnOnce } from './events.js';
export type { EventListener, EventType, StampedeEvent, SubscribeOptions } from './events.js';

export { asyncContext, debugLines, debugWanted } from './time/host.js';
export type { AsyncContext } from './time/host.js';
export { readable, toMs } from './time/duration.js';
export type { Duration, Ms } from './time/duration.js';
export { systemClock } from './time/clock.js';
export type { Clock } from './time/clock.js';
export type { Sleeper } from './time/timers.js';
export { VirtualClock } from './time/virtual-clock.js';
export { seeded, systemRandom } from './time/random.js';
export type { Random } from './time/random.js';

export { isThenable } from './call/outcome.js';
export type { Outcome, Returned, Threw } from './call/outcome.js';
export type { AttemptRecord, CallDetails, History, RuntimeOption } from './call/details.js';
export { stopWatching, watchSignal } from './call/abort.js';
export type { Abortable, Aborted } from './call/abort.js';
export { currentCall } from './call/context.js';
export type { CallContext } from './call/context.js';
export { compose } from './call/compose.js';
export type { Composed } from './call/compose.js';
export { policyMetadataKey } from './call/dress.js';
export type {
  AnyFunction,
  FunctionGiving,
  Policy,
  Promised,
  Substitute,
  Substituted,
  Widened,
  Wrapper,
} from './call/wrapper.js';

export { constant, decay, expo, fibo, linear, runtime } from './wait/generators.js';
export { decorrelated, random } from './wait/random-waits.js';
export type {
  DecayOptions,
  ExpoOptions,
  FiboOptions,
  LinearOptions,
  RuntimeWaitOptions,
} from './wait/generators.js';
export type { DecorrelatedOptions, RandomOptions } from './wait/random-waits.js';
export { add, cap, chain } from './wait/combinators.js';
export { parseRetryAfter, retryAfter } from './wait/retry-after.js';
export type { RetryAfterOptions } from './wait/retry-after.js';
export { equalJitter, fullJitter, noJitter, proportionalJitter, randomJitter } from './wait/jitter.js';
export type { Jitter } from './wait/jitter.js';
export type { NextWait, WaitKind, WaitMaker, WaitScope, Waits } from './wait/waits.js';

export { Attempts } from './retry/attempts.js';
export type {
  Budget,
  Finding,
  GiveUpReason,
  GiveUpStep,
  Limits,
  RetryKind,
  Step,
  WaitRule,
  WaitStep,
} from './retry/attempts.js';
export type {
  AbortDetails,
  AttemptDetails,
  BackoffDetails,
  Details,
  EndDetails,
  GiveUpDetails,
  SuccessDetails,
} from './retry/details.js';
export type { Handler, Handlers, Log, LogLevel } from './retry/handlers.js';
export { isBudget } from './retry/option-checks.js';
export { retryHistory } from './retry/history.js';
export { addRetryScope } from './retry/scope.js';
export type { RetryScope } from './retry/scope.js';
export type { LogOption } from './retry/log.js';
export type {
  ErrorClass,
  ErrorMatcher,
  ErrorTest,
  ExceptionOptions,
  HandlerOptions,
  LimitOptions,
  MatchedError,
  PredicateOptions,
  RetryOptions,
  RetryRule,
  Verdict,
} from './retry/options.js';
export { retry, retryPolicyOf, withRetry } from './retry/with-retry.js';
export type { Overrides, Retried, Retry, SilentRetry } from './retry/with-retry.js';
export { onException, onPredicate } from './retry/decorators.js';

export { timeout } from './policies/timeout.js';
export type { TimeoutOptions } from './policies/timeout.js';
export type { TimeoutDetails } from './policies/timed-call.js';
export { deadline } from './policies/deadline.js';
export type { DeadlineOptions } from './policies/deadline.js';
export { circuitBreaker } from './policies/circuit-breaker.js';
export type { CircuitBreaker } from './policies/circuit-breaker.js';
export { CircuitOpenError } from './policies/circuit-open-error.js';
export type { RefusingState } from './policies/circuit-open-error.js';
export { Permit } from './policies/circuit-rules.js';
export { Circuit } from './policies/circuit.js';
export type { ChangeReason, CircuitRules, CircuitState } from './policies/circuit-rules.js';
export type {
  CircuitBreakerOptions,
  CircuitDetails,
  HalfOpenOptions,
  RampOptions,
} from './policies/circuit-options.js';
export { standings } from './policies/in-use.js';
export type { Standing } from './policies/in-use.js';
export { Bucket } from './policies/bucket.js';
export type { BucketRules } from './policies/bucket.js';
export { retryBudget } from './policies/retry-budget.js';
export type { BudgetDetails, RetryBudget, RetryBudgetOptions } from './policies/retry-budget.js';
export { ThrottledError, throttle } from './policies/throttle.js';
export type { Throttle, ThrottleDetails, ThrottleOptions, ThrottleState } from './policies/throttle.js';
export { Throttler } from './policies/throttler.js';
export type { ThrottleRules } from './policies/throttler.js';
export { isOverload } from './policies/overload.js';
export type { OverloadTest } from './policies/overload.js';
export { RateLimitError, rateLimit } from './policies/rate-limit.js';
export { Gcra } from './policies/gcra.js';
export type { RateLimit, RateLimitDetails, RateLimitOptions, RateLimitState } from './policies/rate-limit.js';
export { bulkhead } from './policies/bulkhead.js';
export type { Bulkhead, BulkheadOptions } from './policies/bulkhead.js';
export { BulkheadFullError } from './policies/room.js';
export type { BulkheadDetails, BulkheadReason, BulkheadState } from './policies/room.js';
export type { ConcurrencyLimit, LimitMaker, LimitSample } from './policies/adaptive-limit.js';
export { aimd } from './policies/aimd.js';
export type { AimdOptions } from './policies/aimd.js';
export { gradient } from './policies/gradient.js';
export type { GradientOptions } from './policies/gradient.js';
export type { GuardedCall, KeyOption } from './policies/guard.js';
export type { GuardOptions } from './policies/guard-options.js';
export type { AsyncGuard, GuardFor, GuardOffers } from './policies/make-guard.js';
export { fallback } from './policies/fallback.js';
export type { FallbackOptions } from './policies/fallback.js';
export type { Failure, FallbackDetails, FallbackErrors, Substituting } from './policies/cover.js';
export type { Ending, FailedCall } from './policies/ending.js';
export type { StaleOptions } from './policies/last-good.js';
export { hedge } from './policies/hedge.js';
export type { Hedge, HedgeOptions } from './policies/hedge.js';
export type { HedgeDetails } from './policies/hedging.js';
export { gateway, setGatewayDefaults } from './policies/gateway.js';
export { gatewayDefaults } from './policies/gateway-options.js';
export type {
  FallbackGateway,
  Gateway,
  GatewayOptions,
  GatewayRetry,
  GatewayState,
} from './policies/gateway-options.js';
