/**
 * The options of a circuit breaker, as users write them. `circuit-settings.ts` checks them.
 */
import type { Outcome } from '../call/outcome.js';
import type { Handlers } from '../retry/handlers.js';
import type { Clock } from '../time/clock.js';
import type { Duration, Ms } from '../time/duration.js';
import type { Random } from '../time/random.js';
import type { Jitter } from '../wait/jitter.js';
import type { WaitMaker } from '../wait/waits.js';
import type { ChangeReason, CircuitState } from './circuit-rules.js';
import type { Ending } from './ending.js';
import type { KeyOption } from './guard.js';

/** What handlers and the event hub are told when a circuit changes. Frozen. */
export interface CircuitDetails {
  readonly event: 'open' | 'halfOpen' | 'ramp' | 'close';
  readonly name: string;
  /** Which of the circuits, where the breaker has a `key`. */
  readonly key: string | undefined;
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly because: ChangeReason;
  /** Moment, on the breaker's clock, from which calls may be let through; `Infinity` when isolated. */
  readonly retryAt: Ms;
  /** How often it has opened since it was last closed. */
  readonly reopened: number;
  /** What the decision was made from. */
  readonly counts: {
    readonly calls: number;
    readonly failures: number;
    readonly slow: number;
    readonly consecutive: number;
  };
  /** How the call ended that brought it about; `undefined` where none did. */
  readonly outcome: Outcome | undefined;
}

/** What is a failure, what opens the circuit, and how it recovers. Times are milliseconds or strings with a unit. */
export interface CircuitBreakerOptions {
  /** In errors, events and warnings. @default the name of the first function that is called */
  readonly name?: string | undefined;

  /**
   * Opens after so many failures in a row; with `lasting`, only if the first of them is so long ago. `null`: never.
   *
   * @default { failures: 5, lasting: '10s' } beside `failureRate`, for processes that make few calls; else never
   */
  readonly consecutive?:
    number | { readonly failures: number; readonly lasting?: Duration | undefined } | null | undefined;
  /** Opens when this share of the calls fail, over 0 up to 1. `null`: never. @default 0.5, unless `consecutive` is given */
  readonly failureRate?: number | null | undefined;
  /** A call that takes longer is slow. It counts when it becomes slow. @default none is */
  readonly slowAfter?: Duration | undefined;
  /** Opens when this share of the calls are slow, over 0 up to 1. @default 0.5 with `slowAfter` */
  readonly slowRate?: number | undefined;
  /** Rates are of this many calls. @default 100, unless `window` is given */
  readonly lastCalls?: number | undefined;
  /** Rates are of the calls in this time, counted in ten parts. */
  readonly window?: Duration | undefined;
  /**
   * How many calls make evidence: a number, or a share of what the window holds at the own rate, between bounds.
   *
   * @default { least: 5, share: 0.2, most: 100 }
   */
  readonly minCalls?:
    | number
    | {
        readonly least?: number | undefined;
        readonly share?: number | undefined;
        readonly most?: number | undefined;
      }
    | undefined;

  /** How long to stay open: a time that doubles up to `maxOpenTime` each time it opens again, or waits. @default '5s' */
  readonly openTime?: Duration | WaitMaker | undefined;
  /** Before jitter. @default '60s', or `openTime` where that is longer */
  readonly maxOpenTime?: Duration | undefined;
  /** Spreads the open time, so that a crowd does not come back at once; `null` for none. @default a fifth up or down */
  readonly jitter?: Jitter | null | undefined;
  /** How it finds out whether calls succeed again. */
  readonly halfOpen?: HalfOpenOptions | undefined;
  /** How it lets more and more calls through after that. `null`: all at once. */
  readonly ramp?: RampOptions | null | undefined;

  /** Whether an outcome is a failure. @default an error is */
  readonly isFailure?: ((outcome: Ending) => boolean) | undefined;
  /** Whether an outcome is neither success nor failure. Refusals, and errors after an abort by the caller, always are. */
  readonly isNeutral?: ((outcome: Ending) => boolean) | undefined;

  /** Splits the breaker into a circuit for each key: `({ args }) => new URL(args[0]).host`. */
  readonly key?: KeyOption | undefined;
  /** How many keys are remembered; least recently used are forgotten first, open circuits last. @default 1000 */
  readonly maxKeys?: number | undefined;
  /** Whether each refusal is an error of its own with a stack. @default false */
  readonly stack?: boolean | undefined;
  /** Whether a refusal rejects or throws: found out by what the function gives, or said. @default 'auto' */
  readonly mode?: 'auto' | 'sync' | 'async' | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** Gives numbers from 0 up to, not including, 1. @default Math.random */
  readonly random?: Random | undefined;

  /** It has opened, or been isolated: calls are refused from now on. */
  readonly onOpen?: Handlers<CircuitDetails> | undefined;
  /** Its open time is over: some calls are let through as probes. */
  readonly onHalfOpen?: Handlers<CircuitDetails> | undefined;
  /** The probes have succeeded: more and more calls are let through. */
  readonly onRamp?: Handlers<CircuitDetails> | undefined;
  /** It is closed: all calls are let through. */
  readonly onClose?: Handlers<CircuitDetails> | undefined;
}

export interface HalfOpenOptions {
  /** How many probes may be under way. @default 1 */
  readonly atOnce?: number | undefined;
  /** How many of them have to succeed. @default 1 */
  readonly successes?: number | undefined;
  /** Out of how many. @default as many as `successes` */
  readonly of?: number | undefined;
  /** A probe that has not ended by then leaves its place to another. @default '30s' */
  readonly lease?: Duration | undefined;
}

export interface RampOptions {
  /** The share of calls let through at first. @default 0.1 */
  readonly from?: number | undefined;
  /** By what it grows with each step, 1.01 or more. @default 2 */
  readonly factor?: number | undefined;
  /** How long a step takes. @default '1s' */
  readonly every?: Duration | undefined;
  /** How many calls it takes to judge failures in a step; with fewer it neither opens nor climbs. @default 3 */
  readonly minCalls?: number | undefined;
}
