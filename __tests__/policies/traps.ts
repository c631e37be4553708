/**
 * The one list of traps that others have fallen into, by number. For each there is a test whose title begins with its
 * number (`T7: ...`, or `sync: T7: ...` where it runs in several kinds); `tools/check-traps.mjs` sees to that.
 */
import { circuitTraps } from './traps-circuit.js';
import { loadTraps } from './traps-load.js';
import { timeTraps } from './traps-time.js';

/** Traps between several policies, and those that a second look has found. Their tests are in `traps.test.ts`. */
const otherTraps: Readonly<Record<string, string>> = {
  T60: 'hedges and retries pay from purses of their own, so that together they send more than either may',
  T61: 'a throttle counts calls by their end: what was sent long ago counts as new',
  T62: 'a fleet looks at its bare latency at the same moment, and sees a service that is idle',
  T63: 'one adaptive limit learns from a mixture of quick and slow methods',
  T64: 'calls are hedged before it is known how long they take',
  T65: 'a wait that would end after the deadline is slept all the same',
  T66: 'a policy that was given a clock uses timers of the host beside it',
  T67: 'retries in several layers multiply',
  T68: 'a queue has no bound in number or in time, so that calls are answered whose callers have left',
};

/** Number → what goes wrong. */
export const traps = join(circuitTraps, loadTraps, timeTraps, otherTraps);

/** @throws {Error} for a number that stands in two lists. */
export function join(
  ...lists: readonly Readonly<Record<string, string>>[]
): Readonly<Record<string, string>> {
  const joined: Record<string, string> = {};
  for (const list of lists) {
    for (const [number, trap] of Object.entries(list)) {
      if (number in joined) throw new Error(`${number} stands twice: "${joined[number]}" and "${trap}".`);
      joined[number] = trap;
    }
  }
  return Object.freeze(joined);
}
