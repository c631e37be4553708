/**
 * All that was claimed.
 */
import type { BoundRecord, LabRecord } from './record.js';

/** All claims of a record: those of its runs, and those of its answers. */
export function allBounds({
  bounds,
  answers,
}: Pick<LabRecord, 'bounds' | 'answers'>): readonly BoundRecord[] {
  return [...bounds, ...answers.flatMap((answer) => answer.bounds)];
}
