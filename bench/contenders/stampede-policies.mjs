/** This library's policies around a call, from the parent's build. */
import {
  circuitBreaker,
  compose,
  expo,
  fallback,
  gateway,
  retry,
  retryBudget,
  timeout,
} from '../../dist/esm/index.js';

const breaker = (label, options) => ({
  name: `stampede, ${label}`,
  kind: 'stampede',
  breaker: (fn) => circuitBreaker(options)(fn),
});

const tripping = (label, options) => ({
  name: `stampede, ${label}`,
  kind: 'stampede',
  tripping: (fn) => circuitBreaker({ consecutive: 5, openTime: '1h', ...options })(fn),
});

const bigWindow = (label, options) => ({
  name: `stampede, ${label}`,
  kind: 'stampede',
  bigWindow: (fn) => circuitBreaker({ failureRate: 0.99, consecutive: null, ...options })(fn),
});

const composed = (label, options) => ({
  name: `stampede, compose, ${label}`,
  kind: 'stampede',
  stack: compose(
    fallback('instead'),
    retry({ wait: expo({ factor: 100 }), maxTries: 3, budget: retryBudget() }),
    circuitBreaker(options),
    timeout('10s'),
  ),
});

const gated = (label, options) => ({
  name: `stampede, gateway${label}`,
  kind: 'stampede',
  stack: gateway('bench', { fallback: 'instead', ...options }),
});

export default [
  breaker('consecutive', { consecutive: 5 }),
  breaker('count(100)', { failureRate: 0.5, lastCalls: 100, consecutive: null }),
  breaker('default', {}),
  breaker('time(10s)', { failureRate: 0.5, window: '10s' }),
  breaker('slow calls', { slowAfter: '1s' }),
  breaker('slow calls, time(10s)', { slowAfter: '1s', window: '10s' }),
  breaker('isFailure', { consecutive: 5, isFailure: ({ ok }) => !ok }),

  tripping('open', {}),
  tripping('open, a stack each', { stack: true }),

  bigWindow('count(20000)', { lastCalls: 20_000 }),
  bigWindow('time(10m)', { window: '10m' }),

  { name: 'stampede', kind: 'stampede', timeout: (fn, ms) => timeout(ms)(fn) },

  composed('count(100)', {}),
  composed('consecutive', { consecutive: 5 }),
  gated('', {}),
  gated(', no deadline', { deadline: false }),
  gated(', no deadline, consecutive', { deadline: false, circuitBreaker: { consecutive: 5 } }),
];
