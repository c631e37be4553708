/**
 * What handlers are told: one shape for each event, told apart by `event`.
 */
import type { CallDetails } from '../call/details.js';
import type { Outcome, Returned, Threw } from '../call/outcome.js';
import type { Ms } from '../time/duration.js';
import type { GiveUpReason } from './attempts.js';

/** An attempt is about to start; `tries` counts it. */
export interface AttemptDetails extends CallDetails {
  readonly event: 'attempt';
}

/** The call has succeeded. */
export type SuccessDetails<V = unknown> = CallDetails & Returned<V> & { readonly event: 'success' };

/** An outcome of which either side may be asked for: `({ error }) => ...` where a value may have failed, too. */
export type EitherSide<O> = [O] extends [Returned] ? O : [O] extends [Threw] ? O : Open<O>;

type Open<O> = O extends Returned ? O & { readonly error?: undefined } : O & { readonly value?: undefined };

/** An attempt has failed and another will follow after `wait` milliseconds. */
export type BackoffDetails<O extends Outcome<any, any> = Outcome> = CallDetails &
  EitherSide<O> & { readonly event: 'backoff'; readonly wait: Ms };

/** An attempt has failed and no other will follow. */
export type GiveUpDetails<O extends Outcome<any, any> = Outcome> = CallDetails &
  EitherSide<O> & { readonly event: 'giveup'; readonly reason: GiveUpReason };

/** The call was aborted. `error` is that of the last attempt that ended, `undefined` if none had failed. */
export interface AbortDetails extends CallDetails {
  readonly event: 'abort';
  readonly error: unknown;
  /** The reason of the signal, which is what the caller gets. */
  readonly abortReason: unknown;
}

/** The call is over, however it went. Published to the event hub only. */
export interface EndDetails extends CallDetails {
  readonly event: 'end';
  /** `'passed'`: an error that no rule matched. */
  readonly ended: 'success' | 'giveup' | 'abort' | 'passed';
}

/** What handlers and the event hub are told; `event` tells the cases apart. Frozen. */
export type Details =
  AttemptDetails | SuccessDetails | BackoffDetails | GiveUpDetails | AbortDetails | EndDetails;
