/**
 * A call and how it ended, as the callbacks of policies are told.
 */
import type { Outcome } from '../call/outcome.js';
import type { AnyFunction } from '../call/wrapper.js';
import type { EitherSide } from '../retry/details.js';

/** How a call ended: an `Outcome` that may be taken apart, as in `({ ok, error }) => !ok && error.status === 503`. */
export type Ending = EitherSide<Outcome<any>>;

/** A call that has ended, as the callbacks of a fallback see it. Frozen. */
export interface FailedCall {
  /** The function as it was before it was wrapped. */
  readonly target: AnyFunction;
  readonly args: readonly unknown[];
  readonly thisArg: unknown;
  readonly name: string;
}
