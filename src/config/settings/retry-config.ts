/**
 * What a file in *Requests Stampede*'s own schema says.
 */
import type { Ms } from '../../core.js';

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
