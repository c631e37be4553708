/**
 * How requests of `stampede-js/http` may be set up in a file.
 */
import * as v from 'valibot';
import type { BackoffSettings } from '../settings.js';
import { circuitBreaker } from './circuit.js';
import { budget } from './retry.js';
import { count, flag, names, number, off, option, required, text, time } from './values.js';
import { jitter, waitNames, waitObjects, waitTypes } from './waits.js';

const retriesOf = v.union(
  [count(0, 'number of retries'), off],
  'must be a whole number of retries, unlimited, or false for none',
);

const retries = v.union(
  [
    count(0, 'number of retries'),
    off,
    v.strictObject({
      total: option(retriesOf, 'Of all kinds together.'),
      connect: option(retriesOf, 'No connection: nothing was sent. Default: 3.'),
      read: option(retriesOf, 'The connection was lost or silent after sending. Default: 2.'),
      status: option(retriesOf, 'A status that asks for it. Default: 3.'),
      redirect: option(retriesOf, 'Redirects that are followed.'),
      other: option(retriesOf, 'Anything else. Default: 3.'),
    }),
  ],
  'must be a whole number of retries, unlimited, false for none, or counts by kind (total, connect, read, status, redirect, other)',
);

const maxValue = option(time({ infinite: true }), 'No wait is longer. Default: unlimited.');

const backoff: v.GenericSchema<unknown, BackoffSettings> = v.union(
  [
    v.picklist(waitNames),
    off,
    v.variant(
      'type',
      [
        ...waitObjects,
        v.strictObject({ type: v.literal('fixed'), delay: required(time(), 'The same wait for ever.') }),
        v.strictObject({
          type: v.literal('fibonacci'),
          initial: option(time(), 'The first wait; the second is a second longer.'),
          maxValue,
        }),
        v.strictObject({
          type: v.literal('exponential'),
          factor: option(time(), 'The first wait. Default: 1s.'),
          base: option(number({ above: 0 }), 'What each wait is multiplied by. Default: 2.'),
          maxValue,
        }),
      ],
      waitTypes,
    ),
  ],
  `must be the name of a wait (${waitNames.join(', ').replace('retryAfter', 'retry_after')}), its options with a type, or false`,
);

const status = number({ least: 100, most: 599, whole: true });
const statuses = v.array(status, 'must be a list of statuses');

const retryEntries = {
  retries: option(retries, 'How many retries: in all, or by kind. Default: 3 in all.'),
  backoff: option(backoff, 'The waits between attempts. Default: expo from 100ms up to 10s.'),
  backoffFactor: option(time(), "Another way to give them, urllib3's: 0, 2 x factor, 4 x factor ..."),
  jitter: option(jitter, 'Spreads the waits. Default: full.'),
  statusForcelist: option(statuses, 'The statuses that are retried, instead of the table.'),
  allowedMethods: option(
    v.union(
      [v.literal('any'), v.array(text('a method'))],
      'must be a list of methods, or any for every method',
    ),
    'The methods that may be repeated after they may have been processed.',
  ),
  unsafeStatuses: option(
    statuses,
    'The statuses that are retried for every method. Default: [429, 502, 503].',
  ),
  idempotent: option(flag, 'Whether requests may be repeated, whatever their method.'),
  idempotencyKey: option(
    v.literal('auto', 'must be auto; a key of your own belongs to a single call'),
    'Sends the header Idempotency-Key, one for each call.',
  ),
  raiseOnStatus: option(
    flag,
    'Whether a status that is left when retries are spent is thrown. Default: false.',
  ),
  raiseOnRedirect: option(flag, 'Whether too many redirects are an error. Default: true.'),
  respectRetryAfter: option(flag, 'Whether a server may say when to come back. Default: true.'),
  maxRetryAfter: option(
    time({ infinite: true }),
    'A server that wants us to stay away longer ends the call at once. Default: 60s.',
  ),
  circuitBreaker: option(
    v.union([off, circuitBreaker], 'must be a map of options, or false'),
    'Steps aside while an origin fails. Default: on.',
  ),
  budget: option(
    v.union([off, budget], 'must be a map of options, or false'),
    'Pays for retries, one budget for each origin. Default: on.',
  ),
  enabled: option(flag, 'false: exactly one attempt. Default: true.'),
  log: option(off, 'false: no line in the log.'),
};

const plain = v.union([v.string(), v.number()], 'must be a text or a number');
const param = v.union([v.string(), v.number(), v.boolean()], 'must be a text, a number, true or false');
const byName = 'must be a map of values by name';
const secret = 'must be [username, password], { username, password } or { bearer: token }';

const auth = v.union(
  [
    v.strictTuple([v.string(secret), v.string(secret)]),
    v.strictObject({ username: v.string(secret), password: v.string(secret) }),
    v.strictObject({ bearer: v.string(secret) }),
  ],
  secret,
);

const limit = time({ infinite: true, least: 1 });

const timeout = v.union(
  [
    limit,
    off,
    v.strictTuple([limit, limit]),
    v.strictObject({
      connect: option(limit, 'For a connection. Default: 5s.'),
      read: option(limit, 'For the headers, then between two pieces of the body. Default: 30s.'),
      total: option(limit, 'For the whole call, retries and waits included. Default: 60s.'),
    }),
  ],
  'must be a time with a unit, such as 5s, [connect, read], { connect, read, total }, or false for no limit',
);

const requestEntries = {
  baseUrl: option(text('an address'), 'What relative addresses are appended to.'),
  params: option(
    v.record(v.string(), v.union([param, v.array(param)], 'must be a value, or a list of values'), byName),
    'Added to the query of the address.',
  ),
  headers: option(v.record(v.string(), plain, byName), 'Sent with every request.'),
  cookies: option(v.record(v.string(), plain, byName), 'Sent with every request.'),
  auth: option(auth, '[username, password], or a token: { bearer: ... }.'),
  timeout: option(timeout, 'How long a request may take. Default: { connect: 5s, read: 30s, total: 60s }.'),
  allowRedirects: option(flag, 'Whether redirects are followed. Default: true, false for HEAD.'),
  maxRedirects: option(number({ whole: true }), 'How many. Default: 10.'),
  proxies: option(
    v.union(
      [text('an address'), v.record(v.string(), v.string('must be an address'))],
      'must be an address, or a map of them by http, https, all or origin',
    ),
    'A proxy for everything, or by http, https, all or origin. Default: none.',
  ),
  verify: option(
    v.union([flag, text('a path')], 'must be true, false, or the path of a file with certificates'),
    'Whether certificates are checked, or the file of the authorities. Default: true.',
  ),
  cert: option(
    v.union(
      [text('a path'), v.strictTuple([text('a path'), text('a path')])],
      'must be the path of a file, or [certificate, key]',
    ),
    'A certificate of our own with its key. Default: none.',
  ),
  trustEnv: option(flag, 'Whether HTTP_PROXY, HTTPS_PROXY and NO_PROXY are obeyed. Default: false.'),
  stream: option(flag, 'Whether the answer is given at its headers. Default: false.'),
  maxResponseSize: option(
    number({ whole: true }),
    'The most bytes of a collected body, inflated. Default: 67108864 (64 MiB).',
  ),
  keepHeaders: option(
    v.union([flag, names('a header')], 'must be true, false, or a list of headers'),
    'Which headers go along to other origins. Default: false, those that are no secret.',
  ) as v.OptionalSchema<v.GenericSchema<unknown, boolean | readonly string[]>, undefined>,
  decompress: option(flag, 'Whether compressed answers are asked for and inflated. Default: true.'),
};

/** The section `http`. */
export const http = v.strictObject({ ...retryEntries, ...requestEntries }, 'must be a map of options');
