/**
 * Chance: the one door by which it enters.
 */

/** Gives a number from 0 up to, not including, 1. */
export type Random = () => number;

/** The host's own dice. Looks up `Math.random` at each draw, so a test may replace it. */
export const systemRandom: Random = () => Math.random();

/**
 * Dice that fall the same way every time.
 *
 *     const random = seeded(7);
 *     random() === seeded(7)()   // true
 *
 * @param seed  Any number; its lower 32 bits count.
 * @see mulberry32 by Tommy Ettinger, in the public domain: period 2^32, good enough for waits, never for secrets.
 */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
