/**
 * One function under a breaker: what it is called, and what it has been seen to give.
 */
import { isAsync } from '../call/kind.js';
import type { AnyFunction } from '../call/wrapper.js';
import { Guarded } from './guard.js';

/** What is said of a function: that its refusals throw, that they reject, or that it is found out. */
type Mode = 'auto' | 'sync' | 'async';

export class Target extends Guarded {
  /** Whether `mode` has said the kind. */
  readonly #isKindFixed: boolean;

  /** @param original  The user's function, where `target` only calls it. */
  constructor(target: AnyFunction, nameOf: (thisArg: unknown) => string, mode: Mode, original = target) {
    super(target, nameOf);
    this.#isKindFixed = mode !== 'auto';
    if (mode !== 'auto') this.kind = mode;
    else if (isAsync(original)) this.kind = 'async';
  }

  gavePromise(): void {
    if (!this.#isKindFixed) this.kind = 'async';
  }

  gaveValue(): void {
    if (this.kind === 'unknown') this.kind = 'sync';
  }
}
