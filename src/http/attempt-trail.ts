/**
 * What the attempts of one HTTP call were: told on the response and on the error that end it.
 */
import type { Ms } from '../core.js';

/** How far an attempt had come: in a queue or connecting, sent, answered by headers, receiving the body. */
export type Phase = 'queued' | 'started' | 'headers' | 'body';

/** One request that was sent, or that should have been. */
export interface HttpAttempt {
  /** Which attempt of the call it belongs to, from 1. Redirects are hops of one attempt. */
  readonly tries: number;
  readonly method: string;
  /** The address, without credentials and query. */
  readonly url: string;
  /** How far it came. */
  readonly phase: Phase;
  readonly status?: number | undefined;
  readonly error?: unknown;
  /** Milliseconds from the start of the call. */
  readonly startedAt: Ms;
  /** Milliseconds it took, to the headers or to the failure. */
  readonly duration: Ms;
  /** Milliseconds the server asked us to stay away. */
  readonly retryAfter?: Ms | undefined;
  /** Where a redirect led to. */
  readonly location?: string | undefined;
}

/** Of a long call the first attempt and this many of the last are kept. */
const recent = 9;

/** Adds an attempt; of more than ten the second is forgotten. */
export function noteAttempt(trail: HttpAttempt[], attempt: HttpAttempt): void {
  trail.push(attempt);
  if (trail.length > recent + 1) trail.splice(1, 1);
}
