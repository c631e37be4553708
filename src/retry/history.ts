/**
 * The attempts that led to an error, kept with the error and without changing it.
 */
import type { History } from '../call/details.js';
import type { Attempts } from './attempts.js';

const histories = /* @__PURE__ */ new WeakMap<object, History>();

/** Keeps the history of a call that has ended with `error`. A later call that ends with the same object replaces it. */
export function noteHistory(error: unknown, attempts: Attempts): void {
  if ((typeof error === 'object' && error !== null) || typeof error === 'function') {
    histories.set(error, attempts.history());
  }
}

/**
 * The attempts of the latest call that ended with this error: the first, and the last nine.
 *
 *     try {
 *       await load();
 *     } catch (error) {
 *       for (const { tries, wait, error: cause } of retryHistory(error)?.attempts ?? []) console.log(tries, wait, cause);
 *     }
 *
 * @returns `undefined` for an error that no retried call has ended with, and for what is not an object.
 */
export function retryHistory(error: unknown): History | undefined {
  return histories.get(error as object);
}
