/**
 * What opens a circuit breaker, from the options that it is made with.
 */
import { type CircuitBreakerOptions, toMs } from '../../core.js';
import type { BreakerFacts } from './gateway-facts.js';

/** The facts of `circuitBreaker(options)`: its defaults, spelled out. */
export function breakerFacts(options: CircuitBreakerOptions): BreakerFacts {
  const { lastCalls = 100, window, slowAfter, slowRate = 0.5 } = options;
  const failureRate = rateOf(options) ?? (slowAfter === undefined ? undefined : slowRate);
  return {
    consecutive: streakOf(options),
    failureRate,
    minCalls: evidenceOf(options.minCalls, window === undefined ? lastCalls : Infinity),
    slowAfter: slowAfter === undefined ? undefined : toMs('slowAfter', slowAfter),
    window: window === undefined ? { calls: lastCalls } : { span: toMs('window', window) },
  };
}

/** The facts of the breaker that a session of `stampede-js/http` has for each origin. */
export function originBreakerFacts(options: CircuitBreakerOptions): BreakerFacts {
  const { consecutive, failureRate, slowAfter, window, lastCalls } = options;
  const isByRuns = isGiven(consecutive) && !isGiven(failureRate) && !isGiven(slowAfter);
  if (isByRuns) return breakerFacts(options);
  return breakerFacts({
    minCalls: Math.min(20, lastCalls ?? Infinity),
    consecutive: null,
    ...(window === undefined && lastCalls === undefined ? { window: 30_000 } : {}),
    ...options,
  });
}

function rateOf({ failureRate, consecutive }: CircuitBreakerOptions): number | undefined {
  if (failureRate === null) return undefined;
  return failureRate ?? (isGiven(consecutive) ? undefined : 0.5);
}

function streakOf(options: CircuitBreakerOptions): BreakerFacts['consecutive'] {
  const { consecutive } = options;
  if (consecutive === null) return undefined;
  if (typeof consecutive === 'number') return { failures: consecutive, lasting: 0 };
  if (consecutive === undefined)
    return rateOf(options) === undefined ? undefined : { failures: 5, lasting: 10_000 };
  return { failures: consecutive.failures, lasting: toMs('consecutive.lasting', consecutive.lasting ?? 0) };
}

function evidenceOf(given: CircuitBreakerOptions['minCalls'], size: number): BreakerFacts['minCalls'] {
  if (typeof given === 'number') return { least: given, share: 0, most: given };
  const { least = Math.min(5, size), share = 0.2, most = 100 } = given ?? {};
  return { least, share, most };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
