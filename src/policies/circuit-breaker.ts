/**
 * Stepping aside while a service is gone: a circuit breaker around any function.
 *
 * Here a call finds its circuit. Through a closed one it goes at once, and costs what it takes to look at its end;
 * everything else is done in `circuit-guard.ts`, as `circuit.ts` decides.
 */
import { isAbortableHere } from '../call/context.js';
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { AnyFunction, Wrapper } from '../call/wrapper.js';
import { OptionError } from '../errors.js';
import { Guard, type GuardOwner, Guarded, type Kind, kindOf } from './circuit-guard.js';
import type { CircuitBreakerOptions } from './circuit-options.js';
import { type CircuitSettings, checkCircuitOptions } from './circuit-settings.js';
import type { CircuitState } from './circuit.js';
import { Keyed } from './keyed.js';
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
    const guarded = breaker.guarded(target, name);
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

class Breaker implements GuardOwner {
  readonly slowCalls: SlowCalls | undefined;
  readonly #only: Guard | undefined;
  readonly #keyed: Keyed<Guard> | undefined;
  #runKind: Kind = 'unknown'; // of the latest function that was run
  #name: string | undefined;
  isNameless: boolean;

  constructor(readonly settings: CircuitSettings) {
    const { slowAfter, clock, key, maxKeys, name } = settings;
    this.slowCalls = slowAfter === undefined ? undefined : new SlowCalls(clock, slowAfter);
    this.#name = name;
    this.isNameless = name === undefined;
    if (key === undefined) this.#only = new Guard(this, undefined);
    else
      this.#keyed = new Keyed((of) => new Guard(this, of), {
        max: maxKeys,
        isKept: (guard) => guard.circuit.state !== 'closed',
      });
  }

  get name(): string {
    return this.#name ?? 'circuitBreaker';
  }

  get state(): CircuitState {
    const states = this.guards().map((guard) => guard.state);
    return severity.find((state) => states.includes(state)) ?? 'closed';
  }

  stateOf(key: string): CircuitState {
    return (this.#only ?? this.#keyed?.peek(key))?.state ?? 'closed';
  }

  guards(key?: string): Guard[] {
    if (this.#only !== undefined) return [this.#only];
    const keyed = this.#keyed as Keyed<Guard>;
    return key === undefined ? keyed.entries().map(([, guard]) => guard) : [keyed.get(key)];
  }

  guarded(target: AnyFunction, name: (thisArg: unknown) => string): Guarded {
    const { mode } = this.settings;
    return new Guarded(target, name, kindOf(mode, target), mode !== 'auto');
  }

  around(guarded: Guarded): AnyFunction {
    const only = this.#only;
    const { target } = guarded;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the function below has a `this` of its own
    const breaker = this;
    return function (this: unknown, ...args: unknown[]): unknown {
      const guard = only ?? breaker.#guardOf(guarded, this, args);
      const { period } = guard;
      if (!period.isPlain || breaker.isNameless) return guard.attend(guarded, this, args);
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
  once(guarded: Guarded): AnyFunction {
    return () => {
      if (guarded.kind === 'unknown') guarded.kind = this.#runKind;
      try {
        const guard = this.#only ?? this.#guardOf(guarded, undefined, []);
        return guard.attend(guarded, undefined, []);
      } finally {
        this.#runKind = guarded.kind;
      }
    };
  }

  /** Notes what the first function is called, for a breaker that has no name. */
  noteName(guarded: Guarded, thisArg: unknown): void {
    if (!this.isNameless) return;
    this.isNameless = false;
    this.#name = guarded.name(thisArg);
  }

  #guardOf(guarded: Guarded, thisArg: unknown, args: readonly unknown[]): Guard {
    const { key } = this.settings;
    const call = Object.freeze({ target: guarded.target, args, thisArg, name: guarded.name(thisArg) });
    const value: unknown = (key as NonNullable<typeof key>)(call);
    if (typeof value !== 'string') throw new OptionError('key', value, 'must give a text');
    return (this.#keyed as Keyed<Guard>).get(value);
  }
}
