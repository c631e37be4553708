/** https://github.com/nodeshift/opossum: a breaker with a timeout and statistics. 9.x is the last that runs on Node 20. */
import CircuitBreaker from 'opossum';

const NO_STATISTICS = { rollingPercentilesEnabled: false, enableSnapshots: false };

const wrap = (options) => (fn) => {
  const breaker = new CircuitBreaker(fn, options);
  return () => breaker.fire();
};

const contender = (label, offers) => ({
  name: `opossum, ${label}`,
  kind: 'peer',
  package: 'opossum',
  ...offers,
});

const long = { errorThresholdPercentage: 99, rollingCountTimeout: 600_000 };

export default [
  contender('default', {
    breaker: wrap({}),
    tripping: wrap({ resetTimeout: 3_600_000 }),
    bigWindow: wrap(long),
  }),
  contender('no timeout', {
    breaker: wrap({ timeout: false }),
    bigWindow: wrap({ ...long, timeout: false }),
  }),
  contender('no timeout, no percentiles', {
    breaker: wrap({ timeout: false, ...NO_STATISTICS }),
    tripping: wrap({ timeout: false, resetTimeout: 3_600_000, ...NO_STATISTICS }),
    bigWindow: wrap({ ...long, timeout: false, ...NO_STATISTICS }),
  }),
  contender('no percentiles', { timeout: (fn, ms) => wrap({ timeout: ms, ...NO_STATISTICS })(fn) }),
];
