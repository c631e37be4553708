/**
 * What holds for all retries here and now, whatever their options say.
 *
 * A configuration, a test, or the operator's `STAMPEDE_DISABLED` may hold retries back. They are asked when the
 * machinery of a retry is made, once for each call, in its asynchronous context; a call that succeeds at once, and that
 * nobody watches, asks nobody.
 */
import { OptionError, show } from '../errors.js';
import { describe, warnOnce } from '../events.js';
import { environment, warn } from '../time/host.js';
import type { Limits } from './attempts.js';
import { checkBoolean, checkMaxTries } from './option-checks.js';

/** What holds for the retries in a scope. It takes away, and never adds. */
export interface RetryScope {
  /** `false`: each call makes one attempt and gives what comes of it, as with the option `enabled: false`. */
  readonly enabled?: boolean | undefined;
  /** No call makes more attempts than this, the first included. A whole number of 1 or more, or `Infinity`. */
  readonly maxTries?: number | undefined;
  /**
   * `false`: every wait is 0, one that a server or an empty budget asked for included. Whether there is another attempt
   * is decided as always, and so are the order of things, handlers, history and budgets.
   */
  readonly waits?: boolean | undefined;
  /** `false`: retries are not paid for, and no budget is asked. */
  readonly budgets?: boolean | undefined;
}

type Ask = () => RetryScope | undefined;

let asks: readonly Ask[] = [];
// Set by `addRetryScope`, so that a bundle without it goes without all that only it needs.
let askAll: Ask | undefined;
let isOff: boolean | undefined;

const off: RetryScope = /* @__PURE__ */ Object.freeze({ enabled: false });

/**
 * Asks `ask` of every call that is about to be retried, from now on.
 *
 *     const remove = addRetryScope(() => ({ waits: false, maxTries: 3 }));
 *     remove();
 *
 * Where several answer, what any of them says is `false` is, and the last `maxTries` counts.
 *
 * @param ask  Called in the asynchronous context of the call; `undefined`: nothing holds for this one. If it throws, or
 *   gives what is not allowed, nothing holds, and a process warning says so once.
 * @returns A function that takes it away again. A call that has asked already keeps its answer.
 * @throws {OptionError} when `ask` is no function.
 */
export function addRetryScope(ask: () => RetryScope | undefined): () => void {
  if (typeof ask !== 'function') throw new OptionError('ask', ask, 'must be a function that gives a scope');
  const own: Ask = () => ask();
  asks = [...asks, own];
  askAll = answers;
  return () => {
    asks = asks.filter((other) => other !== own);
    if (asks.length === 0) askAll = undefined;
  };
}

/** Whether there is anybody to ask. */
export function isScoped(): boolean {
  return (isOff ??= readSwitch()) || askAll !== undefined;
}

/** What holds for a call whose machinery is being made; `undefined` for nothing. */
export function scopeHere(): RetryScope | undefined {
  if (!isScoped()) return undefined;
  return isOff === true ? off : askAll?.();
}

/** The limits of a call, held back by a scope. */
export function limitsWithin(scope: RetryScope | undefined, limits: Limits): Limits {
  if (scope === undefined) return limits;
  const { maxTries = Infinity, waits, budgets } = scope;
  return {
    ...limits,
    maxTries: Math.min(limits.maxTries, maxTries),
    budget: budgets === false ? undefined : limits.budget,
    noWaits: waits === false,
  };
}

function answers(): RetryScope | undefined {
  let found: RetryScope | undefined;
  for (const ask of asks) found = joined(found, answerOf(ask));
  return found;
}

function joined(one: RetryScope | undefined, other: RetryScope | undefined): RetryScope | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    enabled: one.enabled !== false && other.enabled !== false,
    maxTries: other.maxTries ?? one.maxTries,
    waits: one.waits !== false && other.waits !== false,
    budgets: one.budgets !== false && other.budgets !== false,
  };
}

// The call has an error of its own, which must not be lost to one of somebody who has nothing to do with it.
function answerOf(ask: Ask): RetryScope | undefined {
  try {
    const scope = ask();
    if (scope === undefined) return undefined;
    const { enabled = true, maxTries = Infinity, waits = true, budgets = true } = scope;
    checkBoolean('enabled', enabled);
    checkMaxTries(maxTries);
    checkBoolean('waits', waits);
    checkBoolean('budgets', budgets);
    return scope;
  } catch (error) {
    warnOnce(ask, `A retry scope failed: ${describe(error)}`, 'STAMPEDE_SCOPE');
    return undefined;
  }
}

/** Whether the operator has switched retries off for the whole process. */
function readSwitch(): boolean {
  const value = environment('STAMPEDE_DISABLED') ?? '';
  if (/^(1|true)$/i.test(value)) return true;
  if (!/^(0|false)?$/i.test(value)) {
    const allowed = '1 or true (no call is retried), 0 or false, or empty';
    warn(`STAMPEDE_DISABLED must be ${allowed}; got ${show(value)}. Retries stay on.`, 'STAMPEDE_SWITCH');
  }
  return false;
}
