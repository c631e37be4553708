/**
 * A function that plays what it is told: it fails twice, then answers, and remembers how it was called.
 */
import { type Clock, type Duration, OptionError, systemClock, toMs } from '../core.js';

/**
 * What a script plays for one call: a value is given, an `Error` is thrown, a function is called with the arguments and
 * the `this` of the call, and what comes of it is given.
 */
export type ScriptOutcome<T> = T | Error | ((this: any, ...args: any[]) => T | PromiseLike<T>);

/** What comes of an outcome: nothing of an error, of a function what it gives. */
export type ScriptResult<Outcome> = Outcome extends Error
  ? never
  : Outcome extends (this: any, ...args: any[]) => infer Result
    ? Result
    : Outcome;

/** The same, awaited. */
export type ScriptValue<Outcome> = Awaited<ScriptResult<Outcome>>;

// Anything; the function stands there for the parameters of one that is written in place.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- with primitives spelt out, 'pong' would stay 'pong'
type AnyOutcome = ((this: any, ...args: any[]) => unknown) | {} | null | undefined;

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
  <Outcomes extends readonly AnyOutcome[]>(...outcomes: Outcomes): Script<ScriptValue<Outcomes[number]>>;
  <T, Args extends any[] = any[]>(...outcomes: readonly ScriptOutcome<T>[]): Script<T, Args>;
  readonly sync: MakeSyncScript;
}

/** `script.sync(...)`: the same as a sync function. */
export interface MakeSyncScript {
  <Outcomes extends readonly AnyOutcome[]>(...outcomes: Outcomes): SyncScript<ScriptResult<Outcomes[number]>>;
  <T, Args extends any[] = any[]>(
    ...outcomes: readonly (T | Error | ((this: any, ...args: any[]) => T))[]
  ): SyncScript<T, Args>;
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
export const script = /* @__PURE__ */ Object.assign(
  (...outcomes: readonly unknown[]): Script<unknown> => {
    const calls: ScriptCall[] = [];
    const next = player('script', outcomes, calls);
    // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown is to be a rejection
    const play = async function (this: unknown, ...args: any[]): Promise<unknown> {
      return next(this, args);
    };
    return named(play, calls);
  },
  {
    sync(...outcomes: readonly unknown[]): SyncScript<unknown> {
      const calls: ScriptCall[] = [];
      const next = player('script.sync', outcomes, calls);
      const play = function (this: unknown, ...args: any[]): unknown {
        return next(this, args);
      };
      return named(play, calls);
    },
  },
) as MakeScript;

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
export function after<Outcome extends AnyOutcome>(
  time: Duration,
  outcome: Outcome,
  clock: Clock = systemClock,
): (this: any, ...args: any[]) => Promise<ScriptValue<Outcome>> {
  const ms = toMs('time', time);
  checkOutcome('after', 'The outcome', outcome);
  return function (this: unknown, ...args) {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        try {
          resolve(played(outcome, this, args) as ScriptValue<Outcome>);
        } catch (error) {
          reject(error);
        }
      };
      clock.schedule({ place: -1, unref: false, wake }, ms);
    });
  };
}

function player(
  owner: string,
  outcomes: readonly unknown[],
  calls: ScriptCall[],
): (thisArg: unknown, args: any[]) => unknown {
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

function named<F extends object>(play: F, calls: readonly ScriptCall[]): F & Played<any[]> {
  Object.defineProperty(play, 'name', { value: 'script' });
  return Object.assign(play, { calls });
}
