/** https://github.com/Effect-TS/effect: its circuit breaker, which is experimental, with circuits in memory; its timeout. */
import { Effect, Scope } from 'effect';
import { CircuitBreaker } from 'effect/persistence';

const attempt = (fn) => Effect.tryPromise({ try: () => fn(), catch: (error) => error });

const breaker =
  (tripPolicy, openDuration = '10 seconds') =>
  async (fn) => {
    const scope = await Effect.runPromise(Scope.make());
    const made = CircuitBreaker.make({ tripPolicy, openDuration }).pipe(
      Effect.provide(CircuitBreaker.layerStoreMemory()),
      Effect.provideService(Scope.Scope, scope),
    );
    const guarded = (await Effect.runPromise(made)).execute(attempt(fn), { key: 'bench' });
    return () => Effect.runPromise(guarded);
  };

const contender = (label, offers) => ({
  name: `effect, ${label}`,
  kind: 'peer',
  package: 'effect',
  ...offers,
});

export default [
  contender('consecutive', {
    breaker: breaker(CircuitBreaker.consecutive(5)),
    tripping: breaker(CircuitBreaker.consecutive(5), '1 hour'),
  }),
  contender('rate(100)', { breaker: breaker(CircuitBreaker.rate({ size: 100 })) }),
  contender('rate(20000)', {
    bigWindow: breaker(CircuitBreaker.rate({ size: 20_000, threshold: 0.99, minimumCalls: 5 })),
  }),
  contender('timeout', {
    timeout(fn, ms) {
      const limited = Effect.timeout(attempt(fn), ms);
      return () => Effect.runPromise(limited);
    },
  }),
];
