/**
 * A budget that notes what it is asked.
 */
import type { Budget } from '../../src/core.js';

export interface NotedBudget extends Budget {
  /** Each call in order: `take error`, `refund error`, `earn`. */
  readonly notes: readonly string[];
}

/** @param allowed  How many retries it pays for. */
export function notedBudget(allowed = Infinity): NotedBudget {
  const notes: string[] = [];
  let left = allowed;
  return {
    notes,
    take(kind) {
      notes.push(`take ${kind}`);
      left -= 1;
      return left >= 0;
    },
    refund(kind) {
      notes.push(`refund ${kind}`);
      left += 1;
    },
    earn() {
      notes.push('earn');
    },
  };
}
