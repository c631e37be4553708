/** https://github.com/genesys/mollitia: a circuit that runs a function through modules. */
import { Circuit, SlidingCountBreaker, SlidingTimeBreaker, Timeout } from 'mollitia';

const wrap = (makeModule) => (fn) => {
  const circuit = new Circuit({ func: fn, options: { modules: [makeModule()] } });
  return () => circuit.execute();
};

const contender = (label, offers) => ({
  name: `mollitia, ${label}`,
  kind: 'peer',
  package: 'mollitia',
  ...offers,
});

const count = (options) => wrap(() => new SlidingCountBreaker({ minimumNumberOfCalls: 5, ...options }));
const time = (options) => wrap(() => new SlidingTimeBreaker({ minimumNumberOfCalls: 5, ...options }));

export default [
  contender('count(100)', {
    breaker: count({ slidingWindowSize: 100 }),
    tripping: count({ slidingWindowSize: 5, openStateDelay: 3_600_000 }),
  }),
  contender('time(10s)', { breaker: time({ slidingWindowSize: 10_000 }) }),
  contender('count(20000)', { bigWindow: count({ slidingWindowSize: 20_000, failureRateThreshold: 99 }) }),
  contender('time(10m)', { bigWindow: time({ slidingWindowSize: 600_000, failureRateThreshold: 99 }) }),
  contender('timeout', { timeout: (fn, ms) => wrap(() => new Timeout({ delay: ms }))(fn) }),
];
