/**
 * The least that a circuit breaker can be: failures in a row are counted, in two reactions which all calls share.
 *
 * Refused is with one error for the whole time that the circuit is open, by a thenable: a promise that is rejected
 * before its caller has it goes through Node's tracking of unhandled rejections.
 */
const settled = Promise.resolve();

export const consecutive = (failures, openMs) => (fn) => {
  let streak = 0;
  let openUntil = 0;
  const error = new Error('open');
  const rejection = { then: (_resolve, reject) => reject(error) };
  const refusal = () => rejection;
  const succeeded = (value) => {
    streak = 0;
    return value;
  };
  const failed = (reason) => {
    streak++;
    if (streak >= failures) openUntil = performance.now() + openMs;
    throw reason;
  };
  return () => {
    if (streak >= failures && performance.now() < openUntil) return settled.then(refusal);
    return fn().then(succeeded, failed);
  };
};

export default [
  {
    name: 'floor: breaker, consecutive',
    kind: 'floor',
    breaker: consecutive(5, 10_000),
    tripping: consecutive(5, 3_600_000),
  },
];
