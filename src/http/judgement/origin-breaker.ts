/**
 * The circuit breaker of one origin: what it takes for a failure, and how much evidence it wants.
 */
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  OptionError,
  type Outcome,
  circuitBreaker,
  isRefusal,
} from '../../core.js';
import { ConnectionError, TotalTimeoutError } from '../http-errors.js';
import { rulingOnStatus } from './decision-table.js';
import { isAccepted } from './verdicts.js';

/** Statuses that somebody wants retried beside those of the table. */
export interface ListedStatuses {
  readonly statusForcelist?: ReadonlySet<number> | undefined;
  readonly unsafeStatuses?: ReadonlySet<number> | undefined;
}

/**
 * A circuit breaker as sessions make one for each origin, to be shared by several: it opens when half of the calls of
 * half a minute, and of at least twenty, could not be made, took too long, broke off, or were answered by a 5xx that
 * may pass.
 *
 *     const circuitBreaker = originBreaker({ name: 'users' });
 *     const [web, jobs] = [new RetrySession({ circuitBreaker }), new RetrySession({ circuitBreaker })];
 *
 * @param options  Those of `circuitBreaker`, on top of these defaults.
 * @throws {OptionError} for an option that is unknown or not allowed.
 */
export function originBreaker(
  options: CircuitBreakerOptions = {},
  listed: ListedStatuses = {},
): CircuitBreaker {
  if ('key' in options) {
    const allowed = 'is not needed: there is a circuit for each origin';
    throw new OptionError('circuitBreaker.key', options.key, allowed);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return circuitBreaker({ mode: 'async', ...usualEvidence(options), ...judgedBy(listed), ...given });
}

/** Half of the calls of half a minute, and not fewer than twenty: a circuit by share, not by runs of bad luck. */
function usualEvidence(given: CircuitBreakerOptions): CircuitBreakerOptions {
  const { consecutive, failureRate, slowAfter, window, lastCalls } = given;
  const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
  if (isGiven(consecutive) && !isGiven(failureRate) && !isGiven(slowAfter)) return {}; // by runs, as asked
  return {
    minCalls: typeof lastCalls === 'number' ? Math.min(20, lastCalls) : 20,
    consecutive: consecutive ?? null,
    ...(window === undefined && lastCalls === undefined ? { window: '30s' } : {}),
  };
}

/**
 * What the end of an exchange says of its origin.
 *
 * It fails where it cannot be reached, is silent, breaks off, or answers with a 5xx that may pass. A 4xx is an answer of
 * a service that works; 429, too: it says that there are too many of us, which `Retry-After` and the budget are for.
 * A 501 will not pass, and what `giveup` takes as it is is an answer. Nothing is said by a certificate that is wrong (an open circuit would hide why), by a connection
 * that was closed while it was idle, by want of ports or files of our own, and by what the caller has aborted.
 */
function judgedBy({
  statusForcelist,
  unsafeStatuses,
}: ListedStatuses): Pick<CircuitBreakerOptions, 'isFailure' | 'isNeutral'> {
  const isListed = (status: number): boolean =>
    statusForcelist?.has(status) === true || unsafeStatuses?.has(status) === true;
  return {
    isFailure: (outcome: Outcome<{ readonly status: number }>) => {
      if (!outcome.ok) return true;
      const { status } = outcome.value;
      if (isAccepted(outcome.value)) return false;
      return status >= 500 && (isListed(status) || rulingOnStatus(status, false, true).retry !== 'never');
    },
    isNeutral: (outcome: Outcome) => !outcome.ok && !tellsOfOrigin(outcome.error),
  };
}

/** Codes that tell of this machine. */
const ownTroubles: readonly unknown[] = [
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
  'ENETDOWN',
];

function tellsOfOrigin(error: unknown): boolean {
  if (isRefusal(error) || !(error instanceof ConnectionError)) return false;
  if (error instanceof TotalTimeoutError) return true;
  return !error.isPermanent && !error.isStale && !ownTroubles.includes(error.transportCode);
}
