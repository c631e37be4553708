/**
 * Making a policy out of a way to let calls through: what bulkhead, rate limit and throttle have in common.
 */
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { AnyFunction, Promised, Substitute } from '../call/wrapper.js';
import type { AddsFor, Mode } from '../retry/options.js';
import type { Kind } from '../retry/plan.js';
import type { GuardRules } from './guard-options.js';
import { Guarded } from './guarded.js';
import type { KeyedOptions } from './keyed.js';
import { States } from './states.js';

/** What a guard tells of itself. */
export interface GuardOffers<Shown> {
  readonly state: Shown;
  /** The state of one key; `undefined` for a key that was not seen, or is forgotten. */
  stateOf(key: string): Shown | undefined;
}

/** A guard with `mode: 'async'`: its calls give promises, whatever the function gives. */
export interface AsyncGuard<Shown> extends Substitute<unknown, Promised>, GuardOffers<Shown> {}

/** The guard that options with this `mode` make: `Plain`, or one that gives promises. */
export type GuardFor<Plain extends GuardOffers<unknown>, M extends Mode> = [AddsFor<true, M>] extends [never]
  ? Plain
  : AsyncGuard<Plain['state']>;

/** One kind of guard. */
export interface Guarding<State, Shown> extends Omit<KeyedOptions<State>, 'max'> {
  readonly make: (key: string | undefined) => State;
  readonly show: (state: State) => Shown;
  /** Makes a call, lets it wait, or refuses it. */
  readonly admit: (state: State, guarded: Guarded, thisArg: unknown, args: readonly unknown[]) => unknown;
}

/** @param policy  What users call it. */
export function makeGuard<State, Shown>(
  policy: string,
  rules: GuardRules,
  guarding: Guarding<State, Shown>,
): unknown {
  const states = new States(rules, guarding.make, guarding);
  const { admit, show } = guarding;
  const under = (guarded: Guarded): AnyFunction =>
    function (this: unknown, ...args: unknown[]): unknown {
      let state: State;
      try {
        state = states.of(guarded, this, args);
      } catch (error) {
        return guarded.fail(error);
      }
      const result = admit(state, guarded, this, args);
      guarded.warnIfSync(this);
      return result;
    };
  // Of the latest function that was run and that gave something. Where calls wait, they are most likely async.
  let likely: Kind = rules.waitsBy === undefined ? 'unknown' : 'async';
  const once: Wrap = (target, nameOf) => {
    const guarded = new Guarded(target, nameOf, rules, { likely, subject: rules });
    const make = under(guarded);
    const fn = (): unknown => {
      try {
        return make();
      } finally {
        if (guarded.kind !== 'unknown') likely = guarded.kind;
      }
    };
    return { fn };
  };
  const wrap: Wrap = (target, nameOf, original) =>
    original === undefined
      ? { fn: under(new Guarded(target, nameOf, rules)) }
      : once(target, nameOf, original);
  const shown = (state: State | undefined): Shown | undefined =>
    state === undefined ? undefined : show(state);
  return makePolicy(policy, wrap, {
    get state() {
      return shown(states.peek());
    },
    stateOf: (key: string) => shown(states.peek(key)),
  });
}
