/**
 * Retries inside retries: who has given up on an error already.
 *
 * Three layers of three tries would make 27 attempts at the bottom. An inner retry that gives up marks its error with
 * the call around it, and an outer one that says `nested: 'once'` does not try again what is marked with its own call.
 */
import type { Frame } from './context.js';

const marks = /* @__PURE__ */ new WeakMap<object, WeakSet<Frame>>();

/** An inner retry has given up on `error` within the call of `frame`. The mark goes when that call does. */
export function markGivenUp(error: unknown, frame: Frame): void {
  if (typeof error !== 'object' || error === null) return;
  const frames = marks.get(error) ?? new WeakSet<Frame>();
  frames.add(frame);
  marks.set(error, frames);
}

/** How far an error's chain of causes is followed: what wraps the error of an inner retry is marked, too. */
const depth = 5;

/** Whether an inner retry has given up on this error, or one it was caused by, within the call of `frame`. */
export function wasGivenUp(error: unknown, frame: Frame): boolean {
  let link = error;
  for (let step = 0; step <= depth && typeof link === 'object' && link !== null; step++) {
    if (marks.get(link)?.has(frame) === true) return true;
    link = causeOf(link);
  }
  return false;
}

// What was thrown may be a Proxy that throws when it is asked anything.
function causeOf(error: object): unknown {
  try {
    return (error as { cause?: unknown }).cause;
  } catch {
    return undefined;
  }
}
