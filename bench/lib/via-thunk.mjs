/**
 * For libraries that run a function of no arguments and wrap nothing: what their users write around them to
 * keep `this` and the arguments.
 *
 * @param {(thunk: () => unknown) => unknown} run  Makes one call with retries.
 * @returns {(fn: Function) => Function}
 */
export const viaThunk = (run) => (fn) =>
  function (...args) {
    return run(() => fn.apply(this, args));
  };
