/**
 * Limits of time that contradict one another, or are missing.
 */
import type { Ms } from '../../core.js';
import { type Finding, found } from './finding.js';
import type { GatewayFacts } from './gateway-facts.js';
import { deadlineSpan, optionWords } from './option-words.js';
import { count, some, span } from './words.js';

/** Finds an attempt that may take all the time of the call: when it hangs, there is no retry. */
export function timeoutPastDeadline(facts: GatewayFacts): readonly Finding[] {
  const { retry, timeout, deadline } = facts;
  if (retry === undefined || retry.maxTries < 2 || timeout === Infinity || timeout < deadline) return [];
  const words = optionWords(facts);
  const tries = Math.min(retry.maxTries, 3);
  return [
    found(facts, {
      rule: 'timeout-past-deadline',
      severity: 'warning',
      number: {
        value: timeout,
        unit: 'ms',
        says: `an attempt may take ${span(timeout)} and the whole call ${deadlineSpan(facts)}: a call whose first attempt hangs has no time for another.`,
      },
      cure: `Set ${words.timeout ?? 'a timeout'} to at most ${span(deadline / tries)} (the deadline in ${tries}), or a longer ${words.deadline ?? 'deadline'}.`,
    }),
  ];
}

/** Finds a queue in which calls wait for longer than anybody waits for them. */
export function queuePastDeadline(facts: GatewayFacts): readonly Finding[] {
  const { bulkhead, rateWait } = facts;
  return [
    ...queueFound(facts, 'bulkhead', bulkhead && bulkhead.queue > 0 ? bulkhead.maxWait : 0),
    ...queueFound(facts, 'rate limit', rateWait ?? 0),
  ];
}

function queueFound(facts: GatewayFacts, owner: string, maxWait: Ms): readonly Finding[] {
  const { deadline } = facts;
  if (maxWait < deadline || deadline === Infinity) return [];
  const wait = maxWait === Infinity ? 'without end' : `for ${span(maxWait)}`;
  return [
    found(facts, {
      rule: 'queue-past-deadline',
      severity: 'warning',
      number: {
        value: maxWait,
        unit: 'ms',
        says: `a call may stand in the queue of the ${owner} ${wait}, and its deadline is ${deadlineSpan(facts)}: it keeps its place until it is of no use to anybody.`,
      },
      cure: `Set the ${owner}'s max_wait to a fraction of the deadline, such as ${span(deadline / 10)}.`,
    }),
  ];
}

/** Finds calls that may hang for ever, retried or not: they pile up, and a retry never gets its turn. */
export function noTimeout(facts: GatewayFacts): readonly Finding[] {
  const { timeout, deadline, load } = facts;
  if (timeout < Infinity || deadline < Infinity) return [];
  const { rate } = load;
  const words = optionWords(facts);
  const pile =
    rate === undefined
      ? 'each call of a service that hangs stays under way for ever.'
      : `at ${some(rate, 'call')} a second, ${count(60 * rate)} are under way after the first minute in which the service hangs.`;
  return [
    found(facts, {
      rule: 'no-timeout',
      severity: 'warning',
      number: {
        value: rate === undefined ? Infinity : 60 * rate,
        unit: 'calls',
        says: `neither an attempt nor the call has a limit: ${pile}`,
      },
      cure: `Set ${words.timeout ?? 'a timeout'} (for an attempt) and ${words.deadline ?? 'a deadline'} (for the call).`,
    }),
  ];
}
