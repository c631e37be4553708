/**
 * How long a call waits for what its user does: a hook, an auth function. It is no longer than the call itself may take,
 * and an abort ends it at once.
 */
import {
  type Abortable,
  type Aborted,
  type Clock,
  type Ms,
  type Sleeper,
  stopWatching,
  watchSignal,
} from '../core.js';

/** What bounds a call. */
export interface Bounds {
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  /** Moment on `clock`; `Infinity` for none. */
  readonly deadline: Ms;
  /** The error for work that takes longer. */
  late(): Error;
}

/**
 * Waits for `work` within the bounds of a call. What the work brings after that is nobody's.
 *
 * @throws What the work rejects with, the reason of the signal, or the error of `late`. The promise is rejected.
 */
export function within<T>(work: PromiseLike<T>, bounds: Bounds): Promise<T> {
  return new Promise((resolve, reject) => {
    const watch = new Watch(bounds, reject);
    work.then(
      (value) => {
        watch.end();
        resolve(value);
      },
      (error: unknown) => {
        watch.end();
        reject(error); // whatever it is
      },
    );
    watch.start();
  });
}

class Watch implements Sleeper, Abortable {
  place = -1;
  readonly unref = false;
  readonly #bounds: Bounds;
  readonly #reject: (reason: unknown) => void;

  constructor(bounds: Bounds, reject: (reason: unknown) => void) {
    this.#bounds = bounds;
    this.#reject = reject;
  }

  start(): void {
    const { signal, clock, deadline } = this.#bounds;
    if (signal?.aborted === true) {
      this.#reject(signal.reason);
      return;
    }
    if (signal !== undefined) watchSignal(signal, this);
    if (deadline !== Infinity) clock.schedule(this, Math.max(0, deadline - clock.now()));
  }

  end(): void {
    const { signal, clock } = this.#bounds;
    if (this.place >= 0) clock.cancel(this);
    if (signal !== undefined) stopWatching(signal, this);
  }

  wake(): void {
    this.end();
    this.#reject(this.#bounds.late());
  }

  abort({ reason }: Aborted): void {
    this.end();
    this.#reject(reason);
  }
}
