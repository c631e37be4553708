/**
 * The circuit of the full protection; of its numbers the closed form of the way back, in `bounds.ts`, is made.
 */
import type { CircuitBreakerOptions } from '../../core.js';

/** Short times, so that an outage of seconds shows all it does. */
export const circuit = {
  consecutive: 5,
  openTime: 500,
  maxOpenTime: 1000,
  ramp: { from: 0.5, factor: 2, every: 250, minCalls: 2 },
} as const satisfies CircuitBreakerOptions;
