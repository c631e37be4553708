/**
 * Which circuits and budgets are in use, for whoever shows how they stand.
 *
 * They join with their first call and are held weakly: what its owner lets go of is gone from here, too.
 */
import type { CircuitState } from './circuit-rules.js';

/** How a circuit breaker or a retry budget stands. */
export type Standing =
  | {
      readonly kind: 'circuit';
      readonly name: string;
      /** With `key`, the state of the worst of its circuits. */
      readonly state: CircuitState;
    }
  | {
      readonly kind: 'budget';
      readonly name: string;
      /** Tokens there are. */
      readonly level: number;
      /** Tokens there may be. */
      readonly capacity: number;
    };

/** Something that can say how it stands. */
export interface Standable {
  readonly standing: Standing;
}

const inUse = /* @__PURE__ */ new Set<WeakRef<Standable>>();
let sweepAt = 64;

/** Notes that it is in use. To be told once. */
export function noteUse(one: Standable): void {
  // Whoever makes breakers by the thousand and drops them leaves empty references behind, if nobody ever looks.
  if (inUse.size >= sweepAt) {
    for (const reference of inUse) if (reference.deref() === undefined) inUse.delete(reference);
    sweepAt = Math.max(64, 2 * inUse.size);
  }
  inUse.add(new WeakRef(one));
}

/**
 * How every circuit breaker and every retry budget stands that has been used and is still there, in the order of their
 * first calls. Those of gateways and of HTTP sessions are among them. Several may have one name.
 *
 *     for (const one of standings()) if (one.kind === 'circuit') console.log(one.name, one.state);
 */
export function standings(): Standing[] {
  const found: Standing[] = [];
  for (const reference of inUse) {
    const one = reference.deref();
    if (one === undefined) inUse.delete(reference);
    else found.push(one.standing);
  }
  return found;
}
