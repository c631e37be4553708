/**
 * An abort of the caller, passed on to one attempt, for as long as the attempt or its body lives.
 *
 * The headers end the attempt, but not the interest of the caller: what they abort later is the body. Nobody tells when
 * a body has been read, so the follower goes with the body, when that is garbage.
 */
import { type Abortable, stopWatching, watchSignal } from '../../core.js';
import type { WithBody } from './web-streams.js';

/**
 * Aborts `controller` when `signal` aborts, with its reason.
 *
 * @returns A function that ends this; `undefined` where there is none.
 */
export function follow(
  signal: AbortSignal | undefined,
  controller: AbortController,
): (() => void) | undefined {
  if (signal === undefined) return undefined;
  if (signal.aborted) {
    controller.abort(signal.reason);
    return undefined;
  }
  const follower: Abortable = {
    abort({ reason }) {
      controller.abort(reason);
    },
  };
  watchSignal(signal, follower);
  return () => {
    stopWatching(signal, follower);
  };
}

// A follower refers to its controller only, never to the body.
let forgotten: FinalizationRegistry<() => void> | undefined;

/** Calls `release` when the body of an answer can be read by nobody any more; at once where there is none. */
export function releaseWith(answer: WithBody, release: (() => void) | undefined): void {
  if (release === undefined) return;
  const { body } = answer;
  if (typeof body !== 'object' || body === null) release();
  else (forgotten ??= new FinalizationRegistry((one) => one())).register(body, release);
}
