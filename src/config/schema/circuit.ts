/**
 * How a circuit breaker may be written in a file. What is `null` in code is `false` here.
 */
import * as v from 'valibot';
import { flag, number, off, option, required, time } from './values.js';
import { jitter, wait } from './waits.js';

const whole = number({ least: 1, whole: true });
const share = number({ above: 0, most: 1 });

const consecutive = v.union(
  [
    whole,
    v.strictObject({
      failures: required(whole, 'So many failures in a row ...'),
      lasting: option(time({ least: 1 }), '... the first of them so long ago.'),
    }),
    off,
  ],
  'must be a whole number of 1 or more, { failures, lasting } or false',
);

const minCalls = v.union(
  [
    whole,
    v.strictObject({
      least: option(whole, 'At least so many. Default: 5.'),
      share: option(share, 'This share of what the window holds at the own rate. Default: 0.2.'),
      most: option(whole, 'At most so many. Default: 100.'),
    }),
  ],
  'must be a whole number of 1 or more, or { least, share, most }',
);

const halfOpen = v.strictObject(
  {
    atOnce: option(whole, 'How many probes may be under way. Default: 1.'),
    successes: option(whole, 'How many of them have to succeed. Default: 1.'),
    of: option(whole, 'Out of how many. Default: as many as successes.'),
    lease: option(time({ least: 1 }), 'A probe that has not ended by then leaves its place. Default: 30s.'),
  },
  'must be a map with at_once, successes, of or lease',
);

const ramp = v.union(
  [
    v.strictObject({
      from: option(share, 'The share of calls let through at first. Default: 0.1.'),
      factor: option(number({ least: 1.01 }), 'By what it grows with each step. Default: 2.'),
      every: option(time({ least: 1 }), 'How long a step takes. Default: 1s.'),
      minCalls: option(whole, 'How many calls it takes to judge a step. Default: 3.'),
    }),
    off,
  ],
  'must be a map with from, factor, every or min_calls, or false',
);

/** The option `circuit_breaker`. */
export const circuitBreaker = v.strictObject(
  {
    consecutive: option(consecutive, 'Opens after so many failures in a row; false: never.'),
    failureRate: option(
      v.union([share, off], 'must be a number above 0, up to 1, or false'),
      'Opens when this share of the calls fail; false: never. Default: 0.5, unless consecutive is given.',
    ),
    slowAfter: option(time({ least: 1 }), 'A call that takes longer is slow. Default: none is.'),
    slowRate: option(share, 'Opens when this share of the calls are slow. Default: 0.5 with slow_after.'),
    lastCalls: option(whole, 'Rates are of this many calls. Default: 100, unless window is given.'),
    window: option(time({ least: 1 }), 'Rates are of the calls in this time.'),
    minCalls: option(minCalls, 'How many calls make evidence.'),
    openTime: option(
      v.union([time({ least: 1 }), wait], 'must be a time with a unit, such as 5s, or a wait'),
      'How long to stay open, doubled each time it opens again; or waits. Default: 5s.',
    ),
    maxOpenTime: option(time({ least: 1 }), 'The longest, before jitter. Default: 60s.'),
    jitter: option(jitter, 'Spreads the open time. Default: a fifth up or down.'),
    halfOpen: option(halfOpen, 'How it finds out whether calls succeed again.'),
    ramp: option(ramp, 'How it lets more and more calls through after that; false: all at once.'),
    stack: option(flag, 'Whether each refusal has a stack of its own. Default: false.'),
  },
  'must be a map of options, or false',
);
