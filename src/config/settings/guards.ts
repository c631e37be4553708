/**
 * What a file says of bulkheads, rate limits, throttles and hedges.
 */
import type { Ms } from '../../core.js';

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
