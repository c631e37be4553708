/**
 * A call of which more has to be known than how it ends: a probe, one that may become slow, one that its caller may
 * cancel.
 */
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
  forget(call: AttendedCall): void;
  succeeded(permit: Permit, value: unknown): void;
  failed(permit: Permit, error: unknown, signal: AbortSignal | undefined): void;
  becameSlow(permit: Permit, now: Ms): void;
}

export class AttendedCall extends WatchedCall implements Ends {
  readonly whenValue: (value: unknown) => unknown;
  readonly whenError: (error: unknown) => never;

  constructor(
    readonly guard: Attendant,
    readonly permit: Permit,
    signal: AbortSignal | undefined,
    due: Ms,
  ) {
    super(due);
    this.whenValue = (value) => {
      guard.forget(this);
      guard.succeeded(permit, value);
      return value;
    };
    this.whenError = (error) => {
      guard.forget(this);
      guard.failed(permit, error, signal);
      throw error;
    };
  }

  becameSlow(now: Ms): void {
    this.guard.becameSlow(this.permit, now);
  }
}
