/**
 * What a file says of a circuit breaker.
 */
import type { Ms } from '../../core.js';
import type { JitterSettings, WaitSettings } from './waits.js';

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
