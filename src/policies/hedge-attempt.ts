/**
 * One of the attempts of a hedged call: what its function is told, and what ends it.
 */
import type { Frame } from '../call/context.js';
import type { Ms } from '../time/duration.js';

export class HedgeAttempt implements Frame {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(
    readonly tries: number,
    readonly outer: Frame | undefined,
  ) {}

  get frameSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  remaining(): Ms {
    return this.outer?.remaining() ?? Infinity;
  }

  /** The function may ask for its signal only later. */
  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }
}
