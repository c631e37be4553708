/**
 * How bulkheads, rate limits, throttles and hedges may be written in a file.
 */
import * as v from 'valibot';
import { flag, number, option, readText, required, time } from './values.js';

const whole = number({ least: 1, whole: true });
const stack = option(flag, 'Whether each refusal has a stack of its own. Default: false.');

const range = {
  initial: option(whole, 'What it starts from. Default: 20.'),
  min: option(whole, 'Never lower. Default: 1.'),
  max: option(whole, 'Never higher.'),
  backoff: option(
    number({ above: 0, most: 1 }),
    'What is left of it after a sign of overload. Default: 0.9.',
  ),
};

const adaptive = v.variant(
  'type',
  [
    v.strictObject({
      type: v.literal('aimd'),
      ...range,
      maxLatency: option(time({ infinite: true }), 'A slower answer is a sign of overload. Default: 5s.'),
    }),
    v.strictObject({
      type: v.literal('gradient'),
      ...range,
      tolerance: option(
        number({ least: 1 }),
        'How many times the usual latency is still well. Default: 1.5.',
      ),
      headroom: option(number({ least: 1 }), 'Calls that may wait at the service. Default: 4.'),
      smoothing: option(number({ least: 0.001, most: 1 }), 'How fast the limit follows. Default: 0.2.'),
    }),
  ],
  'must be aimd or gradient',
);

/** The option `bulkhead`. */
export const bulkhead = v.strictObject(
  {
    limit: required(
      v.union(
        [whole, v.picklist(['aimd', 'gradient']), adaptive],
        'must be a whole number of 1 or more, aimd, gradient, or one of these with options and a type',
      ),
      'Calls in flight at once: a number, or a limit that learns.',
    ),
    queue: option(number({ whole: true }), 'Calls that may wait for a place. Default: 0.'),
    maxWait: option(time({ infinite: true }), 'How long one may wait. Default: 1s.'),
    stack,
  },
  'must be a map with limit, or false',
);

/** The option `rate_limit`. */
export const rateLimit = v.strictObject(
  {
    limit: required(number({ above: 0 }), 'So many calls ...'),
    per: option(time({ least: 1 }), '... in this time, spaced evenly. Default: 1s.'),
    burst: option(number({ least: 1 }), 'Calls that may be made at once after a silence. Default: 1.'),
    maxWait: option(time({ infinite: true }), 'How long a call may wait for its moment. Default: 0ms.'),
    stack,
  },
  'must be a map with limit, or false',
);

/** The option `throttle`. */
export const throttle = v.strictObject(
  {
    multiplier: option(number({ least: 1 }), 'Calls for each that was accepted. Default: 2.'),
    window: option(time({ least: 1 }), 'How far back it looks. Default: 30s.'),
    floor: option(number({ most: 1 }), 'The share of calls that is always sent. Default: 0.05.'),
    probesPerSecond: option(number(), 'So many calls a second are always sent. Default: 0.'),
    stack,
  },
  'must be a map of options, or false',
);

const quantileForm = /^p\d{1,2}(?:\.\d+)?$/;
const quantile = readText(
  (given) => (quantileForm.test(given) ? (given as `p${number}`) : undefined),
  quantileForm,
  'must be a quantile, such as p95',
);
const after = v.union(
  [time({ least: 1 }), quantile],
  'must be a time with a unit, such as 200ms, or a quantile, such as p95',
);

/** The option `hedge`. */
export const hedge = v.strictObject(
  {
    after: required(after, 'How long an attempt is waited for before another is sent.'),
    idempotent: required(
      v.literal(true, 'must be true: a hedged call is made twice, and only you know whether it may be'),
      'Says that the call may be made twice.',
    ),
    max: option(
      number({ least: 2, most: 10, whole: true }),
      'Attempts in all, the first included. Default: 2.',
    ),
    minCalls: option(whole, 'How many calls have to be known before a quantile is trusted. Default: 100.'),
  },
  'must be a map with after and idempotent, or false',
);
