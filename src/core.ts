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
  isStampedeError,
} from './errors.js';
export type { StampedeErrorCode } from './errors.js';
export { subscribe } from './events.js';
export type { EventListener, StampedeEvent } from './events.js';

export { toMs } from './time/duration.js';
export type { Duration, Ms } from './time/duration.js';
export { systemClock } from './time/clock.js';
export type { Clock } from './time/clock.js';
export type { Sleeper } from './time/timers.js';
export { VirtualClock } from './time/virtual-clock.js';
export { seeded, systemRandom } from './time/random.js';
export type { Random } from './time/random.js';

export type { Outcome, Returned, Threw } from './call/outcome.js';
export type { AttemptRecord, CallDetails, History, RuntimeOption } from './call/details.js';
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
export { retryHistory } from './retry/history.js';
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
