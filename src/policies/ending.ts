/**
 * A call and how it ended, as the callbacks of policies are told.
 */
import type { AnyFunction } from '../call/wrapper.js';

/** How a call ended: an `Outcome` that may be taken apart, as in `({ ok, error }) => !ok && error.status === 503`. */
export type Ending<Value = any> =
  | { readonly ok: false; readonly error: any; readonly value?: undefined }
  | { readonly ok: true; readonly value: Value; readonly error?: undefined };

/** A call that has ended, as the callbacks of a fallback see it. Frozen. */
export interface FailedCall {
  /** The function as it was before it was wrapped. */
  readonly target: AnyFunction;
  readonly args: readonly unknown[];
  readonly thisArg: unknown;
  readonly name: string;
}
