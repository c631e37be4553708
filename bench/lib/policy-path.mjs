/**
 * Measuring policies around a call: that they do what they are for, and what they cost while nothing fails.
 */
import { check } from './check.mjs';
import { failOneByOne, switched } from './policy-subjects.mjs';

/** Calls until the circuit must have opened: whatever a breaker takes as evidence, it has it by then. */
const ENOUGH = 300;

/** Opens a circuit by failing calls. @returns The guarded call, which is refused from now on. */
export async function opened(wrap) {
  const fn = switched();
  const call = await wrap(fn);
  check(await call(), 42, 'the answer');
  fn.fails = true;
  check(await failOneByOne(call, ENOUGH), ENOUGH, 'failed or refused calls');
  if (fn.calls > ENOUGH) throw new Error(`the circuit should have opened in ${ENOUGH} failing calls`);
  const { calls } = fn;
  check(await failOneByOne(call, 10), 10, 'refused calls');
  check(fn.calls, calls, 'calls through an open circuit');
  return call;
}
