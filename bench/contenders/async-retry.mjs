/** https://github.com/vercel/async-retry, on top of https://github.com/tim-kos/node-retry. */
import retry from 'async-retry';
import { viaThunk } from '../lib/via-thunk.mjs';

const policy = (options) => (thunk) => retry(thunk, options);
const exponential = policy({ retries: 5, minTimeout: 100, maxTimeout: 10_000 });
const fixed = (retries, ms) => ({ retries, minTimeout: ms, maxTimeout: ms, factor: 1, randomize: false });

export default {
  name: 'async-retry',
  kind: 'peer',
  plain: (fn) => () => exponential(fn),
  method: viaThunk(exponential),
  zeroWait: viaThunk(policy(fixed(5, 0))),
  endless: viaThunk(policy(fixed(10_000, 0))),
  longWait: viaThunk(policy(fixed(1, 60_000))),
  // No delay function: the wait has to be drawn when the call starts.
  randomWait: (fn, draw) => (job) => retry(() => fn(job), fixed(1, draw())),
  entry: 'async-retry',
  program: `
    import retry from 'async-retry';
    export const get = (url) => retry(() => fetch(url), { retries: 5, minTimeout: 100 });
  `,
};
