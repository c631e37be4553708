/**
 * *Requests Stampede*'s `retry_config` → options for `RetrySession` and `RetryRequest`.
 *
 * How often and how long is as it says. Its delays are the longest waits, which jitter makes shorter; which methods and
 * statuses are retried is decided by our own table, and a server's `Retry-After` is heeded.
 */
import { type Ms, type WaitMaker, constant, fibo, random } from '../../core.js';
import type { RetryConfigSettings } from '../settings.js';
import type { HttpOptions } from './http.js';
import { budgetOptionsOf } from './patterns.js';

// Those of its classes: FixedRetryPolicy, FixedBackoffPolicy, RandomBackoffPolicy, FibonacciBackoffPolicy.
const usual = {
  attempts: 5,
  delay: 5000,
  minimumDelay: 3000,
  maximumDelay: 15_000,
  initialDelay: 0,
  longest: 144_000,
};

/** A budget that is empty lets a retry through this often, where no delay says how often. */
const leastPace: Ms = 1000;

/** @throws {OptionError} for a shortest delay above the longest. */
export function retryConfigOptionsOf(settings: RetryConfigSettings): HttpOptions {
  const { retryEnabled = true, backoffEnabled = true } = settings;
  const { backoff, longest } = backoffFor(settings.backoffPolicy);
  if (!retryEnabled) return { retries: false };
  // It knows no limit of time: with long delays the usual 60 s would end a call before its attempts are made.
  const waits = { backoff: backoffEnabled ? backoff : (false as const), timeout: { total: Infinity } };
  const { retryPolicy = { type: 'fixed' } } = settings;
  if (retryPolicy.type === 'fixed')
    return { ...waits, retries: (retryPolicy.attempts ?? usual.attempts) - 1 };
  return {
    ...waits,
    retries: Infinity,
    // An open circuit would end a call that is to go on for ever; an empty budget slows it down.
    circuitBreaker: false,
    budget: budgetOptionsOf({ whenEmpty: Math.max(leastPace, backoffEnabled ? longest : 0) }),
  };
}

function backoffFor(policy: RetryConfigSettings['backoffPolicy'] = { type: 'fibonacci' }): {
  readonly backoff: WaitMaker;
  readonly longest: Ms;
} {
  switch (policy.type) {
    case 'fixed': {
      const { delay = usual.delay } = policy;
      return { backoff: constant(delay), longest: delay };
    }
    case 'random': {
      // A default gives way to the one that was named.
      const { minimumDelay = Math.min(usual.minimumDelay, policy.maximumDelay ?? Infinity) } = policy;
      const { maximumDelay: max = Math.max(usual.maximumDelay, minimumDelay) } = policy;
      const min = minimumDelay;
      return { backoff: random({ min, max }), longest: max };
    }
    case 'fibonacci': {
      const { initialDelay: initial = usual.initialDelay, maximumDelay: maxValue = usual.longest } = policy;
      return { backoff: fibo({ initial, maxValue }), longest: maxValue };
    }
  }
}
