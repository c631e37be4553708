/** https://github.com/connor4312/cockatiel: the policies beside its retry. */
import {
  ConsecutiveBreaker,
  CountBreaker,
  ExponentialBackoff,
  SamplingBreaker,
  TimeoutStrategy,
  circuitBreaker,
  fallback,
  handleAll,
  retry,
  timeout,
  wrap,
} from 'cockatiel';

const via = (policy) => (fn) => () => policy.execute(fn);
const guarding = (breaker, halfOpenAfter) => circuitBreaker(handleAll, { halfOpenAfter, breaker });

const contender = (label, offers) => ({
  name: `cockatiel, ${label}`,
  kind: 'peer',
  package: 'cockatiel',
  ...offers,
});
const breaker = (make, openMs) => (fn) => via(guarding(make(), openMs))(fn);

const consecutive = () => new ConsecutiveBreaker(5);
const count = () => new CountBreaker({ threshold: 0.5, size: 100 });
const sampling = () => new SamplingBreaker({ threshold: 0.5, duration: 10_000 });

const limited = (strategy) => (fn, ms) => via(timeout(ms, strategy))(fn);

const stack = (strategy) => (fn) =>
  via(
    wrap(
      fallback(handleAll, 'instead'),
      retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff({ initialDelay: 100 }) }),
      guarding(consecutive(), 10_000),
      timeout(10_000, strategy),
    ),
  )(fn);

export default [
  contender('consecutive', {
    breaker: breaker(consecutive, 10_000),
    tripping: breaker(consecutive, 3_600_000),
  }),
  contender('count(100)', { breaker: breaker(count, 10_000) }),
  contender('sampling(10s)', { breaker: breaker(sampling, 10_000) }),
  contender('count(20000)', {
    bigWindow: breaker(() => new CountBreaker({ threshold: 0.99, size: 20_000 }), 10_000),
  }),
  contender('sampling(10m)', {
    bigWindow: breaker(() => new SamplingBreaker({ threshold: 0.99, duration: 600_000 }), 10_000),
  }),
  contender('aggressive', {
    timeout: limited(TimeoutStrategy.Aggressive),
    stack: stack(TimeoutStrategy.Aggressive),
  }),
  // Of a function that takes no notice of its signal it would wait for the end, so it cannot be seen to end one.
  contender('cooperative', { stack: stack(TimeoutStrategy.Cooperative) }),
];
