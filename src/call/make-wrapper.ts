/**
 * Making a policy into one object that decorates class methods (TC39 and legacy), wraps any function, and makes
 * single calls.
 *
 * How it is used is worked out here, and what cannot be wrapped is refused. What the wrapped function does is the
 * policy's matter.
 */
import { UsageError, show } from '../errors.js';
import { type CallContext, contextHere } from './context.js';
import { dress } from './dress.js';
import { keepKind } from './kind.js';
import { noteLayer } from './layers.js';
import type { AnyFunction } from './wrapper.js';

/** A function under a policy. */
export interface Wrapped {
  readonly fn: AnyFunction;
  /** What `retryPolicyOf` reads back from it. */
  readonly policy?: object | undefined;
  /** Whether one call may be several of the function, so that how it ends does not tell of all of them. */
  readonly repeats?: boolean | undefined;
}

/**
 * How a policy wraps one function. `name` says what to call it. `original` is there where it is wrapped for one call:
 * what was given to `run`, and what `target` leads to.
 */
export type Wrap = (
  target: AnyFunction,
  name: (thisArg: unknown) => string,
  original?: AnyFunction,
) => Wrapped;

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

/**
 * Refuses a maker of wrappers that is used as if it were one: `@retry` for `@retry()`.
 *
 * @param args     What it was called with.
 * @param instead  What to write.
 * @throws {UsageError}
 */
export function refuseBareUse(maker: string, args: readonly unknown[], instead: string): void {
  const [, second, third] = args;
  const isLegacy = typeof third === 'object' && third !== null && 'configurable' in third;
  if (isLegacy || isDecoratorContext(second)) {
    throw new UsageError(`${maker} makes a decorator; write ${instead}.`);
  }
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
  const wrapped = addLayer(wrap, fn, naming(fn));
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

/** Wraps a function, and notes what is known of the result. */
export function addLayer(wrap: Wrap, ...[target, name, original]: Parameters<Wrap>): Wrapped {
  const wrapped = wrap(target, name, original);
  keepKind(wrapped.fn, target);
  if (wrapped.repeats !== true) noteLayer(wrapped.fn, target);
  return wrapped;
}

/**
 * Checks what `run` is given.
 *
 * @param more  A second argument, where there may be none: only a retry can be changed for one call.
 * @throws {UsageError} unless `call` is a function and nothing stands beside it.
 */
export function checkRun(call: unknown, more?: unknown): asserts call is AnyFunction {
  if (typeof call !== 'function') throw new UsageError(`run takes a function; got ${show(call)}.`);
  if (more === undefined) return;
  throw new UsageError(
    `run takes one function; a second argument (${show(more)}) is not allowed. ` +
      'Overrides are for the run of a retry.',
  );
}

/**
 * Makes a policy out of a way to wrap: a wrapper with `run`, and whatever else the policy offers. Getters stay getters.
 */
export function makePolicy(policy: string, wrap: Wrap, offers: object = {}): unknown {
  const run = (call: (context: CallContext) => unknown, more?: unknown): unknown => {
    checkRun(call, more);
    const once = (): unknown => call(contextHere());
    keepKind(once, call); // policies know it before the call
    return wrap(once, () => (call.name === '' ? 'run' : call.name), call).fn();
  };
  const wrapper = Object.assign(makeWrapper(policy, wrap), { run });
  return Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(offers));
}
