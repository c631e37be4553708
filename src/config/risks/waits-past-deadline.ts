/**
 * Tries that are promised and never made: the waits and the attempts before them take all the time there is.
 */
import type { Ms } from '../../core.js';
import { highest, lowest, middle, retriesOf, waitsOf } from './crowd.js';
import { type Finding, type Severity, found } from './finding.js';
import type { GatewayFacts, RetryFacts } from './gateway-facts.js';
import { deadlineSpan, deadlineWord, optionWords } from './option-words.js';
import { count, some, span } from './words.js';

const mostTries = 1000;

/**
 * Finds tries that begin after the deadline (or `maxTime`, where it is sooner), by when they would begin.
 *
 * An error where not even attempts that fail at once, with the shortest waits, leave room for a try. A warning where
 * those with average waits do not. A note where attempts that time out, with the longest waits, do not.
 */
export function waitsPastDeadline(facts: GatewayFacts): readonly Finding[] {
  const { retry, timeout, deadline } = facts;
  if (retry === undefined || retry.maxTries === Infinity) return [];
  const limit = Math.min(deadline, retry.maxTime);
  if (limit === Infinity) return [];
  const pictures: readonly Picture[] = [
    {
      severity: 'error',
      waits: planned(retry, lowest),
      each: 0,
      with: 'even if every attempt fails at once',
    },
    {
      severity: 'warning',
      waits: planned(retry, middle),
      each: 0,
      with: 'with average waits between attempts that fail at once',
    },
    // What no timeout ends may take any time; a timeout past the deadline is a finding of its own.
    {
      severity: 'note',
      waits: timeout < limit && facts.countsTimeout ? planned(retry, highest) : [],
      each: timeout,
      with: 'where attempts time out',
    },
  ];
  for (const picture of pictures) {
    const late = firstLate(picture, limit);
    if (late === undefined) continue;
    const { maxTries } = retry;
    const word = limit === deadline ? deadlineWord(facts) : 'max_time';
    return [
      found(facts, {
        rule: 'waits-past-deadline',
        severity: picture.severity,
        number: {
          value: late.tries - 1,
          unit: 'tries',
          says:
            `${picture.with}, try ${late.tries} of ${count(maxTries)} would begin after ${span(late.at)}, ` +
            `and the ${word} is ${limit === deadline ? deadlineSpan(facts) : span(limit)}: ${some(late.tries - 1, 'try fits', 'tries fit')}.`,
        },
        cure: curing(facts, picture, late.tries - 1, word),
      }),
    ];
  }
  return [];
}

interface Picture {
  readonly severity: Severity;
  readonly waits: readonly Ms[];
  /** How long each attempt takes. */
  readonly each: Ms;
  readonly with: string;
}

function planned(retry: RetryFacts, random: () => number): readonly Ms[] {
  return waitsOf(retry, retriesOf(retry, mostTries), random);
}

/** The first try that would begin when the time is up, and when. */
function firstLate({ waits, each }: Picture, limit: Ms): { tries: number; at: Ms } | undefined {
  let at = 0;
  for (const [index, wait] of waits.entries()) {
    at += each + wait;
    if (at >= limit) return { tries: index + 2, at };
  }
  return undefined;
}

function curing(facts: GatewayFacts, { each }: Picture, fits: number, word: string): string {
  const { tries, noRetry } = optionWords(facts);
  const fewer = `Set ${fits > 1 ? tries(fits) : noRetry}`;
  return `${fewer}, or a longer ${word}, or shorter waits${each > 0 ? ' and a shorter timeout' : ''}.`;
}
