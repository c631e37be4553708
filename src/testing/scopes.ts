/**
 * A test in which no retry waits, or in which retries make just a few attempts.
 *
 * What is said holds for the retries of one piece of work and whatever it calls, however deep, by asynchronous context:
 * tests that run side by side do not disturb one another. The core asks (`addRetryScope`) while a scope is open, and
 * nobody when the last is over.
 */
import {
  type AsyncContext,
  OptionError,
  type RetryScope,
  addRetryScope,
  asyncContext,
  checkKeys,
  isThenable,
} from '../core.js';

/** What holds in a piece of work, on top of what holds around it. */
interface Held {
  readonly scope: RetryScope;
  readonly around: Held | undefined;
  isOver: boolean;
}

/** Options of `withRetries`. */
export interface WithRetriesOptions {
  /** The most attempts that any call makes, the first included; 1: no retries. A whole number, or `Infinity`. */
  readonly attempts: number;
}

let context: AsyncContext<Held> | undefined;
let open = 0;
let remove = (): void => undefined;

/**
 * Runs a piece of work in which no retry waits: each wait is 0, one that a server asks for included. Nor does a retry
 * cost its budget anything, for budgets fill with time and traffic, and a test has neither. All else is as always: which
 * errors are retried and how often, handlers, the history.
 *
 *     it('gets through', () => withoutWaits(async () => {
 *       expect(await shop.order(42)).toBe('sent');
 *     }));
 *
 * @param fn  The work. What it starts belongs to it until its promise has settled.
 * @returns What `fn` gives; a rejection and an error are passed on.
 * @throws {OptionError} when `fn` is no function.
 */
export function withoutWaits<T>(fn: () => T): T {
  return hold('withoutWaits', { waits: false, budgets: false }, fn);
}

/**
 * Runs a piece of work in which no call makes more attempts than this, whatever the options of its retry say. One that
 * makes fewer stays as it is. Inside another scope this one's number counts.
 *
 *     await withRetries({ attempts: 1 }, () => shop.order(42));   // no retries: the first failure is the last
 *
 * @returns What `fn` gives; a rejection and an error are passed on.
 * @throws {OptionError} when `attempts` is not a whole number of 1 or more, or `Infinity`.
 */
export function withRetries<T>(options: WithRetriesOptions, fn: () => T): T {
  checkKeys('withRetries', options, ['attempts'], { maxTries: 'attempts', tries: 'attempts' });
  const { attempts } = options;
  if (attempts !== Infinity && !(Number.isSafeInteger(attempts) && attempts >= 1))
    throw new OptionError('attempts', attempts, 'must be a whole number of 1 or more, or Infinity');
  return hold('withRetries', { maxTries: attempts }, fn);
}

function hold<T>(owner: string, scope: RetryScope, fn: () => T): T {
  if (typeof fn !== 'function')
    throw new OptionError(`What ${owner} runs`, fn, `must be a function: ${owner}(() => ...)`);
  const around = (context ??= asyncContext<Held>() ?? new OneForAll<Held>());
  const held: Held = { scope, around: around.getStore(), isOver: false };
  enter();
  let result: T;
  try {
    result = around.run(held, fn);
  } catch (error) {
    leave(held);
    throw error;
  }
  if (!isThenable(result)) {
    leave(held);
    return result;
  }
  // Handed on, not just listened to: a rejection that nobody awaits has to be reported as unhandled.
  const handedOn = result.then(
    (value) => {
      leave(held);
      return value;
    },
    (error: unknown) => {
      leave(held);
      throw error;
    },
  );
  return handedOn as T;
}

function enter(): void {
  if (open === 0) remove = addRetryScope(scopeHere);
  open += 1;
}

function leave(held: Held): void {
  held.isOver = true;
  open -= 1;
  if (open > 0) return;
  remove();
  context?.disable?.();
}

/** What holds for a call that is being made here: of each scope around it that is not over, the inner before the outer. */
function scopeHere(): RetryScope | undefined {
  let found: RetryScope | undefined;
  for (let held = context?.getStore(); held !== undefined; held = held.around) {
    if (!held.isOver) found = { ...held.scope, ...found };
  }
  return found;
}

/** For hosts without asynchronous context, such as a browser: the latest scope holds for everybody until it is over. */
class OneForAll<T> implements AsyncContext<T> {
  #latest: T | undefined;

  run<R>(value: T, callback: () => R): R {
    this.#latest = value;
    return callback();
  }

  getStore(): T | undefined {
    return this.#latest;
  }

  disable(): void {
    this.#latest = undefined;
  }
}
