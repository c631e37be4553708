/** This library, from the parent's build. Defaults everywhere but where a suite needs a certain wait. */
import { constant, expo, random, withRetry } from '../../dist/esm/index.js';

const STAMPEDE = '../../dist/esm/index.js';

const exponential = (fn) => withRetry(fn, { wait: expo({ factor: 100, maxValue: '10s' }), maxTries: 6 });

export default {
  name: 'stampede',
  kind: 'stampede',
  plain: exponential,
  method: exponential,
  sync: exponential,
  zeroWait: (fn) => withRetry(fn, { wait: constant(0), jitter: null, maxTries: 6 }),
  endless: (fn) => withRetry(fn, { wait: constant(0), jitter: null, maxTries: 10_000 }),
  longWait: (fn) => withRetry(fn, { wait: constant('60s'), jitter: null, maxTries: 2 }),
  randomWait: (fn, _draw, longest) =>
    withRetry(fn, { wait: random({ min: 1, max: longest, distribution: 'uniform' }), maxTries: 2 }),
  entry: STAMPEDE,
  program: `
    import { expo, withRetry } from '${STAMPEDE}';
    export const get = withRetry((url) => fetch(url), { wait: expo({ factor: 100 }), maxTries: 6 });
  `,
  external: ['debug'],
};
