/**
 * The shape of a policy: something that takes a function and gives back a function of the same type.
 *
 * One object serves as a decorator of class methods (TC39 and legacy) and around any function. Types only:
 * `make-wrapper.ts` makes such an object, `compose.ts` joins several.
 */
import type { CallContext } from './context.js';

// `any`, not `unknown`: the parameters of a wrapped function must stay as they are, in both directions.
/** Any function, with whatever `this`. */
export type AnyFunction = (this: any, ...args: any[]) => any;
/** Any function that gives a `Result`. */
export type FunctionGiving<Result> = (this: any, ...args: any[]) => Result;

/** A thenable that is no promise; a wrapper gives a real promise in its place. */
export type ForeignThenable = PromiseLike<unknown> & { readonly [Symbol.toStringTag]?: never };

/** Whether a result is such a thenable. `any` and `never`, which fit every type, are not. */
export type IsForeign<Result> =
  IsAny<Result> extends true
    ? false
    : [Result] extends [never]
      ? false
      : [Result] extends [ForeignThenable]
        ? true
        : false;

declare const types: unique symbol;

/** What `compose` takes. `Accepts`: what the call may return. `Adds`: what the policy may return instead. */
export interface Policy<in Accepts = unknown, Adds = never> {
  /** Not there at run time: where `compose` finds the types again. */
  readonly [types]?: { readonly accepts: (result: Accepts) => void; readonly adds: Adds };
  /**
   * Makes one call now, under this policy. Nothing can be changed for one call but a retry: `retry(...).run(call,
   * overrides)`.
   *
   *     const page = await retry({ maxTries: 3 }).run(({ signal }) => fetch(url, { signal }));
   *
   * @throws {UsageError} for what is no function, and for a second argument.
   */
  run<Result extends Accepts>(call: (context: CallContext) => Result): Substituted<Result, Adds>;
}

/** A policy, whatever it accepts and adds. */
export interface AnyPolicy {
  run(call: (context: CallContext) => any): unknown;
}

/** What the call under a policy may return; of several policies, what all of them accept. */
export type AcceptsOf<P> = [P] extends [
  { readonly [types]?: { readonly accepts: (result: infer Accepts) => void } },
]
  ? Accepts
  : never;

/** What a policy may return instead. */
export type AddsOf<P> = P extends { readonly [types]?: { readonly adds: infer Adds } } ? Adds : never;

declare const promised: unique symbol;

/** Stands among what a policy adds when it gives a promise whatever the function gives: `mode: 'async'`. */
export interface Promised {
  readonly [promised]: true;
}

/** A result under a policy that may give `Adds` instead: inside the promise, where there is one. */
export type Substituted<Result, Adds> = [Adds] extends [never]
  ? Result
  : IsPromised<Adds> extends true
    ? Promise<Either<Awaited<Result>, Exclude<Adds, Promised>>>
    : [Result] extends [never]
      ? Adds
      : SubstitutedEach<Result, Adds>;

type SubstitutedEach<Result, Adds> =
  Result extends PromiseLike<unknown> ? Promise<Either<Awaited<Result>, Adds>> : Either<Result, Adds>;

// `Item[]` rather than `Item[] | never[]`: what says nothing new is left out.
type Either<Value, Adds> = [Adds] extends [Value] ? Value : Value | Adds;

/** Whether a type is `any`. */
export type IsAny<T> = 0 extends 1 & T ? true : false;
type IsPromised<Adds> =
  IsAny<Adds> extends true ? false : [Extract<Adds, Promised>] extends [never] ? false : true;

/** A policy that keeps the type of what it wraps. */
export interface Wrapper<in Accepts = unknown> extends Policy<Accepts> {
  /** A class method, by a standard (TC39) decorator. */
  <This, F extends FunctionGiving<Accepts>>(method: F, context: ClassMethodDecoratorContext<This, F>): F;
  /** A class method, by a legacy decorator (`experimentalDecorators`). */
  <F extends FunctionGiving<Accepts>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
  /** A function that returns a thenable which is no promise: it comes back as a promise. */
  <This, Args extends unknown[], Result extends ForeignThenable & Accepts>(
    fn: ((this: This, ...args: Args) => Result) & (IsForeign<Result> extends true ? unknown : never),
    noContext?: undefined,
  ): (this: This, ...args: Args) => Promise<Awaited<Result>>;
  /** Any function. The second parameter is there to refuse accessors. */
  <F extends FunctionGiving<Accepts>>(fn: F, noContext?: undefined): F;
}

/**
 * A policy that may give something else instead of the result (`raiseOnGiveup: false`, `mode: 'async'`, a fallback).
 * Around a function the type of the result widens. A method must declare the wider type itself.
 */
export interface Substitute<in Accepts, Adds> extends Policy<Accepts, Adds> {
  <This, F extends FunctionGiving<Accepts>>(
    method: F & Declared<F, Adds>,
    context: ClassMethodDecoratorContext<This, F>,
  ): F;
  <F extends FunctionGiving<Accepts>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F> & Declared<F, Adds>,
  ): TypedPropertyDescriptor<F>;
  /** Of an overloaded function the last overload is kept. */
  <This, Args extends unknown[], Result extends Accepts>(
    fn: (this: This, ...args: Args) => Result,
    noContext?: undefined,
  ): (this: This, ...args: Args) => Substituted<Result, Adds>;
}

/** The type of a function under a policy that may give `Adds`. Of an overloaded function the last overload is kept. */
export type Widened<F extends AnyFunction, Adds> = (
  this: ThisParameterType<F>,
  ...args: Parameters<F>
) => Substituted<ReturnType<F>, Adds>;

// The object type that a method must satisfy; when it does not, the name of the property is the error message.
type Declared<F extends AnyFunction, Adds> = [Substituted<ReturnType<F>, Adds>] extends [ReturnType<F>]
  ? unknown
  : { readonly 'declare the result as': Substituted<ReturnType<F>, Adds> };
