/**
 * How circuits and budgets stand, by name: what gauges show. Read when somebody asks, never stored.
 */
import { type CircuitState, standings } from '../core.js';
import type { BoundedTexts } from './counts.js';

/** The worst first. */
export const circuitStates: readonly CircuitState[] = ['isolated', 'open', 'half-open', 'ramp', 'closed'];

export interface Levels {
  /** Of several circuits with one name, the worst state. */
  readonly circuits: ReadonlyMap<string, CircuitState>;
  /** Of several budgets with one name, the sums. */
  readonly budgets: ReadonlyMap<string, { readonly level: number; readonly capacity: number }>;
}

/** @param names  Bounds how many names there may be; the others share one. */
export function levelsBy(names: BoundedTexts): Levels {
  const circuits = new Map<string, CircuitState>();
  const budgets = new Map<string, { level: number; capacity: number }>();
  for (const one of standings()) {
    const name = names.of(one.name);
    if (one.kind === 'circuit') {
      const known = circuits.get(name) ?? 'closed';
      circuits.set(name, circuitStates.indexOf(one.state) < circuitStates.indexOf(known) ? one.state : known);
    } else {
      const { level, capacity } = budgets.get(name) ?? { level: 0, capacity: 0 };
      budgets.set(name, { level: level + one.level, capacity: capacity + one.capacity });
    }
  }
  return { circuits, budgets };
}
