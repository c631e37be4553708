/**
 * Hearing of an abort: from a signal, by one listener for each, however many calls it can end; or from a call around,
 * without any signal.
 *
 * A signal often lives as long as the program, and hosts warn of a leak where many listen to one. To make one costs
 * microseconds, so calls of ours hear of each other's ends without it, and one is made only for a function that asks.
 */

/** Why something was aborted. A signal that has aborted is one. */
export interface Aborted {
  readonly reason: unknown;
}

/** Something that an abort ends. It may be told twice, and must not throw: others are told after it. */
export interface Abortable {
  abort(aborted: Aborted): void;
}

const watches = /* @__PURE__ */ new WeakMap<AbortSignal, Watch>();

class Watch {
  readonly abortables = new Set<Abortable>();

  constructor(readonly signal: AbortSignal) {}

  handleEvent(): void {
    for (const abortable of [...this.abortables]) abortable.abort(this.signal);
  }
}

/**
 * Tells `abortable` when `signal` aborts, until {@link stopWatching}. One listener serves all that watch a signal, in the
 * order in which they began; to watch twice is to watch once. A signal that has aborted before tells nothing.
 *
 *     if (signal.aborted) throw signal.reason;
 *     watchSignal(signal, this);
 */
export function watchSignal(signal: AbortSignal, abortable: Abortable): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new Watch(signal);
    watches.set(signal, watch);
    signal.addEventListener('abort', watch);
  }
  watch.abortables.add(abortable);
}

/** Ends what {@link watchSignal} began, if it did. The last to stop takes the listener away. */
export function stopWatching(signal: AbortSignal, abortable: Abortable): void {
  const watch = watches.get(signal);
  if (watch?.abortables.delete(abortable) !== true || watch.abortables.size > 0) return;
  watches.delete(signal);
  signal.removeEventListener('abort', watch);
}

/** A call that can be aborted: those inside hear of it at once, the function by a signal. */
export abstract class AbortSource {
  // Most often there is one who listens.
  #watcher: Abortable | undefined;
  #others: Set<Abortable> | undefined;
  #controller: AbortController | undefined;
  #aborted: Aborted | undefined;

  get isAbortable(): boolean {
    return true;
  }

  /** Why it was aborted, by itself or with what is around it; `undefined` while it was not. */
  get aborted(): Aborted | undefined {
    return this.#aborted ?? this.outer?.aborted;
  }

  /** What it ends with. */
  abstract readonly outer: { readonly aborted: Aborted | undefined } | undefined;

  get frameSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const { aborted } = this;
      if (aborted !== undefined) this.#controller.abort(aborted.reason);
    }
    return this.#controller.signal;
  }

  watch(abortable: Abortable): void {
    if (this.#watcher === undefined) this.#watcher = abortable;
    else (this.#others ??= new Set()).add(abortable);
  }

  unwatch(abortable: Abortable): void {
    if (this.#watcher === abortable) this.#watcher = undefined;
    else this.#others?.delete(abortable);
  }

  /** Whoever asks for the signal only later finds it aborted. */
  protected abortInside(reason: unknown): void {
    const aborted = (this.#aborted = { reason });
    const watchers = [...(this.#watcher === undefined ? [] : [this.#watcher]), ...(this.#others ?? [])];
    for (const watcher of watchers) watcher.abort(aborted);
    this.#controller?.abort(reason);
  }
}
