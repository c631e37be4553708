/**
 * Retries inside retries: who has given up on an error already.
 *
 * Three layers of three tries would make 27 attempts at the bottom. An inner retry that gives up marks its error with
 * the call around it, and an outer one that says `nested: 'once'` does not try again what is marked with its own call.
 */
import type { Frame } from './context.js';

const marks = /* @__PURE__ */ new WeakMap<object, WeakSet<Frame>>();

// Given up on by a retry that started after an `await`, so that nobody knows within which call. What is known is when
// it took over, in turns: a call whose attempt started only later cannot contain it.
const orphans = /* @__PURE__ */ new WeakMap<object, number>();
let turn = 0;

/** The number of the next retry that takes over after an attempt has failed. */
export function nextTurn(): number {
  return (turn += 1);
}

/** The number of the latest. An attempt contains only retries that come after it. */
export function latestTurn(): number {
  return turn;
}

/**
 * An inner retry has given up on `error` within the call of `frame` and all calls around that, timeouts and hedges
 * included. The mark goes when those calls do.
 *
 * @param began  Its turn.
 */
export function markGivenUp(error: unknown, frame: Frame | undefined, began: number): void {
  if (typeof error !== 'object' || error === null) return;
  const frames = marks.get(error) ?? new WeakSet<Frame>();
  let isKnown = false;
  for (let around = frame; around !== undefined; around = around.outer) {
    frames.add(around);
    isKnown ||= around.retries === true;
  }
  marks.set(error, frames);
  if (isKnown) return;
  orphans.set(error, Math.max(began, orphans.get(error) ?? 0)); // the retry around it is on the far side of an `await`
}

/** How far an error's chain of causes is followed: what wraps the error of an inner retry is marked, too. */
const depth = 5;

/**
 * Whether an inner retry has given up on this error, or one it was caused by, within the call of `frame`. One that knew
 * of no call around it counts where it took over since the latest attempt of that call started.
 *
 * @param since  The latest turn when that attempt started; `Infinity` where what knew of no call is not to count.
 */
export function wasGivenUp(error: unknown, frame: Frame, since: number): boolean {
  let link = error;
  for (let step = 0; step <= depth && typeof link === 'object' && link !== null; step++) {
    if (marks.get(link)?.has(frame) === true || (orphans.get(link) ?? 0) > since) return true;
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
