/**
 * How a wait is drawn from its bound, so that it ends while there is time and no crowd gathers anywhere.
 */
import type { Outcome } from '../call/outcome.js';
import { OptionError, isStampedeError, withCause } from '../errors.js';
import type { Ms } from '../time/duration.js';
import type { Random } from '../time/random.js';
import { type Jitter, fullJitter, noJitter } from '../wait/jitter.js';
import { type NextWait, causeOf } from '../wait/waits.js';

/** What a wait is drawn with. */
export interface Dice {
  /** `undefined`: the default, which leaves waits alone that are random already. */
  readonly jitter: Jitter | null | undefined;
  readonly random: Random;
}

/** A wait that is no shorter than `least`, which somebody has asked for. */
export function atLeast(least: Ms, { value }: NextWait): NextWait {
  const longer = Math.max(least, value);
  return { value: longer, kind: 'server', spread: Math.max(longer / 10, value) };
}

/**
 * Draws the wait from its bound, so that it ends while there is time `left`.
 *
 * The bound is cut first and drawn from afterwards; what is still too long is drawn again from all the time left. So
 * no crowd gathers at the deadline.
 *
 * @returns `undefined` for a wait that a server asked for and that does not fit.
 */
export function spread(wait: NextWait, left: Ms, dice: Dice, outcome: Outcome): Ms | undefined {
  const { jitter, random } = dice;
  const { value, kind } = wait;
  if (kind === 'server') return value > left ? undefined : value + upward(wait, left - value, dice, outcome);
  const bound = kind === 'spread' ? value : Math.min(value, left);
  const asItIs = isExact(jitter) || (jitter === undefined && kind === 'spread') || bound === Infinity;
  const ms = asItIs ? bound : draw(jitter ?? fullJitter, bound, random, outcome);
  if (ms <= left) return ms;
  return isExact(jitter) && kind !== 'spread' ? left : left * random();
}

/** Whether waits are taken as they are. */
export function isExact(jitter: Dice['jitter']): jitter is null {
  return jitter === null || jitter === noJitter;
}

function upward({ value, spread }: NextWait, room: Ms, dice: Dice, outcome: Outcome): Ms {
  const { jitter, random } = dice;
  if (isExact(jitter) || value === Infinity) return 0;
  const width = Math.min(spread ?? value / 10, room);
  const more = draw(jitter ?? fullJitter, width, random, outcome);
  return more <= room ? more : room * random();
}

function draw(jitter: Jitter, bound: Ms, random: Random, outcome: Outcome): Ms {
  let ms: unknown;
  try {
    ms = jitter(bound, random);
  } catch (thrown) {
    const cause = causeOf(outcome);
    throw isStampedeError(thrown)
      ? withCause(thrown, 'jitter', cause)
      : new OptionError('jitter', thrown, 'must not throw', cause);
  }
  if (typeof ms === 'number' && !Number.isNaN(ms)) return Math.max(0, ms);
  throw new OptionError('jitter', ms, 'must give a number of milliseconds', causeOf(outcome));
}
