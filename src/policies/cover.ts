/**
 * One function under a fallback: which of its failures are covered, and what is given instead.
 */
import { rejectLater } from '../call/adoption.js';
import { frameAround } from '../call/around.js';
import { asPromise, isThenable } from '../call/outcome.js';
import type { AnyFunction } from '../call/wrapper.js';
import { OptionError, isStampedeError } from '../errors.js';
import type { Handler } from '../retry/handlers.js';
import type { Kind } from '../retry/plan.js';
import type { Matcher } from '../retry/rules.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import { announce } from './announce.js';
import type { Ending, FailedCall } from './ending.js';
import type { LastGood, Stale } from './last-good.js';
import { kindOf } from './timed-call.js';

/** How a call ended that is covered. An error, or a value that `predicate` has refused. */
export type Failure = Ending;

/** What `onFallback` is told: the call, how it ended, and what is given instead. Frozen. */
export type FallbackDetails = FailedCall &
  Failure & {
    readonly event: 'fallback';
    /** Where the substitute comes from. */
    readonly from: 'value' | 'function' | 'stale';
    /** How old the last good value is, in milliseconds; `undefined` for another substitute. */
    readonly age: Ms | undefined;
  };

type ErrorClass = abstract new (...args: any[]) => unknown;
/** Whether an error is covered. */
export type FallbackTest = { call(error: any, call: FailedCall): boolean }['call'];

/** What says which errors are covered. */
export type FallbackErrors = ErrorClass | FallbackTest | readonly (ErrorClass | FallbackTest)[];

/** A function that makes a substitute. It is told how the call ended, and of which call it is. */
export type Substituting<T> = (outcome: Failure, call: FailedCall) => T;

/** A checked fallback. */
export interface CoverRules {
  readonly substitute: unknown;
  readonly matchers: readonly Matcher[];
  readonly predicate: ((value: unknown, call: FailedCall) => unknown) | undefined;
  readonly clock: Clock;
  readonly stale: Stale | undefined;
  readonly onFallback: readonly Handler<never>[];
}

/** A fallback joined with the function that it is for. */
export class Cover {
  kind: Kind;

  constructor(
    readonly rules: CoverRules,
    readonly target: AnyFunction,
    readonly nameFor: (thisArg: unknown) => string,
    readonly lastGood: LastGood | undefined,
  ) {
    this.kind = kindOf(target);
  }

  /** Whether values are looked at, not just errors. */
  get watchesValues(): boolean {
    return this.lastGood !== undefined || this.rules.predicate !== undefined;
  }

  /** What the caller gets for a value. */
  took(value: unknown, thisArg: unknown, args: readonly unknown[]): unknown {
    const { predicate, clock } = this.rules;
    const call = this.#call(thisArg, args);
    if (predicate !== undefined && atOnce('predicate', predicate(value, call))) {
      return this.#substitute({ ok: true, value }, call);
    }
    this.lastGood?.keep(call, value, clock.now());
    return value;
  }

  /** What the caller gets for an error. @throws the error, where it is not covered. */
  failed(error: unknown, thisArg: unknown, args: readonly unknown[]): unknown {
    const call = this.#call(thisArg, args);
    if (!this.#covers(error, call)) throw error;
    return this.#substitute({ ok: false, error }, call);
  }

  #covers(error: unknown, call: FailedCall): boolean {
    if (isStampedeError(error) && (error.code === 'ERR_OPTION' || error.code === 'ERR_USAGE')) return false;
    const { matchers } = this.rules;
    return matchers.length === 0 || matchers.some((matcher) => matches(matcher, error, call));
  }

  #substitute(outcome: Failure, call: FailedCall): unknown {
    const { substitute, clock } = this.rules;
    const stale = this.lastGood?.find(call, clock.now());
    const from = stale !== undefined ? 'stale' : typeof substitute === 'function' ? 'function' : 'value';
    announce('fallback', this.rules.onFallback, call.name, (): FallbackDetails => {
      return { event: 'fallback', ...call, ...outcome, from, age: stale?.age };
    });
    if (stale !== undefined) return stale.value;
    return typeof substitute === 'function'
      ? (substitute as Substituting<unknown>)(outcome, call)
      : substitute;
  }

  #call(thisArg: unknown, args: readonly unknown[]): FailedCall {
    return Object.freeze({ target: this.target, args, thisArg, name: this.nameFor(thisArg) });
  }
}

function matches(matcher: Matcher, error: unknown, call: FailedCall): boolean {
  if (matcher.kind === 'test') return atOnce('errors', (matcher.test as FallbackTest)(error, call));
  try {
    return error instanceof matcher.of;
  } catch {
    return false; // a Proxy that throws when it is asked
  }
}

function atOnce(option: string, answer: unknown): boolean {
  if (!isThenable(answer)) return Boolean(answer);
  answer.then(undefined, () => undefined);
  throw new OptionError(option, answer, 'must answer at once', { got: 'a promise' });
}

/** The function under a fallback. No promise of ours stands between that of the function and that of the caller. */
export function covered(cover: Cover): AnyFunction {
  return function (this: unknown, ...args: unknown[]): unknown {
    const around = frameAround();
    const failed = (error: unknown): unknown => {
      if (around?.aborted !== undefined) throw error; // nobody waits for a substitute
      return cover.failed(error, this, args);
    };
    let result: unknown;
    try {
      result = cover.target.apply(this, args);
    } catch (error) {
      if (cover.kind !== 'async') return failed(error);
      return rejectLater(error).then(undefined, failed);
    }
    if (cover.kind === 'async' || isThenable(result)) {
      cover.kind = 'async';
      const promise = asPromise(result);
      return cover.watchesValues
        ? promise.then((value) => cover.took(value, this, args), failed)
        : promise.then(undefined, failed);
    }
    if (cover.kind === 'unknown') cover.kind = 'sync';
    return cover.watchesValues ? cover.took(result, this, args) : result;
  };
}
