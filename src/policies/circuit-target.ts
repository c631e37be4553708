/**
 * One function under a breaker: what it is called, and what it has been seen to give.
 */
import { isAsync } from '../call/kind.js';
import type { AnyFunction } from '../call/wrapper.js';
import type { Mode } from '../retry/options.js';
import type { Kind } from '../retry/plan.js';
import type { GuardedCall } from './guard.js';

export class Target {
  kind: Kind;
  /** Whether `mode` has said the kind. */
  readonly #isKindFixed: boolean;

  constructor(
    readonly target: AnyFunction,
    readonly nameOf: (thisArg: unknown) => string,
    mode: Mode,
  ) {
    this.#isKindFixed = mode !== 'auto';
    if (mode !== 'auto') this.kind = mode;
    else this.kind = isAsync(target) ? 'async' : 'unknown';
  }

  /** What `key` is told. */
  told(thisArg: unknown, args: readonly unknown[]): GuardedCall {
    return Object.freeze({ target: this.target, args, thisArg, name: this.nameOf(thisArg) });
  }

  gavePromise(): void {
    if (!this.#isKindFixed) this.kind = 'async';
  }

  gaveValue(): void {
    if (this.kind === 'unknown') this.kind = 'sync';
  }
}
