/** What a bare call costs in a process where nothing, or something, has been done before: who does not use it must not pay. */
import { pace, timed } from '../lib/compare.mjs';
import { bare } from '../lib/happy-path.mjs';

const BARE = 'bare';

export default {
  name: 'ambient',
  title:
    'A bare call beside ambient deadlines: an async function that nothing is wrapped around, a process for each',
  needs: 'beforehand',
  anchors: [BARE],
  rounds: { full: 7, quick: 3 },
  columns: [
    { key: 'ns', label: 'CPU ns per call', digits: 0 },
    { key: 'timesBare', label: '× a process without', digits: 2, main: true },
  ],
  async run(contender, { quick }) {
    await contender.beforehand();
    return { ns: await timed((n) => bare.oneByOne(bare.answer, n), pace(quick)) };
  },
  derive: (result, round) => ({ timesBare: result.ns / round.get(BARE)?.ns }),
};
