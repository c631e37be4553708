/**
 * How waits and jitters may be written in a file.
 */
import * as v from 'valibot';
import type { JitterSettings, WaitSettings } from '../settings.js';
import { number, option, required, time } from './values.js';

/** The names that stand alone. */
export const waitNames = [
  'constant',
  'fibo',
  'expo',
  'linear',
  'decay',
  'random',
  'decorrelated',
  'retryAfter',
] as const;

const maxValue = option(time({ infinite: true }), 'No wait is longer. Default: unlimited.');

const intervals = 'must be a time with a unit, such as 2s, or a list of them';
const interval = v.union([time(), v.pipe(v.array(time()), v.minLength(1, intervals))], intervals);

/** What a wait may be made of; the list that the schemas of HTTP add to. */
export const waitObjects = [
  v.strictObject({
    type: v.literal('constant'),
    interval: option(
      interval,
      'The same wait for ever, or each of a list once and then no more. Default: 1s.',
    ),
  }),
  v.strictObject({
    type: v.literal('fibo'),
    initial: option(time(), 'The first wait; the second is a second longer. Without it: 1s, 1s, 2s, 3s.'),
    maxValue,
  }),
  v.strictObject({
    type: v.literal('expo'),
    base: option(number({ above: 0 }), 'What each wait is multiplied by to give the next. Default: 2.'),
    factor: option(time(), 'The first wait. Default: 1s.'),
    maxValue,
  }),
  v.strictObject({
    type: v.literal('linear'),
    initial: option(time(), 'The first wait. Default: 1s.'),
    step: option(time(), 'How much longer each wait is than the one before. Default: 1s.'),
    maxValue,
  }),
  v.strictObject({
    type: v.literal('decay'),
    initial: option(time(), 'The first wait. Default: 1s.'),
    decayFactor: option(number({ above: 0 }), 'How fast the waits shrink. Default: 1.'),
    minValue: option(time(), 'No wait is shorter. Default: 0ms.'),
  }),
  v.strictObject({
    type: v.literal('random'),
    min: option(time(), 'The shortest wait. Default: 0ms.'),
    max: option(time(), 'The longest wait. Default: 1s.'),
    distribution: option(
      v.picklist(['normal', 'uniform'], 'must be normal or uniform'),
      'normal: most waits near the middle. Default: normal.',
    ),
  }),
  v.strictObject({
    type: v.literal('decorrelated'),
    base: option(time(), 'The shortest wait. Default: 100ms.'),
    maxValue: option(time({ infinite: true }), 'No wait is longer. Default: 10s.'),
  }),
  v.strictObject({
    type: v.literal('retryAfter'),
    fallback: option(
      v.lazy(() => wait),
      'The waits when the server asks for none. Default: expo from 100ms up to 10s.',
    ),
    max: option(time(), 'The longest wait a server may ask for; more is cut to this. Default: 6h.'),
  }),
  v.strictObject({
    type: v.literal('chain'),
    waits: required(
      v.lazy(() => waits),
      'The waits of the first, and when it has none left, of the next.',
    ),
  }),
  v.strictObject({
    type: v.literal('add'),
    waits: required(
      v.lazy(() => waits),
      'Waits that are added to one another.',
    ),
  }),
  v.strictObject({
    type: v.literal('cap'),
    wait: required(
      v.lazy(() => wait),
      'The waits to bound.',
    ),
    max: required(time(), 'No wait is longer.'),
  }),
] as const;

const types = [...waitNames, 'chain', 'add', 'cap'].join(', ').replace('retryAfter', 'retry_after');

/** What `type` may be; the end of a message. */
export const waitTypes = `must be one of ${types}`;

/** A wait by its name, or with its options. */
export const wait: v.GenericSchema<unknown, WaitSettings> = v.union(
  [v.picklist(waitNames), v.variant('type', waitObjects, waitTypes)],
  `must be the name of a wait (${waitNames.join(', ').replace('retryAfter', 'retry_after')}), or its options with a type`,
);

/** Several of them. */
export const waits: v.GenericSchema<unknown, readonly WaitSettings[]> = v.pipe(
  v.array(
    v.lazy(() => wait),
    'must be a list of waits',
  ),
  v.minLength(1, 'must be a list of waits'),
);

const jitterForms = 'must be full, equal, none, { type: random, max } or { type: proportional, ratio }';

/** How waits are spread. */
export const jitter: v.GenericSchema<unknown, JitterSettings> = v.union(
  [
    v.picklist(['full', 'equal', 'none']),
    v.variant(
      'type',
      [
        v.strictObject({
          type: v.literal('random'),
          max: option(time(), 'Adds up to this to a wait. Default: 1s.'),
        }),
        v.strictObject({
          type: v.literal('proportional'),
          ratio: option(
            number({ most: 1 }),
            'Moves a wait up or down by at most this share of itself. Default: 0.2.',
          ),
        }),
      ],
      'must be random or proportional',
    ),
  ],
  jitterForms,
);
