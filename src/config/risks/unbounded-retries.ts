/**
 * A call that may try for ever: during an outage every caller adds attempts, and none ever leaves.
 */
import { type Ms, seeded } from '../../core.js';
import { eachWait } from './crowd.js';
import { type Finding, type Severity, found } from './finding.js';
import type { GatewayFacts, RetryFacts } from './gateway-facts.js';
import { deadlineSpan, deadlineWord, optionWords } from './option-words.js';
import { count, span, written } from './words.js';

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

  const time = limit === deadline ? deadlineWord(facts) : 'max_time';
  const ends = [isTimed ? `its ${time}` : '', isPaid ? 'its budget' : ''].filter((end) => end !== '');
  const severities: readonly Severity[] = ['error', 'warning', 'note'];
  const made = attempts === Infinity ? `more than ${count(mostCounted)}` : count(attempts);
  const when = isTimed
    ? `before its ${time} is up (${limit === deadline ? deadlineSpan(facts) : span(limit)})`
    : 'in the first minute of an outage';
  return [
    found(facts, {
      rule: 'unbounded-retries',
      severity: severities[ends.length] as Severity,
      number: {
        value: attempts,
        unit: 'attempts',
        says: `one call makes ${made} attempts ${when}, and ${endingOf(ends, budget)}.`,
      },
      cure: isTimed ? timedCure(facts, retry) : endlessCure(facts),
    }),
  ];
}

function endingOf(ends: readonly string[], budget: GatewayFacts['budget']): string {
  if (ends.length > 0) return `only ${ends.join(' and ')} ${ends.length === 1 ? 'ends' : 'end'} it`;
  return budget === undefined ? 'nothing ends it' : 'nothing ends it: an empty budget only slows it';
}

function endlessCure(facts: GatewayFacts): string {
  const { tries, deadline } = optionWords(facts);
  const limit = deadline === undefined ? '' : `, or a ${deadline}`;
  return `Set ${tries(3)}${limit}${budgetToo(facts)}.`;
}

/** A call that tries until its time is up may be a poll, which three tries would make useless. */
function timedCure(facts: GatewayFacts, { maxTime }: RetryFacts): string {
  const { tries, deadline: word } = optionWords(facts);
  const few = `${tries(3)}${budgetToo(facts)}`;
  if (word === undefined) return `Set ${few}.`;
  const isCut = maxTime > facts.deadline;
  const longer = [
    isCut && maxTime < Infinity ? `${word}: ${written(maxTime)}, or false` : '',
    isCut && maxTime === Infinity && facts.isUsualDeadline ? `the ${word} that it needs` : '',
    facts.budget?.whenEmpty === 'end' ? 'budget: false, as each try spends of it' : '',
  ].filter((one) => one !== '');
  const poll = longer.length === 0 ? 'Leave it so' : `Set ${longer.join(', and ')}`;
  return `${poll}, if it is meant to go on (a poll); else set ${few}.`;
}

function budgetToo({ budget }: GatewayFacts): string {
  return budget === undefined ? ', and leave the budget on' : '';
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
