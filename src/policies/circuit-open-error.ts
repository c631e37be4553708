/**
 * The error in place of a call that a circuit did not let through.
 *
 * Refusing must cost next to nothing, for it happens when everything fails: one error serves a whole open period,
 * frozen because many callers hold it, and without a stack, which would be that of the first of them.
 */
import { RefusalError } from '../errors.js';
import type { Ms } from '../time/duration.js';

/** Why a circuit refuses. */
export type RefusingState = 'open' | 'half-open' | 'ramp' | 'isolated';

const reasons: Readonly<Record<RefusingState, string>> = {
  open: 'is open',
  'half-open': 'is being probed by other calls',
  ramp: 'has just recovered and lets only some calls through',
  isolated: 'is isolated by hand',
};

/** Thrown in place of a call that a circuit did not let through. Nothing was sent. */
export class CircuitOpenError extends RefusalError {
  override readonly name = 'CircuitOpenError';
  readonly #now: () => Ms;

  /**
   * @param breaker  The breaker's name, for the message.
   * @param state    What the circuit was doing.
   * @param retryAt  Moment, on the breaker's clock, from which a call may be let through; `Infinity` when nobody knows:
   *                 isolated, or while others probe.
   * @param now      Reads the breaker's clock.
   */
  constructor(
    readonly breaker: string,
    readonly state: RefusingState,
    readonly retryAt: Ms,
    now: () => Ms,
  ) {
    super('ERR_CIRCUIT_OPEN', `The circuit "${breaker}" ${reasons[state]}; nothing was sent.`);
    this.#now = now;
    Object.freeze(this);
  }

  /** Milliseconds until a call may be let through: 0 when that time has come, `undefined` when nobody knows. */
  override get retryAfter(): Ms | undefined {
    return this.retryAt === Infinity ? undefined : Math.max(0, this.retryAt - this.#now());
  }
}
