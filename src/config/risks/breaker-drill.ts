/**
 * How long a circuit breaker takes to open when everything fails: tried out with the real one, in virtual time.
 */
import { type Ms, VirtualClock, circuitBreaker, retryBudget, seeded, withRetry } from '../../core.js';
import type { BreakerFacts, BudgetFacts, GatewayFacts, RetryFacts } from './gateway-facts.js';

const mostCalls = 20_000;
const mostTries = 20;
const down = new Error('the service is down');

/**
 * Lets calls succeed for a while at an even rate, and then fail, all of them.
 *
 * Each call waits for the one before, retries included, which is more than a service's callers do. So it is tried with
 * retries and without; either is slower than the truth, and the faster one counts.
 *
 * @param rate   Calls in a second, in one process.
 * @param limit  How long the outage lasts.
 * @returns Milliseconds from the first failure until the circuit is open; `undefined` where it never is.
 */
export function timeToOpen(
  breaker: BreakerFacts,
  { retry, budget }: Pick<GatewayFacts, 'retry' | 'budget'>,
  rate: number,
  limit: Ms,
): Ms | undefined {
  const drill = { breaker, rate, limit };
  const times = [
    outage(drill, (call) => call),
    outage(drill, (call, clock) => (retry === undefined ? call : retried(call, retry, budget, clock))),
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

interface Drill {
  readonly breaker: BreakerFacts;
  readonly rate: number;
  readonly limit: Ms;
}

function outage(
  { breaker, rate, limit }: Drill,
  around: (call: () => void, clock: VirtualClock) => () => void,
): Ms | undefined {
  const clock = new VirtualClock(1);
  const guard = circuitBreaker({ ...optionsOf(breaker), name: 'drill', mode: 'sync', clock });
  let isDown = false;
  const call = around(
    guard(function drill(): void {
      if (isDown) throw down;
    }),
    clock,
  );
  const every = 1000 / rate;
  let due = clock.now();
  const next = (): void => {
    due = Math.max(due + every, clock.now());
    clock.block(due - clock.now());
  };

  const before = Math.min(mostCalls, 2 * callsInWindow(breaker, rate));
  for (let made = 0; made < before; made++) {
    call();
    next();
  }
  isDown = true;
  const startedAt = clock.now();
  for (let made = 0; made < mostCalls && clock.now() - startedAt <= limit; made++) {
    try {
      call();
    } catch {
      if (guard.state !== 'closed') return clock.now() - startedAt;
    }
    next();
  }
  return undefined;
}

function retried(
  call: () => void,
  { maxTries, maxTime, wait, jitter }: RetryFacts,
  budget: BudgetFacts | undefined,
  clock: VirtualClock,
): () => void {
  const paid = budget && {
    budget: retryBudget({
      ratio: budget.ratio,
      cost: { error: budget.cost },
      minimum: budget.minimum,
      maximum: budget.maximum,
      window: budget.window,
      clock,
    }),
  };
  const tries = {
    maxTries: Math.min(maxTries, mostTries),
    maxTime,
    wait,
    ...(jitter === undefined ? {} : { jitter }),
  };
  return withRetry(call, { ...tries, ...paid, mode: 'sync', clock, random: seeded(1), log: false });
}

/** How many calls the window holds when it is full. */
export function callsInWindow({ window }: BreakerFacts, rate: number): number {
  return 'calls' in window ? window.calls : (rate * window.span) / 1000;
}

/** How many of them make evidence for a rate. */
export function evidenceFor({ minCalls, window }: BreakerFacts, rate: number): number {
  const { least, share, most } = minCalls;
  return Math.min(most, Math.max(least, share * callsInWindow({ window } as BreakerFacts, rate)));
}

function optionsOf({
  consecutive,
  failureRate,
  minCalls,
  window,
}: BreakerFacts): Parameters<typeof circuitBreaker>[0] {
  const rates =
    failureRate === undefined
      ? { failureRate: null }
      : {
          failureRate,
          minCalls,
          ...('calls' in window ? { lastCalls: window.calls } : { window: window.span }),
        };
  return { consecutive: consecutive ?? null, ...rates };
}
