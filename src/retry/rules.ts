/**
 * Which rule speaks for an outcome.
 *
 * A rule names the errors or the values that are to be retried. The first rule that matches decides; where none does,
 * the outcome passes through to the caller.
 */
import type { CallDetails } from '../call/details.js';
import { type Outcome, isThenable } from '../call/outcome.js';
import { isClass } from '../call/make-wrapper.js';
import type { AnyFunction } from '../call/wrapper.js';
import { OptionError, StampedeError, isRefusal, isStampedeError, withCause } from '../errors.js';
import type { WaitMaker } from '../wait/waits.js';
import type { WaitRule } from './attempts.js';
import type { ErrorClass, ErrorTest, Verdict } from './options.js';

/** A rule that has been checked. */
export interface Rule extends WaitRule {
  readonly index: number;
  readonly wait: WaitMaker;
  /** What is retried; `undefined`: no error, an empty list: any. */
  readonly matchers: readonly Matcher[] | undefined;
  readonly predicate: ((value: unknown, details?: CallDetails) => Verdict) | undefined;
  readonly giveup: ((error: unknown, details?: CallDetails) => Verdict) | undefined;
}

/** One entry of the option `errors`. */
export type Matcher =
  | { readonly kind: 'class'; readonly of: ErrorClass; readonly takesRefusals: boolean }
  | { readonly kind: 'test'; readonly test: ErrorTest };

/**
 * Reads the option `errors`.
 *
 * @returns The matchers; an empty list for `undefined`, which means any error.
 * @throws {OptionError} for anything but classes and functions.
 */
export function checkErrors(given: unknown): readonly Matcher[] {
  if (given === undefined) return [];
  const entries: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (entries.length === 0)
    throw new OptionError('errors', given, 'must name at least one error class or test');
  return entries.map(checkMatcher);
}

function checkMatcher(entry: unknown): Matcher {
  if (typeof entry !== 'function') {
    throw new OptionError(
      'errors',
      entry,
      'must be an error class, a test (error) => boolean, or an array of both',
    );
  }
  if (!isErrorClass(entry)) return { kind: 'test', test: entry as ErrorTest };
  const takesRefusals = entry === StampedeError || entry.prototype instanceof StampedeError;
  return { kind: 'class', of: entry as unknown as ErrorClass, takesRefusals };
}

// Written as a class, or made like Error in another realm or in the old style.
function isErrorClass(entry: { prototype?: unknown }): boolean {
  const { prototype } = entry;
  if (typeof prototype !== 'object' || prototype === null) return false;
  if (prototype instanceof Error || isClass(entry as AnyFunction)) return true;
  return 'name' in prototype && 'message' in prototype;
}

/**
 * Whether a callback may look at the details it is given. One that takes just its subject is spared the making of
 * them, which costs more than most callbacks.
 */
export function wantsDetails(callback: ((...args: any[]) => unknown) | undefined): boolean {
  if (callback === undefined) return false;
  const known = seekers.get(callback);
  if (known !== undefined) return known;
  const wants = callback.length !== 1 || mayTakeMore(callback);
  seekers.set(callback, wants);
  return wants;
}

const seekers = /* @__PURE__ */ new WeakMap<object, boolean>();

// `length` does not count a parameter with a default, nor `arguments`, nor what a bound function passes on.
function mayTakeMore(callback: (...args: any[]) => unknown): boolean {
  const source = Function.prototype.toString.call(callback);
  const [head = ''] = source.split(/=>|\)\s*\{/, 1);
  return head.includes(',') || /\barguments\b|\[native code\]/.test(source);
}

/** What the rules say of an outcome: the rule that matches, none, or a promise of either. */
export type Found = Rule | undefined | PromiseLike<Rule | undefined>;

/** Whoever can tell the details of a call, to callbacks that want them. */
export interface Teller {
  told(rule?: Rule): CallDetails;
}

/**
 * The first rule that matches an outcome.
 *
 * @param teller  Asked for the details, for callbacks that want them.
 * @returns The rule, `undefined` for none, or a promise of either where a predicate is async.
 */
export function ruleFor(rules: readonly Rule[], outcome: Outcome, teller: Teller, from = 0): Found {
  for (let index = from; index < rules.length; index++) {
    const rule = rules[index] as Rule;
    const matches = outcome.ok
      ? matchesValue(rule, outcome.value, teller)
      : matchesError(rule, outcome.error, teller);
    if (matches === false) continue;
    if (!isThenable(matches)) return matches ? rule : undefined;
    return Promise.resolve(matches).then((late) =>
      late ? rule : ruleFor(rules, outcome, teller, index + 1),
    );
  }
  return undefined;
}

function matchesValue({ predicate }: Rule, value: unknown, teller: Teller): Verdict {
  if (predicate === undefined) return false;
  const answer: unknown = wantsDetails(predicate) ? predicate(value, teller.told()) : predicate(value);
  return isThenable(answer) ? (answer as PromiseLike<boolean>) : Boolean(answer);
}

function matchesError({ matchers }: Rule, error: unknown, teller: Teller): boolean {
  if (matchers === undefined) return false;
  const ours = isStampedeError(error);
  if (ours && error.code === 'ERR_OPTION') return false; // trying again cannot mend a bad option
  if (matchers.length === 0) return !(ours && isRefusal(error));
  return matchers.some((matcher) =>
    matcher.kind === 'class' ? isInstance(matcher, error) : passes(matcher.test, error, teller),
  );
}

function isInstance(matcher: Matcher & { kind: 'class' }, error: unknown): boolean {
  try {
    return error instanceof matcher.of && (matcher.takesRefusals || !isRefusal(error));
  } catch {
    return false; // a Proxy that throws when it is asked
  }
}

function passes(test: ErrorTest, error: unknown, teller: Teller): boolean {
  const answer: unknown = guarded('errors', error, () =>
    wantsDetails(test) ? test(error, teller.told()) : (test as (error: unknown) => boolean)(error),
  );
  if (!isThenable(answer)) return Boolean(answer);
  ignore(answer);
  throw new OptionError('errors', answer, 'must answer at once', {
    cause: error,
    got: 'a test that gives a promise',
  });
}

/** Runs a callback that was asked about an error; what it throws gets that error as its `cause`. */
export function guarded<T>(option: string, error: unknown, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    throw withCause(thrown, option, { cause: error });
  }
}

/** Asks one `giveup`. @returns Whether to stop, or a promise of it. */
export function saysGiveUp(
  giveup: NonNullable<Rule['giveup']>,
  error: unknown,
  rule: Rule,
  teller: Teller,
): boolean | PromiseLike<boolean> {
  const answer: unknown = guarded('giveup', error, () =>
    wantsDetails(giveup) ? giveup(error, teller.told(rule)) : giveup(error),
  );
  if (!isThenable(answer)) return Boolean(answer);
  return Promise.resolve(answer).then(Boolean, (thrown: unknown) => {
    throw withCause(thrown, 'giveup', { cause: error });
  });
}

/** Keeps a promise that nobody will look at from being reported as unhandled. */
export function ignore(promise: PromiseLike<unknown>): void {
  promise.then(undefined, () => undefined);
}
