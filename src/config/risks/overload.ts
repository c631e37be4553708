/**
 * Retries that keep a service down: when it comes back, the attempts that waited for it are more than it can answer.
 *
 * A queue that is longer than the clients' timeout holds calls that nobody waits for any more; they are answered all
 * the same, and tried again. It drains only where `ρ × n < 1`: `ρ` is the load without retries as a share of the
 * capacity, `n` the attempts of a call. A budget that successes fill moves that to `ρ < 1`, for while nothing succeeds
 * nothing is retried. Both are edges found by simulation, to within 0.03 of ρ.
 *
 * @see N. Bronson et al., "Metastable Failures in Distributed Systems", HotOS 2021
 */
import type { Ms } from '../../core.js';
import { type Finding, found } from './finding.js';
import type { GatewayFacts } from './gateway-facts.js';
import { optionWords } from './option-words.js';
import { lastingTries } from './retries-multiply.js';
import { count, percent, span } from './words.js';

const outage: Ms = 30_000;

/** Finds a load from which the service does not recover by itself, where rate and capacity are declared. */
export function overload(facts: GatewayFacts): readonly Finding[] {
  const { retry, load, budget, breaker, isThrottled } = facts;
  if (!load.rate || load.capacity === undefined) return []; // where nothing arrives nothing is too much
  const rho = load.rate / load.capacity;
  const loads = `${count(load.rate)} of ${count(load.capacity)} calls a second`;
  if (rho >= 1) {
    return [
      found(facts, {
        rule: 'overload',
        severity: 'error',
        number: {
          value: rho,
          unit: 'capacity',
          says: `ρ = ${count(rho)} (${loads}): first attempts alone are more than the service can bear, with or without retries.`,
        },
        cure: 'Give the service more capacity, or let fewer calls through: a throttle or a bulkhead.',
      }),
    ];
  }
  if (retry === undefined || retry.maxTries < 2) return [];
  const { maxTries } = retry;
  const lasting = lastingTries(facts);
  const isBounded = lasting < maxTries;
  if (rho * lasting < 1) return [];
  const product = `ρ × n = ${count(rho)} × ${count(maxTries)} = ${count(rho * maxTries)}`;
  const most = Math.ceil(1 / rho) - 1;
  const ratio = Math.floor(100 * (1 / rho - 1)) / 100;
  if (isBounded) {
    return [
      found(facts, {
        rule: 'overload',
        severity: 'warning',
        number: {
          value: rho * lasting,
          unit: 'capacity',
          says:
            `${product} (${loads}); the budget bounds it to ${count(lasting)} × ${count(rho)} = ${count(rho * lasting)}, ` +
            `which is still all the capacity: while some calls fail, retries take the rest, and after ${span(outage)} of outage ` +
            `the backlog takes ${span(drainTime(load.rate, load.capacity, facts.timeout))} to drain.`,
        },
        cure: `${ratio > 0 ? `Set the budget's ratio below ${count(ratio)}, or give` : 'Give'} the service more capacity.`,
      }),
    ];
  }
  const relief = breaker !== undefined ? 'circuit breaker' : isThrottled ? 'throttle' : undefined;
  const unpaid = budget === undefined ? 'without a budget' : 'with a budget that never ends a call';
  return [
    found(facts, {
      rule: 'overload',
      severity: relief === undefined ? 'error' : 'warning',
      number: {
        value: rho * maxTries,
        unit: 'capacity',
        says:
          `${product}, 1 or more (${loads}), ${unpaid}: after an outage the service stays down under the attempts that waited for it, ` +
          (relief === undefined
            ? 'until somebody takes load away.'
            : `and only the ${relief} ever takes load away.`),
      },
      cure:
        `Leave the budget on: it moves the limit to ρ < 1, and ρ is ${percent(rho)}` +
        (most > 1 && most < maxTries ? `; or set ${optionWords(facts).tries(most)}.` : '.'),
    }),
  ];
}

/**
 * How long the backlog of an outage takes to drain where each call is tried once: `(λ D - C T) / (C - λ)`. What the
 * service answers within the timeout, `C T`, is still waited for.
 */
function drainTime(rate: number, capacity: number, timeout: Ms): Ms {
  const inTime = timeout === Infinity ? 0 : capacity * timeout;
  return Math.max(0, rate * outage - inTime) / (capacity - rate);
}
