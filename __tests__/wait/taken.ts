/**
 * The first waits of a maker, without a call around them.
 */
import {
  type CallDetails,
  type Outcome,
  type WaitMaker,
  type WaitScope,
  VirtualClock,
  seeded,
} from '../../src/core.js';
import { type NextWait, checkWaitMaker, nextWait, startWaits } from '../../src/wait/waits.js';

export const boom = new Error('boom');
export const failed: Outcome = { ok: false, error: boom };

export interface Asked extends Partial<WaitScope> {
  /** What the attempts ended with, one for each wait; the last one is repeated. Default: an error. */
  readonly outcomes?: readonly Outcome[];
  /** What options that are functions of the call are told, and their `this`. */
  readonly details?: Partial<CallDetails>;
  readonly thisArg?: unknown;
}

/** What a maker may ask of a call. Dice are seeded, the clock stands still. */
export function scopeOf({
  clock = new VirtualClock(),
  random = seeded(1),
  details = {},
  thisArg,
}: Asked = {}): WaitScope {
  const read = (option: any): any => (typeof option === 'function' ? option.call(thisArg, details) : option);
  return { clock, random, read };
}

/** Up to `count` answers of a fresh sequence; fewer when it ends before. */
export function answers(wait: WaitMaker, count: number, asked: Asked = {}): NextWait[] {
  const maker = checkWaitMaker(wait);
  const outcomes = asked.outcomes ?? [failed];
  const outcomeOf = (index: number): Outcome => outcomes[Math.min(index, outcomes.length - 1)]!;
  const waits = startWaits(maker, outcomeOf(0), scopeOf(asked));
  const taken: NextWait[] = [];
  for (let index = 0; index < count; index++) {
    const next = nextWait(waits, outcomeOf(index), maker);
    if (next === undefined) break;
    taken.push(next);
  }
  return taken;
}

/** The same as bare milliseconds. */
export function take(wait: WaitMaker, count: number, asked?: Asked): number[] {
  return answers(wait, count, asked).map(({ value }) => value);
}
