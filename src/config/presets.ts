/**
 * The policies that need no file, under the names that *Requests Stampede* has for them.
 */
import type { PolicySettings } from './settings.js';

const fiveSeconds = 5000;

/** A file may have policies of these names; its own stand in their place. */
export const presets: Readonly<Record<string, PolicySettings>> = {
  /** What `gateway()` does anyway: three tries, full jitter, a budget, a breaker. */
  default: {},
  /** Another word for it, as there. */
  relaxed: {},
  /**
   * Tries for ever, with waits of up to 5 s. No deadline and no breaker ends it, so what keeps it from doing harm is the
   * budget: once that is empty, a retry comes at most every 5 s.
   */
  aggressive: {
    deadline: false,
    retry: { maxTries: Infinity, wait: { type: 'constant', interval: fiveSeconds }, jitter: 'full' },
    budget: { whenEmpty: fiveSeconds },
    circuitBreaker: false,
  },
};
