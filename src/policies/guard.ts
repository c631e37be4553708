/**
 * What the policies that guard the way to a function share: making the call and hearing how it ended, refusing in the
 * way that the function's callers expect, and states split by a key.
 */
import { isAsync } from '../call/kind.js';
import { noteRefusal } from '../call/layers.js';
import { type Outcome, asPromise, isThenable } from '../call/outcome.js';
import type { AnyFunction } from '../call/wrapper.js';
import { OptionError, type RefusalError } from '../errors.js';
import { Keyed } from './keyed.js';

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

/** One function under a guard: what it has been seen to return, and how it is called. */
export class Guarded {
  /** Once a promise has been seen, all calls give promises. */
  kind: 'unknown' | 'sync' | 'async';

  constructor(
    readonly target: AnyFunction,
    readonly nameOf: (thisArg: unknown) => string,
  ) {
    this.kind = isAsync(target) ? 'async' : 'unknown';
  }

  /** What `key` is told. */
  told(thisArg: unknown, args: readonly unknown[]): GuardedCall {
    return Object.freeze({ target: this.target, args, thisArg, name: this.nameOf(thisArg) });
  }

  /** Ends a call that is not made: throws, or gives a promise where the function's callers expect one. */
  refuse(error: RefusalError): Promise<never> {
    noteRefusal(error, this.target);
    if (this.kind === 'async') return Promise.reject(error);
    throw error;
  }

  /** Makes the call. `leave` is told how it ended before its caller is; what it throws takes the place of the outcome. */
  call(thisArg: unknown, args: readonly unknown[], leave: (outcome: Outcome) => void): unknown {
    let result: unknown;
    try {
      result = this.target.apply(thisArg, args as unknown[]);
    } catch (error) {
      leave({ ok: false, error });
      throw error;
    }
    if (!isThenable(result)) {
      if (this.kind === 'unknown') this.kind = 'sync';
      leave({ ok: true, value: result });
      return result;
    }
    this.kind = 'async';
    return asPromise(result).then(
      (value) => {
        leave({ ok: true, value });
        return value;
      },
      (error: unknown) => {
        leave({ ok: false, error });
        throw error;
      },
    );
  }
}

/** The states of a policy: one, or one for each key. */
export class States<State> {
  readonly #key: KeyOption | undefined;
  readonly #keyed: Keyed<State>;
  readonly #only: State;

  constructor(
    key: KeyOption | undefined,
    maxKeys: number,
    make: (key: string | undefined) => State,
    isKept?: (state: State) => boolean,
  ) {
    this.#key = key;
    this.#only = make(undefined);
    this.#keyed = new Keyed(make, { max: maxKeys, isKept });
  }

  /** The state that a call belongs to. @throws {OptionError} when `key` gives no text; what `key` throws. */
  of(guarded: Guarded, thisArg: unknown, args: readonly unknown[]): State {
    const key = this.#key;
    if (key === undefined) return this.#only;
    const given: unknown = key(guarded.told(thisArg, args));
    if (typeof given === 'string') return this.#keyed.get(given);
    throw new OptionError('key', given, 'must give a text');
  }

  /** The state of one key, if it has one; without a key, that of all calls that have none. */
  peek(key?: string): State | undefined {
    return key === undefined ? this.#only : this.#keyed.peek(key);
  }
}

/** @throws {OptionError} unless `value` is `undefined` or a function. */
export function checkKey(value: unknown): KeyOption | undefined {
  if (value === undefined || typeof value === 'function') return value as KeyOption | undefined;
  throw new OptionError('key', value, 'must be a function of a call that gives a text');
}

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

/** How many keys a policy remembers. */
export function checkMaxKeys(value: unknown): number {
  return checkNumber('maxKeys', value ?? 1000, { least: 1, whole: true });
}

/** @throws {OptionError} unless `value` is a number in the range. `infinite`: whether `Infinity` is allowed. */
export function checkNumber(
  option: string,
  value: unknown,
  {
    least,
    most = Infinity,
    whole = false,
    infinite = false,
  }: { least: number; most?: number; whole?: boolean; infinite?: boolean },
): number {
  const isNumber = typeof value === 'number' && value >= least && value <= most;
  if (isNumber && (value === Infinity ? infinite : !whole || Number.isInteger(value))) return value;
  const range = most === Infinity ? `of ${least} or more` : `from ${least} to ${most}`;
  const kind = whole ? 'whole number' : 'number';
  throw new OptionError(option, value, `must be a ${kind} ${range}${infinite ? ', or Infinity' : ''}`);
}
