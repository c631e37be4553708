/**
 * A signal that knows who listens to it.
 */

export interface CountedSignal {
  readonly signal: AbortSignal;
  readonly abort: (reason?: unknown) => void;
  /** Listeners that are on the signal now. */
  readonly listeners: number;
  /** Listeners that were ever added. */
  readonly added: number;
}

/** A controller whose signal counts its listeners by the calls that add and remove them. */
export function countedSignal(): CountedSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const on = new Set<unknown>();
  let added = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(type: string, listener: never, options?: never) {
      added += 1;
      on.add(listener);
      addEventListener.call(signal, type, listener, options);
    },
    removeEventListener(type: string, listener: never, options?: never) {
      on.delete(listener);
      removeEventListener.call(signal, type, listener, options);
    },
  });
  return {
    signal,
    abort(reason) {
      controller.abort(reason);
    },
    get listeners() {
      return on.size;
    },
    get added() {
      return added;
    },
  };
}
