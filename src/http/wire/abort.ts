/**
 * Hearing of an abort: one listener for each signal, however many exchanges it can end.
 *
 * As `call/abort.ts` does it for the core, which does not export it.
 */

/** Something that an abort ends. */
export interface Abortable {
  abort(signal: AbortSignal): void;
}

const watches = /* @__PURE__ */ new WeakMap<AbortSignal, Watch>();

class Watch {
  readonly abortables = new Set<Abortable>();

  constructor(readonly signal: AbortSignal) {}

  handleEvent(): void {
    for (const abortable of [...this.abortables]) abortable.abort(this.signal);
  }
}

/** Tells `abortable` when `signal` aborts, until `stopWatching`. */
export function watchSignal(signal: AbortSignal, abortable: Abortable): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new Watch(signal);
    watches.set(signal, watch);
    signal.addEventListener('abort', watch);
  }
  watch.abortables.add(abortable);
}

/** The last to stop takes the listener away. */
export function stopWatching(signal: AbortSignal, abortable: Abortable): void {
  const watch = watches.get(signal);
  if (watch?.abortables.delete(abortable) !== true || watch.abortables.size > 0) return;
  watches.delete(signal);
  signal.removeEventListener('abort', watch);
}
