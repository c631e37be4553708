/**
 * The facts of HTTP calls, from the options of a session: its defaults, spelled out.
 */
import { type Ms, constant, expo, chain } from '../../core.js';
import type { HttpOptions } from '../convert/http.js';
import { originBreakerFacts } from './breaker-facts.js';
import { budgetFacts } from './budget-facts.js';
import type { GatewayFacts, RetryFacts } from './gateway-facts.js';

const usual = {
  retries: 3,
  read: 30_000,
  total: 60_000,
  ratio: 0.2,
  leastBudget: 10,
  longestByFactor: 120_000,
};

/** Retries without a bound save up all that a budget holds: 100 tokens, at 2 for the dearest. */
const mostPaid = 50;

/** Methods that may be carried out twice without harm. */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY']);

/** Statuses by which a service says that it has done nothing. */
const undone: ReadonlySet<number> = new Set([413, 421, 425, 429, 502, 503]);

/** What a session makes of its options. `enabled: false` leaves no retry. */
export function httpFacts(
  options: HttpOptions,
): Pick<
  GatewayFacts,
  | 'section'
  | 'retry'
  | 'timeout'
  | 'countsTimeout'
  | 'deadline'
  | 'isUsualDeadline'
  | 'budget'
  | 'breaker'
  | 'bulkhead'
  | 'rateWait'
  | 'hedge'
  | 'isThrottled'
  | 'unsafeMethods'
  | 'unsafeStatuses'
> {
  const { timeout, budget, circuitBreaker } = options;
  const retries = options.enabled === false ? 0 : retriesOf(options.retries);
  const read = readOf(timeout) ?? usual.read;
  const total = timeout === null ? Infinity : (totalOf(timeout) ?? usual.total);
  return {
    retry: retries === 0 ? undefined : retryFacts(options, retries),
    section: 'http',
    timeout: read,
    countsTimeout: read !== usual.read || total !== usual.total,
    deadline: total,
    isUsualDeadline: timeout !== null && totalOf(timeout) === undefined,
    budget:
      budget === false
        ? undefined
        : budgetFacts(budget ?? {}, {
            ratio: usual.ratio,
            retries: Math.min(retries, mostPaid),
            minimum: usual.leastBudget,
          }),
    breaker: circuitBreaker === false ? undefined : originBreakerFacts(circuitBreaker ?? {}),
    bulkhead: undefined,
    rateWait: undefined,
    hedge: undefined,
    isThrottled: false,
    unsafeMethods: isIdempotent(options) ? [] : unsafeMethodsOf(options.allowedMethods),
    unsafeStatuses: isIdempotent(options)
      ? []
      : (options.unsafeStatuses ?? []).filter((status) => !undone.has(status)),
  };
}

function retryFacts({ backoff, backoffFactor, jitter }: HttpOptions, retries: number): RetryFacts {
  const byFactor = backoffFactor === undefined ? undefined : Number(backoffFactor);
  const wait =
    byFactor === undefined
      ? backoff === false
        ? constant(0)
        : (backoff ?? expo({ factor: 100, maxValue: 10_000 }))
      : chain(constant([0]), expo({ factor: 2 * byFactor, maxValue: usual.longestByFactor }));
  return { maxTries: retries + 1, maxTime: Infinity, wait, jitter };
}

// Of all kinds together. Kinds that are given without a total come on top of the usual three.
function retriesOf(given: HttpOptions['retries']): number {
  if (given === undefined) return usual.retries;
  if (given === false) return 0;
  if (typeof given === 'number') return given;
  const { total, connect, read, status, other } = given;
  if (total !== undefined) return total || 0;
  const kinds = [connect, read, status, other].filter((count) => count !== undefined);
  return kinds.reduce<number>((sum, count) => sum + (count || 0), kinds.length === 4 ? 0 : usual.retries);
}

/** How long the whole request may take; `undefined` where nobody said. */
function totalOf(timeout: Exclude<HttpOptions['timeout'], null>): Ms | undefined {
  const isObject = typeof timeout === 'object' && 'total' in timeout;
  return isObject ? (timeout.total ?? undefined) : undefined;
}

/** How long an answer may take; `undefined` where nobody said. */
function readOf(timeout: HttpOptions['timeout']): Ms | undefined {
  if (timeout === null) return Infinity;
  if (timeout === undefined || typeof timeout === 'number') return timeout;
  return Array.isArray(timeout) ? (timeout[1] as Ms) : (timeout as { readonly read?: Ms }).read;
}

function isIdempotent({ idempotent, idempotencyKey }: HttpOptions): boolean {
  return idempotent !== undefined || idempotencyKey !== undefined;
}

function unsafeMethodsOf(allowed: HttpOptions['allowedMethods'] = []): readonly string[] {
  if (allowed === 'any') return ['POST', 'PATCH'];
  return allowed.map((method) => method.toUpperCase()).filter((method) => !safe.has(method));
}
