/** https://github.com/sodiray/radash: `retry` in a collection of helpers. */
import { retry } from 'radash';
import { viaThunk } from '../lib/via-thunk.mjs';

const policy = (options) => (thunk) => retry(options, thunk);
const exponential = policy({ times: 6, backoff: (tries) => Math.min(100 * 2 ** (tries - 1), 10_000) });

export default {
  name: 'radash',
  kind: 'peer',
  plain: (fn) => () => exponential(fn),
  method: viaThunk(exponential),
  zeroWait: viaThunk(policy({ times: 6 })),
  endless: viaThunk(policy({ times: 10_000 })),
  longWait: viaThunk(policy({ times: 2, delay: 60_000 })),
  randomWait: (fn, draw) => viaThunk(policy({ times: 2, backoff: draw }))(fn),
  entry: 'radash',
  program: `
    import { retry } from 'radash';
    export const get = (url) => retry({ times: 6, backoff: (n) => 100 * 2 ** n }, () => fetch(url));
  `,
};
