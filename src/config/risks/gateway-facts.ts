/**
 * What the rules look at: the plain facts of a gateway, without inheritance, defaults or units left to settle.
 *
 * `facts.ts` makes them of a configuration. Times are milliseconds, and `Infinity` where there is no limit; rates are
 * calls in a second.
 */
import type { Jitter, Ms, WaitMaker } from '../../core.js';

/** One gateway, or one section that is a policy by itself, such as `http`. */
export interface GatewayFacts {
  readonly name: string;
  /** Where it stands in the file: `gateways.ledger`. */
  readonly path: string;
  /** By which options it is described. */
  readonly section: 'gateway' | 'http' | 'retry_config';
  /** `undefined`: exactly one attempt. */
  readonly retry: RetryFacts | undefined;
  /** How long an attempt may take. */
  readonly timeout: Ms;
  /** Whether attempts that time out count against the tries: not where a usual timeout is for rare, slow answers. */
  readonly countsTimeout: boolean;
  /** How long the whole call may take. */
  readonly deadline: Ms;
  /** Whether nobody has said how long, so that it is the default. */
  readonly isUsualDeadline: boolean;
  readonly budget: BudgetFacts | undefined;
  readonly breaker: BreakerFacts | undefined;
  readonly bulkhead: { readonly queue: number; readonly maxWait: Ms } | undefined;
  /** How long a call may wait for its moment in the rate; `undefined` where there is no rate limit. */
  readonly rateWait: Ms | undefined;
  /** When another attempt is sent beside one that has not answered; `after` is `undefined` where that is learned. */
  readonly hedge: { readonly after: Ms | undefined } | undefined;
  /** Whether a throttle keeps calls back that would be refused. */
  readonly isThrottled: boolean;
  /** Methods that are repeated though they may have been carried out already; none where that is unknown. */
  readonly unsafeMethods: readonly string[];
  /** Statuses after which every method is repeated, though the service may have done the work. */
  readonly unsafeStatuses: readonly number[];
  readonly load: LoadFacts;
  /** The gateways that a call of this one calls in turn, by name. */
  readonly calls: readonly string[];
}

export interface RetryFacts {
  /** Attempts of one call, the first included; `Infinity` for no bound. */
  readonly maxTries: number;
  readonly maxTime: Ms;
  readonly wait: WaitMaker;
  /** `undefined`: the default. `null`: none. */
  readonly jitter: Jitter | null | undefined;
  /** Where several rules have tries and waits of their own: each of them, in place of `maxTries` and `wait`. */
  readonly rules?: readonly Pick<RetryFacts, 'maxTries' | 'wait'>[] | undefined;
}

export interface BudgetFacts {
  /** Tokens that a success earns. */
  readonly ratio: number;
  /** Tokens that a retry after an error costs. */
  readonly cost: number;
  /** What it starts with, in tokens. */
  readonly minimum: number;
  /** The most it holds, in tokens. */
  readonly maximum: number;
  /** It holds what successes earn in this time. */
  readonly window: Ms;
  /** What happens when it is empty: the call ends, or goes on slowly. */
  readonly whenEmpty: 'end' | 'slow';
}

/** What opens the circuit. */
export interface BreakerFacts {
  /** A call that takes longer is slow; `undefined`: none is. */
  readonly slowAfter?: Ms | undefined;
  readonly consecutive: { readonly failures: number; readonly lasting: Ms } | undefined;
  readonly failureRate: number | undefined;
  readonly minCalls: { readonly least: number; readonly share: number; readonly most: number };
  /** Rates are of the last so many calls, or of the calls in the last so many milliseconds. */
  readonly window: { readonly calls: number } | { readonly span: Ms };
}

/** What the user says of the traffic; `undefined` for what is not said. */
export interface LoadFacts {
  /** First attempts that arrive in a second, of all processes together. */
  readonly rate: number | undefined;
  /** What the service behind the gateway can answer in a second. */
  readonly capacity: number | undefined;
  /** How many processes share the rate. */
  readonly processes: number;
}
