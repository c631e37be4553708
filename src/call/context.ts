/**
 * Where a running function learns about the call it runs in: whether to stop, which attempt it is, how long it has.
 *
 * The driver that makes a call puts a *frame* into one slot while the function runs to its first `await`.
 * A frame is cheap, often shared; the context that users see is made from it only when somebody asks.
 */
import { UsageError } from '../errors.js';
import type { Ms } from '../time/duration.js';

/** What a wrapped function can ask about the attempt it is part of. */
export interface CallContext {
  /** Aborts when the call is aborted, by its own `signal` or by an outer call. Made when first read. */
  readonly signal: AbortSignal;
  /** Which attempt this is, from 1. */
  readonly tries: number;
  /** Milliseconds left to the nearest deadline of this call and the calls around it; `Infinity` without one. */
  remaining(): Ms;
}

/** What a driver knows of the attempt it is making. */
export interface Frame {
  readonly tries: number;
  /** The signal of the call, joined with those around it; `undefined` when nothing can abort it. */
  readonly frameSignal: AbortSignal | undefined;
  remaining(): Ms;
}

let current: Frame | undefined;

/** The frame of the call that is being made right now, if any: the outer call of one that starts. */
export function currentFrame(): Frame | undefined {
  return current;
}

/** Puts a frame into the slot. @returns What was there; hand it back when the function has returned or thrown. */
export function enterFrame(frame: Frame | undefined): Frame | undefined {
  const outer = current;
  current = frame;
  return outer;
}

/**
 * The call that the running function is part of. Ask before the first `await`, and keep the answer.
 *
 *     const load = withRetry(async (url: string) => {
 *       const { signal } = currentCall();
 *       return fetch(url, { signal });
 *     });
 *
 * @throws {UsageError} outside a wrapped function, or after its first `await`.
 */
export function currentCall(): CallContext {
  if (current === undefined) {
    throw new UsageError('currentCall() must be asked inside a wrapped function, before its first await.');
  }
  return new FrameContext(current);
}

class FrameContext implements CallContext {
  readonly #frame: Frame;
  readonly tries: number;
  #signal: AbortSignal | undefined;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.tries = frame.tries;
  }

  get signal(): AbortSignal {
    // Nothing can abort the call: a signal of its own, so that listeners do not gather on a shared one.
    return (this.#signal ??= this.#frame.frameSignal ?? new AbortController().signal);
  }

  remaining(): Ms {
    return this.#frame.remaining();
  }
}
