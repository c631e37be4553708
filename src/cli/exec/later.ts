/**
 * One thing to do after a while, on the clock of the waits: it knows times that a bare timer would cut.
 */
import { type Ms, type Sleeper, systemClock } from '../../core.js';

/**
 * Does something after `wait` milliseconds; `Infinity`: never.
 *
 * @returns forgets it.
 */
export function later(wait: Ms, act: () => void): () => void {
  const sleeper: Sleeper = { place: -1, unref: false, wake: act };
  if (wait !== Infinity) systemClock.schedule(sleeper, wait);
  return () => systemClock.cancel(sleeper);
}

/** Resolves after `wait` milliseconds. */
export function pause(wait: Ms): Promise<void> {
  return new Promise((resolve) => void later(wait, resolve));
}
