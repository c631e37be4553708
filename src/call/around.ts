/**
 * The call around a function that is past its first `await`: found through asynchronous context, where it is in use.
 *
 * The slot of `context.ts` is empty after an `await`. Hosts can carry a value across it, but once they do, every
 * promise of the process pays; so nobody looks here until somebody has asked for it (`deadline`, `ambient: true`).
 */
import { type Frame, currentFrame, isInCall } from './context.js';

let find: (() => Frame | undefined) | undefined;

/** From now on, asks `finder` where the slot is empty. */
export function lookFurther(finder: () => Frame | undefined): void {
  find = finder;
}

/** Whether a call is being made, or one is around the running function past its first `await`. */
export function isInside(): boolean {
  return isInCall() || (find !== undefined && find() !== undefined);
}

/** The frame of the call around the running function, before or after its first `await`. Never to be put back. */
export function frameAround(): Frame | undefined {
  return isInCall() ? currentFrame() : find?.();
}
