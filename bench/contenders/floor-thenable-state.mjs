/**
 * One object per failed call, and that object is itself the thenable which the rejection handler returns: the
 * derived promise hands it its own `resolve` and `reject`, so there is no second promise and no closure of ours.
 *
 * Two floors differ in how they wait: a `setTimeout` each, or all in one heap behind one timer. Of all that was
 * tried by hand, the heap holds the least memory and uses the least CPU per waiting retry.
 */
import { wakeAfter } from '../lib/timer-heap.mjs';

const ownTimer = (ms, state) => setTimeout(wake, ms, state);
const NONE = [];
const wake = (state) => state.wake();

// A `setTimeout` keeps the asynchronous context of the call that set it. Where calls share one, each needs a reaction
// of a promise to come back to its own.
const sharedTimer = (ms, state) => {
  new Promise(keep).then(run);
  state.back = kept;
  wakeAfter(ms, state);
};
let kept;
const keep = (resolve) => (kept = resolve);
const run = (work) => work();

const wrap =
  ({ maxTries, wait, sleep }) =>
  (fn) => {
    class Retrying {
      constructor(self, args, error) {
        this.self = self;
        this.args = args;
        this.error = error;
        this.tries = 1;
        this.dueAt = 0.5; // a fraction, so that the field holds doubles from the start
        this.resolve = undefined;
        this.onReject = undefined;
        this.reject = undefined;
        this.back = undefined;
      }

      then(resolve, reject) {
        this.resolve = resolve;
        this.reject = reject;
        this.proceed();
      }

      proceed() {
        if (this.tries >= maxTries) return this.reject(this.error);
        const ms = wait(this.tries);
        if (ms > 0) sleep(ms, this);
        else this.wake();
      }

      wake() {
        if (this.back === undefined) this.attempt();
        else this.back(() => this.attempt());
      }

      attempt() {
        this.back = undefined;
        this.onReject ??= (error) => {
          this.tries++;
          this.error = error;
          this.proceed();
        };
        fn.apply(this.self, this.args).then(this.resolve, this.onReject);
      }
    }

    return function (...args) {
      return fn
        .apply(this, args)
        .then(undefined, (error) => new Retrying(this, args.length > 0 ? args : NONE, error));
    };
  };

const floor = (name, sleep) => {
  const exponential = wrap({ maxTries: 6, wait: (tries) => Math.min(100 * 2 ** (tries - 1), 10_000), sleep });
  return {
    name,
    kind: 'floor',
    plain: exponential,
    method: exponential,
    zeroWait: wrap({ maxTries: 6, wait: () => 0, sleep }),
    endless: wrap({ maxTries: 10_000, wait: () => 0, sleep }),
    longWait: wrap({ maxTries: 2, wait: () => 60_000, sleep }),
    randomWait: (fn, draw) => wrap({ maxTries: 2, wait: draw, sleep })(fn),
  };
};

export default [floor('floor: thenable, timers', ownTimer), floor('floor: thenable, heap', sharedTimer)];
