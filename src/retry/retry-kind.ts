/**
 * What kind of failure a retry answers: what a budget charges it for.
 */
import type { Outcome } from '../call/outcome.js';
import type { RetryKind } from './attempts.js';

/**
 * The kind of a failure. `'timeout'`: an error named `TimeoutError`, or with the code `ERR_TIMEOUT`. `'throttle'`: the
 * status 429 or 503, of the error, of its `response` or of the value, or a `ThrottledError` of ours.
 */
export function kindOf(outcome: Outcome): RetryKind {
  const usual = outcome.ok ? 'value' : 'error';
  try {
    if (outcome.ok) return hasThrottledStatus(outcome.value) ? 'throttle' : usual;
    const { code, name, response } = outcome.error as Record<string, unknown>;
    if (code === 'ERR_TIMEOUT' || name === 'TimeoutError') return 'timeout';
    const isThrottled =
      code === 'ERR_THROTTLED' || hasThrottledStatus(outcome.error) || hasThrottledStatus(response);
    return isThrottled ? 'throttle' : usual;
  } catch {
    return usual; // what was thrown may be nothing, or a Proxy that throws when it is asked
  }
}

/** Whether a response, or an error, has a status that says "not now": 429 or 503. */
export function hasThrottledStatus(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { status, statusCode } = value as Record<string, unknown>;
  const known = status ?? statusCode;
  return known === 429 || known === 503;
}
