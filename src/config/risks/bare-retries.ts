/**
 * Retries that nothing holds back: no wait, no budget and no breaker, no care for what may be done twice.
 */
import { type Ms } from '../../core.js';
import { highest, retriesOf, waitsOf } from './crowd.js';
import { type Finding, found } from './finding.js';
import type { GatewayFacts } from './gateway-facts.js';
import { optionWords } from './option-words.js';
import { count, some, span } from './words.js';

/** What is shorter gives a service no time to recover. */
const noTime: Ms = 20;

/** Finds retries that follow at once: an outage sees all the attempts of a call as one burst. */
export function noWait(facts: GatewayFacts): readonly Finding[] {
  const { retry } = facts;
  if (retry === undefined || retry.maxTries < 2) return [];
  const waits = waitsOf(retry, retriesOf(retry, 1000), highest);
  if (waits.length === 0 || waits.some((wait) => wait >= noTime)) return [];
  const tries = waits.length + 1;
  const all = waits.reduce((sum, wait) => sum + wait, 0);
  return [
    found(facts, {
      rule: 'no-wait',
      severity: 'warning',
      number: {
        value: tries,
        unit: 'attempts',
        says: `all ${count(tries)} attempts of a call are made within ${span(Math.ceil(all))}: in an outage that is ${count(tries)} times the load, at the moment of failure.`,
      },
      cure: `Leave the waits as they are by default: ${optionWords(facts).usualWaits}.`,
    }),
  ];
}

/** Finds retries with neither a budget nor a breaker nor a throttle: an outage multiplies the load for as long as it lasts. */
export function unguardedRetries(facts: GatewayFacts): readonly Finding[] {
  const { retry, budget, breaker, isThrottled } = facts;
  if (retry === undefined || retry.maxTries < 2) return [];
  if (budget !== undefined || breaker !== undefined || isThrottled) return [];
  const { maxTries } = retry;
  const times = maxTries === Infinity ? 'without a bound' : `by ${count(maxTries)}`;
  return [
    found(facts, {
      rule: 'unguarded-retries',
      severity: 'warning',
      number: {
        value: maxTries,
        unit: 'attempts',
        says: `an outage multiplies the load ${times} for as long as it lasts: there is neither a budget nor a circuit breaker.`,
      },
      cure: 'Leave the budget on (1.1 attempts per call), or the circuit breaker; best both.',
    }),
  ];
}

/** Finds requests that are tried again though what they asked for may have been done. */
export function unsafeMethods(facts: GatewayFacts): readonly Finding[] {
  const { retry, unsafeMethods: methods, unsafeStatuses: statuses } = facts;
  if (retry === undefined || retry.maxTries < 2 || methods.length + statuses.length === 0) return [];
  const times = retry.maxTries === Infinity ? 'any number of times' : `up to ${some(retry.maxTries, 'time')}`;
  const why = [
    methods.length === 0 ? '' : 'a lost answer is tried again',
    statuses.length === 0 ? '' : `${statuses.join(', ')} is tried again for every method`,
  ];
  const options = [
    methods.length === 0 ? '' : 'allowed_methods',
    statuses.length === 0 ? '' : 'unsafe_statuses',
  ];
  return [
    found(facts, {
      rule: 'unsafe-methods',
      severity: 'warning',
      number: {
        value: retry.maxTries,
        unit: 'times',
        says: `one ${(methods.length === 0 ? ['POST'] : methods).join(', ')} may be carried out ${times}: ${joined(why)}, and nothing tells the service that it is the same request.`,
      },
      cure: `Set idempotency_key: auto, if the service understands it, or take them out of ${joined(options)}.`,
    }),
  ];
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' and ');
}
