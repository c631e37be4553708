/**
 * What an attempt ended with.
 */

/** An attempt that returned, or whose promise was fulfilled. */
export interface Returned<V = unknown> {
  readonly ok: true;
  readonly value: V;
}

/** An attempt that threw, or whose promise was rejected. What was thrown may be anything. */
export interface Threw<E = unknown> {
  readonly ok: false;
  readonly error: E;
}

/** A value, or an error; `ok` says which. */
export type Outcome<V = unknown, E = unknown> = Returned<V> | Threw<E>;

/** Whether `await` would wait for this value. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' && typeof value !== 'function') return false;
  try {
    return value !== null && typeof (value as { then?: unknown }).then === 'function';
  } catch {
    return false; // a Proxy that throws is no promise, and not ours to break
  }
}

/** A native promise as it is; anything else that can be awaited as one. A `then` that throws gives a rejection. */
export function asPromise<T>(value: T | PromiseLike<T>): Promise<Awaited<T>> {
  return (value instanceof Promise ? value : Promise.resolve(value)) as Promise<Awaited<T>>;
}
