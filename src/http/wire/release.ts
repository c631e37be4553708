/**
 * What becomes of an answer that nobody holds any more: its connection is freed.
 */

/** Something that is to hear that its holder is gone. */
export interface Forgettable {
  /** Whoever could have asked for it can do so no more. Must not throw. */
  forget(): void;
}

const registry = new FinalizationRegistry<Forgettable>((body) => {
  body.forget();
});

/**
 * Frees a connection when the object by which its body could be read has been collected as garbage. A safety net: it
 * may come late, or not at all in a process that does nothing else.
 *
 * @param holder  What the user has. `body` must not refer to it.
 */
export function releaseWhenForgotten(holder: object, body: Forgettable): void {
  registry.register(holder, body);
}
