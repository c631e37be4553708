/**
 * Waits that are the same for everybody: clients that failed together come back together, and fail together again.
 */
import { type Ms, seeded } from '../../core.js';
import { highest, retriesOf, waitsOf } from './crowd.js';
import { type Finding, found } from './finding.js';
import type { GatewayFacts, RetryFacts } from './gateway-facts.js';
import { count } from './words.js';

const clients = 1000;
const moment: Ms = 10;
const mostRetries = 20;

/**
 * Finds waits that do not spread, by how many of a thousand clients come back within the same 10 ms.
 *
 * It speaks up where that is half of them or more, and at least twice what full jitter would leave: waits that are so
 * short that nothing could spread them are left to `no-wait`.
 */
export function noJitter(facts: GatewayFacts): readonly Finding[] {
  if (facts.retry === undefined) return [];
  const worst = worstRetry(facts.retry);
  if (worst === undefined) return [];
  const { retry, together, spread } = worst;
  return [
    found(facts, {
      rule: 'no-jitter',
      severity: 'error',
      number: {
        value: together,
        unit: 'clients',
        says:
          `of ${count(clients)} clients that fail together, ${count(together)} make retry ${retry} within the same ` +
          `${moment} ms; with full jitter it would be about ${count(Math.max(1, Math.round(spread)))}.`,
      },
      cure:
        facts.retry.jitter === undefined
          ? 'Draw the waits from a wider range: min and max further apart, or wait: expo.'
          : 'Set jitter: full (the default), or leave jitter out.',
    }),
  ];
}

interface Gathering {
  readonly retry: number;
  /** Clients in the fullest 10 ms. */
  readonly together: number;
  /** How many full jitter would leave there. */
  readonly spread: number;
}

function worstRetry(facts: RetryFacts): Gathering | undefined {
  const most = retriesOf(facts, mostRetries);
  const bounds = waitsOf(facts, most, highest);
  const random = seeded(1);
  const crowd = Array.from({ length: clients }, () => waitsOf(facts, most, random));
  const gatherings = bounds.map((bound, index): Gathering => {
    const waits = crowd.map((own) => own[index]).filter((wait) => wait !== undefined);
    return { retry: index + 1, together: fullest(waits), spread: clients * Math.min(1, moment / bound) };
  });
  return gatherings
    .filter(({ together, spread }) => together >= clients / 2 && together >= 2 * spread)
    .reduce<Gathering | undefined>(
      (worst, one) => (worst === undefined || one.together > worst.together ? one : worst),
      undefined,
    );
}

/** How many of the waits end within the fullest stretch of 10 ms. */
function fullest(waits: readonly Ms[]): number {
  const sorted = waits.toSorted((a, b) => a - b);
  let first = 0;
  return sorted.reduce((most, wait, last) => {
    while (wait - (sorted[first] as Ms) >= moment) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}
