/**
 * What a command knows of the policy it works under.
 */
import type { Jitter, Ms, WaitMaker } from '../core.js';

/** A policy: options of `withRetry`. */
export interface Policy {
  readonly wait: WaitMaker;
  /** `undefined` for the default: full jitter, except for waits that are random already. */
  readonly jitter: Jitter | null | undefined;
  /** Attempts in all; `Infinity` for no limit. */
  readonly maxTries: number;
  /** From the start of the first attempt; `Infinity` for no limit. */
  readonly maxTime: Ms;
}

/** A policy, and what of it is a function in words. */
export interface ChosenPolicy {
  readonly policy: Policy;
  /** How long one try may take, where the file says so. */
  readonly timeout: Ms | undefined;
  readonly words: PolicyWords;
}

export interface PolicyWords {
  readonly wait: string;
  readonly jitter: string;
}
