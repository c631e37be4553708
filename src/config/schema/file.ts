/**
 * How a whole file may be written. The one source: files are checked by it, and the schema for editors is made of it.
 */
import * as v from 'valibot';
import type { PolicySettings, StampedeSettings } from '../settings.js';
import { circuitBreaker } from './circuit.js';
import { bulkhead, hedge, rateLimit, throttle } from './guards.js';
import { http } from './http.js';
import { retryConfig } from './retry-config.js';
import { budget, retry } from './retry.js';
import { flag, number, off, option, readText, required, text, time } from './values.js';

const options = 'must be a map of options, or false';
const limitOrOff = 'must be a time with a unit, such as 2s, or false for no limit';

const patterns = {
  timeout: option(
    v.union([off, time({ least: 1 })], limitOrOff),
    'How long an attempt may take. Default: 10s.',
  ),
  deadline: option(
    v.union([off, time({ least: 1 })], limitOrOff),
    'How long the whole call may take, retries and waits included. Default: 30s.',
  ),
  retry: option(v.union([off, retry], options), 'Default: three tries, full jitter.'),
  budget: option(v.union([off, budget], options), 'What pays for retries. Default: on.'),
  circuitBreaker: option(
    v.union([off, circuitBreaker], options),
    'Steps aside while a service fails. Default: on.',
  ),
  bulkhead: option(v.union([off, bulkhead], options), 'So many calls at once. Default: none.'),
  rateLimit: option(v.union([off, rateLimit], options), 'So many calls in a time. Default: none.'),
  throttle: option(v.union([off, throttle], options), 'Sends less to an overloaded service. Default: none.'),
  hedge: option(v.union([off, hedge], options), 'A second attempt when the first is slow. Default: none.'),
};

/** A named policy. */
export const policy = v.strictObject(
  {
    extends: option(
      text('the name of a policy'),
      'The policy it starts from: default, relaxed, aggressive or your own.',
    ),
    ...patterns,
  },
  'must be a map of options',
);

const perSecond: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const rateForm = /^(\d*\.?\d+) *\/ *([smh])$/;

/** `50/s`, `3000/m`: in calls a second. */
const rate: v.GenericSchema<string, number> = readText(
  (given) => {
    const [, calls, unit = ''] = rateForm.exec(given) ?? [];
    return calls === undefined ? undefined : Number(calls) / (perSecond[unit] as number);
  },
  rateForm,
  'must be calls in a second, a minute or an hour, such as 50/s, 3000/m or 100/h',
);

/** One gateway. */
export const gateway = v.strictObject(
  {
    policy: option(text('the name of a policy'), 'The policy it starts from. Default: default.'),
    ...patterns,
    http: option(http, 'For a session of stampede-js/http that calls it.'),
    upstream: option(
      v.strictObject(
        {
          rate: required(rate, 'How often it is called, by all clients together: 50/s.'),
          capacity: option(rate, 'How many calls it can bear: 80/s.'),
          processes: option(
            number({ least: 1, whole: true }),
            'How many processes make these calls. Default: 1.',
          ),
        },
        'must be a map with rate, capacity and processes',
      ),
      'For `stampede check` only.',
    ),
    calls: option(
      v.array(text('the name of a gateway'), 'must be a list of gateways'),
      'The gateways that the service behind it calls in turn; for `stampede check` only.',
    ),
  },
  'must be a map of options',
);

/** A whole file. */
export const file = v.strictObject(
  {
    enabled: option(flag, 'false: nothing is retried. Default: true.'),
    retryConfig: option(retryConfig, "Requests Stampede's own schema; numbers are seconds. Not beside http."),
    http: option(http, 'What RetryRequest and RetrySession start from when they are given nothing.'),
    policies: option(
      v.record(v.string(), policy, 'must be a map of policies by name'),
      'Named, to be used by any number of gateways.',
    ),
    gateways: option(
      v.record(v.string(), gateway, 'must be a map of gateways by name'),
      'One for each dependency.',
    ),
  },
  'must be a map with gateways, policies, http, retry_config or enabled',
);

/** The same, by the types that are written out. `__tests__/config/schema.types.ts` holds that they agree. */
export const settingsSchema = file as v.GenericSchema<unknown, StampedeSettings>;
export const policySchema = policy as v.GenericSchema<unknown, PolicySettings>;
