/**
 * Where a running function learns about the call it runs in: whether to stop, which attempt it is, how long it has.
 *
 * The driver that makes a call puts a *frame* into one slot while the function runs to its first `await`.
 * A frame is cheap, often shared; the context that users see is made from it only when somebody asks.
 */
import { UsageError } from '../errors.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import type { Abortable, Aborted } from './abort.js';

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
  /** Whether it is a retry's, which looks for marks of inner retries. */
  readonly retries?: boolean;
  readonly tries: number;
  /** Whether anything can abort the call. */
  readonly isAbortable: boolean;
  /** Why the call was aborted, itself or with those around it; `undefined` while it was not. */
  readonly aborted: Aborted | undefined;
  /** Tells `abortable` of an abort to come, until `unwatch`. It costs no signal. */
  watch(abortable: Abortable): void;
  unwatch(abortable: Abortable): void;
  /** A signal for the function, made when it is read; `undefined` when nothing can abort the call. */
  readonly frameSignal: AbortSignal | undefined;
  /** The call around this one, for a frame that is of one call. */
  readonly outer?: Frame | undefined;
  /**
   * @param startedAt  The moment the call started, for a frame that several calls share.
   * @param now        What `clock` has just told, where somebody has asked it.
   */
  remaining(startedAt?: Ms, now?: Ms, clock?: Clock): Ms;
}

// Two variables and no object, so that a call which nobody asks about allocates nothing.
let current: Frame | undefined;
let currentStart: Ms | undefined;

/** Whether a call is being made right now, so that one which starts is inside it. */
export function isInCall(): boolean {
  return current !== undefined;
}

/** Whether the call that is being made right now can be aborted. */
export function isAbortableHere(): boolean {
  return current !== undefined && current.isAbortable;
}

/** The frame of the call that is being made right now, to keep and to put back. */
export function currentFrame(): Frame | undefined {
  return current === undefined || currentStart === undefined
    ? current
    : new TimedFrame(current, currentStart);
}

/** Puts a frame into the slot, or takes it out. `startedAt` goes with a frame that several calls share. */
export function enterFrame(frame: Frame | undefined, startedAt?: Ms): void {
  current = frame;
  if (startedAt !== currentStart) currentStart = startedAt; // most often neither is there, and a store costs
}

/** A frame that is aborted with another, and not by itself. */
export abstract class FrameWithin {
  /** What it is aborted with. */
  abstract readonly within: Frame | undefined;

  get isAbortable(): boolean {
    return this.within?.isAbortable === true;
  }

  get aborted(): Aborted | undefined {
    return this.within?.aborted;
  }

  get frameSignal(): AbortSignal | undefined {
    return this.within?.frameSignal;
  }

  watch(abortable: Abortable): void {
    this.within?.watch(abortable);
  }

  unwatch(abortable: Abortable): void {
    this.within?.unwatch(abortable);
  }
}

/** A shared frame and the call it stands for. */
class TimedFrame extends FrameWithin implements Frame {
  constructor(
    readonly within: Frame,
    readonly startedAt: Ms,
  ) {
    super();
  }

  get tries(): number {
    return this.within.tries;
  }

  remaining(): Ms {
    return this.within.remaining(this.startedAt);
  }
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
  const frame = currentFrame();
  if (frame !== undefined) return new FrameContext(frame);
  throw new UsageError('currentCall() must be asked inside a wrapped function, before its first await.');
}

/** The context for a function that is run under policies of which none may make a frame. */
export function contextHere(): CallContext {
  return new FrameContext(currentFrame() ?? plainFrame);
}

/** Makes a call that may ask for its context, under policies of which none makes a frame. */
export function callInContext<R>(call: () => R): R {
  if (current !== undefined) return call();
  enterFrame(plainFrame);
  try {
    return call();
  } finally {
    enterFrame(undefined);
  }
}

class PlainFrame extends FrameWithin implements Frame {
  readonly within = undefined;
  readonly tries = 1;

  remaining(): Ms {
    return Infinity;
  }
}

const plainFrame = /* @__PURE__ */ new PlainFrame();

class FrameContext implements CallContext {
  readonly #frame: Frame;
  readonly tries: number;
  /** A property, so that `({ signal, remaining }) => ...` may take it apart. */
  readonly remaining: () => Ms;
  #signal: AbortSignal | undefined;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.tries = frame.tries;
    this.remaining = () => frame.remaining();
  }

  get signal(): AbortSignal {
    // Nothing can abort the call: a signal of its own, so that listeners do not gather on a shared one.
    return (this.#signal ??= this.#frame.frameSignal ?? new AbortController().signal);
  }
}
