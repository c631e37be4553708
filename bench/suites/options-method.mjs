/** What each option costs while nothing fails, around a method. */
import { happyPath, methodCalls } from '../lib/happy-path.mjs';

export default {
  ...happyPath,
  name: 'options-method',
  title: 'Happy path with options: an async method with `this` and two arguments',
  needs: 'optioned',
  run: (contender, { quick }) => methodCalls(contender.optioned, quick),
};
