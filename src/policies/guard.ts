/**
 * What the policies that guard the way to a function tell of a call to those who ask for its key.
 */
import type { AnyFunction } from '../call/wrapper.js';

/** What `key` is told of a call. Frozen. */
export interface GuardedCall {
  /** The function as it was before this policy wrapped it. */
  readonly target: AnyFunction;
  readonly args: readonly unknown[];
  readonly thisArg: unknown;
  readonly name: string;
}

/** Splits the state of a policy: calls with the same key share one. */
export type KeyOption = (call: GuardedCall) => string;
