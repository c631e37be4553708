/**
 * How long an attempt may take.
 *
 * Inside a retry it bounds each attempt, around one it bounds all of them together. `timed-call.ts` makes the calls.
 */
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { Wrapper } from '../call/wrapper.js';
import { checkKeys } from '../checks.js';
import { OptionError } from '../errors.js';
import { warnOnce } from '../events.js';
import { checkHandlers, type Handlers } from '../retry/handlers.js';
import { checkBoolean, checkClock, checkMode, checkName } from '../retry/option-checks.js';
import type { Clock } from '../time/clock.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { type TimeLimit, type TimeoutDetails, kindOf, timed } from './timed-call.js';

/** Options of `timeout`. */
export interface TimeoutOptions {
  /** How long, at least 1 ms. */
  readonly ms: Duration;
  /** Whether the function is known to give promises. A value that comes at once needs no timer. @default 'auto' */
  readonly mode?: 'auto' | 'async' | undefined;
  /** What the function is called in events and errors. @default the function's name (`Class.method`) */
  readonly name?: string | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** Whether the process may end while a call is under way and nothing else is. @default false */
  readonly unref?: boolean | undefined;
  /** Told when the time is over. Nobody waits for it. */
  readonly onTimeout?: Handlers<TimeoutDetails> | undefined;
}

/** The options as they come, from code that may not be TypeScript. */
export type GivenLimit = Partial<Record<keyof TimeoutOptions | 'ambient', unknown>>;

const names = ['ms', 'mode', 'name', 'clock', 'unref', 'onTimeout'] as const;

/**
 * Ends a call that takes too long: aborts the signal that the function was given, and throws a `TimeoutError` even if
 * the function takes no notice.
 *
 *     const getUser = timeout('2s')(async (id: number) => {
 *       const { signal } = currentCall();
 *       return fetch(`/users/${id}`, { signal });
 *     });
 *
 * A call around it that has less time left shortens it. The signal of a call that has ended in time is never aborted,
 * so a body may still be read from it. For functions that return promises; a plain value passes through.
 *
 * @param limit    Milliseconds, `'2s'`, or all options.
 * @param options  The other options, beside a time.
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function timeout(
  limit: Duration | TimeoutOptions,
  options?: Omit<TimeoutOptions, 'ms'>,
): Wrapper<PromiseLike<unknown>> {
  const given = readGiven('timeout', limit, options, names);
  const common = checkLimit(given, { least: 1 });
  const wrap: Wrap = (target, nameOf, original) => ({
    fn: timed({
      ...common,
      target,
      nameFor: nameFrom(given.name, nameOf),
      warnOfValue: (name) => {
        // Each call by `run` is of a function of its own, and one warning is enough for all of them.
        const subject = original === undefined ? target : common;
        const text = `${name} gave a plain value; timeout() can only end what returns a promise.`;
        warnOnce(subject, text, 'STAMPEDE_SYNC');
      },
      within: undefined,
      kind: common.isAsync ? 'async' : kindOf(target),
    }),
  });
  return makePolicy('timeout', wrap) as Wrapper<PromiseLike<unknown>>;
}

/** Reads a time that stands alone, a time beside options, or options. @throws {OptionError} for an unknown option. */
export function readGiven(
  owner: string,
  limit: unknown,
  options: unknown,
  known: readonly string[],
): GivenLimit {
  if (typeof limit === 'object' && limit !== null && options === undefined) {
    checkKeys(owner, limit, known);
    return limit;
  }
  checkKeys(
    owner,
    options ?? {},
    known.filter((name) => name !== 'ms'),
  );
  return { ...(options as object | undefined), ms: limit };
}

/** What `timeout` and `deadline` check alike. */
export function checkLimit(
  given: GivenLimit,
  { least }: { readonly least: 0 | 1 },
): Pick<TimeLimit, 'ms' | 'clock' | 'unref' | 'onTimeout'> & { readonly isAsync: boolean } {
  checkName(given.name);
  return {
    ms: checkMs(given.ms, least),
    clock: checkClock(given.clock),
    unref: given.unref === undefined ? false : checkBoolean('unref', given.unref),
    onTimeout: checkHandlers('onTimeout', given.onTimeout),
    isAsync: checkAsyncMode(given.mode),
  };
}

function checkMs(value: unknown, least: 0 | 1): Ms {
  const ms = toMs('ms', value);
  if (ms >= 1 || ms === least) return ms;
  if (ms > 0) throw new OptionError('ms', value, `is in milliseconds (did you mean ${ms * 1000} ms?)`);
  throw new OptionError('ms', value, 'must be at least 1 ms (leave the timeout out to have none)');
}

/** What needs a timer cannot serve sync calls. @returns Whether the mode is `'async'`. @throws {OptionError} */
export function checkAsyncMode(value: unknown): boolean {
  if (value === 'sync') {
    throw new OptionError('mode', value, 'must be "auto" or "async", as only a promise can be waited for');
  }
  return checkMode(value) === 'async';
}

/** The name that was given, else that of the function. */
export function nameFrom(given: unknown, nameOf: (thisArg: unknown) => string): (thisArg: unknown) => string {
  return given === undefined ? nameOf : () => given as string;
}
