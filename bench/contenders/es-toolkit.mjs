/** https://github.com/toss/es-toolkit: `retry`, a plain async loop, in a collection of helpers. */
import { retry } from 'es-toolkit';
import { viaThunk } from '../lib/via-thunk.mjs';

const policy = (options) => (thunk) => retry(thunk, options);
const exponential = policy({ retries: 5, delay: (attempts) => Math.min(100 * 2 ** attempts, 10_000) });

export default [
  {
    name: 'es-toolkit',
    kind: 'peer',
    plain: (fn) => () => exponential(fn),
    method: viaThunk(exponential),
    zeroWait: viaThunk(policy({ retries: 5, delay: 0 })),
    endless: viaThunk(policy({ retries: 10_000, delay: 0 })),
    longWait: viaThunk(policy({ retries: 1, delay: 60_000 })),
    randomWait: (fn, draw) => viaThunk(policy({ retries: 1, delay: draw }))(fn),
    entry: 'es-toolkit',
    program: `
      import { retry } from 'es-toolkit';
      export const get = (url) => retry(() => fetch(url), { retries: 5, delay: (n) => 100 * 2 ** n });
    `,
  },
  { name: 'es-toolkit/function', kind: 'peer', package: 'es-toolkit', entry: 'es-toolkit/function' },
];
