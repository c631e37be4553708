/**
 * What a promise adopts: thenables that settle it in ways that a plain value or `throw` cannot.
 */

/** A promise that is rejected one microtask late, when its caller has had the time to look after it. */
export function rejectLater(reason: unknown): Promise<never> {
  return Promise.resolve().then(() => {
    throw reason;
  });
}

/** Stands for an outcome that is dealt with elsewhere: whoever adopts it waits for ever, and is forgotten. */
export const elsewhere: PromiseLike<never> = { then: () => elsewhere };

/** Rejects whoever adopts it. A promise of ours keeps just its `resolve`: a hundred thousand of them may be waiting. */
export class Rejection implements PromiseLike<never> {
  constructor(readonly error: unknown) {}

  then(_resolve: unknown, reject: unknown): never {
    (reject as (error: unknown) => void)(this.error);
    return elsewhere as never;
  }
}
