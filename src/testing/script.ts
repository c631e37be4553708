/**
 * A function that plays what it is told: it fails twice, then answers, and remembers how it was called.
 */
import { type Clock, type Duration, OptionError, systemClock, toMs } from '../core.js';

/**
 * What a script plays for one call: a value is given, an `Error` is thrown, a function is called with the arguments and
 * the `this` of the call, and what comes of it is given.
 */
export type ScriptOutcome<T> = T | Error | ((this: any, ...args: any[]) => T | PromiseLike<T>);

/** What a script of such outcomes gives: no error, and no promise. */
export type ScriptValue<T> = T extends Error ? never : Awaited<T>;

/** One call of a script. */
export interface ScriptCall<Args extends readonly unknown[] = any[]> {
  readonly args: Args;
  readonly thisArg: unknown;
}

interface Played<Args extends readonly unknown[]> {
  /** Each call so far, in order; `calls.length` counts them. */
  readonly calls: readonly ScriptCall<Args>[];
}

/** An async function that plays a script. */
export interface Script<T, Args extends any[] = any[]> extends Played<Args> {
  (this: any, ...args: Args): Promise<T>;
}

/** A sync function that plays a script. */
export interface SyncScript<T, Args extends any[] = any[]> extends Played<Args> {
  (this: any, ...args: Args): T;
}

/** `script(...)`, and `script.sync(...)`. */
export interface MakeScript {
  <T = never, Args extends any[] = any[]>(
    ...outcomes: readonly ScriptOutcome<T>[]
  ): Script<ScriptValue<T>, Args>;
  /** The same as a sync function. */
  sync<T = never, Args extends any[] = any[]>(
    ...outcomes: readonly (T | Error | ((this: any, ...args: any[]) => T))[]
  ): SyncScript<T extends Error ? never : T, Args>;
}

/**
 * A function that plays one outcome for each call. The last one stays: it is played for every call after it, too.
 *
 *     const fetchUser = script(new Error('reset'), new Error('reset'), { name: 'Ada' });
 *     const getUser = withRetry(fetchUser);
 *     await withoutWaits(() => getUser(42));   // { name: 'Ada' }
 *     fetchUser.calls.length;                  // 3
 *     fetchUser.calls[0]?.args;                // [42]
 *
 * To throw what is no `Error`, or to give one, or to give a function, write a function that does.
 *
 * @param outcomes  One or more. See {@link ScriptOutcome}, {@link never} and {@link after}.
 * @returns An async function; `script.sync` gives a sync one. `calls` says how it was called.
 * @throws {OptionError} without any outcome, and for a class, of which an object must have been meant.
 */
export const script: MakeScript = /* @__PURE__ */ Object.assign(
  <T, Args extends any[]>(...outcomes: readonly ScriptOutcome<T>[]): Script<ScriptValue<T>, Args> => {
    const calls: ScriptCall<Args>[] = [];
    const next = player('script', outcomes, calls);
    // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown is to be a rejection
    const play = async function (this: unknown, ...args: Args): Promise<ScriptValue<T>> {
      return next(this, args) as ScriptValue<T>;
    };
    return named(play, calls);
  },
  {
    sync<T, Args extends any[]>(
      ...outcomes: readonly (T | Error | ((...args: any[]) => T))[]
    ): SyncScript<T extends Error ? never : T, Args> {
      const calls: ScriptCall<Args>[] = [];
      const next = player('script.sync', outcomes, calls);
      const play = function (this: unknown, ...args: Args): T extends Error ? never : T {
        return next(this, args) as T extends Error ? never : T;
      };
      return named(play, calls);
    },
  },
);

/**
 * An outcome for `script`: a promise that never settles, and that no signal ends.
 *
 *     const load = timeout('1s')(script(never()));
 */
export function never(): () => Promise<never> {
  return () => new Promise<never>(() => undefined);
}

/**
 * An outcome for `script`: another outcome, late.
 *
 *     const clock = new VirtualClock();
 *     const load = hedge({ after: '1s', idempotent: true, clock })(script(after('5s', 'slow', clock), 'fast'));
 *
 * @param time     Milliseconds, or a string with a unit.
 * @param outcome  What a script may play.
 * @param clock    Whose time it is. Default: the real clock.
 * @throws {OptionError} when `time` is not a time.
 */
export function after<T = never>(
  time: Duration,
  outcome: ScriptOutcome<T>,
  clock: Clock = systemClock,
): (this: any, ...args: any[]) => Promise<ScriptValue<T>> {
  const ms = toMs('time', time);
  checkOutcome('after', 'The outcome', outcome);
  return function (this: unknown, ...args) {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        try {
          resolve(played(outcome, this, args) as ScriptValue<T>);
        } catch (error) {
           
          reject(error);
        }
      };
      clock.schedule({ place: -1, unref: false, wake }, ms);
    });
  };
}

function player<Args extends readonly unknown[]>(
  owner: string,
  outcomes: readonly unknown[],
  calls: ScriptCall<Args>[],
): (thisArg: unknown, args: Args) => unknown {
  if (outcomes.length === 0)
    throw new OptionError(`What ${owner} plays`, outcomes, 'must be one outcome or more');
  for (const [index, outcome] of outcomes.entries()) checkOutcome(owner, `Outcome ${index + 1}`, outcome);
  return (thisArg, args) => {
    const outcome = outcomes[Math.min(calls.length, outcomes.length - 1)];
    calls.push({ args, thisArg });
    return played(outcome, thisArg, args);
  };
}

function played(outcome: unknown, thisArg: unknown, args: readonly unknown[]): unknown {
  if (typeof outcome === 'function') return outcome.apply(thisArg, args) as unknown;
  if (isError(outcome)) throw outcome;
  return outcome;
}

// Errors that Node makes are of another realm inside of jest.
function isError(outcome: unknown): boolean {
  if (outcome instanceof Error) return true;
  return ['[object Error]', '[object DOMException]'].includes(Object.prototype.toString.call(outcome));
}

function checkOutcome(owner: string, what: string, outcome: unknown): void {
  if (typeof outcome !== 'function' || !/^class\b/.test(Function.prototype.toString.call(outcome))) return;
  const { name } = outcome;
  throw new OptionError(`${what} of ${owner}`, outcome, `must not be a class (did you mean new ${name}()?)`);
}

function named<F extends object, Args extends readonly unknown[]>(
  play: F,
  calls: readonly ScriptCall<Args>[],
): F & Played<Args> {
  Object.defineProperty(play, 'name', { value: 'script' });
  return Object.assign(play, { calls });
}
