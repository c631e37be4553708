/** A contender that does not do the work is not measured. */
export function check(got, expected, what) {
  if (got !== expected) throw new Error(`${what} should be ${expected}; got ${got}`);
}
