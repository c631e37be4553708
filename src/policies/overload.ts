/**
 * What an outcome says about the load of the service: it could take the call, it could not, or nothing.
 */
import type { Outcome } from '../call/outcome.js';
import { isUnsent, withCause } from '../errors.js';
import { hasThrottledStatus } from '../retry/retry-kind.js';
import type { Ending } from './ending.js';

/** `'accept'`: the service took the call. `'overload'`: it could not. `'neutral'`: nobody knows. */
export type LoadVerdict = 'accept' | 'overload' | 'neutral';

/** Whether an outcome is a sign of overload. */
export type OverloadTest = (outcome: Ending) => boolean;

const codes = new Set<unknown>([
  'ERR_TIMEOUT',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'ConnectionRefused', // Bun
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'RESOURCE_EXHAUSTED',
  8, // the same in gRPC
]);

/**
 * The signs of overload that are known everywhere: status 429 or 503 (of a response, or of an error), gRPC's
 * `RESOURCE_EXHAUSTED`, a timeout, a refused connection. An error that has nothing to do with load (404, a bug) is
 * none: to send less would not make it go away.
 */
export const isOverload: OverloadTest = (outcome) => {
  try {
    return outcome.ok ? hasThrottledStatus(outcome.value) : tells(outcome.error);
  } catch {
    return false; // a Proxy that throws tells nothing
  }
};

function tells(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, name, cause, response } = error as Record<string, unknown>;
  if (codes.has(code) || name === 'TimeoutError' || hasThrottledStatus(error) || hasThrottledStatus(response))
    return true;
  return depth < 3 && tells(cause, depth + 1); // fetch fails with a TypeError whose cause knows why
}

/** What to make of an outcome. A call that was never sent, or that the caller aborted, says nothing. */
export function verdictOf(outcome: Outcome, test: OverloadTest): LoadVerdict {
  if (!outcome.ok && (isUnsent(outcome.error) || isAbort(outcome.error))) return 'neutral';
  try {
    return test(outcome) ? 'overload' : 'accept';
  } catch (thrown) {
    throw withCause(thrown, 'isOverload', outcome.ok ? {} : { cause: outcome.error });
  }
}

/** Whether an error says that the caller has given up the call. */
export function isAbort(error: unknown): boolean {
  try {
    return (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
  } catch {
    return false;
  }
}
