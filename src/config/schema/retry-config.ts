/**
 * *Requests Stampede*'s own schema, unchanged: numbers are seconds here, and only here.
 *
 * @see https://github.com/PatrickMurray/Requests-Stampede
 */
import * as v from 'valibot';
import type { Ms } from '../../core.js';
import { flag, number, option } from './values.js';

/** Seconds, as milliseconds. */
const seconds: v.GenericSchema<number, Ms> = v.pipe(
  number({ most: 1e9 }),
  v.transform((given) => given * 1000),
);

const retryPolicy = v.variant(
  'type',
  [
    v.strictObject({
      type: v.literal('fixed'),
      attempts: option(number({ least: 1, whole: true }), 'Attempts in all, the first included. Default: 5.'),
    }),
    v.strictObject({ type: v.literal('infinite') }),
  ],
  'must be a map with type: fixed, and attempts, or with type: infinite',
);

const backoffPolicy = v.variant(
  'type',
  [
    v.strictObject({ type: v.literal('fixed'), delay: option(seconds, 'In seconds. Default: 5.') }),
    v.strictObject({
      type: v.literal('random'),
      minimumDelay: option(seconds, 'In seconds. Default: 3.'),
      maximumDelay: option(seconds, 'In seconds. Default: 15.'),
    }),
    v.strictObject({
      type: v.literal('fibonacci'),
      initialDelay: option(seconds, 'In seconds. Default: 0.'),
      maximumDelay: option(seconds, 'In seconds. Default: 144.'),
    }),
  ],
  'must be a map with type: fixed, random or fibonacci',
);

/** The section `retry_config`. */
export const retryConfig = v.strictObject(
  {
    retryEnabled: option(flag, 'false: each request is sent once. Default: true.'),
    retryPolicy: option(retryPolicy, 'How often. Default: fixed, 5 attempts.'),
    backoffEnabled: option(flag, 'false: no wait but those that a server asks for. Default: true.'),
    backoffPolicy: option(
      backoffPolicy,
      'The longest waits; jitter makes them shorter. Default: fibonacci, 0 to 144.',
    ),
  },
  'must be a map with retry_enabled, retry_policy, backoff_enabled or backoff_policy',
);
