/** The function itself. Its ratio should read 1.00; how far it does not is the noise of the machine. */
const itself = (fn) => fn;

export default {
  name: 'bare',
  kind: 'bare',
  plain: itself,
  method: itself,
  sync: itself,
  optioned: itself,
  observed: () => ({ call: itself }),
  breaker: itself,
  timeout: itself,
  stack: itself,
  beforehand: () => {},
  entry: '../lib/empty.mjs',
};
