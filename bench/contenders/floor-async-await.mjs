/** What most people write by hand: an async function with a loop, `try`, `await` and `catch`. */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const wrap =
  ({ maxTries, wait }) =>
  (fn) =>
    async function (...args) {
      for (let tries = 1; ; tries++) {
        try {
          return await fn.apply(this, args);
        } catch (error) {
          if (tries >= maxTries) throw error;
        }
        const ms = wait(tries);
        if (ms > 0) await sleep(ms);
      }
    };

const exponential = wrap({ maxTries: 6, wait: (tries) => Math.min(100 * 2 ** (tries - 1), 10_000) });

export default {
  name: 'floor: async, await',
  kind: 'floor',
  plain: exponential,
  method: exponential,
  zeroWait: wrap({ maxTries: 6, wait: () => 0 }),
  endless: wrap({ maxTries: 10_000, wait: () => 0 }),
  longWait: wrap({ maxTries: 2, wait: () => 60_000 }),
  randomWait: (fn, draw) => wrap({ maxTries: 2, wait: draw })(fn),
};
