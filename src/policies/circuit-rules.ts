/**
 * What a circuit goes by, and the words in which it is asked and told.
 */
import type { Ms } from '../time/duration.js';
import type { Random } from '../time/random.js';
import type { Window } from './windows.js';

/** What a circuit is doing. `'isolated'`: refusing everything until somebody closes it by hand. */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'ramp' | 'isolated';

/** What the end of a call says about what was called. `'neutral'`: nothing, as when the caller cancelled it. */
export type Verdict = 'success' | 'failure' | 'neutral';

/** Why a circuit has changed. */
export type ChangeReason =
  'consecutive' | 'failureRate' | 'slowRate' | 'openTime' | 'probes' | 'ramp' | 'manual';

/** What a circuit goes by. All of it is checked by whoever makes it. */
export interface CircuitRules {
  /** So many failures in a row, the first at least `lasting` milliseconds before the last. */
  readonly consecutive: { readonly failures: number; readonly lasting: Ms } | undefined;
  readonly failureRate: number | undefined;
  readonly slowRate: number | undefined;
  /** How many calls make evidence for a rate: `share` of those that the window would hold at the own rate. */
  readonly minCalls: { readonly least: number; readonly share: number; readonly most: number };
  /** Makes a fresh window, where there is a rate; `undefined` where there is none. */
  readonly window: (() => Window) | undefined;
  /** Whether the window looks at the time. */
  readonly isTimed: boolean;
  readonly halfOpen: {
    /** How many probes may be under way. */
    readonly atOnce: number;
    /** So many successes out of so many probes. */
    readonly successes: number;
    readonly of: number;
    /** For how long a probe may keep its place. */
    readonly lease: Ms;
  };
  /** `undefined`: closed as soon as the probes have succeeded. */
  readonly ramp:
    | { readonly from: number; readonly factor: number; readonly every: Ms; readonly minCalls: number }
    | undefined;
  /** How long to stay open, jitter included. @param reopened  How often it has opened since it was last closed. */
  readonly openTime: (reopened: number) => Ms;
  readonly random: Random;
}

/** The leave to make a call. It belongs to one period of one circuit. Calls share it until they are slow. */
export class Permit {
  /** Whether the call has been counted already, when it became slow. */
  slow = false;
  /** Where it was counted: in a window, or in which step of a ramp. */
  place = -1;

  constructor(
    readonly generation: number,
    /** When the place of a probe goes to another. */
    readonly until: Ms,
  ) {}
}
