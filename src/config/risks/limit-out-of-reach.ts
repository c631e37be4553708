/**
 * Limits that can never be reached, since a shorter one around them, or within, always comes first.
 */
import { type Finding, found } from './finding.js';
import type { GatewayFacts } from './gateway-facts.js';
import { deadlineSpan, deadlineWord } from './option-words.js';
import { span, written } from './words.js';

/** Finds times that are written and never count, by the time that comes before them. */
export function limitOutOfReach(facts: GatewayFacts): readonly Finding[] {
  return [...lateMaxTime(facts), ...lateHedge(facts), ...lateSlowness(facts)];
}

/** A `max_time` equal to the deadline says the same twice, which harms nobody. */
function lateMaxTime(facts: GatewayFacts): readonly Finding[] {
  const { retry, deadline } = facts;
  if (retry === undefined || retry.maxTries < 2) return [];
  const { maxTime } = retry;
  if (maxTime === Infinity || maxTime <= deadline) return [];
  const word = deadlineWord(facts);
  return [
    found(facts, {
      rule: 'limit-out-of-reach',
      severity: 'warning',
      number: {
        value: maxTime,
        unit: 'ms',
        says: `retries may go on for a max_time of ${span(maxTime)}, and the ${word} of the whole call is ${deadlineSpan(facts)}: max_time never counts.`,
      },
      cure: `Set ${word}: ${written(maxTime)}, or false, if the call is meant to go on so long; else a max_time below ${span(deadline)}, or none.`,
    }),
  ];
}

function lateHedge(facts: GatewayFacts): readonly Finding[] {
  const { hedge, timeout, deadline } = facts;
  const limit = Math.min(timeout, deadline);
  const after = hedge?.after;
  if (after === undefined || after < limit) return [];
  return [
    found(facts, {
      rule: 'limit-out-of-reach',
      severity: 'warning',
      number: {
        value: after,
        unit: 'ms',
        says: `the hedge sends another attempt after ${span(after)}, and ${endOf(facts, limit)}: none is ever sent.`,
      },
      cure: `Set the hedge's after to what a slow answer takes, such as p95, and well below ${span(limit)}.`,
    }),
  ];
}

function lateSlowness(facts: GatewayFacts): readonly Finding[] {
  const { breaker, timeout, deadline, hedge, section } = facts;
  // The breaker sees hedged attempts as one that takes longer, and the timeout of a request may not be for all of it.
  const isTimed = hedge === undefined && section === 'gateway';
  const limit = isTimed ? Math.min(timeout, deadline) : deadline;
  const slowAfter = breaker?.slowAfter;
  if (slowAfter === undefined || slowAfter < limit) return [];
  return [
    found(facts, {
      rule: 'limit-out-of-reach',
      severity: 'warning',
      number: {
        value: slowAfter,
        unit: 'ms',
        says: `the circuit breaker calls slow what takes ${span(slowAfter)}, and ${endOf(facts, limit)}: what is slow has failed by then.`,
      },
      cure: `Set slow_after well below ${span(limit)}, such as ${span(limit / 4)}.`,
    }),
  ];
}

function endOf(facts: GatewayFacts, limit: number): string {
  return limit < facts.deadline
    ? `an attempt is ended after ${span(limit)}`
    : `the whole call ends after ${deadlineSpan(facts)}`;
}
