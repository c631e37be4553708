/** What it costs more to keep `this` and the arguments for a possible retry. */
import { happyPath, methodCalls } from '../lib/happy-path.mjs';

export default {
  ...happyPath,
  name: 'method',
  title: 'Happy path: an async method with `this` and two arguments',
  needs: 'method',
  run: (contender, { quick }) => methodCalls(contender.method, quick),
};
