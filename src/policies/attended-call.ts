/**
 * A call of which more has to be known than how it ends: a probe, one that may become slow, one that its caller may
 * cancel.
 */
import type { Frame } from '../call/context.js';
import type { WayBack } from '../call/way-back.js';
import type { Ms } from '../time/duration.js';
import type { Permit } from './circuit-rules.js';
import { WatchedCall } from './slow-calls.js';

/** What becomes of the end of a call, once it is known. */
export interface Ends {
  readonly whenValue: (value: unknown) => unknown;
  readonly whenError: (error: unknown) => never;
}

/** Who has to know. */
interface Attendant {
  succeeded(permit: Permit, value: unknown): void;
  failed(permit: Permit, error: unknown, frame: Frame | undefined): void;
  becameSlow(call: AttendedCall, now: Ms): void;
  /** Nothing will be heard of it any more. */
  release(call: AttendedCall): void;
}

export class AttendedCall extends WatchedCall implements Ends {
  readonly whenValue: (value: unknown) => unknown;
  readonly whenError: (error: unknown) => never;
  idle: AttendedCall | undefined;
  /** Where somebody is to hear of it, should it become slow: the timer has another asynchronous context. */
  back: WayBack | undefined;

  /** @param frame  Of the calls around it, where they can be aborted. */
  constructor(
    public attendant: Attendant,
    public permit: Permit,
    public frame: Frame | undefined,
    due: Ms,
  ) {
    super(due);
    this.whenValue = (value) => {
      const { attendant: told, permit: own } = this;
      told.release(this);
      told.succeeded(own, value);
      return value;
    };
    this.whenError = (error) => {
      const { attendant: told, permit: own, frame: around } = this;
      told.release(this);
      told.failed(own, error, around);
      throw error;
    };
  }

  becameSlow(now: Ms): void {
    this.attendant.becameSlow(this, now);
  }
}

/** How many ended calls are kept: as many as a busy process makes at once, not a crowd that has passed. */
const mostIdle = 1000;

/** The calls of one breaker. Those that have ended are used again: to make one costs as much as to attend it. */
export class AttendedCalls {
  #idle: AttendedCall | undefined; // the first of a list
  #count = 0;

  begin(attendant: Attendant, permit: Permit, frame: Frame | undefined, due: Ms): AttendedCall {
    const call = this.#idle;
    if (call === undefined) return new AttendedCall(attendant, permit, frame, due);
    this.#idle = call.idle;
    this.#count -= 1;
    call.attendant = attendant;
    call.permit = permit;
    call.frame = frame;
    call.due = due;
    return call;
  }

  /** It has ended, and nobody watches it. */
  release(call: AttendedCall): void {
    if (this.#count >= mostIdle) return;
    this.#count += 1;
    call.frame = call.back = undefined; // kept alive by nobody
    call.idle = this.#idle;
    this.#idle = call;
  }
}
