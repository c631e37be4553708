/**
 * The section `http`, as data → options for `RetrySession` and `RetryRequest`.
 */
import type {
  CircuitBreakerOptions,
  Duration,
  Jitter,
  Ms,
  RetryBudgetOptions,
  WaitMaker,
} from '../../core.js';
import type { HttpSettings } from '../settings.js';
import { budgetOptionsOf, circuitOptionsOf, said, unlessOff } from './patterns.js';
import { backoffOf, jitterOf } from './waits.js';

/** Options that `new RetrySession()` and `new RetryRequest()` of `stampede-js/http` take as they are. */
export interface HttpOptions extends Omit<
  HttpSettings,
  'backoff' | 'jitter' | 'timeout' | 'circuitBreaker' | 'budget' | 'backoffFactor'
> {
  readonly backoff?: WaitMaker | false | undefined;
  readonly backoffFactor?: Duration | undefined;
  readonly jitter?: Jitter | null | undefined;
  readonly timeout?:
    | Ms
    | null
    | readonly [connect: Ms, read: Ms]
    | { readonly connect?: Ms | undefined; readonly read?: Ms | undefined; readonly total?: Ms | undefined }
    | undefined;
  readonly circuitBreaker?: CircuitBreakerOptions | false | undefined;
  readonly budget?: RetryBudgetOptions | false | undefined;
}

/** @throws {OptionError} for waits that cannot be made. */
export function httpOptionsOf(settings: HttpSettings): HttpOptions {
  const { backoff, jitter, timeout, circuitBreaker, budget, ...rest } = settings;
  return said({
    ...rest,
    backoff: backoff === undefined ? undefined : backoffOf(backoff),
    jitter: jitterOf(jitter),
    timeout: timeout === false ? null : timeout,
    circuitBreaker: unlessOff(circuitBreaker, circuitOptionsOf),
    budget: unlessOff(budget, budgetOptionsOf),
  });
}
