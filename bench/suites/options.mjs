/** What each option costs while nothing fails. */
import { functionCalls, happyPath } from '../lib/happy-path.mjs';

export default {
  ...happyPath,
  name: 'options',
  title: 'Happy path with options: an async function',
  needs: 'optioned',
  run: (contender, { quick }) => functionCalls(contender.optioned, quick),
};
