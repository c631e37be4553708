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

/** The leave to make a call. It belongs to one period of one circuit; many calls may share it while none is watched. */
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

  #leases: Permit[] = [];
  #good = 0;
  #bad = 0;

  #gate = 1;
  #stepAt: Ms = 0;
  #calls = 0;
  #failures = 0;
  #slow = 0;

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
    return this.#state === 'ramp' ? this.#stepAt : this.#retryAt;
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
    const lately = this.#state === 'ramp' ? undefined : this.#window;
    lately?.roll(now);
    const { calls, failures, slow } = lately ?? {
      calls: this.#calls,
      failures: this.#failures,
      slow: this.#slow,
    };
    return { calls, failures, slow, consecutive: this.#streak };
  }

  /** Whether a call may be made. @returns What to tell its end with; `undefined`: it may not. */
  admit(now: Ms): Permit | undefined {
    if (this.#state === 'closed') return this.#permit();
    if (this.#state === 'open' && now >= this.#retryAt) this.#change('half-open', 'openTime');
    if (this.#state === 'half-open') return this.#probe(now);
    if (this.#state === 'ramp') return this.#climb(now);
    return undefined;
  }

  /** A call has ended. What belongs to an earlier period says nothing about this one. */
  end(permit: Permit, verdict: Verdict, now: Ms): void {
    if (permit.generation !== this.#generation) return;
    if (this.#state === 'half-open') this.#endProbe(permit, verdict, now);
    else if (verdict === 'success') this.#succeeded(permit, now);
    else if (verdict === 'failure') this.#failed(permit, now);
  }

  /** A call that is still running has become slow. It counts now: one that hangs may never end. */
  slow(permit: Permit, now: Ms): void {
    if (permit.generation !== this.#generation || permit.slow) return;
    permit.slow = true;
    if (this.#state === 'half-open') this.#endProbe(permit, 'failure', now);
    else if (this.#state === 'ramp') {
      permit.place = this.#stepAt;
      this.#calls += 1;
      this.#slow += 1;
      this.#judgeRamp(now);
    } else {
      permit.place = this.#window?.add(false, true, now) ?? -1;
      this.#judge(now);
    }
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

  #permit(): Permit {
    return this.#rules.slowRate === undefined ? this.#shared : new Permit(this.#generation, Infinity);
  }

  #succeeded(permit: Permit, now: Ms): void {
    this.#streak = 0;
    if (permit.slow) return;
    if (this.#state === 'ramp') this.#calls += 1;
    else this.#window?.add(false, false, now);
  }

  #failed(permit: Permit, now: Ms): void {
    if (this.#streak === 0) this.#streakSince = now;
    this.#streak += 1;
    if (this.#state === 'ramp') {
      if (permit.place !== this.#stepAt) this.#calls += 1; // or it was counted in this step when it became slow
      this.#failures += 1;
      this.#judgeRamp(now);
      return;
    }
    if (permit.slow) this.#window?.addFailure(permit.place, now);
    else this.#window?.add(true, false, now);
    if (this.#isStreak(now)) this.#open(now, 'consecutive');
    else this.#judge(now);
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

  #probe(now: Ms): Permit | undefined {
    this.#leases = this.#leases.filter((lease) => lease.until > now);
    const { atOnce, lease } = this.#rules.halfOpen;
    if (this.#leases.length >= atOnce) return undefined;
    const permit = new Permit(this.#generation, now + lease);
    this.#leases.push(permit);
    return permit;
  }

  #endProbe(permit: Permit, verdict: Verdict, now: Ms): void {
    const place = this.#leases.indexOf(permit);
    if (place < 0 || permit.until <= now) return; // its place is another's
    this.#leases.splice(place, 1);
    const { successes, of } = this.#rules.halfOpen;
    if (verdict === 'success') {
      this.#good += 1;
      if (this.#good >= successes) this.#recover(now);
    } else if (verdict === 'failure') {
      this.#bad += 1;
      if (this.#bad > of - successes) this.#open(now, 'probes');
    }
  }

  #recover(now: Ms): void {
    const { ramp } = this.#rules;
    if (ramp === undefined) {
      this.#close(now, 'probes');
      return;
    }
    this.#change('ramp', 'probes');
    this.#gate = ramp.from;
    this.#stepAt = now + ramp.every;
  }

  // The ramp.

  #climb(now: Ms): Permit | undefined {
    const { every, factor, minCalls } = this.#rules.ramp as NonNullable<CircuitRules['ramp']>;
    while (now >= this.#stepAt) {
      // A few failures are no evidence yet, and no reason to let more through; silence is none against it.
      if (this.#calls < minCalls && this.#failures + this.#slow > 0) break;
      if (this.#isRampBad()) {
        this.#open(now, 'ramp');
        return undefined;
      }
      this.#gate *= factor;
      this.#stepAt += every;
      this.#calls = this.#failures = this.#slow = 0;
      if (this.#gate >= 1) {
        this.#close(now, 'ramp');
        return this.#permit();
      }
    }
    return this.#rules.random() < this.#gate ? this.#permit() : undefined;
  }

  #judgeRamp(now: Ms): void {
    const { minCalls } = this.#rules.ramp as NonNullable<CircuitRules['ramp']>;
    if (this.#isStreak(now) || (this.#calls >= minCalls && this.#isRampBad())) this.#open(now, 'ramp');
  }

  #isRampBad(): boolean {
    const { failureRate = 0.5, slowRate = 2 } = this.#rules;
    const calls = this.#calls;
    return this.#failures / calls >= failureRate || this.#slow / calls >= slowRate;
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
    this.#leases = [];
    this.#good = this.#bad = 0;
    this.#calls = this.#failures = this.#slow = 0;
    if (state !== 'open') this.#streak = 0; // an open circuit keeps what it opened for, for those who look
  }
}
