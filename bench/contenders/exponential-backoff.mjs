/** https://github.com/coveooss/exponential-backoff: one function, compiled to ES5. */
import { backOff } from 'exponential-backoff';
import { viaThunk } from '../lib/via-thunk.mjs';

const policy = (options) => (thunk) => backOff(thunk, options);
const exponential = policy({ numOfAttempts: 6, startingDelay: 100, maxDelay: 10_000 });

export default {
  name: 'exponential-backoff',
  kind: 'peer',
  plain: (fn) => () => exponential(fn),
  method: viaThunk(exponential),
  zeroWait: viaThunk(policy({ numOfAttempts: 6, startingDelay: 0 })),
  endless: viaThunk(policy({ numOfAttempts: 10_000, startingDelay: 0 })),
  longWait: viaThunk(policy({ numOfAttempts: 2, startingDelay: 60_000 })),
  // No delay function: the wait has to be drawn when the call starts.
  randomWait: (fn, draw) => (job) => backOff(() => fn(job), { numOfAttempts: 2, startingDelay: draw() }),
  entry: 'exponential-backoff',
  program: `
    import { backOff } from 'exponential-backoff';
    export const get = (url) => backOff(() => fetch(url), { numOfAttempts: 6, startingDelay: 100 });
  `,
};
