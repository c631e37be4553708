/**
 * Waits that end up at one value: from then on no chance is left, and clients that met once meet again and again.
 *
 * It happens where a draw is moved to the cap (`min(cap, draw)`) in place of a draw from below it, and where there is
 * no draw at all. What the library makes itself has no such atom, unless jitter is off.
 */
import { type Ms, type Random, seeded } from '../../core.js';
import { highest, retriesOf, waitsOf } from './crowd.js';
import { type Finding, found } from './finding.js';
import type { GatewayFacts, RetryFacts } from './gateway-facts.js';
import { count, percent, span } from './words.js';

const clients = 2000;
/** Waits at which we look for a cap, and how many of those at the cap are drawn. */
const mostRetries = 64;
const mostAtCap = 10;
/** The design's own promise: no value holds more. */
const allowed = 0.01;

/** Finds a cap that waits gather at, by the share of them that is exactly one value. */
export function atomAtCap(facts: GatewayFacts): readonly Finding[] {
  const atom = facts.retry && atomOf(facts.retry);
  if (atom === undefined || atom.share <= allowed) return [];
  const { retry, share, value, isCertain } = atom;
  const isForEver = share === 1;
  const parted = Math.ceil(Math.log(allowed) / Math.log(share));
  return [
    found(facts, {
      rule: 'atom-at-cap',
      severity: isForEver ? 'error' : 'warning',
      number: {
        value: share,
        unit: 'share',
        says:
          `from retry ${retry} on ${percent(share)} of the waits are exactly ${span(value)}` +
          `${isCertain ? '' : ` (of ${count(clients)} drawn)`}: clients that meet there ` +
          (isForEver
            ? 'meet again at every retry, for ever.'
            : `meet again, until after ${parted} retries fewer than ${percent(allowed)} of them are left together.`),
      },
      cure: isForEver
        ? 'Set jitter: full (the default), so that every wait is drawn from below the cap.'
        : 'Draw from below the cap instead of moving draws to it: jitter: full, decorrelated or random.',
    }),
  ];
}

interface Atom {
  /** The first retry at the cap. */
  readonly retry: number;
  readonly share: number;
  readonly value: Ms;
  /** Whether no chance is in it, so that the share is known and not measured. */
  readonly isCertain: boolean;
}

function atomOf(facts: RetryFacts): Atom | undefined {
  const first = firstAtCap(waitsOf(facts, mostRetries + 1, highest));
  const last = retriesOf(facts, mostRetries) - 1;
  if (first === undefined || first > last) return undefined;
  let draws = 0;
  const dice = seeded(1);
  const random: Random = () => {
    draws += 1;
    return dice();
  };
  const most = Math.min(last + 1, first + mostAtCap);
  const crowd = Array.from({ length: clients }, () => waitsOf(facts, most, random));
  const atoms = Array.from({ length: most - first }, (_, step) => ({
    ...commonest(crowd.map((waits) => waits[first + step]).filter((wait) => wait !== undefined)),
    retry: first + 1,
    isCertain: draws === 0,
  }));
  return atoms.reduce((worst, one) => (one.share > worst.share ? one : worst));
}

/** Where the bounds stop growing; `undefined` where they grow on, or never grew. */
function firstAtCap(bounds: readonly Ms[]): number | undefined {
  const index = bounds.findIndex((bound, at) => bound === bounds[at + 1] && bound > (bounds[0] as Ms));
  return index === -1 ? undefined : index;
}

function commonest(waits: readonly Ms[]): { value: Ms; share: number } {
  const times = new Map<Ms, number>();
  for (const wait of waits) times.set(wait, (times.get(wait) ?? 0) + 1);
  const [value, most] = [...times].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  return { value, share: waits.length === 0 ? 0 : most / waits.length };
}
