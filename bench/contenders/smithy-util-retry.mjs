/**
 * https://github.com/smithy-lang/smithy-typescript: the retry strategy of the AWS SDK. The package gives tokens
 * and waits; the loop around it is ours, after the one in the SDK.
 */
import { ConfiguredRetryStrategy } from '@smithy/util-retry';
import { viaThunk } from '../lib/via-thunk.mjs';

/** The budget stays in the path but is never empty: 500 tokens would end the suites with many failures. */
class Unbounded extends ConfiguredRetryStrategy {
  getCapacityCost() {
    return 0;
  }
}

const policy = (maxAttempts, wait) => {
  const strategy = new Unbounded(maxAttempts, wait);
  return async (thunk) => {
    let token = await strategy.acquireInitialRetryToken('bench');
    for (;;) {
      try {
        const value = await thunk();
        strategy.recordSuccess(token);
        return value;
      } catch (error) {
        try {
          token = await strategy.refreshRetryTokenForRetry(token, { errorType: 'TRANSIENT' });
        } catch {
          throw error;
        }
      }
    }
  };
};

const exponential = policy(6, (attempt) => Math.min(100 * 2 ** (attempt - 1), 10_000));

export default {
  name: '@smithy/util-retry',
  kind: 'peer',
  plain: (fn) => () => exponential(fn),
  method: viaThunk(exponential),
  zeroWait: viaThunk(policy(6, () => 0)),
  endless: viaThunk(policy(10_000, () => 0)),
  longWait: viaThunk(policy(2, () => 60_000)),
  randomWait: (fn, draw) => viaThunk(policy(2, draw))(fn),
  entry: '@smithy/util-retry',
  program: `
    import { ConfiguredRetryStrategy } from '@smithy/util-retry';
    const strategy = new ConfiguredRetryStrategy(6, (attempt) => 100 * 2 ** attempt);
    export const get = async (url) => {
      for (let token = await strategy.acquireInitialRetryToken('get'); ;) {
        try {
          const response = await fetch(url);
          strategy.recordSuccess(token);
          return response;
        } catch {
          token = await strategy.refreshRetryTokenForRetry(token, { errorType: 'TRANSIENT' });
        }
      }
    };
  `,
};
