/**
 * How much to let through after a recovery: a share that grows, step by step, while calls succeed.
 *
 * A thinker of one recovery. It climbs on evidence, one step at a time: time alone lifts it only where nothing was sent
 * that could have told otherwise, and steps that nobody took are never made up for.
 */
import type { CircuitRules, Permit } from './circuit-rules.js';
import type { Ms } from '../time/duration.js';

/** What becomes of a ramp. `'top'`: everything may go through again. */
type Turn = 'stay' | 'fall' | 'top';

export class Ramp {
  /** The share of calls that go through, from 0 to 1. */
  gate: number;
  /** Which step it is, from 0: where a call was counted. */
  step = 0;
  /** When the next step may begin. */
  nextAt: Ms;
  /** What has ended, or become slow, in this step. */
  calls = 0;
  failures = 0;
  slow = 0;
  /** Calls that were let through and have not ended. */
  running = 0;
  readonly #rules: NonNullable<CircuitRules['ramp']>;
  readonly #failureRate: number;
  readonly #slowRate: number;

  constructor(rules: NonNullable<CircuitRules['ramp']>, rates: CircuitRules, now: Ms) {
    this.#rules = rules;
    this.#failureRate = rates.failureRate ?? 0.5;
    this.#slowRate = rates.slowRate ?? Infinity;
    this.gate = rules.from;
    this.nextAt = now + rules.every;
  }

  /** A call is about to ask. Climbs, if the time has come and the evidence is there. */
  climb(now: Ms): Turn {
    const { every, factor } = this.#rules;
    if (now < this.nextAt) return 'stay';
    this.nextAt += every * (1 + Math.floor((now - this.nextAt) / every)); // however many have passed
    if (!this.#mayClimb()) return 'stay';
    if (this.isBad()) return 'fall';
    this.gate *= factor;
    this.step += 1;
    this.calls = this.failures = this.slow = 0;
    return this.gate >= 1 ? 'top' : 'stay';
  }

  /** A call has ended well or badly. One that was counted in this step when it became slow is none the more. */
  count(permit: Permit, isFailure: boolean): void {
    if (isFailure ? permit.place !== this.step : !permit.slow) this.calls += 1;
    if (isFailure) this.failures += 1;
  }

  /** A call that is still running has become slow. */
  countSlow(permit: Permit): void {
    permit.place = this.step;
    this.calls += 1;
    this.slow += 1;
  }

  /** Whether there is evidence that too much fails, or is slow. */
  isBad(): boolean {
    const { calls } = this;
    if (calls < this.#rules.minCalls) return false;
    return this.failures / calls >= this.#failureRate || this.slow / calls >= this.#slowRate;
  }

  // A few failures are no evidence yet, and no reason to let more through; silence is none against it, unless somebody
  // is waiting for an answer.
  #mayClimb(): boolean {
    if (this.failures + this.slow > 0) return this.calls >= this.#rules.minCalls;
    return this.calls > 0 || this.running === 0;
  }
}
