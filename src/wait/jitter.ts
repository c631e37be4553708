/**
 * How a wait is spread, so that clients which failed together come back apart.
 *
 * A jitter takes the bound that a wait generator gave and draws a wait from it. Rule of the house: the bound is
 * limited first and drawn from afterwards, so no single moment gathers a crowd.
 */
import { atLeast, checkKeys } from '../checks.js';
import { OptionError } from '../errors.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { type Random, systemRandom } from '../time/random.js';

/** Draws a wait from a bound, both in milliseconds. */
export type Jitter = (wait: Ms, random: Random) => Ms;

/**
 * Spreads a wait evenly between nothing and itself ("full jitter"). The default.
 *
 *     fullJitter(800, () => 0.25)   // 200
 *
 * @param wait    Milliseconds, 0 or more.
 * @param random  Gives a number from 0 up to, not including, 1. Default `Math.random`; `seeded(7)` in tests.
 * @returns Milliseconds, never above `wait`.
 * @throws {OptionError} when `wait` is negative or not a number.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitter(wait: Ms, random: Random = systemRandom): Ms {
  atLeast(0, 'wait', wait);
  return wait * random();
}

/**
 * Keeps half of a wait and spreads the other half ("equal jitter").
 *
 *     equalJitter(800, () => 0.25)   // 500
 *
 * @returns Milliseconds from `wait / 2` to `wait`.
 * @throws {OptionError} when `wait` is negative or not a number.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function equalJitter(wait: Ms, random: Random = systemRandom): Ms {
  atLeast(0, 'wait', wait);
  return wait / 2 + (wait / 2) * random();
}

/**
 * Adds up to `max` to a wait.
 *
 *     randomJitter({ max: '1s' })(800, () => 0.25)   // 1050
 *
 * @param options.max  Milliseconds or a string with a unit, 0 or more. Default 1000.
 * @throws {OptionError} when `max` is not a time.
 * @see litl/backoff's `random_jitter`
 */
export function randomJitter(options: { readonly max?: Duration | undefined } = {}): Jitter {
  checkKeys('randomJitter', options, ['max']);
  const max = options.max === undefined ? 1000 : toMs('max', options.max);
  return (wait, random = systemRandom) => wait + max * random();
}

/**
 * Moves a wait up or down by at most a share of itself.
 *
 *     proportionalJitter({ ratio: 0.2 })(1000, () => 0.25)   // 900
 *
 * @param options.ratio  From 0 to 1. Default 0.2: from 80 % to 120 %.
 * @throws {OptionError} when `ratio` is not a number from 0 to 1.
 */
export function proportionalJitter(options: { readonly ratio?: number | undefined } = {}): Jitter {
  checkKeys('proportionalJitter', options, ['ratio']);
  const { ratio = 0.2 } = options;
  if (!(typeof ratio === 'number' && ratio >= 0 && ratio <= 1)) {
    throw new OptionError('ratio', ratio, 'must be a number from 0 to 1');
  }
  return (wait, random = systemRandom) => wait * (1 - ratio + 2 * ratio * random());
}

/** Leaves a wait as it is, the same as `jitter: null`. Clients that failed together come back together. */
export function noJitter(wait: Ms): Ms {
  return wait;
}
