/**
 * One of the attempts of a hedged call: what its function is told, and what ends it.
 */
import { AbortSource } from '../call/abort.js';
import type { Frame } from '../call/context.js';
import type { Ms } from '../time/duration.js';

export class HedgeAttempt extends AbortSource implements Frame {
  constructor(
    readonly tries: number,
    readonly outer: Frame | undefined,
  ) {
    super();
  }

  remaining(): Ms {
    return this.outer?.remaining() ?? Infinity;
  }

  abort(reason: unknown): void {
    this.abortInside(reason);
  }
}
