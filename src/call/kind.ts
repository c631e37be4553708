/**
 * Whether a function is known to be async before it has been called.
 */
import type { AnyFunction } from './wrapper.js';

// A wrapper is a plain function to the host, even around an async one.
const known = /* @__PURE__ */ new WeakSet<object>();

/** Whether a function was written as an async one, or wraps one that was. */
export function isAsync(fn: AnyFunction): boolean {
  return known.has(fn) || Object.prototype.toString.call(fn) === '[object AsyncFunction]';
}

/** Notes that `wrapped` is async where `original` is. */
export function keepKind(wrapped: AnyFunction, original: AnyFunction): void {
  if (isAsync(original)) known.add(wrapped);
}
