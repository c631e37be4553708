/**
 * What a call gives instead of failing.
 *
 * A value, what a function makes of the failure, or the last good value where that is young enough. Keep it outermost:
 * what stands outside of a fallback never hears of the failure.
 */
import { frameAround } from '../call/around.js';
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import { asPromise, isThenable } from '../call/outcome.js';
import type { AnyFunction, Substitute } from '../call/wrapper.js';
import { checkKeys } from '../checks.js';
import { OptionError, isStampedeError } from '../errors.js';
import { isObserved, publish, warnOnce } from '../events.js';
import { rejectLater } from '../call/adoption.js';
import { type Handler, type Handlers, checkHandlers, tellAtOnce } from '../retry/handlers.js';
import { checkCallback, checkClock, checkName } from '../retry/option-checks.js';
import type { Kind } from '../retry/plan.js';
import { type Matcher, checkErrors } from '../retry/rules.js';
import type { Clock } from '../time/clock.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { Keyed } from './keyed.js';
import { kindOf } from './timed-call.js';
import { nameFrom } from './timeout.js';

/** The call that failed, as callbacks of a fallback see it. Frozen. */
export interface FailedCall {
  /** The function as it was before it was wrapped. */
  readonly target: AnyFunction;
  readonly args: readonly unknown[];
  readonly thisArg: unknown;
  readonly name: string;
}

/** What `onFallback` is told: the call, how it ended, and what is given instead. Frozen. */
export type FallbackDetails = FailedCall &
  Failure & {
    readonly event: 'fallback';
    /** Where the substitute comes from. */
    readonly from: 'value' | 'function' | 'stale';
    /** How old the last good value is, in milliseconds; `undefined` for another substitute. */
    readonly age: Ms | undefined;
  };

/** Keeping the last good value. */
export interface StaleOptions {
  /** How old a value may be given. */
  readonly maxAge: Duration;
  /**
   * Which values stand for each other. Needed where an argument is an object; without it, calls with the same texts,
   * numbers and other plain arguments share one value.
   */
  readonly key?: ((call: FailedCall) => string) | undefined;
  /** How many values are kept, those used last. @default 1000 */
  readonly maxKeys?: number | undefined;
}

/** Options of `fallback`. */
export interface FallbackOptions {
  /** Which errors it stands in for: a class, a test `(error, call) => boolean`, or an array. @default any */
  readonly errors?: FallbackErrors | undefined;
  /** Whether a value is as bad as an error. @default never */
  readonly predicate?: { call(value: any, call: FailedCall): boolean }['call'] | undefined;
  /** Give the last good value where there is one: how old it may be, or all there is to say. @default never */
  readonly staleIfError?: Duration | StaleOptions | undefined;
  /** What the function is called in events. @default the function's name (`Class.method`) */
  readonly name?: string | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** Told of each failure that is covered. Nobody waits for it. */
  readonly onFallback?: Handlers<FallbackDetails> | undefined;
}

type ErrorClass = abstract new (...args: any[]) => unknown;
type FallbackTest = { call(error: any, call: FailedCall): boolean }['call'];

/** What says which errors are covered. */
export type FallbackErrors = ErrorClass | FallbackTest | readonly (ErrorClass | FallbackTest)[];

/** How a call ended that is covered. An error, or a value that `predicate` has refused. */
export type Failure =
  | { readonly ok: false; readonly error: any; readonly value?: undefined }
  | { readonly ok: true; readonly value: any; readonly error?: undefined };

/** A function that makes a substitute. It is told how the call ended, and of which call it is. */
export type Substituting<T> = (outcome: Failure, call: FailedCall) => T;

// A promise can only stand in for one.
type AcceptsFor<T> = 0 extends 1 & T
  ? unknown
  : [Extract<T, PromiseLike<unknown>>] extends [never]
    ? unknown
    : PromiseLike<unknown>;

const names = ['errors', 'predicate', 'staleIfError', 'name', 'clock', 'onFallback'] as const;
const staleNames = ['maxAge', 'key', 'maxKeys'] as const;

/**
 * Gives something else instead of a failure.
 *
 *     const getUser = fallback(null)(fetchUser);                  // Promise<User | null>
 *     const news    = fallback([], { staleIfError: '10m' })(loadNews);
 *     const price   = fallback(({ ok, error }, { args }) => priceFromTable(args[0]))(fetchPrice);
 *
 * A function that is given is always called; what it throws reaches the caller. Errors that say that Stampede itself is
 * used wrongly (`OptionError`, `UsageError`) are never covered, nor is a call inside another that was aborted.
 *
 * @param substitute  A value, or a function of the outcome and the call.
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function fallback<T>(
  substitute: Substituting<T>,
  options?: FallbackOptions,
): Substitute<AcceptsFor<T>, Awaited<T>>;
export function fallback<T>(substitute: T, options?: FallbackOptions): Substitute<AcceptsFor<T>, Awaited<T>>;
export function fallback(substitute: unknown, options: FallbackOptions = {}): unknown {
  checkKeys('fallback', options, names);
  checkName(options.name);
  const rules: Rules = {
    substitute,
    matchers: checkErrors(options.errors),
    predicate: checkCallback('predicate', options.predicate) as Rules['predicate'],
    clock: checkClock(options.clock),
    stale: checkStale(options.staleIfError),
    onFallback: checkHandlers('onFallback', options.onFallback),
  };
  const shared = rules.stale?.key === undefined ? undefined : new LastGood(rules.stale);
  const wrap: Wrap = (target, nameOf, original) => {
    // Each call by `run` is of a function of its own; what a key of the user's says is the same, is.
    const lastGood = original === undefined ? lastGoodFor(rules.stale) : shared;
    return { fn: covered(new Cover(rules, target, nameFrom(options.name, nameOf), lastGood)) };
  };
  return makePolicy('fallback', wrap);
}

interface Stale {
  readonly maxAge: Ms;
  readonly key: ((call: FailedCall) => string) | undefined;
  readonly maxKeys: number;
}

interface Rules {
  readonly substitute: unknown;
  readonly matchers: readonly Matcher[];
  readonly predicate: ((value: unknown, call: FailedCall) => unknown) | undefined;
  readonly clock: Clock;
  readonly stale: Stale | undefined;
  readonly onFallback: readonly Handler<never>[];
}

function checkStale(given: unknown): Stale | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null) {
    return { maxAge: toMs('staleIfError', given, { infinite: true }), key: undefined, maxKeys: 1000 };
  }
  checkKeys('staleIfError', given, staleNames);
  const { maxAge, key, maxKeys = 1000 } = given as Partial<Record<keyof StaleOptions, unknown>>;
  if (!Number.isSafeInteger(maxKeys) || (maxKeys as number) < 1) {
    throw new OptionError('maxKeys', maxKeys, 'must be a whole number of 1 or more');
  }
  if (key !== undefined && typeof key !== 'function') {
    throw new OptionError('key', key, 'must be a function of the call that gives a text');
  }
  return {
    maxAge: toMs('maxAge', maxAge, { infinite: true }),
    key: key as Stale['key'],
    maxKeys: maxKeys as number,
  };
}

function lastGoodFor(stale: Stale | undefined): LastGood | undefined {
  return stale && new LastGood(stale);
}

interface Good {
  value: unknown;
  since: Ms;
}

/** The last good values of one function. Those of different objects are kept apart, and go with the object. */
class LastGood {
  #ofNone: Keyed<Good> | undefined;
  readonly #ofObjects = new WeakMap<object, Keyed<Good>>();

  constructor(readonly stale: Stale) {}

  /** Keeps a value. Gives nothing for a call that no key can be made for. */
  keep(call: FailedCall, value: unknown, now: Ms): void {
    const key = this.#keyOf(call);
    if (key === undefined) return;
    const good = this.#of(call.thisArg).get(key);
    good.value = value;
    good.since = now;
  }

  /** The last good value, if it is young enough. */
  find(call: FailedCall, now: Ms): { readonly value: unknown; readonly age: Ms } | undefined {
    const key = this.#keyOf(call);
    const good = key === undefined ? undefined : this.#of(call.thisArg).peek(key);
    if (good === undefined) return undefined;
    const age = Math.max(0, now - good.since);
    return age <= this.stale.maxAge ? { value: good.value, age } : undefined;
  }

  #of(thisArg: unknown): Keyed<Good> {
    // A key of the user's tells what is the same, whoever asks.
    const isObject = (typeof thisArg === 'object' && thisArg !== null) || typeof thisArg === 'function';
    if (this.stale.key !== undefined || !isObject) {
      return (this.#ofNone ??= this.#make());
    }
    let goods = this.#ofObjects.get(thisArg);
    if (goods === undefined) this.#ofObjects.set(thisArg, (goods = this.#make()));
    return goods;
  }

  #make(): Keyed<Good> {
    return new Keyed<Good>(() => ({ value: undefined, since: 0 }), { max: this.stale.maxKeys });
  }

  #keyOf(call: FailedCall): string | undefined {
    const { key } = this.stale;
    if (key === undefined) return keyOfPlain(call);
    const given: unknown = key(call);
    if (typeof given === 'string') return given;
    throw new OptionError('key', given, 'must give a text');
  }
}

// What one object holds tells nothing of another that was made for another customer, so objects are not guessed at.
function keyOfPlain({ args, name, target }: FailedCall): string | undefined {
  if (args.every(isPlain)) return JSON.stringify(args.map((arg) => `${typeof arg}:${String(arg)}`));
  warnOnce(
    target,
    `staleIfError keeps nothing of ${name}, as an argument is no plain value. Give it a key.`,
    'STAMPEDE_STALE',
  );
  return undefined;
}

function isPlain(arg: unknown): boolean {
  return arg === null || (typeof arg !== 'object' && typeof arg !== 'function' && typeof arg !== 'symbol');
}

/** A fallback joined with the function that it is for. */
class Cover {
  kind: Kind;

  constructor(
    readonly rules: Rules,
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
    this.#tell({ event: 'fallback', ...call, ...outcome, from, age: stale?.age });
    if (stale !== undefined) return stale.value;
    return typeof substitute === 'function'
      ? (substitute as Substituting<unknown>)(outcome, call)
      : substitute;
  }

  #tell(details: FallbackDetails): void {
    const { onFallback } = this.rules;
    const observed = isObserved();
    if (onFallback.length === 0 && !observed) return;
    Object.freeze(details);
    if (observed) publish('fallback', details.name, details);
    tellAtOnce(onFallback, details.name, details);
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
function covered(cover: Cover): AnyFunction {
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
