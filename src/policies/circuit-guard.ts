/**
 * A circuit and its calls: the doer of `circuit.ts`.
 *
 * It holds the clock, makes the calls, judges how they end, and tells the handlers. What a call needs of its own is
 * made only where somebody has to know it: for probes, slow calls, and calls whose caller may cancel them.
 */
import { isAsync } from '../call/kind.js';
import { type Frame, currentFrame, isAbortableHere, isInCall } from '../call/context.js';
import { noteRefusal } from '../call/layers.js';
import { type Outcome, asPromise, isThenable } from '../call/outcome.js';
import type { AnyFunction } from '../call/wrapper.js';
import { isObserved, publish } from '../events.js';
import { tellAtOnce } from '../retry/handlers.js';
import type { Ms } from '../time/duration.js';
import {
  type CircuitOpenError,
  type RefusingState,
  stackedError,
  stacklessError,
} from './circuit-open-error.js';
import { OpenTime } from './circuit-open-time.js';
import type { CircuitDetails } from './circuit-options.js';
import type { CircuitSettings } from './circuit-settings.js';
import { reportFailure, verdictOn } from './circuit-verdict.js';
import { Circuit, type CircuitState, Permit } from './circuit.js';
import { type SlowCalls, WatchedCall } from './slow-calls.js';

/** What a function has been seen to give. Once it has given a promise, its refusals reject. */
export type Kind = 'unknown' | 'sync' | 'async';

export function kindOf(mode: CircuitSettings['mode'], target: AnyFunction): Kind {
  if (mode !== 'auto') return mode;
  return isAsync(target) ? 'async' : 'unknown';
}

/** One function under a breaker. */
export class Guarded {
  constructor(
    readonly target: AnyFunction,
    readonly name: (thisArg: unknown) => string,
    public kind: Kind,
    /** Whether `mode` has said the kind. */
    readonly isKindFixed: boolean,
  ) {}

  gavePromise(): void {
    if (!this.isKindFixed) this.kind = 'async';
  }

  gaveValue(): void {
    if (this.kind === 'unknown') this.kind = 'sync';
  }
}

/** The breaker that a circuit belongs to. */
export interface GuardOwner {
  readonly settings: CircuitSettings;
  readonly slowCalls: SlowCalls | undefined;
  readonly name: string;
  noteName(guarded: Guarded, thisArg: unknown): void;
}

/** What becomes of the end of a call, once it is known. */
interface Ends {
  readonly whenValue: (value: unknown) => unknown;
  readonly whenError: (error: unknown) => never;
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
  #told: CircuitState = 'closed';
  #generation = 0;
  #outcome: Outcome | undefined; // of the call whose end is being told
  #error: CircuitOpenError | undefined;
  #rejection: (() => unknown) | undefined;

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
  attend(guarded: Guarded, thisArg: unknown, args: readonly unknown[]): unknown {
    const { circuit } = this;
    const { slowAfter } = this.#owner.settings;
    this.#owner.noteName(guarded, thisArg);
    const now = circuit.state === 'closed' && slowAfter === undefined ? 0 : this.#now();
    const permit = circuit.admit(now);
    this.#look(now);
    if (permit === undefined) return this.#refuse(guarded);
    const { period } = this;
    if (slowAfter === undefined && permit === period.permit) {
      const ends = isAbortableHere() ? { ...period, whenError: this.whenErrorHere(period) } : period;
      return this.#make(guarded, thisArg, args, ends, undefined);
    }
    const frame = isAbortableHere() ? currentFrame() : undefined;
    const call = new AttendedCall(this, permit, frame, now + (slowAfter ?? 0));
    this.#owner.slowCalls?.watch(call);
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
    guarded: Guarded,
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
    if (call !== undefined && !isThenable(result)) this.#returned(call);
    return this.gave(guarded, result, ends);
  }

  /** A sync function has come back: no timer could look at it meanwhile. */
  #returned(call: AttendedCall | undefined): void {
    if (call?.isWatched !== true) return;
    this.forget(call);
    const now = this.#now();
    if (now >= call.due) call.becameSlow(now);
  }

  /** The function has returned something that may be a promise. */
  gave(guarded: Guarded, result: unknown, { whenValue, whenError }: Ends): unknown {
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

  becameSlow(permit: Permit, now: Ms): void {
    this.circuit.slow(permit, now);
    this.#look(now);
  }

  forget(call: AttendedCall): void {
    this.#owner.slowCalls?.forget(call);
  }

  #ended(permit: Permit, outcome: Outcome, frame: Frame | undefined): void {
    const verdict = verdictOn(outcome, frame?.aborted, this.#owner);
    const now = this.#now();
    this.#outcome = outcome; // waits and handlers may look at it
    this.circuit.end(permit, verdict, now);
    this.#look(now);
    this.#outcome = undefined;
  }

  // Refusing.

  #refuse(guarded: Guarded): unknown {
    const { stack } = this.#owner.settings;
    const error = stack ? this.#newError(stackedError) : this.#sharedError();
    if (isInCall()) noteRefusal(error, guarded.target);
    if (isObserved()) {
      const details = Object.freeze({ key: this.#key, state: error.state, retryAt: error.retryAt });
      publish('circuit:refuse', this.#owner.name, details);
    }
    if (guarded.kind !== 'async') throw error;
    // A promise that is rejected before its caller has it goes through the host's tracking of lost rejections.
    return settled.then(stack ? rejecting(error) : this.#rejection);
  }

  #sharedError(): CircuitOpenError {
    const { state, retryAt } = this.circuit;
    const known = this.#error;
    if (known?.retryAt === retryAt && known.state === state) return known;
    const error = this.#newError(stacklessError);
    this.#error = error;
    this.#rejection = rejecting(error);
    return error;
  }

  #newError(make: typeof stacklessError): CircuitOpenError {
    const { settings, name } = this.#owner;
    const { state, retryAt } = this.circuit;
    const title = this.#key === undefined ? name : `${name} (${this.#key})`;
    return make(title, state as RefusingState, retryAt, () => settings.clock.now());
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
  #look(now: Ms): void {
    const { circuit } = this;
    if (circuit.generation === this.#generation) return;
    this.#generation = circuit.generation;
    this.period = this.#newPeriod();
    const outcome = this.#outcome;
    this.#outcome = undefined; // a handler may bring about a change of its own
    const from = this.#told;
    const to = (this.#told = circuit.state);
    if (from !== to) this.#tell(from, to, now, outcome);
  }

  #tell(from: CircuitState, to: CircuitState, now: Ms, outcome: Outcome | undefined): void {
    const { circuit } = this;
    const { name, settings } = this.#owner;
    const [event, type] = events[to];
    const handlers = settings.handlers[event];
    if (handlers.length === 0 && !isObserved()) return;
    const details: CircuitDetails = Object.freeze({
      event,
      name,
      key: this.#key,
      from,
      to,
      because: circuit.because,
      retryAt: circuit.retryAt,
      reopened: circuit.reopened,
      counts: Object.freeze(circuit.counts(now)),
      outcome,
    });
    tellAtOnce(handlers, name, details);
    if (isObserved()) publish(type, name, details);
  }
}

/** A call of which more has to be known: a probe, one that may become slow, one that its caller may cancel. */
class AttendedCall extends WatchedCall implements Ends {
  readonly whenValue: (value: unknown) => unknown;
  readonly whenError: (error: unknown) => never;

  constructor(
    readonly guard: Guard,
    readonly permit: Permit,
    frame: Frame | undefined,
    due: Ms,
  ) {
    super(due);
    this.whenValue = (value) => {
      guard.forget(this);
      guard.succeeded(permit, value);
      return value;
    };
    this.whenError = (error) => {
      guard.forget(this);
      guard.failed(permit, error, frame);
      throw error;
    };
  }

  becameSlow(now: Ms): void {
    this.guard.becameSlow(this.permit, now);
  }
}

const events: Readonly<Record<CircuitState, readonly [CircuitDetails['event'], string]>> = {
  closed: ['close', 'circuit:close'],
  open: ['open', 'circuit:open'],
  isolated: ['open', 'circuit:open'],
  'half-open': ['halfOpen', 'circuit:half-open'],
  ramp: ['ramp', 'circuit:ramp'],
};

const noPermit = /* @__PURE__ */ new Permit(-1, Infinity);
const settled = /* @__PURE__ */ Promise.resolve();

/** Gives a thenable that rejects: cheaper than to throw. */
function rejecting(error: unknown): () => unknown {
  const rejection = {
    then(_resolve: unknown, reject: (error: unknown) => void): void {
      reject(error);
    },
  };
  return () => rejection;
}
