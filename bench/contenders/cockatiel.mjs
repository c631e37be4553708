/** https://github.com/connor4312/cockatiel: policies with `execute`. 3.x is the last that runs on Node 20. */
import { ConstantBackoff, DelegateBackoff, ExponentialBackoff, handleAll, retry } from 'cockatiel';
import { viaThunk } from '../lib/via-thunk.mjs';

const policy = (maxAttempts, backoff) => {
  const retrying = retry(handleAll, { maxAttempts, backoff });
  return (thunk) => retrying.execute(thunk);
};

const exponential = policy(5, new ExponentialBackoff({ initialDelay: 100, maxDelay: 10_000 }));

export default {
  name: 'cockatiel',
  kind: 'peer',
  plain: (fn) => () => exponential(fn),
  method: viaThunk(exponential),
  zeroWait: viaThunk(policy(5, new ConstantBackoff(0))),
  endless: viaThunk(policy(10_000, new ConstantBackoff(0))),
  longWait: viaThunk(policy(1, new ConstantBackoff(60_000))),
  randomWait: (fn, draw) => viaThunk(policy(1, new DelegateBackoff(draw)))(fn),
  entry: 'cockatiel',
  program: `
    import { ExponentialBackoff, handleAll, retry } from 'cockatiel';
    const policy = retry(handleAll, { maxAttempts: 5, backoff: new ExponentialBackoff({ initialDelay: 100 }) });
    export const get = (url) => policy.execute(() => fetch(url));
  `,
};
