/** What a wrapper costs while nothing fails, which is nearly always. */
import { functionCalls, happyPath } from '../lib/happy-path.mjs';

export default {
  ...happyPath,
  name: 'happy',
  title: 'Happy path: an async function, one call after the other',
  needs: 'plain',
  run: (contender, { quick }) => functionCalls(contender.plain, quick),
};
