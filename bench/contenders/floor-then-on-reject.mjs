/**
 * The least that a wrapper around an async function can do and still be able to retry: one derived promise, one
 * reaction, one closure; and no closure at all where there is neither `this` nor an argument to keep.
 *
 * Rest arguments would cost as much again as the closure, because the closure keeps their array alive. Fixed
 * parameters, chosen by the number of arguments, are kept by the closure as they are.
 *
 * After a failure it goes on as a plain async loop.
 */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const wrap =
  ({ maxTries, wait }) =>
  (fn) => {
    const again = async (self, args, error) => {
      for (let tries = 1; tries < maxTries; tries++) {
        const ms = wait(tries);
        if (ms > 0) await sleep(ms);
        try {
          return await fn.apply(self, args);
        } catch (next) {
          error = next;
        }
      }
      throw error;
    };
    const againWithNothing = (error) => again(undefined, [], error);

    return function (a, b, c) {
      switch (arguments.length) {
        case 0:
          if (this === undefined) return fn().then(undefined, againWithNothing);
          return fn.call(this).then(undefined, (error) => again(this, [], error));
        case 1:
          return fn.call(this, a).then(undefined, (error) => again(this, [a], error));
        case 2:
          return fn.call(this, a, b).then(undefined, (error) => again(this, [a, b], error));
        case 3:
          return fn.call(this, a, b, c).then(undefined, (error) => again(this, [a, b, c], error));
        default: {
          const args = [...arguments];
          return fn.apply(this, args).then(undefined, (error) => again(this, args, error));
        }
      }
    };
  };

const exponential = wrap({ maxTries: 6, wait: (tries) => Math.min(100 * 2 ** (tries - 1), 10_000) });

const onTheClock = (fn) => {
  const again = async (self, args, startedAt, error) => {
    for (let tries = 1; tries < 6 && performance.now() - startedAt < 60_000; tries++) {
      await sleep(Math.min(100 * 2 ** (tries - 1), 10_000));
      try {
        return await fn.apply(self, args);
      } catch (next) {
        error = next;
      }
    }
    throw error;
  };
  return function (a, b) {
    const startedAt = performance.now();
    return fn.call(this, a, b).then(undefined, (error) => again(this, [a, b], startedAt, error));
  };
};

const thenOnReject = {
  name: 'floor: then(onReject)',
  kind: 'floor',
  plain: exponential,
  method: exponential,
  optioned: exponential,
  zeroWait: wrap({ maxTries: 6, wait: () => 0 }),
  endless: wrap({ maxTries: 10_000, wait: () => 0 }),
  longWait: wrap({ maxTries: 2, wait: () => 60_000 }),
  randomWait: (fn, draw) => wrap({ maxTries: 2, wait: draw })(fn),
};

export default [
  thenOnReject,
  /** A deadline has to know when the call began. */
  { name: 'floor: then + clock', kind: 'floor', optioned: onTheClock },
];
