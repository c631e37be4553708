/**
 * How long to wait between two attempts: the contract.
 *
 * A *maker* gives a fresh sequence of waits for every call. A sequence knows nothing of limits, deadlines or the
 * spreading of waits: `retry/attempts.ts` asks it for the next wait, and `jitter.ts` spreads the answer.
 */
import type { Outcome } from '../call/outcome.js';
import { isClass } from '../call/make-wrapper.js';
import type { AnyFunction } from '../call/wrapper.js';
import { OptionError, isStampedeError, show, withCause } from '../errors.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import type { Random } from '../time/random.js';

/**
 * What kind of wait it is. `'server'`: somebody asked for it; never shortened, spread upward only.
 * `'spread'`: drawn at random already, so the default jitter leaves it alone.
 */
export type WaitKind = 'server' | 'spread';

/** The answer of a sequence: the next wait, or `done` when it has none left, which ends the retry. */
export interface NextWait {
  readonly value: Ms;
  readonly done?: boolean;
  readonly kind?: WaitKind | undefined;
  /** For `'server'`: how far past itself the wait is spread. Default a tenth of it. */
  readonly spread?: Ms | undefined;
  /** For `'spread'`: the least that could have been drawn. Default 0. */
  readonly least?: Ms | undefined;
}

/**
 * A sequence of waits. Any generator of numbers is one. When the call ends it is dropped and its `return()` not called:
 * a maker may give one sequence to several calls, and where a later attempt succeeds nothing of ours need run.
 */
export interface Waits {
  next(outcome: Outcome<any, any>): NextWait | IteratorResult<Ms, unknown>;
}

/** What a maker may ask of the call it makes waits for. */
export interface WaitScope {
  readonly clock: Clock;
  readonly random: Random;
  /** The value of an option that may be a function of the call. Called once per call, when the waits begin. */
  read<T>(option: T | ((details: never) => T)): T;
}

/** Gives a fresh sequence of waits, or another maker. It is called with the first outcome of the call. */
// `any`: a factory such as `expo` is a maker too, and takes its options there.
export type WaitMaker = (first: any, scope: any) => Waits | WaitMaker;

const factory = Symbol.for('stampede.factory');

/** Marks a function that makes makers, so that `wait: expo` means `wait: expo()`. */
export function waitFactory<F extends (...options: never[]) => WaitMaker>(name: string, make: F): F {
  return Object.defineProperties(make, { name: { value: name }, [factory]: { value: true } });
}

type Given = ((...args: unknown[]) => unknown) & { [factory]?: true };

/**
 * Looks at the option `wait`, or another that takes waits, when a function is wrapped.
 *
 * @throws {OptionError} with a hint for everything that cannot be meant: a number, a running iterator, a class.
 */
export function checkWaitMaker(wait: unknown, option = 'wait'): WaitMaker {
  if (typeof wait !== 'function') throw new OptionError(option, wait, allowed(wait));
  const kind = Object.prototype.toString.call(wait);
  if (kind === '[object AsyncGeneratorFunction]' || kind === '[object AsyncFunction]') {
    throw new OptionError(
      option,
      wait,
      'must give its waits at once; use a plain function or function*, not an async one',
    );
  }
  if (isClass(wait as AnyFunction)) {
    throw new OptionError(option, wait, 'must be a function that gives a sequence of waits, not a class');
  }
  return (wait as Given)[factory] ? ((wait as Given)() as WaitMaker) : (wait as WaitMaker);
}

function allowed(wait: unknown): string {
  if (typeof wait === 'number' || typeof wait === 'string')
    return `must make waits; write constant(${show(wait)})`;
  if (Array.isArray(wait)) return `must make waits; write constant(${show(wait)})`;
  if (isSequence(wait)) {
    return 'must make a fresh sequence for every call, and this one would be shared; give the generator function itself';
  }
  return 'must be a function that makes waits, such as expo, fibo() or a function*';
}

function isSequence(value: unknown): value is Waits {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Waits>).next === 'function';
}

/**
 * Starts a sequence: calls the maker, and what it gives, until there is one.
 *
 * @throws {OptionError} naming the maker, with the outcome's error as `cause`.
 */
export function startWaits(maker: WaitMaker, first: Outcome, scope: WaitScope): Waits {
  let made: unknown = maker;
  try {
    for (let depth = 0; typeof made === 'function' && depth < 10; depth++) {
      made = (made as Given)[factory] ? (made as Given)() : (made as WaitMaker)(first, scope);
    }
  } catch (thrown) {
    throw failed(maker, thrown, first);
  }
  if (isSequence(made)) return made;
  const hint =
    typeof made === 'number'
      ? ' (a fixed wait is constant(100); one read from the outcome is runtime({ value }))'
      : '';
  throw new OptionError(titleOf(maker), made, `must give a sequence of waits${hint}`, causeOf(first));
}

/**
 * Asks for the next wait.
 *
 * @returns The wait, 0 or more; `undefined` when the sequence has none left.
 * @throws {OptionError} for a wait that is not a number, naming the maker, with the outcome's error as `cause`.
 */
export function nextWait(waits: Waits, outcome: Outcome, maker: WaitMaker): NextWait | undefined {
  let next: Partial<NextWait> | null | undefined;
  let value: unknown;
  try {
    next = waits.next(outcome) as NextWait;
    if (next?.done === true) return undefined;
    value = next?.value;
  } catch (thrown) {
    throw failed(maker, thrown, outcome);
  }
  if (typeof value === 'number' && value >= 0) return next as NextWait;
  if (typeof value === 'number' && value < 0) return { ...next, value: 0 };
  throw new OptionError(
    `A wait of ${nameOf(maker)}`,
    value,
    'must be a number of milliseconds',
    causeOf(outcome),
  );
}

/** An error that an option given as a function threw: it reaches the caller as it is. */
export class OptionFailure {
  constructor(
    readonly option: string,
    readonly error: unknown,
  ) {}
}

function failed(maker: WaitMaker, thrown: unknown, outcome: Outcome): unknown {
  const cause = causeOf(outcome);
  if (thrown instanceof OptionFailure) return withCause(thrown.error, thrown.option, cause);
  if (!isStampedeError(thrown))
    return new OptionError(`The waits of ${nameOf(maker)}`, thrown, 'must not throw', cause);
  return thrown.cause === undefined ? withCause(thrown, 'wait', cause) : thrown;
}

/** The error of an outcome, as the `cause` of an error of ours. */
export function causeOf(outcome: Outcome): { cause?: unknown } {
  return outcome.ok ? {} : { cause: outcome.error };
}

export function nameOf(maker: WaitMaker): string {
  return maker.name === '' ? 'wait' : maker.name;
}

function titleOf(maker: WaitMaker): string {
  return nameOf(maker) === 'wait' ? 'wait' : `wait (${nameOf(maker)})`;
}

/** A maker from a function that starts a sequence; it bears the name of the waits in error texts. */
export function waitMaker(name: string, start: (first: Outcome, scope: WaitScope) => Waits): WaitMaker {
  return Object.defineProperty(start, 'name', { value: name });
}
