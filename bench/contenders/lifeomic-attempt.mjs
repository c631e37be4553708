/** https://github.com/lifeomic/attempt: one file, no dependency. */
import { retry } from '@lifeomic/attempt';
import { viaThunk } from '../lib/via-thunk.mjs';

const policy = (options) => (thunk) => retry(thunk, options);
const exponential = policy({ maxAttempts: 6, delay: 100, factor: 2, maxDelay: 10_000 });

export default {
  name: '@lifeomic/attempt',
  kind: 'peer',
  plain: (fn) => () => exponential(fn),
  method: viaThunk(exponential),
  zeroWait: viaThunk(policy({ maxAttempts: 6, delay: 0 })),
  endless: viaThunk(policy({ maxAttempts: 10_000, delay: 0 })),
  longWait: viaThunk(policy({ maxAttempts: 2, delay: 60_000 })),
  // Its `calculateDelay` is asked before the first attempt too, so the wait is drawn when the call starts.
  randomWait: (fn, draw) => (job) => retry(() => fn(job), { maxAttempts: 2, delay: draw() }),
  entry: '@lifeomic/attempt',
  program: `
    import { retry } from '@lifeomic/attempt';
    export const get = (url) => retry(() => fetch(url), { maxAttempts: 6, delay: 100, factor: 2 });
  `,
};
