/**
 * Whether a call may be made: the one place where a circuit breaker decides.
 *
 * `Circuit` is a thinker. It is asked before a call, told how the call ended and what time it is, and answers. It
 * makes no call, holds no clock, throws no dice of its own and knows no handler; `circuit-guard.ts` does what it says.
 *
 *     closed --evidence--> open --time--> half-open --probes succeed--> ramp --step by step--> closed
 *                           ^-------------- probes fail ---+--- calls fail ---+
 */
import type { Ms } from '../time/duration.js';
import { Probes } from './circuit-probes.js';
import { Ramp } from './circuit-ramp.js';
import {
  type ChangeReason,
  type CircuitRules,
  type CircuitState,
  Permit,
  type Verdict,
} from './circuit-rules.js';
import type { Window } from './windows.js';

const nothing = { calls: 0, failures: 0, slow: 0 };

export class Circuit {
  readonly #rules: CircuitRules;
  readonly #window: Window | undefined;
  #state: CircuitState = 'closed';
  #because: ChangeReason = 'manual';
  #generation = 0;
  #shared = new Permit(0, Infinity);

  #streak = 0; // failures in a row
  #streakSince: Ms = 0;

  #reopened = 0;
  #retryAt: Ms = 0;

  #probes: Probes | undefined;
  #ramp: Ramp | undefined;

  constructor(rules: CircuitRules) {
    this.#rules = rules;
    this.#window = rules.window?.();
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** The state as a reader sees it: an open time that is over counts as half-open, though no call has asked yet. */
  stateAt(now: Ms): CircuitState {
    return this.#state === 'open' && now >= this.#retryAt ? 'half-open' : this.#state;
  }

  /** Why it is in this state. */
  get because(): ChangeReason {
    return this.#because;
  }

  /** Grows by one with each change of state, and when a closed circuit is closed by hand. */
  get generation(): number {
    return this.#generation;
  }

  /** From when on a call that was refused may be let through: not surely then, and in a ramp by chance before it. */
  get retryAt(): Ms {
    if (this.#state === 'isolated') return Infinity;
    return this.#state === 'ramp' ? (this.#ramp as Ramp).nextAt : this.#retryAt;
  }

  /** How often it has opened since it was last closed. */
  get reopened(): number {
    return this.#reopened;
  }

  /** Whether the end of a call that succeeded has to be told with the time. */
  get needsTime(): boolean {
    return this.#rules.isTimed || this.#state !== 'closed';
  }

  /** What has been counted, without what is too old at `now`. */
  counts(now: Ms): { calls: number; failures: number; slow: number; consecutive: number } {
    this.#window?.roll(now);
    const { calls, failures, slow } = this.#ramp ?? this.#window ?? nothing;
    return { calls, failures, slow, consecutive: this.#streak };
  }

  /** Whether a call may be made. @returns What to tell its end with; `undefined`: it may not. */
  admit(now: Ms): Permit | undefined {
    if (this.#state === 'closed') return this.#shared;
    if (this.#state === 'open' && now >= this.#retryAt) this.#change('half-open', 'openTime');
    if (this.#state === 'half-open') return (this.#probes as Probes).admit(this.#generation, now);
    if (this.#state === 'ramp') return this.#climb(this.#ramp as Ramp, now);
    return undefined;
  }

  /** A call has ended. What belongs to an earlier period says nothing about this one. */
  end(permit: Permit, verdict: Verdict, now: Ms): void {
    if (permit.generation !== this.#generation) return;
    if (this.#state === 'half-open') this.#endProbe(permit, verdict, now);
    else if (this.#state === 'ramp') this.#endOnRamp(this.#ramp as Ramp, permit, verdict, now);
    else if (verdict === 'success') this.#succeeded(permit, now);
    else if (verdict === 'failure') this.#failed(permit, now);
  }

  /**
   * A call that is still running has become slow. It counts now: one that hangs may never end.
   *
   * @returns What to tell its end with from now on.
   */
  slow(permit: Permit, now: Ms): Permit {
    if (permit.generation !== this.#generation || permit.slow) return permit;
    const own = permit === this.#shared ? new Permit(this.#generation, Infinity) : permit;
    own.slow = true;
    if (this.#state === 'half-open') this.#endProbe(own, 'failure', now);
    else if (this.#state === 'ramp') {
      (this.#ramp as Ramp).countSlow(own);
      this.#judgeRamp(this.#ramp as Ramp, now);
    } else {
      own.place = this.#window?.add(false, true, now) ?? -1;
      this.#judge(now);
    }
    return own;
  }

  /** Opens by hand. Nothing happens if it refuses already. */
  open(now: Ms): void {
    const state = this.stateAt(now);
    if (state !== 'open' && state !== 'isolated') this.#open(now, 'manual');
  }

  /** Closes by hand, and forgets what has happened. */
  close(now: Ms): void {
    this.#close(now, 'manual');
  }

  /** Refuses everything until it is closed by hand. */
  isolate(): void {
    if (this.#state !== 'isolated') this.#change('isolated', 'manual');
  }

  // Closed.

  #succeeded(permit: Permit, now: Ms): void {
    this.#streak = 0;
    if (!permit.slow) this.#window?.add(false, false, now);
  }

  #failed(permit: Permit, now: Ms): void {
    this.#lengthen(now);
    if (permit.slow) this.#window?.addFailure(permit.place, now);
    else this.#window?.add(true, false, now);
    if (this.#isStreak(now)) this.#open(now, 'consecutive');
    else this.#judge(now);
  }

  #lengthen(now: Ms): void {
    if (this.#streak === 0) this.#streakSince = now;
    this.#streak += 1;
  }

  #isStreak(now: Ms): boolean {
    const { consecutive } = this.#rules;
    if (consecutive === undefined || this.#streak < consecutive.failures) return false;
    return now - this.#streakSince >= consecutive.lasting;
  }

  /** Opens if a rate is too high. Asked after a failure or a slow call: a success opens nothing. */
  #judge(now: Ms): void {
    const lately = this.#window;
    if (lately === undefined) return;
    lately.roll(now);
    const { calls, failures, slow } = lately;
    if (calls < this.#evidence(lately.expected(now))) return;
    const { failureRate, slowRate } = this.#rules;
    if (failureRate !== undefined && failures / calls >= failureRate) this.#open(now, 'failureRate');
    else if (slowRate !== undefined && slow / calls >= slowRate) this.#open(now, 'slowRate');
  }

  /** A constant would protect a process that makes many calls, and never one of thousands that make few each. */
  #evidence(expected: number): number {
    const { least, share, most } = this.#rules.minCalls;
    return Math.min(most, Math.max(least, share * expected));
  }

  // Open and half-open.

  #open(now: Ms, because: ChangeReason): void {
    this.#retryAt = now + this.#rules.openTime(this.#reopened);
    this.#reopened += 1;
    this.#change('open', because);
  }

  #endProbe(permit: Permit, verdict: Verdict, now: Ms): void {
    const told = (this.#probes as Probes).end(permit, verdict, now);
    if (told === 'failure') this.#open(now, 'probes');
    else if (told === 'success') this.#recover(now);
  }

  #recover(now: Ms): void {
    const { ramp } = this.#rules;
    if (ramp === undefined) {
      this.#close(now, 'probes');
      return;
    }
    this.#change('ramp', 'probes');
    this.#ramp = new Ramp(ramp, this.#rules, now);
  }

  // The ramp.

  #climb(ramp: Ramp, now: Ms): Permit | undefined {
    const turn = ramp.climb(now);
    if (turn === 'fall') {
      this.#open(now, 'ramp');
      return undefined;
    }
    if (turn === 'top') {
      this.#close(now, 'ramp');
      return this.#shared;
    }
    if (this.#rules.random() >= ramp.gate) return undefined;
    ramp.running += 1;
    return this.#shared;
  }

  #endOnRamp(ramp: Ramp, permit: Permit, verdict: Verdict, now: Ms): void {
    ramp.running -= 1;
    if (verdict === 'neutral') return;
    const isFailure = verdict === 'failure';
    if (isFailure) this.#lengthen(now);
    else this.#streak = 0;
    ramp.count(permit, isFailure);
    if (isFailure) this.#judgeRamp(ramp, now);
  }

  #judgeRamp(ramp: Ramp, now: Ms): void {
    if (this.#isStreak(now) || ramp.isBad()) this.#open(now, 'ramp');
  }

  // Changes.

  #close(now: Ms, because: ChangeReason): void {
    this.#reopened = 0;
    this.#window?.clear(now);
    this.#change('closed', because);
  }

  #change(state: CircuitState, because: ChangeReason): void {
    this.#state = state;
    this.#because = because;
    this.#generation += 1;
    this.#shared = new Permit(this.#generation, Infinity);
    this.#probes = state === 'half-open' ? new Probes(this.#rules.halfOpen) : undefined;
    if (state === 'open') return; // keeps what it opened for, for those who look
    this.#streak = 0;
    this.#ramp = undefined;
  }
}
