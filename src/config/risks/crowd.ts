/**
 * Which waits a policy really makes: drawn by the thinker that production uses, with dice of our choice.
 *
 * Every attempt fails at once, and no deadline cuts a wait: what a policy plans, not what is left of it.
 */
import {
  Attempts,
  type Finding as Ended,
  type Limits,
  type Ms,
  type Random,
  VirtualClock,
} from '../../core.js';
import type { RetryFacts } from './gateway-facts.js';

const error = new Error('the service is down');
const outcome = { ok: false, error } as const;

/**
 * The waits of one call, in milliseconds, until they run out; a sequence may be without end.
 */
export function* eachWait(
  { wait, jitter }: Pick<RetryFacts, 'wait' | 'jitter'>,
  random: Random,
): Generator<Ms, void> {
  const attempts = new Attempts(0);
  const rule = { wait, maxTries: Infinity, alone: true };
  const ended: Ended = { rule, outcome, kind: 'error', stop: false, leastWait: undefined };
  const limits: Limits = { maxTries: Infinity, maxTime: Infinity, budget: undefined, jitter, random };
  const scope = { clock: new VirtualClock(), random, read };
  for (;;) {
    attempts.start();
    attempts.end(outcome, undefined);
    const step = attempts.next(ended, limits, scope, Infinity);
    if (step.kind === 'giveup') return;
    yield step.ms;
  }
}

/** The first waits of one call: `most` of them, or fewer where they run out. */
export function waitsOf(
  facts: Pick<RetryFacts, 'wait' | 'jitter'>,
  most: number,
  random: Random,
): readonly Ms[] {
  const waits: Ms[] = [];
  if (most < 1) return waits;
  for (const wait of eachWait(facts, random)) {
    waits.push(wait);
    if (waits.length >= most) break;
  }
  return waits;
}

// An option of a wait that is a function of the call has no call here.
function read<T>(option: T | ((details: never) => T)): T {
  return typeof option === 'function' ? (option as (details: object) => T)({}) : option;
}

/** Dice that always fall on the least, in the middle, or next to the most. */
export const lowest: Random = () => 0;
export const middle: Random = () => 0.5;
export const highest: Random = () => 1 - 2 ** -32;

/** How many waits a call makes at most: one less than its tries, and no more than anybody looks at. */
export function retriesOf({ maxTries }: Pick<RetryFacts, 'maxTries'>, most: number): number {
  return Math.min(maxTries - 1, most);
}
