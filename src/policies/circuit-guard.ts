/**
 * A circuit and its calls: the doer of `circuit.ts`.
 *
 * It holds the clock, makes the calls, judges how they end, and tells the handlers. What a call needs of its own is
 * made only where somebody has to know it: for probes, slow calls, and calls whose caller may cancel them.
 */
import { type Frame, currentFrame, isAbortableHere } from '../call/context.js';
import { type Outcome, asPromise, isThenable } from '../call/outcome.js';
import { type WayBack, wayBack } from '../call/way-back.js';
import type { Ms } from '../time/duration.js';
import type { AttendedCall, AttendedCalls, Ends } from './attended-call.js';
import { OpenTime } from './circuit-open-time.js';
import { Refusals } from './circuit-refusals.js';
import type { CircuitSettings } from './circuit-settings.js';
import type { Target } from './circuit-target.js';
import { isHeard, tellChange } from './circuit-telling.js';
import { reportFailure, verdictOn } from './circuit-verdict.js';
import { type CircuitState, Permit } from './circuit-rules.js';
import { Circuit } from './circuit.js';
import type { SlowCalls } from './slow-calls.js';

/** The breaker that a circuit belongs to. */
export interface GuardOwner {
  readonly settings: CircuitSettings;
  readonly slowCalls: SlowCalls | undefined;
  readonly calls: AttendedCalls;
  readonly name: string;
  noteUse(guarded: Target, thisArg: unknown): void;
}

/** What all calls of one period have in common, so that a call of a closed circuit needs nothing of its own. */
export interface Period extends Ends {
  readonly permit: Permit;
  /** Whether calls may go ahead and share this. */
  readonly isPlain: boolean;
}

export class Guard {
  readonly circuit: Circuit;
  period: Period;
  readonly #owner: GuardOwner;
  readonly #key: string | undefined;
  readonly #judges: boolean;
  readonly #openTime: OpenTime;
  readonly #refusals: Refusals;
  #told: CircuitState = 'closed';
  #generation = 0;
  #outcome: Outcome | undefined; // of the call whose end is being told

  /** @param key  Which of the circuits of its breaker it is, where there are several. */
  constructor(owner: GuardOwner, key: string | undefined) {
    const { settings } = owner;
    this.#owner = owner;
    this.#key = key;
    this.#judges = settings.isFailure !== undefined || settings.isNeutral !== undefined;
    this.#openTime = new OpenTime(settings);
    const openTime = (reopened: number): Ms =>
      this.#openTime.next(reopened, this.#outcome ?? { ok: true, value: undefined }, (error) => {
        reportFailure(settings, 'openTime', owner.name, error);
      });
    this.circuit = new Circuit({ ...settings.rules, openTime });
    this.#refusals = new Refusals(this.circuit, owner, key);
    this.period = this.#newPeriod();
  }

  get state(): CircuitState {
    return this.circuit.stateAt(this.#now());
  }

  open(): void {
    this.#byHand((now) => {
      this.circuit.open(now);
    });
  }

  close(): void {
    this.#byHand((now) => {
      this.circuit.close(now);
    });
  }

  isolate(): void {
    this.#byHand(() => {
      this.circuit.isolate();
    });
  }

  #byHand(change: (now: Ms) => void): void {
    const now = this.#now();
    change(now);
    this.#look(now);
  }

  #now(): Ms {
    return this.#owner.settings.clock.now();
  }

  // Making a call.

  /** Makes a call of which more has to be known than how it ends, or refuses it. */
  attend(guarded: Target, thisArg: unknown, args: readonly unknown[]): unknown {
    const { circuit } = this;
    const { slowAfter } = this.#owner.settings;
    this.#owner.noteUse(guarded, thisArg);
    const now = circuit.state === 'closed' && slowAfter === undefined ? 0 : this.#now();
    const permit = circuit.admit(now);
    this.#look(now);
    if (permit === undefined) return this.#refusals.refuse(guarded);
    const { period } = this;
    if (slowAfter === undefined && permit === period.permit) {
      const ends = isAbortableHere() ? { ...period, whenError: this.whenErrorHere(period) } : period;
      return this.#make(guarded, thisArg, args, ends, undefined);
    }
    const frame = isAbortableHere() ? currentFrame() : undefined;
    const call = this.#owner.calls.begin(this, permit, frame, now + (slowAfter ?? 0));
    const { slowCalls } = this.#owner;
    if (slowCalls !== undefined) {
      slowCalls.watch(call);
      if (isHeard(this.#owner, 'open')) call.back = wayBack();
    }
    return this.#make(guarded, thisArg, args, call, call);
  }

  /** The same as `whenError` of a period, for a call that its caller may cancel. */
  whenErrorHere({ permit }: Period): Ends['whenError'] {
    const frame = currentFrame();
    return (error) => {
      this.failed(permit, error, frame);
      throw error;
    };
  }

  #make(
    guarded: Target,
    thisArg: unknown,
    args: readonly unknown[],
    ends: Ends,
    call: AttendedCall | undefined,
  ): unknown {
    let result: unknown;
    try {
      result = guarded.target.apply(thisArg, args as unknown[]);
    } catch (error) {
      this.#returned(call);
      return ends.whenError(error);
    }
    if (result instanceof Promise) {
      if (guarded.kind !== 'async') guarded.gavePromise();
      return result.then(ends.whenValue, ends.whenError);
    }
    if (call !== undefined && !isThenable(result)) this.#returned(call);
    return this.gave(guarded, result, ends);
  }

  /** A sync function has come back: no timer could look at it meanwhile. */
  #returned(call: AttendedCall | undefined): void {
    if (call?.isWatched !== true) return;
    this.#owner.slowCalls?.forget(call);
    call.back = undefined; // here it is
    const now = this.#now();
    if (now >= call.due) call.becameSlow(now);
  }

  /** The function has returned something that may be a promise. */
  gave(guarded: Target, result: unknown, { whenValue, whenError }: Ends): unknown {
    if (isThenable(result)) {
      guarded.gavePromise();
      return asPromise(result).then(whenValue, whenError);
    }
    guarded.gaveValue();
    return whenValue(result);
  }

  // How calls end.

  succeeded(permit: Permit, value: unknown): void {
    if (this.#judges) {
      this.#ended(permit, { ok: true, value }, undefined);
      return;
    }
    const { circuit } = this;
    const now = circuit.needsTime ? this.#now() : 0;
    circuit.end(permit, 'success', now);
    if (circuit.generation === this.#generation) return;
    this.#outcome = { ok: true, value };
    this.#look(now);
  }

  failed(permit: Permit, error: unknown, frame: Frame | undefined): void {
    this.#ended(permit, { ok: false, error }, frame);
  }

  becameSlow(call: AttendedCall, now: Ms): void {
    call.permit = this.circuit.slow(call.permit, now);
    this.#look(now, call.back);
  }

  release(call: AttendedCall): void {
    this.#owner.slowCalls?.forget(call);
    this.#owner.calls.release(call);
  }

  #ended(permit: Permit, outcome: Outcome, frame: Frame | undefined): void {
    const verdict = verdictOn(outcome, frame?.aborted, this.#owner);
    const now = this.#now();
    this.#outcome = outcome; // waits and handlers may look at it
    this.circuit.end(permit, verdict, now);
    this.#look(now);
    this.#outcome = undefined;
  }

  // Changes.

  #newPeriod(): Period {
    const { circuit } = this;
    const { rules } = this.#owner.settings;
    const isClosed = circuit.state === 'closed';
    // A closed circuit always gives leave; the others are asked for it call by call.
    const permit = isClosed ? (circuit.admit(0) as Permit) : noPermit;
    const isPlain = isClosed && this.#owner.slowCalls === undefined;
    // A success changes nothing about a closed circuit, and one that comes late nothing about any.
    const isCounted = isPlain && !this.#judges && !rules.isTimed;
    return {
      permit,
      isPlain,
      whenValue: isCounted
        ? (value) => {
            circuit.end(permit, 'success', 0);
            return value;
          }
        : (value) => {
            this.succeeded(permit, value);
            return value;
          },
      whenError: (error) => {
        this.failed(permit, error, undefined);
        throw error;
      },
    };
  }

  /** Tells of a change, if there has been one. */
  #look(now: Ms, back?: WayBack): void {
    const { circuit } = this;
    if (circuit.generation === this.#generation) return;
    this.#generation = circuit.generation;
    this.period = this.#newPeriod();
    const outcome = this.#outcome;
    this.#outcome = undefined; // a handler may bring about a change of its own
    const from = this.#told;
    const to = (this.#told = circuit.state);
    if (from !== to) tellChange(this.#owner, { circuit, key: this.#key, from, to, now, outcome }, back);
  }
}

const noPermit = /* @__PURE__ */ new Permit(-1, Infinity);
