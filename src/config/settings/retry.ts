/**
 * What a file says of a retry, and of what pays for it.
 */
import type { Ms } from '../../core.js';
import type { JitterSettings, WaitSettings } from './waits.js';

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
