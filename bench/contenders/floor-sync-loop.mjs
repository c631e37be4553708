/** The least for a sync function: `try` and `catch` in a loop, blocking the thread between attempts. */
const cell = new Int32Array(new SharedArrayBuffer(4));

export default {
  name: 'floor: sync loop',
  kind: 'floor',
  sync: (fn) =>
    function (...args) {
      for (let tries = 1; ; tries++) {
        try {
          return fn.apply(this, args);
        } catch (error) {
          if (tries >= 6) throw error;
          Atomics.wait(cell, 0, 0, Math.min(100 * 2 ** (tries - 1), 10_000));
        }
      }
    },
};
