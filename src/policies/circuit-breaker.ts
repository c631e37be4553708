/**
 * Stepping aside while a service is gone: a circuit breaker around any function.
 *
 * Here a call finds its circuit. Through a closed one it goes at once, and costs what it takes to look at its end;
 * everything else is done in `circuit-guard.ts`, as `circuit.ts` decides.
 */
import { isAbortableHere } from '../call/context.js';
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { AnyFunction, Wrapper } from '../call/wrapper.js';
import { AttendedCalls } from './attended-call.js';
import { Guard, type GuardOwner } from './circuit-guard.js';
import type { CircuitBreakerOptions } from './circuit-options.js';
import type { CircuitState } from './circuit-rules.js';
import { type CircuitSettings, checkCircuitOptions } from './circuit-settings.js';
import { Target } from './circuit-target.js';
import { type Standable, type Standing, noteUse } from './in-use.js';
import { States } from './states.js';
import { SlowCalls } from './slow-calls.js';

/** A circuit breaker: a wrapper that may guard many functions, and what there is to know and to do about its circuit. */
export interface CircuitBreaker extends Wrapper {
  /** What the circuit is doing; with `key`, the state of the worst of the circuits. */
  readonly state: CircuitState;
  /** The state of the circuit of one key. `'closed'` for a key that is not known. */
  stateOf(key: string): CircuitState;
  /** Opens by hand, as if it had tripped: with `key`, the circuit of one key or all that are known. */
  open(key?: string): void;
  /** Closes by hand, and forgets what has happened. */
  close(key?: string): void;
  /** Refuses everything until it is closed by hand. */
  isolate(key?: string): void;
}

/**
 * Refuses calls while the service they go to fails, and finds out carefully whether it has recovered.
 *
 *     const breaker = circuitBreaker({ failureRate: 0.5, window: '30s', slowAfter: '2s' });
 *     const getUser = breaker(fetchUser);
 *     await getUser(42);   // the user, fetchUser's own error, or a CircuitOpenError at once
 *
 * @throws {OptionError} for an option that is unknown or not allowed.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const breaker = new Breaker(checkCircuitOptions(options));
  const wrap: Wrap = (target, name, original) => {
    const guarded = new Target(target, name, breaker.settings.mode);
    return { fn: original === undefined ? breaker.around(guarded) : breaker.once(guarded) };
  };
  return makePolicy('circuitBreaker', wrap, {
    get state() {
      return breaker.state;
    },
    stateOf: (key: string) => breaker.stateOf(key),
    open: (key?: string) => {
      for (const guard of breaker.guards(key)) guard.open();
    },
    close: (key?: string) => {
      for (const guard of breaker.guards(key)) guard.close();
    },
    isolate: (key?: string) => {
      for (const guard of breaker.guards(key)) guard.isolate();
    },
  }) as CircuitBreaker;
}

/** The worst first. */
const severity: readonly CircuitState[] = ['isolated', 'open', 'half-open', 'ramp', 'closed'];

class Breaker implements GuardOwner, Standable {
  readonly slowCalls: SlowCalls | undefined;
  readonly calls = new AttendedCalls();
  readonly #only: Guard | undefined;
  readonly #states: States<Guard>;
  #runKind: Target['kind'] = 'unknown'; // of the latest function that was run
  #name: string | undefined;
  isUnused = true;

  constructor(readonly settings: CircuitSettings) {
    const { slowAfter, clock, key, maxKeys, name } = settings;
    this.slowCalls = slowAfter === undefined ? undefined : new SlowCalls(clock, slowAfter);
    this.#name = name;
    const make = (of: string | undefined): Guard => new Guard(this, of);
    this.#states = new States({ key, maxKeys }, make, {
      isKept: (guard) => guard.circuit.state !== 'closed',
    });
    this.#only = key === undefined ? this.#states.peek() : undefined;
  }

  get name(): string {
    return this.#name ?? 'circuitBreaker';
  }

  get state(): CircuitState {
    const states = this.guards().map((guard) => guard.state);
    return severity.find((state) => states.includes(state)) ?? 'closed';
  }

  get standing(): Standing {
    return { kind: 'circuit', name: this.name, state: this.state };
  }

  stateOf(key: string): CircuitState {
    return (this.#only ?? this.#states.peek(key))?.state ?? 'closed';
  }

  guards(key?: string): Guard[] {
    if (this.#only !== undefined) return [this.#only];
    return key === undefined ? this.#states.all() : [this.#states.get(key)];
  }

  around(guarded: Target): AnyFunction {
    const only = this.#only;
    const states = this.#states;
    const { target } = guarded;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the function below has a `this` of its own
    const breaker = this;
    return function (this: unknown, ...args: unknown[]): unknown {
      const guard = only ?? states.of(guarded, this, args);
      const { period } = guard;
      if (!period.isPlain || breaker.isUnused) return guard.attend(guarded, this, args);
      const whenError = isAbortableHere() ? guard.whenErrorHere(period) : period.whenError;
      let result: unknown;
      try {
        result = target.apply(this, args);
      } catch (error) {
        return whenError(error);
      }
      if (result instanceof Promise) {
        if (guarded.kind !== 'async') guarded.gavePromise();
        return result.then(period.whenValue, whenError);
      }
      return guard.gave(guarded, result, { whenValue: period.whenValue, whenError });
    };
  }

  /** A function for one call, which is taken to give what the one before has given. */
  once(guarded: Target): AnyFunction {
    return () => {
      if (guarded.kind === 'unknown') guarded.kind = this.#runKind;
      try {
        const guard = this.#only ?? this.#states.of(guarded, undefined, []);
        return guard.attend(guarded, undefined, []);
      } finally {
        this.#runKind = guarded.kind;
      }
    };
  }

  /** Notes that it is in use; and what the first function is called, for a breaker that has no name. */
  noteUse(guarded: Target, thisArg: unknown): void {
    if (!this.isUnused) return;
    this.isUnused = false;
    this.#name ??= guarded.nameOf(thisArg);
    noteUse(this);
  }
}
