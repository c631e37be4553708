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
import { count, percent, some, span } from './words.js';

const clients = 1000;
/** How far we look for a cap, and how many waits after it are drawn: some crowds gather slowly. */
const farthest = 64;
const mostAtCap = 100;
/** The share is that of all clients' last so many waits. */
const mostPooled = 10;
/** The design's own promise: no value holds more. */
const allowed = 0.01;

/** Finds a cap that waits gather at, by the share of them that is exactly one value. */
export function atomAtCap(facts: GatewayFacts): readonly Finding[] {
  const atom = facts.retry && atomOf(facts.retry);
  if (atom === undefined || atom.share <= allowed) return [];
  if (atom.share === 1 && atom.retry === 1) return []; // one wait for all, from the first: that is no-jitter's
  const { retry, share, value, isCertain } = atom;
  const isForEver = share === 1;
  const parted = Math.ceil(Math.log(allowed) / Math.log(atom.staying));
  return [
    found(facts, {
      rule: 'atom-at-cap',
      severity: isForEver ? 'error' : 'warning',
      number: {
        value: share,
        unit: 'share',
        says:
          `from retry ${retry} on ${isForEver ? '' : 'up to '}${percent(share)} of the waits are exactly ${span(value)}` +
          `${isCertain ? '' : ` (those of ${count(clients)} clients)`}: clients that meet there ` +
          (isForEver
            ? 'meet again at every retry, for ever.'
            : `meet again, until after ${some(parted, 'retry', 'retries')} fewer than ${percent(allowed)} of them are left together.`),
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
  /** The share of clients at the atom whose next wait is there too. */
  readonly staying: number;
  /** Whether no chance is in it, so that the share is known and not measured. */
  readonly isCertain: boolean;
}

function atomOf(facts: RetryFacts): Atom | undefined {
  const first = firstAtCap(waitsOf(facts, farthest + 1, highest));
  if (first === undefined) return undefined;
  const most = retriesOf(facts, first + mostAtCap);
  if (first >= most) return undefined;
  let draws = 0;
  const dice = seeded(1);
  const random: Random = () => {
    draws += 1;
    return dice();
  };
  const crowd = Array.from({ length: clients }, () => waitsOf(facts, most, random));
  const latest = crowd.map((waits) => waits.slice(Math.max(first, most - mostPooled)));
  const { value, share } = commonest(latest.flat());
  return {
    value,
    share,
    staying: stayingAt(value, latest) ?? share,
    retry: first + 1,
    isCertain: draws === 0,
  };
}

/** Where the bounds stop growing; `undefined` where they grow on. */
function firstAtCap(bounds: readonly Ms[]): number | undefined {
  const last = bounds.length - 1;
  const index = bounds.indexOf(bounds[last] as Ms);
  return index === last ? undefined : index;
}

function commonest(waits: readonly Ms[]): { value: Ms; share: number } {
  const times = new Map<Ms, number>();
  for (const wait of waits) times.set(wait, (times.get(wait) ?? 0) + 1);
  const [value, most] = [...times].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  return { value, share: waits.length === 0 ? 0 : most / waits.length };
}

function stayingAt(value: Ms, crowd: readonly (readonly Ms[])[]): number | undefined {
  const next = crowd.flatMap((waits) => waits.slice(1).filter((_, index) => waits[index] === value));
  return next.length === 0 ? undefined : next.filter((wait) => wait === value).length / next.length;
}
