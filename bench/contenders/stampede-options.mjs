/**
 * What each option costs while nothing fails.
 *
 * `every option` sets all that should be free or nearly so; the four that cannot be free (a deadline reads a
 * clock, a signal is listened to, two handlers are told) are added to the bare minimum one by one.
 */
import { expo, fullJitter, withRetry } from '../../dist/esm/index.js';

const nothing = () => {};
const wait = expo({ factor: 100, maxValue: '10s' });
const budget = { take: () => true, refund: nothing, earn: nothing };

const everyOption = {
  wait,
  errors: Error,
  predicate: (value) => value === undefined,
  maxTries: 6,
  jitter: fullJitter,
  giveup: () => false,
  raiseOnGiveup: true,
  onBackoff: nothing,
  onGiveup: nothing,
  onAbort: nothing,
  budget,
  mode: 'async',
  random: Math.random,
  unref: true,
  enabled: true,
  name: 'bench',
  log: false,
};

const variant = (label, options) => ({
  name: `stampede, ${label}`,
  kind: 'stampede',
  optioned: (fn) => withRetry(fn, { wait, maxTries: 6, ...options }),
});

export default [
  variant('no option', {}),
  variant('every option', everyOption),
  variant('maxTime', { maxTime: '1m' }),
  variant('signal', { signal: new AbortController().signal }),
  variant('onAttempt', { onAttempt: nothing }),
  variant('onSuccess', { onSuccess: nothing }),
  variant('maxTries: () => 6', { maxTries: () => 6 }),
  variant('every option + maxTime', { ...everyOption, maxTime: '1m' }),
  {
    name: 'stampede, sync + maxTime',
    kind: 'stampede',
    sync: (fn) => withRetry(fn, { wait, maxTries: 6, maxTime: '1m' }),
  },
];
