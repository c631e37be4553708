/**
 * The way back into the asynchronous context of a call, for work that a timer or another call sets off.
 *
 * All waits share one timer, so what it runs would find the request id, the trace and the tenant of whoever set it.
 * A host gives the reaction of a promise the context in which it was asked for, and needs no import for that.
 */

/** Runs `work`, which must not throw, in the context in which the way was made, as soon as what runs now is done. */
export type WayBack = (work: () => void) => void;

/** A way back to here. It can be gone once; one that nobody goes costs its memory and nothing else. */
export function wayBack(): WayBack {
  void new Promise(keep).then(run);
  return kept;
}

// What is shared is not made for every call that waits: of its own, each has two promises and a `resolve`.
let kept: WayBack;

function keep(resolve: (work: any) => void): void {
  kept = resolve;
}

function run(work: unknown): void {
  (work as () => void)();
}
