/**
 * Measuring the retry machinery itself: three failures, then success, no wait.
 *
 * The reference is the best floor, measured in turns with the contender in one process.
 */
import { check } from './check.mjs';

const [, floor] = (await import('../contenders/floor-thenable-state.mjs?reference')).default;

export const reference = await import('./subjects.mjs?reference');
export const wrapped = await import('./subjects.mjs?wrapped');

/** What all failing-path suites have in common. */
export const failingPath = {
  needs: 'zeroWait',
  anchors: [floor.name],
  rounds: { full: 3, quick: 1 },
  columns: [
    { key: 'ns', label: 'CPU ns per call', digits: 0 },
    { key: 'wallUs', label: 'µs on the wall', digits: 1 },
    { key: 'ratio', label: '× floor', digits: 2, main: true },
  ],
};

/** The floor's call and the contender's, which has been seen to make four attempts. */
export async function prepare(contender) {
  const candidateCall = contender.zeroWait(wrapped.flaky);
  const job = { failures: 3 };
  check(await candidateCall(job), 42, 'the answer');
  check(job.failures, -1, 'failures left');
  return { referenceCall: floor.zeroWait(reference.flaky), candidateCall };
}
