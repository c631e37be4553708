/**
 * The types that are written out are those of the schemas.
 */
import type * as v from 'valibot';
import type { circuitBreaker } from '../../src/config/schema/circuit.js';
import type { file, gateway, policy } from '../../src/config/schema/file.js';
import type { bulkhead, hedge, rateLimit, throttle } from '../../src/config/schema/guards.js';
import type { http } from '../../src/config/schema/http.js';
import type { retryConfig } from '../../src/config/schema/retry-config.js';
import type { budget, retry } from '../../src/config/schema/retry.js';
import type { HttpOptions } from '../../src/config/index.js';
import type * as settings from '../../src/config/settings.js';
import type { RetryRequestOptions, RetrySessionOptions } from '../../src/http/index.js';

// What is read is for nobody to change.
type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;

type Gives<Schema extends v.GenericSchema> = Frozen<v.InferOutput<Schema>>;

/** Each may stand for the other, and has no key that the other has not. */
declare function both<Written, Given>(
  there: (written: Written) => Given & Record<Exclude<keyof Written, keyof Given>, never>,
  back: (given: Given) => Written & Record<Exclude<keyof Given, keyof Written>, never>,
): void;
declare function same<T>(value: T): T;

export const agree = (): readonly unknown[] => [
  both<settings.RetryPolicySettings, Gives<typeof retry>>(same, same),
  both<settings.BudgetSettings, Gives<typeof budget>>(same, same),
  both<settings.CircuitSettings, Gives<typeof circuitBreaker>>(same, same),
  both<settings.BulkheadSettings, Gives<typeof bulkhead>>(same, same),
  both<settings.RateLimitSettings, Gives<typeof rateLimit>>(same, same),
  both<settings.ThrottleSettings, Gives<typeof throttle>>(same, same),
  both<settings.HedgeSettings, Gives<typeof hedge>>(same, same),
  both<settings.HttpSettings, Gives<typeof http>>(same, same),
  both<settings.RetryConfigSettings, Gives<typeof retryConfig>>(same, same),
  both<settings.PolicySettings, Gives<typeof policy>>(same, same),
  both<settings.GatewaySettings, Gives<typeof gateway>>(same, same),
  both<settings.StampedeSettings, Gives<typeof file>>(same, same),
];

// What a file says of requests, a session takes.
export const forSession = (options: HttpOptions): RetrySessionOptions => options;
export const forRequest = (options: HttpOptions): RetryRequestOptions => options;
