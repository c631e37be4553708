/** https://github.com/vcfvct/typescript-retry-decorator: TC39 and legacy method decorators; applied here by hand. */
import { BackOffPolicy, Retryable } from 'typescript-retry-decorator';

const wrap = (options) => (fn) =>
  Retryable({ useConsoleLogger: false, useOriginalError: true, ...options })(fn, {
    kind: 'method',
    name: 'method',
  });

const exponential = wrap({
  maxAttempts: 5,
  backOff: 100,
  backOffPolicy: BackOffPolicy.ExponentialBackOffPolicy,
  exponentialOption: { maxInterval: 10_000, multiplier: 2 },
});

export default {
  name: 'typescript-retry-decorator',
  kind: 'peer',
  plain: exponential,
  method: exponential,
  zeroWait: wrap({ maxAttempts: 5 }),
  endless: wrap({ maxAttempts: 10_000 }),
  longWait: wrap({ maxAttempts: 1, backOff: 60_000 }),
  // No delay function and none per call: one decorated function for each wait.
  randomWait: (fn, draw) => (job) => wrap({ maxAttempts: 1, backOff: draw() })(fn)(job),
  entry: 'typescript-retry-decorator',
  program: `
    import { BackOffPolicy, Retryable } from 'typescript-retry-decorator';
    const decorate = Retryable({ maxAttempts: 5, backOff: 100, backOffPolicy: BackOffPolicy.ExponentialBackOffPolicy });
    export const get = decorate((url) => fetch(url), { kind: 'method', name: 'get' });
  `,
};
