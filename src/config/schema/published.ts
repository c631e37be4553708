/**
 * What the schema for editors is made of: the whole file, and the parts of it that stand in several places.
 */
export { file } from './file.js';

import { circuitBreaker } from './circuit.js';
import { bulkhead, hedge, rateLimit, throttle } from './guards.js';
import { http } from './http.js';
import { budget, retry } from './retry.js';
import { jitter, wait, waits } from './waits.js';

/** By the name under which the schema has them. */
export const definitions = {
  wait,
  waits,
  jitter,
  retry,
  budget,
  circuitBreaker,
  bulkhead,
  rateLimit,
  throttle,
  hedge,
  http,
};
