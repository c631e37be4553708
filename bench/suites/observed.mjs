/** What a call that succeeds costs while somebody observes, and while nobody does. */
import { check } from '../lib/check.mjs';
import { functionCalls, happyPath } from '../lib/happy-path.mjs';

const UNOBSERVED = 'stampede, unobserved';

export default {
  ...happyPath,
  name: 'observed',
  title: 'Happy path under observation: an async function',
  needs: 'observed',
  anchors: ['bare', UNOBSERVED],
  columns: [
    { key: 'ns', label: 'CPU ns per call', digits: 0 },
    { key: 'addedNs', label: 'over bare', digits: 0 },
    { key: 'timesUnobserved', label: '× unobserved', digits: 2, main: true },
  ],
  async run({ observed }, { quick }) {
    const { call, seen } = await observed();
    const result = await functionCalls(call, quick);
    if (seen !== undefined) check((await seen()) > 0, true, 'what was observed');
    return result;
  },
  derive: (result, round) => ({ timesUnobserved: result.ratio / round.get(UNOBSERVED)?.ratio }),
};
