/**
 * What the policies that guard the way to a function say: to `key`, of a call; to the caller, of one that is not made.
 */
import type { AnyFunction } from '../call/wrapper.js';
import type { RefusalError } from '../errors.js';

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

/**
 * Makes a refusal, without a captured stack where the platform lets us: refusing happens when everything is busy, and a
 * stack is most of what it costs.
 */
export function refusalOf<E extends RefusalError>(withStack: boolean, make: () => E): E {
  const host = Error as { stackTraceLimit?: unknown };
  const limit = host.stackTraceLimit;
  // Not there outside V8 and its imitators; read-only where a program has frozen its globals.
  const isOurs = !withStack && typeof limit === 'number' && Reflect.set(host, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    if (isOurs) host.stackTraceLimit = limit;
  }
}
