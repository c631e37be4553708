/**
 * A hedge that is checked and joined with its function, and what it tells of each attempt but the first.
 */
import { isThenable } from '../call/outcome.js';
import type { AnyFunction } from '../call/wrapper.js';
import type { Budget } from '../retry/attempts.js';
import type { Handler } from '../retry/handlers.js';
import type { Kind } from '../retry/plan.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import { reportCallback } from './callback-error.js';
import type { RunningQuantile } from './quantile.js';

/** What `onHedge` is told when another attempt is sent. Frozen. */
export interface HedgeDetails {
  readonly event: 'hedge';
  /** The function as it was before it was wrapped. */
  readonly target: AnyFunction;
  readonly args: readonly unknown[];
  readonly thisArg: unknown;
  readonly name: string;
  /** Attempts sent so far, this one included. */
  readonly tries: number;
  /** Milliseconds since the call started. */
  readonly elapsed: Ms;
  /** Why: the one before is slow, or it has failed. */
  readonly because: 'slow' | 'error';
  /** What the one before has failed with, where it has. */
  readonly error?: unknown;
}

/** A checked hedge, joined with the function that it is for. */
export interface Hedging {
  readonly target: AnyFunction;
  readonly after: Ms | RunningQuantile;
  readonly max: number;
  readonly budget: Budget;
  readonly isFatal: ((error: unknown) => boolean) | undefined;
  readonly clock: Clock;
  readonly onHedge: readonly Handler<never>[];
  /** What is done with the value of a loser. */
  readonly dispose: ((value: unknown) => unknown) | undefined;
  readonly nameFor: (thisArg: unknown) => string;
  /** Of what there is one warning. */
  readonly subject: object;
  kind: Kind;
}

/** How long an attempt is waited for; `undefined` while nobody knows. */
export function delayOf(after: Ms | RunningQuantile): Ms | undefined {
  return typeof after === 'number' ? after : after.value;
}

/** Hands over the value of a loser. Nobody waits for it. What goes wrong is reported, as the call has ended. */
export function discard({ dispose, nameFor }: Hedging, value: unknown, thisArg: unknown): void {
  if (dispose === undefined) return;
  const report = (error: unknown): void => {
    reportCallback('dispose', dispose, nameFor(thisArg), error);
  };
  try {
    const given = dispose(value);
    if (isThenable(given)) Promise.resolve(given).then(undefined, report);
  } catch (error) {
    report(error);
  }
}
