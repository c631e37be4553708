/**
 * https://github.com/mauricedb/polly-js. A policy that waits is used up by its first failing call (it shifts its
 * list of delays), so each call makes its own, as its documentation does.
 */
import polly from 'polly-js';
import { viaThunk } from '../lib/via-thunk.mjs';

const waiting = (delays) => (thunk) => polly().waitAndRetry(delays()).executeForPromise(thunk);
const exponential = waiting(() => 5); // 100, 200, 400 ... ms
const atOnce = (times) => {
  const policy = polly().retry(times);
  return (thunk) => policy.executeForPromise(thunk);
};
const syncPolicy = polly().retry(5);

export default {
  name: 'polly-js',
  kind: 'peer',
  notes: { sync: 'retries without a wait only' },
  plain: (fn) => () => exponential(fn),
  method: viaThunk(exponential),
  sync: viaThunk((thunk) => syncPolicy.execute(thunk)),
  zeroWait: viaThunk(atOnce(5)),
  endless: viaThunk(atOnce(10_000)),
  longWait: viaThunk(waiting(() => [60_000])),
  randomWait: (fn, draw) => viaThunk(waiting(() => [draw()]))(fn),
  entry: 'polly-js',
  program: `
    import polly from 'polly-js';
    export const get = (url) => polly().waitAndRetry(5).executeForPromise(() => fetch(url));
  `,
};
