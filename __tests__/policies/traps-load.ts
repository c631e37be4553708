/**
 * The traps that budgets, throttles, rate limits, bulkheads and adaptive limits elsewhere have fallen into. Each has a
 * test whose title begins with its number.
 */
export const loadTraps: Readonly<Record<string, string>> = {
  T20: 'a budget that earns by each request, not by each success, feeds retries with failures',
  T21: 'an empty budget that makes calls wait for tokens waits for ever, or replaces the error',
  T22: 'a budget that is asked only after the wait, or is not refunded for each retry that was not sent',
  T23: 'a capacity that is a constant per process grows with the fleet',
  T24: 'retries stop when the bucket is half full, so half of it is never used',
  T25: 'errors that have nothing to do with load count as overload, until everything is held back',
  T26: 'a throttle without a probe floor holds back all calls and never sees the service again',
  T27: 'calls in flight count as not accepted, so the first burst is held back by a healthy service',
  T28: 'the window moves only when something is recorded, so the first call after a silence sees old failures',
  T29: 'the throttle takes a quarter of an hour to send everything again after an outage',
  T30: 'a long overload becomes the usual latency of an adaptive limit',
  T31: 'timeouts are taken for latencies, or errors for quick answers',
  T32: 'an adaptive limit that nobody uses grows without having been tried',
  T33: 'the many drops of one bad moment each cut an adaptive limit',
  T34: 'a call that has waited too long is made all the same when its turn comes',
  T35: 'aborted calls keep their places in the line, and their listeners',
  T36: 'a slot is lost when a call throws at once, or when the next in line has left',
  T37: 'a burst as large as the limit sends nearly twice the limit in one period',
  T38: 'calls that are refused push the next free moment away, so that a busy caller never gets through',
  T39: 'a budget that is a share of the calls in flight lets an outage that fails fast retry without bound',
};
