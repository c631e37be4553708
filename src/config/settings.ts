/**
 * What a configuration file says, once it is read: every name in camelCase, every time in milliseconds, every rate in
 * calls a second.
 *
 * Plain data, to be looked at by whoever checks or shows a configuration. `schema/` says how each may be written,
 * `convert/` makes the options of the core of it. What is not here belongs in code: functions, handlers, a fallback.
 */
import type { Ms } from '../core.js';
import type { CircuitSettings } from './settings/circuit.js';
import type {
  BulkheadSettings,
  HedgeSettings,
  RateLimitSettings,
  ThrottleSettings,
} from './settings/guards.js';
import type { HttpSettings } from './settings/http.js';
import type { BudgetSettings, RetryPolicySettings } from './settings/retry.js';
import type { RetryConfigSettings } from './settings/retry-config.js';

export type * from './settings/circuit.js';
export type * from './settings/guards.js';
export type * from './settings/http.js';
export type * from './settings/retry.js';
export type * from './settings/retry-config.js';
export type * from './settings/waits.js';

/** A whole file. */
export interface StampedeSettings {
  /** `false`: nothing is retried. @default true */
  readonly enabled?: boolean | undefined;
  /** *Requests Stampede*'s own schema. Not beside `http`. */
  readonly retryConfig?: RetryConfigSettings | undefined;
  /** What `new RetryRequest()` and `new RetrySession()` start from when they are given nothing. */
  readonly http?: HttpSettings | undefined;
  /** By name. `default` is what every gateway without `policy` starts from. */
  readonly policies?: Readonly<Record<string, PolicySettings>> | undefined;
  readonly gateways?: Readonly<Record<string, GatewaySettings>> | undefined;
}

/** The patterns that stand around a call. `false` leaves one out. What is not said is as in `gateway()`. */
export interface PatternSettings {
  /** How long an attempt may take. */
  readonly timeout?: Ms | false | undefined;
  /** How long the whole call may take, retries and waits included. */
  readonly deadline?: Ms | false | undefined;
  readonly retry?: RetryPolicySettings | false | undefined;
  readonly budget?: BudgetSettings | false | undefined;
  readonly circuitBreaker?: CircuitSettings | false | undefined;
  readonly bulkhead?: BulkheadSettings | false | undefined;
  readonly rateLimit?: RateLimitSettings | false | undefined;
  readonly throttle?: ThrottleSettings | false | undefined;
  readonly hedge?: HedgeSettings | false | undefined;
}

/** A policy with a name, for any number of gateways. They share what it says, never its state. */
export interface PolicySettings extends PatternSettings {
  /** The policy it starts from: one of the file, or `default`, `relaxed`, `aggressive`. @default none */
  readonly extends?: string | undefined;
}

/** One dependency. */
export interface GatewaySettings extends PatternSettings {
  /** The policy it starts from. @default 'default' */
  readonly policy?: string | undefined;
  /** What `http(name)` gives; on top of the file's own `http`. */
  readonly http?: HttpSettings | undefined;
  /** What it is called with and can bear; for `stampede check` only. */
  readonly upstream?: UpstreamSettings | undefined;
  /** The gateways that the service behind it calls in turn; for `stampede check` only. */
  readonly calls?: readonly string[] | undefined;
}

/** In calls a second. */
export interface UpstreamSettings {
  /** How often it is called, by all clients together. */
  readonly rate: number;
  /** How many calls it can bear. @default unknown */
  readonly capacity?: number | undefined;
  /** How many processes make these calls; each has a circuit and a budget of its own. @default 1 */
  readonly processes?: number | undefined;
}
