/**
 * A call that may try for ever: during an outage every caller adds attempts, and none ever leaves.
 */
import { type Ms, seeded } from '../../core.js';
import { eachWait } from './crowd.js';
import { type Finding, type Severity, found } from './finding.js';
import type { GatewayFacts, RetryFacts } from './gateway-facts.js';
import { optionWords } from './option-words.js';
import { count, span } from './words.js';

/** How long the outage is by which a call without a limit is measured. */
const outage: Ms = 60_000;
const mostCounted = 10_000;

/**
 * Finds tries without a bound, by how many attempts one call makes while the service is down.
 *
 * An error where nothing else ends the call; a warning where one thing does, its time or its budget; a note where
 * both do.
 */
export function unboundedRetries(facts: GatewayFacts): readonly Finding[] {
  const { retry, deadline, budget } = facts;
  if (retry === undefined || retry.maxTries !== Infinity) return [];
  const limit = Math.min(retry.maxTime, deadline);
  const isTimed = limit < Infinity;
  const isPaid = budget !== undefined && budget.whenEmpty === 'end';
  const within = isTimed ? limit : outage;
  const attempts = attemptsWithin(within, retry);
  if (attempts === undefined) return []; // the waits themselves run out

  const ends = [isTimed ? 'its time' : '', isPaid ? 'its budget' : ''].filter((end) => end !== '');
  const severities: readonly Severity[] = ['error', 'warning', 'note'];
  const made = attempts === Infinity ? `more than ${count(mostCounted)}` : count(attempts);
  const when = isTimed ? `before its time is up (${span(within)})` : 'in the first minute of an outage';
  return [
    found(facts, {
      rule: 'unbounded-retries',
      severity: severities[ends.length] as Severity,
      number: {
        value: attempts,
        unit: 'attempts',
        says: `one call makes ${made} attempts ${when}, and ${endingOf(ends, budget)}.`,
      },
      cure: curing(facts, isTimed),
    }),
  ];
}

function endingOf(ends: readonly string[], budget: GatewayFacts['budget']): string {
  if (ends.length > 0) return `only ${ends.join(' and ')} ${ends.length === 1 ? 'ends' : 'end'} it`;
  return budget === undefined ? 'nothing ends it' : 'nothing ends it: an empty budget only slows it';
}

function curing(facts: GatewayFacts, isTimed: boolean): string {
  const { tries, deadline } = optionWords(facts);
  const limit = isTimed || deadline === undefined ? '' : `, or a ${deadline}`;
  return `Set ${tries(3)}${limit}${facts.budget === undefined ? ', and leave the budget on' : ''}.`;
}

/**
 * Attempts of one call that all fail at once; `Infinity` for more than anybody counts, `undefined` where the waits run
 * out before the time does.
 */
function attemptsWithin(time: Ms, retry: RetryFacts): number | undefined {
  let now = 0;
  let attempts = 1;
  for (const wait of eachWait(retry, seeded(1))) {
    now += wait;
    if (now >= time) return attempts;
    attempts += 1;
    if (attempts > mostCounted) return Infinity;
  }
  return undefined;
}
