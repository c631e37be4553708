/**
 * The options of a retry, as users write them. `policy.ts` checks them.
 *
 * Times are milliseconds or strings with a unit. Options given as functions are called once per call, when first
 * needed, with `(details)` and the call's `this`.
 */
import type { CallDetails, RuntimeOption } from '../call/details.js';
import type { Outcome, Returned, Threw } from '../call/outcome.js';
import type { AnyFunction, IsAny, Promised } from '../call/wrapper.js';
import type { Clock } from '../time/clock.js';
import type { Duration } from '../time/duration.js';
import type { Random } from '../time/random.js';
import type { Jitter } from '../wait/jitter.js';
import type { WaitMaker } from '../wait/waits.js';
import type { Budget } from './attempts.js';
import type {
  AbortDetails,
  AttemptDetails,
  BackoffDetails,
  GiveUpDetails,
  SuccessDetails,
} from './details.js';
import type { Handlers } from './handlers.js';
import type { LogOption } from './log.js';

// A callback may declare a narrower parameter than it is given, as methods may.
type Callback<Args extends unknown[], Result> = { call(...args: Args): Result }['call'];

/** The verdict of a callback. A promise of one makes the wrapper accept only functions that return promises. */
export type Verdict = boolean | PromiseLike<boolean>;

/** A class of errors, abstract ones included. */
export type ErrorClass<E = unknown> = abstract new (...args: any[]) => E;

/** A test of an error. Not async: whether a retry is due must be known at once. */
export type ErrorTest<E = unknown> = Callback<[error: E, details: CallDetails], boolean>;

/** What says which errors are retried: a class, a test, or an array of both. */
export type ErrorMatcher = ErrorClass | ErrorTest | readonly (ErrorClass | ErrorTest)[];

/** The errors that a matcher lets through, as far as its type tells. */
export type MatchedError<M> = M extends readonly (infer One)[] ? MatchedByOne<One> : MatchedByOne<M>;

type MatchedByOne<M> =
  M extends ErrorClass<infer E>
    ? E
    : M extends (error: any, details: CallDetails) => error is infer Guarded
      ? Guarded
      : M extends (error: infer E, ...rest: any[]) => unknown
        ? E
        : unknown;

/** How a call is made: found out by what the function gives, or said. */
export type Mode = 'auto' | 'sync' | 'async';

/** How long, how often, under whose control. All of these may be given to any retry. */
export interface LimitOptions<This = any, M extends Mode = Mode> {
  /** Attempts in all, the first included: a whole number from 1, or `Infinity`. @default 10; `Infinity` in `onPredicate` */
  readonly maxTries?: RuntimeOption<number, This> | undefined;
  /** From the start of the first attempt; no attempt is planned to start later. @default Infinity */
  readonly maxTime?: RuntimeOption<Duration, This> | undefined;
  /** Spreads the waits; `null` for none. @default fullJitter */
  readonly jitter?: Jitter | null | undefined;
  /** Ends the call at once when it aborts: a signal, or a function of the call that gives one. @default none */
  readonly signal?: RuntimeOption<AbortSignal | undefined, This> | undefined;
  /** Pays for retries, shared or of its own; asked last, before the wait. @default none */
  readonly budget?: RuntimeOption<Budget | undefined, This> | undefined;
  /** Whether the function is async: found out, or said. @default 'auto' */
  readonly mode?: M | undefined;
  /** What time it is, and who is woken when; `new VirtualClock()` in tests. @default systemClock */
  readonly clock?: Clock | undefined;
  /** Gives numbers from 0 up to, not including, 1. @default Math.random */
  readonly random?: Random | undefined;
  /** Whether a wait may be forgotten when the process has nothing else to do. @default false */
  readonly unref?: boolean | undefined;
  /** `false` makes exactly one attempt and leaves its outcome alone. @default true */
  readonly enabled?: RuntimeOption<boolean, This> | undefined;
  /**
   * Whether an error that an inner retry has given up on, within the same call, is tried again: `'once'` keeps the
   * layers of a program from multiplying their attempts. Seen are inner calls that start before the first `await` of
   * the outer function. @default 'again'
   */
  readonly nested?: 'once' | 'again' | undefined;
  /** What the function is called in logs, events and errors. @default the function's name (`Class.method`) */
  readonly name?: string | undefined;
  /** `false` for no log, or a function `(level, text, details)`. @default the package `debug`, `stampede:retry` */
  readonly log?: LogOption;
}

/**
 * Who wants to know. Each is one handler or an iterable of handlers, called in order with frozen details. In a sync call
 * none is awaited. A handler that throws or rejects changes nothing for the caller: it is reported and dropped.
 */
export interface HandlerOptions<O extends Outcome<any, any> = Outcome> {
  /** Before each attempt, the first included; `tries` counts it. Not awaited. @default none */
  readonly onAttempt?: Handlers<AttemptDetails> | undefined;
  /** The call has succeeded, with `value`. Awaited before the caller gets it. @default none */
  readonly onSuccess?: Handlers<SuccessDetails<ValueIn<O>>> | undefined;
  /**
   * An attempt has failed, with `error` or `value`, and another follows after `wait` milliseconds. Awaited before the wait;
   * the time it takes counts toward `maxTime`. @default none
   */
  readonly onBackoff?: Handlers<BackoffDetails<O>> | undefined;
  /**
   * An attempt has failed and no other follows; `reason` says why. Awaited. Not told of an error that nothing matches.
   * @default none
   */
  readonly onGiveup?: Handlers<GiveUpDetails<O>> | undefined;
  /** The `signal` has aborted, with `abortReason`; `error` is that of the last attempt. Not awaited. @default none */
  readonly onAbort?: Handlers<AbortDetails> | undefined;
}

// Where only errors are looked at, nobody has said what the value is.
type ValueIn<O> = [Extract<O, Returned<any>>] extends [Returned<infer V>] ? V : unknown;

/** Options of `onException`. */
export interface ExceptionOptions<E, V extends Verdict> extends LimitOptions, HandlerOptions<Threw<E>> {
  /** Stops at once when it gives true; asked on the last failure too. @default never */
  readonly giveup?: Callback<[error: E, details: CallDetails], V> | undefined;
  /** `false`: give `undefined` instead of throwing when giving up. @default true */
  readonly raiseOnGiveup?: boolean | undefined;
}

/** Options of `onPredicate`. */
export interface PredicateOptions<V> extends LimitOptions, HandlerOptions<Returned<V>> {
  /** `true`: throw a `GiveUpError` instead of giving the last value when giving up. @default false */
  readonly raiseOnGiveup?: boolean | undefined;
}

/** One of several `rules`: the first that matches an outcome decides on it. */
export interface RetryRule<M = ErrorMatcher, V = any, Answer extends Verdict = Verdict> {
  readonly errors?: (M & ErrorMatcher) | undefined;
  readonly predicate?: Callback<[value: V, details: CallDetails], Answer> | undefined;
  /** @default the `wait` of the retry */
  readonly wait?: WaitMaker | undefined;
  /** How many attempts may end in this rule. @default no limit of its own */
  readonly maxTries?: number | undefined;
  readonly giveup?: Callback<[error: MatchedError<M>, details: CallDetails], Answer> | undefined;
}

/**
 * Several rules. The first six are known one by one, each with a matcher of its own (`A` to `F`), so that its `giveup`
 * is told the errors that it matches; from the seventh on it is told `unknown`. A list that is kept apart is one, too.
 */
export type RuleList<V, Answer extends Verdict, A, B, C, D, E, F> = readonly RetryRule<
  ErrorMatcher,
  V,
  Answer
>[] & {
  // Not a mapped type: that infers nothing from a function whose parameters have no annotation, as `(e) => ...` has.
  readonly 0?: RetryRule<A, V, Answer>;
  readonly 1?: RetryRule<B, V, Answer>;
  readonly 2?: RetryRule<C, V, Answer>;
  readonly 3?: RetryRule<D, V, Answer>;
  readonly 4?: RetryRule<E, V, Answer>;
  readonly 5?: RetryRule<F, V, Answer>;
};

/** Options of `retry` and `withRetry`. `Answer` is the verdict of `giveup` and `predicate`. */
export interface RetryOptions<
  M = ErrorMatcher,
  V = any,
  Answer extends Verdict = Verdict,
  Rules extends readonly unknown[] = readonly RetryRule[],
  This = any,
>
  extends LimitOptions<This>, HandlerOptions<Outcome<V, MatchedError<M>>> {
  /** Makes the waits. @default expo({ factor: 100, maxValue: '10s' }) */
  readonly wait?: WaitMaker | undefined;
  /** Which errors are retried. @default any error; none where only `predicate` is given */
  readonly errors?: M | undefined;
  /** Retries while it gives true for the value. @default none */
  readonly predicate?: Callback<[value: V, details: CallDetails], Answer> | undefined;
  /** Stops at once when it gives true; asked on the last failure too. @default never */
  readonly giveup?: Callback<[error: MatchedError<M>, details: CallDetails], Answer> | undefined;
  /** Errors: `false` gives `undefined`. Predicates: `true` throws a `GiveUpError`. @default true for errors, false for predicates */
  readonly raiseOnGiveup?: boolean | undefined;
  /** Several kinds of failure, each with waits and a count of its own. Not beside `errors` or `predicate`. */
  readonly rules?: Rules | undefined;
}

/** What a wrapped function of type `F` gives in the end. */
export type ValueOf<F extends AnyFunction> = Awaited<ReturnType<F>>;

/** The options that change the type of the result, taken by themselves so that it can follow them. */
export interface ResultOptions<Raise extends boolean | undefined, M extends Mode | undefined> {
  readonly raiseOnGiveup?: Raise;
  readonly mode?: M;
}

/** What a retry may give instead of the result of the function. */
export type AddsFor<Raise extends boolean | undefined, M extends Mode | undefined> =
  (false extends Raise ? undefined : never) | (IsAsync<M> extends true ? Promised : never);

/** Callbacks may be async only where the call is. */
export type VerdictFor<F extends AnyFunction, M extends Mode | undefined> =
  IsAsync<M> extends true ? Verdict : ReturnType<F> extends PromiseLike<unknown> ? Verdict : boolean;

/** What `giveup` and `predicate` answer, where `Later` is what their promises give: `never` where none is async. */
export type AnswerOf<Later> =
  IsAny<Later> extends true ? boolean : [Later] extends [never] ? boolean : Verdict;

/** What a call under a retry may return, by what its callbacks need: an async callback needs an async call. */
export type AcceptsFor<V, Answer, M extends Mode | undefined> = [Answer] extends [boolean]
  ? V | PromiseLike<V>
  : IsAsync<M> extends true
    ? V | PromiseLike<V>
    : PromiseLike<V>;

// `Mode` itself, from options of a wider type, counts as `'auto'`.
type IsAsync<M> = [M] extends ['async'] ? true : false;
