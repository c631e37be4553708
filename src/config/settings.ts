/**
 * What a configuration file says, once it is read: every name in camelCase, every time in milliseconds, every rate in
 * calls a second.
 *
 * Plain data, to be looked at by whoever checks or shows a configuration. `schema/` says how each may be written,
 * `convert/` makes the options of the core of it. What is not here belongs in code: functions, handlers, a fallback.
 */
import type { Ms } from '../core.js';

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

export interface RetryPolicySettings {
  /** Attempts in all, the first included; `Infinity` for `unlimited`. */
  readonly maxTries?: number | undefined;
  readonly maxTime?: Ms | undefined;
  readonly wait?: WaitSettings | undefined;
  readonly jitter?: JitterSettings | undefined;
  /** Errors by `name`, `code` or the name of their class. @default any error */
  readonly errors?: readonly string[] | undefined;
  /** Several kinds of failure, each with waits and a count of its own. Not beside `errors`. */
  readonly rules?: readonly RuleSettings[] | undefined;
  readonly nested?: 'once' | 'again' | undefined;
  readonly unref?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly log?: false | undefined;
}

export interface RuleSettings {
  readonly errors: readonly string[];
  readonly wait?: WaitSettings | undefined;
  readonly maxTries?: number | undefined;
}

/** A wait by its name alone, or with its options. */
export type WaitSettings = WaitName | WaitObject;

export type WaitName =
  'constant' | 'fibo' | 'expo' | 'linear' | 'decay' | 'random' | 'decorrelated' | 'retryAfter';

export type WaitObject =
  | { readonly type: 'constant'; readonly interval?: Ms | readonly Ms[] | undefined }
  | { readonly type: 'fibo'; readonly initial?: Ms | undefined; readonly maxValue?: Ms | undefined }
  | {
      readonly type: 'expo';
      readonly base?: number | undefined;
      readonly factor?: Ms | undefined;
      readonly maxValue?: Ms | undefined;
    }
  | {
      readonly type: 'linear';
      readonly initial?: Ms | undefined;
      readonly step?: Ms | undefined;
      readonly maxValue?: Ms | undefined;
    }
  | {
      readonly type: 'decay';
      readonly initial?: Ms | undefined;
      readonly decayFactor?: number | undefined;
      readonly minValue?: Ms | undefined;
    }
  | {
      readonly type: 'random';
      readonly min?: Ms | undefined;
      readonly max?: Ms | undefined;
      readonly distribution?: 'normal' | 'uniform' | undefined;
    }
  | { readonly type: 'decorrelated'; readonly base?: Ms | undefined; readonly maxValue?: Ms | undefined }
  | {
      readonly type: 'retryAfter';
      readonly fallback?: WaitSettings | undefined;
      readonly max?: Ms | undefined;
    }
  | { readonly type: 'chain'; readonly waits: readonly WaitSettings[] }
  | { readonly type: 'add'; readonly waits: readonly WaitSettings[] }
  | { readonly type: 'cap'; readonly wait: WaitSettings; readonly max: Ms };

export type JitterSettings =
  | 'full'
  | 'equal'
  | 'none'
  | { readonly type: 'random'; readonly max?: Ms | undefined }
  | { readonly type: 'proportional'; readonly ratio?: number | undefined };

export interface BudgetSettings {
  readonly ratio?: number | undefined;
  readonly cost?:
    | {
        readonly throttle?: number | undefined;
        readonly error?: number | undefined;
        readonly timeout?: number | undefined;
        readonly value?: number | undefined;
      }
    | undefined;
  readonly window?: Ms | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly whenEmpty?: 'giveup' | Ms | undefined;
}

/** What is `null` in code is `false` in a file: an empty value is a fault there. */
export interface CircuitSettings {
  readonly consecutive?:
    number | { readonly failures: number; readonly lasting?: Ms | undefined } | false | undefined;
  readonly failureRate?: number | false | undefined;
  readonly slowAfter?: Ms | undefined;
  readonly slowRate?: number | undefined;
  readonly lastCalls?: number | undefined;
  readonly window?: Ms | undefined;
  readonly minCalls?:
    | number
    | {
        readonly least?: number | undefined;
        readonly share?: number | undefined;
        readonly most?: number | undefined;
      }
    | undefined;
  readonly openTime?: Ms | WaitSettings | undefined;
  readonly maxOpenTime?: Ms | undefined;
  readonly jitter?: JitterSettings | undefined;
  readonly halfOpen?:
    | {
        readonly atOnce?: number | undefined;
        readonly successes?: number | undefined;
        readonly of?: number | undefined;
        readonly lease?: Ms | undefined;
      }
    | undefined;
  readonly ramp?:
    | {
        readonly from?: number | undefined;
        readonly factor?: number | undefined;
        readonly every?: Ms | undefined;
        readonly minCalls?: number | undefined;
      }
    | false
    | undefined;
  readonly stack?: boolean | undefined;
}

export interface BulkheadSettings {
  readonly limit: number | AdaptiveLimitSettings;
  readonly queue?: number | undefined;
  readonly maxWait?: Ms | undefined;
  readonly stack?: boolean | undefined;
}

interface LimitRange {
  readonly initial?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly backoff?: number | undefined;
}

/** A limit that learns. */
export type AdaptiveLimitSettings =
  | 'aimd'
  | 'gradient'
  | (LimitRange & { readonly type: 'aimd'; readonly maxLatency?: Ms | undefined })
  | (LimitRange & {
      readonly type: 'gradient';
      readonly tolerance?: number | undefined;
      readonly headroom?: number | undefined;
      readonly smoothing?: number | undefined;
    });

export interface RateLimitSettings {
  readonly limit: number;
  readonly per?: Ms | undefined;
  readonly burst?: number | undefined;
  readonly maxWait?: Ms | undefined;
  readonly stack?: boolean | undefined;
}

export interface ThrottleSettings {
  readonly multiplier?: number | undefined;
  readonly window?: Ms | undefined;
  readonly floor?: number | undefined;
  readonly probesPerSecond?: number | undefined;
  readonly stack?: boolean | undefined;
}

export interface HedgeSettings {
  /** A time, or a quantile such as `'p95'`. */
  readonly after: Ms | `p${number}`;
  readonly idempotent: true;
  readonly max?: number | undefined;
  readonly minCalls?: number | undefined;
}

/** What a session of `stampede-js/http` may be told by a file. */
export interface HttpSettings {
  readonly retries?:
    | number
    | false
    | {
        readonly total?: number | false | undefined;
        readonly connect?: number | false | undefined;
        readonly read?: number | false | undefined;
        readonly status?: number | false | undefined;
        readonly redirect?: number | false | undefined;
        readonly other?: number | false | undefined;
      }
    | undefined;
  readonly backoff?: BackoffSettings | undefined;
  readonly backoffFactor?: Ms | undefined;
  readonly jitter?: JitterSettings | undefined;
  readonly statusForcelist?: readonly number[] | undefined;
  readonly allowedMethods?: readonly string[] | 'any' | undefined;
  readonly unsafeStatuses?: readonly number[] | undefined;
  readonly idempotent?: boolean | undefined;
  readonly idempotencyKey?: 'auto' | undefined;
  readonly raiseOnStatus?: boolean | undefined;
  readonly raiseOnRedirect?: boolean | undefined;
  readonly respectRetryAfter?: boolean | undefined;
  readonly maxRetryAfter?: Ms | undefined;
  readonly circuitBreaker?: CircuitSettings | false | undefined;
  readonly budget?: BudgetSettings | false | undefined;
  readonly enabled?: boolean | undefined;
  readonly log?: false | undefined;

  readonly baseUrl?: string | undefined;
  readonly params?: Readonly<Record<string, ParamSetting | readonly ParamSetting[]>> | undefined;
  readonly headers?: Readonly<Record<string, string | number>> | undefined;
  readonly cookies?: Readonly<Record<string, string | number>> | undefined;
  readonly auth?:
    | readonly [username: string, password: string]
    | { readonly username: string; readonly password: string }
    | { readonly bearer: string }
    | undefined;
  /** `Infinity` for `unlimited`. */
  readonly timeout?:
    | Ms
    | false
    | readonly [connect: Ms, read: Ms]
    | {
        readonly connect?: Ms | undefined;
        readonly read?: Ms | undefined;
        readonly total?: Ms | undefined;
      }
    | undefined;
  readonly allowRedirects?: boolean | undefined;
  readonly maxRedirects?: number | undefined;
  readonly proxies?: string | Readonly<Record<string, string>> | undefined;
  /** `false`, or the path of a file with the authorities that may have signed certificates. */
  readonly verify?: boolean | string | undefined;
  /** Paths of files. */
  readonly cert?: string | readonly [cert: string, key: string] | undefined;
  readonly trustEnv?: boolean | undefined;
  readonly stream?: boolean | undefined;
  readonly maxResponseSize?: number | undefined;
  readonly keepHeaders?: boolean | readonly string[] | undefined;
  readonly decompress?: boolean | undefined;
}

export type ParamSetting = string | number | boolean;

/** The waits of HTTP calls: those of a retry, under the names of `backoff` too, or none at all. */
export type BackoffSettings =
  | WaitSettings
  | { readonly type: 'fixed'; readonly delay: Ms }
  | { readonly type: 'fibonacci'; readonly initial?: Ms | undefined; readonly maxValue?: Ms | undefined }
  | {
      readonly type: 'exponential';
      readonly factor?: Ms | undefined;
      readonly base?: number | undefined;
      readonly maxValue?: Ms | undefined;
    }
  | false;

/** *Requests Stampede*'s `retry_config`. Its seconds are milliseconds here. */
export interface RetryConfigSettings {
  /** `false`: each request is sent once. @default true */
  readonly retryEnabled?: boolean | undefined;
  /** `attempts` counts the first one too. @default { type: 'fixed', attempts: 5 } */
  readonly retryPolicy?:
    | { readonly type: 'fixed'; readonly attempts?: number | undefined }
    | { readonly type: 'infinite' }
    | undefined;
  /** `false`: no wait but those that a server asks for. @default true */
  readonly backoffEnabled?: boolean | undefined;
  /** @default { type: 'fibonacci', initialDelay: 0, maximumDelay: 144_000 } */
  readonly backoffPolicy?:
    | { readonly type: 'fixed'; readonly delay?: Ms | undefined }
    | {
        readonly type: 'random';
        readonly minimumDelay?: Ms | undefined;
        readonly maximumDelay?: Ms | undefined;
      }
    | {
        readonly type: 'fibonacci';
        readonly initialDelay?: Ms | undefined;
        readonly maximumDelay?: Ms | undefined;
      }
    | undefined;
}
