/** https://github.com/sindresorhus/p-retry: `makeRetriable` wraps. 7.x is the last that runs on Node 20. */
import pRetry, { makeRetriable } from 'p-retry';

const SLOW = 'on Node 20 V8 copies its options slowly, 5 µs a call; on Node 22 and 24 a call takes 0.2 µs';

const wrap = (options) => (fn) => makeRetriable(fn, options);
const exponential = { retries: 5, minTimeout: 100, maxTimeout: 10_000 };

export default {
  name: 'p-retry',
  kind: 'peer',
  notes: Object.fromEntries(['happy', 'method', 'together', 'fail3', 'fail3-together'].map((s) => [s, SLOW])),
  plain: (fn) => () => pRetry(fn, exponential),
  method: wrap(exponential),
  zeroWait: wrap({ retries: 5, minTimeout: 0 }),
  endless: wrap({ retries: 10_000, minTimeout: 0 }),
  longWait: wrap({ retries: 1, minTimeout: 60_000 }),
  // No delay function: the wait has to be drawn when the call starts.
  randomWait: (fn, draw) => (job) => pRetry(() => fn(job), { retries: 1, minTimeout: draw() }),
  entry: 'p-retry',
  program: `
    import pRetry from 'p-retry';
    export const get = (url) => pRetry(() => fetch(url), { retries: 5, minTimeout: 100 });
  `,
};
