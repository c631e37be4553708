/**
 * Telling the user's handlers what happened.
 *
 * A handler can slow a call down, never change how it ends: what it throws is reported and dropped.
 */
import { isThenable } from '../call/outcome.js';
import { OptionError } from '../errors.js';
import { describe, publish, warnOnce } from '../events.js';
import type { Budget, RetryKind } from './attempts.js';
import type { BackoffDetails, GiveUpDetails } from './details.js';

/** How grave a line of the log is. */
export type LogLevel = 'info' | 'error';

/** Takes what a retry has to say. `level` is `'error'` for giving up, unless `giveup` said so. */
export type Log = (level: LogLevel, text: string, details: BackoffDetails | GiveUpDetails) => void;

/** Told of one kind of event. What it gives back is awaited in async calls, and otherwise not looked at. */
export type Handler<D> = (details: D) => unknown;

/** One handler, or several that are called in order. */
export type Handlers<D> = Handler<D> | Iterable<Handler<D>>;

/**
 * Checks an option that takes handlers.
 *
 * @throws {OptionError} when it is neither a function nor an iterable of functions.
 */
export function checkHandlers(option: string, given: unknown): readonly Handler<never>[] {
  if (given === undefined) return [];
  const handlers: readonly unknown[] = isIterable(given) ? [...given] : [given];
  for (const handler of handlers) {
    if (typeof handler !== 'function') {
      throw new OptionError(option, handler, 'must be a function or an iterable of functions');
    }
  }
  return handlers as readonly Handler<never>[];
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/**
 * Calls handlers in order, each after the promise of the one before where there is one.
 *
 * @returns A promise when one of them is waited for; it never rejects.
 */
export function tell(
  handlers: readonly Handler<never>[],
  name: string,
  details: object,
): Promise<void> | undefined {
  for (const [index, handler] of handlers.entries()) {
    const pending = tellOne(handler as Handler<object>, name, details);
    if (pending === undefined) continue;
    const rest = handlers.slice(index + 1);
    return pending.then(() => tell(rest, name, details));
  }
  return undefined;
}

/** Calls handlers in order without waiting for what they give back. */
export function tellAtOnce(handlers: readonly Handler<never>[], name: string, details: object): void {
  for (const handler of handlers) void tellOne(handler as Handler<object>, name, details);
}

function tellOne<D extends object>(
  handler: Handler<D>,
  name: string,
  details: D,
  source: object = handler,
): Promise<void> | undefined {
  const report = (error: unknown): void => {
    reportFailure(source, name, details, error);
  };
  try {
    const given = handler(details);
    return isThenable(given) ? Promise.resolve(given).then(() => undefined, report) : undefined;
  } catch (error) {
    report(error);
    return undefined;
  }
}

/** Tells a budget that it earns, or gets back what it was charged. What it throws is reported and dropped. */
export function tellBudget(name: string, budget: Budget, what: 'earn'): void;
export function tellBudget(name: string, budget: Budget, what: 'refund', kind: RetryKind): void;
export function tellBudget(name: string, budget: Budget, what: 'earn' | 'refund', kind?: RetryKind): void {
  try {
    if (what === 'earn') budget.earn();
    else budget.refund(kind as RetryKind);
  } catch (error) {
    reportFailure(budget, name, Object.freeze({ budget, what }), error);
  }
}

/** Writes to a logger of the user's. It is a handler too: what it throws or rejects with is reported and dropped. */
export function tellLog(
  log: Log,
  level: LogLevel,
  text: string,
  details: BackoffDetails | GiveUpDetails,
): void {
  const handler = (): unknown => log(level, text, details);
  void tellOne(handler, details.name, details, log);
}

function reportFailure(handler: object, name: string, details: object, error: unknown): void {
  publish('handler:error', name, Object.freeze({ error, handler, details }));
  warnOnce(
    handler,
    `A handler of ${name} failed: ${describe(error)}. The call goes on without it.`,
    'STAMPEDE_HANDLER',
  );
}
