/**
 * Facts for the tests of the rules: a gateway as the library makes it when nothing is said.
 */
import { expo } from '../../../src/core.js';
import type { GatewayFacts, RetryFacts } from '../../../src/config/risks/gateway-facts.js';

export const usualRetry: RetryFacts = {
  maxTries: 3,
  maxTime: Infinity,
  wait: expo({ factor: 100, maxValue: '10s' }),
  jitter: undefined,
};

export const usualBudget = {
  ratio: 0.1,
  cost: 1,
  minimum: 4,
  maximum: 100,
  window: 10_000,
  whenEmpty: 'end',
} as const;

export const usualBreaker = {
  consecutive: { failures: 5, lasting: 10_000 },
  failureRate: 0.5,
  minCalls: { least: 5, share: 0.2, most: 100 },
  window: { calls: 100 },
} as const;

type Given = Partial<Omit<GatewayFacts, 'retry' | 'load'>> & {
  readonly retry?: Partial<RetryFacts> | undefined;
  readonly load?: Partial<GatewayFacts['load']>;
};

/** The facts of a gateway; what is not given is as in `gateway(name)`. `retry: undefined`: one attempt. */
export function factsOf(given: Given = {}): GatewayFacts {
  const { name = 'ledger', retry = {}, load, ...rest } = given;
  return {
    name,
    path: `gateways.${name}`,
    section: 'gateway',
    timeout: 10_000,
    countsTimeout: true,
    deadline: 30_000,
    isUsualDeadline: !('deadline' in given),
    budget: usualBudget,
    breaker: usualBreaker,
    bulkhead: undefined,
    rateWait: undefined,
    hedge: undefined,
    isThrottled: false,
    unsafeMethods: [],
    unsafeStatuses: [],
    calls: [],
    ...rest,
    retry: 'retry' in given && given.retry === undefined ? undefined : { ...usualRetry, ...retry },
    load: { rate: undefined, capacity: undefined, processes: 1, ...load },
  };
}
