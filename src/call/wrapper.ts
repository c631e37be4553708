/**
 * The shape of a policy: something that takes a function and gives back a function of the same type.
 *
 * One object serves as a decorator of class methods (TC39 and legacy) and around any function; `compose.ts` joins
 * several. What the wrapped function does is the policy's matter; how it looks from outside is settled here.
 */
import { UsageError, show } from '../errors.js';
import type { CallContext } from './context.js';

// `any`, not `unknown`: the parameters of a wrapped function must stay as they are, in both directions.
export type AnyFunction = (this: any, ...args: any[]) => any;
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
   * Makes one call now, under this policy.
   *
   *     const page = await retry({ maxTries: 3 }).run(({ signal }) => fetch(url, { signal }));
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

type IsAny<T> = 0 extends 1 & T ? true : false;
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

/**
 * How a policy wraps one function. `name` says what to call it. `policy` is what `retryPolicyOf` reads back from the
 * result.
 */
export type Wrap = (
  target: AnyFunction,
  name: (thisArg: unknown) => string,
) => { readonly fn: AnyFunction; readonly policy?: object | undefined };

/**
 * Makes a wrapper out of a way to wrap: works out how it is used, refuses what cannot be wrapped, and dresses the
 * result to look like the original.
 *
 * @throws {UsageError} (a TypeError) from the wrapper, when it is used on a class, a field, an accessor or a generator.
 */
export function makeWrapper(policy: string, wrap: Wrap): (...use: unknown[]) => unknown {
  const apply = (...use: unknown[]): unknown => {
    const [first, second, third] = use;
    if (isDecoratorContext(second)) return decorated(policy, wrap, first, second);
    if (typeof second === 'string' || typeof second === 'symbol')
      return redescribed(policy, wrap, first, second, third);
    if (second !== undefined) {
      throw new UsageError(
        `${policy} wraps one function; a second argument (${show(second)}) is not allowed. ` +
          'With map, write .map((fn) => wrapper(fn)).',
      );
    }
    return wrapFunction(policy, wrap, first);
  };
  return Object.defineProperty(apply, wrapKey, { value: wrap });
}

const wrapKey = Symbol('wrap');

/** How a policy wraps, for `compose`; `undefined` for what is no policy of ours. */
export function wrapOf(policy: unknown): Wrap | undefined {
  return typeof policy === 'function' ? (policy as { [wrapKey]?: Wrap })[wrapKey] : undefined;
}

/** Wraps a plain function, outside of any class. @throws {UsageError} for what cannot be wrapped. */
export function wrapFunction(policy: string, wrap: Wrap, fn: unknown): AnyFunction {
  return around(policy, wrap, fn, plainName);
}

interface DecoratorContext {
  readonly kind: string;
  readonly name: string | symbol;
  readonly static?: boolean;
}

function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof value === 'object' && value !== null && typeof (value as DecoratorContext).kind === 'string';
}

/** TC39: the class is not known yet, so the name waits for the first call. */
function decorated(policy: string, wrap: Wrap, method: unknown, context: DecoratorContext): AnyFunction {
  if (context.kind !== 'method') {
    throw new UsageError(`${policy} decorates methods; ${String(context.name)} is a ${context.kind}.`);
  }
  return around(policy, wrap, method, (fn) => (thisArg) => `${ownerOf(thisArg)}${plainName(fn)()}`);
}

/** Legacy: the target is the prototype, or the class for a static method. */
function redescribed(
  policy: string,
  wrap: Wrap,
  target: unknown,
  key: string | symbol,
  given: unknown,
): unknown {
  const descriptor = given as PropertyDescriptor | undefined;
  if (typeof descriptor !== 'object' || typeof descriptor.value !== 'function') {
    const what = typeof given === 'number' ? 'is decorated at a parameter' : 'is a field or an accessor';
    throw new UsageError(`${policy} decorates methods; ${String(key)} ${what}.`);
  }
  const owner = typeof target === 'function' ? target.name : target?.constructor.name;
  const name = owner ? `${owner}.${keyName(key)}` : keyName(key);
  return { ...descriptor, value: around(policy, wrap, descriptor.value, () => () => name) };
}

function around(
  policy: string,
  wrap: Wrap,
  target: unknown,
  naming: (fn: AnyFunction) => (thisArg: unknown) => string,
): AnyFunction {
  if (typeof target !== 'function') throw new UsageError(`${policy} wraps a function; got ${show(target)}.`);
  const fn = target as AnyFunction;
  if (isGenerator(fn))
    throw new UsageError(`${policy} cannot wrap the generator function ${plainName(fn)()}.`);
  if (isClass(fn)) {
    throw new UsageError(`${policy} wraps functions and methods, not classes; got the class ${fn.name}.`);
  }
  const wrapped = wrap(fn, naming(fn));
  return wrapped.fn === fn ? fn : dress(wrapped.fn, fn, wrapped.policy);
}

/** Whether a function was written as a class. Its prototype cannot be replaced; that of a method named "class" can. */
export function isClass(fn: AnyFunction): boolean {
  const isFixed = Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false;
  return isFixed && Function.prototype.toString.call(fn).startsWith('class');
}

function isGenerator(fn: AnyFunction): boolean {
  const kind = Object.prototype.toString.call(fn);
  return kind === '[object GeneratorFunction]' || kind === '[object AsyncGeneratorFunction]';
}

function plainName(fn: AnyFunction): () => string {
  return () => (typeof fn.name === 'string' && fn.name !== '' ? fn.name : 'anonymous');
}

function keyName(key: string | symbol): string {
  return typeof key === 'symbol' ? `[${key.description ?? ''}]` : key;
}

function ownerOf(thisArg: unknown): string {
  const owner =
    typeof thisArg === 'function'
      ? thisArg.name
      : (thisArg as { constructor?: { name?: string } } | null)?.constructor?.name;
  return owner ? `${owner}.` : '';
}

interface Metadata {
  getOwnMetadataKeys?(target: object): unknown[];
  getOwnMetadata?(key: unknown, target: object): unknown;
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

const ownOnly = new Set<string | symbol>(['prototype', 'arguments', 'caller']);

/** The policy that a function was wrapped with. A registered symbol, so that other copies of the package read it. */
export const policyKey = Symbol.for('stampede.policy');

/** The same, where reflect-metadata is loaded. */
export const policyMetadataKey = 'stampede:policy';

/**
 * Makes a wrapped function look like the original: name, length, own properties, and metadata if the host has any.
 * Notes the policy on it.
 */
function dress(wrapped: AnyFunction, original: AnyFunction, policy: object | undefined): AnyFunction {
  for (const key of Reflect.ownKeys(original)) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor && !ownOnly.has(key))
      Object.defineProperty(wrapped, key, { ...descriptor, configurable: true });
  }
  // Looked up each time: the program may load reflect-metadata after us, or never.
  const metadata = Reflect as Metadata;
  for (const key of metadata.getOwnMetadataKeys?.(original) ?? []) {
    metadata.defineMetadata?.(key, metadata.getOwnMetadata?.(key, original), wrapped);
  }
  if (policy !== undefined) {
    Object.defineProperty(wrapped, policyKey, { value: policy, configurable: true });
    metadata.defineMetadata?.(policyMetadataKey, policy, wrapped);
  }
  return wrapped;
}
