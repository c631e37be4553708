/**
 * What a file says of the requests of `stampede-js/http`.
 */
import type { Ms } from '../../core.js';
import type { CircuitSettings } from './circuit.js';
import type { BudgetSettings } from './retry.js';
import type { JitterSettings, WaitSettings } from './waits.js';

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
