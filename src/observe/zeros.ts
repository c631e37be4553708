/**
 * What is shown of a name before it has happened: 0.
 *
 * A monitoring system sees no increase in a count that was not there before, so the first budget that runs dry would
 * raise no alert.
 */
import type { Counted } from './counts.js';
import { circuitStates } from './levels.js';

/** For each count, what it tells apart. */
export type Zeros = Readonly<Partial<Record<Counted, readonly string[]>>>;

const one = [''];
const refusals = ['circuit', 'bulkhead', 'rate-limit', 'throttle'];

/** Of a retried function or a gateway: all that its policies may do under its name. */
export const zerosOfCalls: Zeros = {
  calls: ['success', 'giveup', 'refused', 'passed', 'abort'],
  attempts: one,
  retries: one,
  giveups: ['giveup', 'maxTries', 'maxTime', 'waits', 'budget'],
  refusals,
  timeouts: one,
  hedges: one,
  fallbacks: one,
  handlerErrors: one,
};

/** Of a circuit. */
export const zerosOfCircuits: Zeros = { transitions: circuitStates, refusals };
