/**
 * What others have fallen into when they built a circuit breaker. For each trap there is a test whose title begins with
 * its number.
 */
export const circuitTraps = {
  T1: 'a clock that runs backwards upsets a time window',
  T2: 'a gap longer than the window leaves old counts, or costs time for each bucket that has passed',
  T3: 'a window is moved on when something is counted, not when it is looked at: old failures open after an idle spell',
  T4: 'a window in buckets covers more than its span, or much less',
  T5: 'the late result of an earlier period changes the state: a slow success from before closes without a probe',
  T6: 'a cancelled probe counts as a success and closes the circuit, or as a failure and opens it',
  T7: 'an excluded outcome counts, or a probe that ends in one keeps its place',
  T8: 'a probe that hangs holds the circuit half-open for ever',
  T9: 'slow calls are counted when they end: a service that hangs is invisible',
  T10: 'a fleet that opened together comes back together',
  T11: 'jitter is lost at the longest open time',
  T12: 'the open time does not grow, or stays long after a recovery',
  T13: 'a constant number of calls: thousands of processes with few calls each are never protected, busy ones trip on five calls',
  T14: 'while half-open the other calls queue, or all are let through',
  T15: 'a recovered service gets all its load back at one blow',
  T16: 'one broken part of many behind one circuit takes all of them away',
  T17: 'an open circuit needs a timer to become half-open, or keeps the process alive',
  T18: 'a refusal costs more than the call: an error and a stack each, a promise rejected before its caller has it',
  T19: 'memory or the cost of a failure grows with the traffic or with the keys',
} as const;
