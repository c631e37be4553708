/**
 * Functions for the policies around a call: one that fails when it is told to, and one that never ends.
 *
 * As `subjects.mjs`: loaded twice, as `?bare` and `?wrapped`. What fails does so one microtask later, as after I/O.
 */
import { failure } from './subjects.mjs';

/** @returns {(() => Promise<number>) & { calls: number, fails: boolean }} Counts its calls. */
export function switched() {
  const fn = async () => {
    fn.calls++;
    if (!fn.fails) return 42;
    await null;
    throw failure;
  };
  return Object.assign(fn, { calls: 0, fails: false });
}

export const never = () => new Promise(() => {});

/** Calls that are all refused, or fail. @returns How many were. */
export async function failOneByOne(call, n) {
  let failed = 0;
  for (let i = 0; i < n; i++) {
    try {
      await call();
    } catch {
      failed++;
    }
  }
  return failed;
}
