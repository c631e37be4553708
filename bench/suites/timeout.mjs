/** What a time limit costs a call that ends long before it. */
import { check } from '../lib/check.mjs';
import { functionCalls, happyPath } from '../lib/happy-path.mjs';
import { failOneByOne, never } from '../lib/policy-subjects.mjs';

const FLOOR = 'floor: timeout, one timer';

export default {
  ...happyPath,
  name: 'timeout',
  title: 'Timeout of 10 s, not reached: an async function, one call after the other',
  needs: 'timeout',
  anchors: ['bare', FLOOR],
  columns: [
    { key: 'ns', label: 'CPU ns per call', digits: 0 },
    { key: 'addedNs', label: 'over bare', digits: 0, main: true },
    { key: 'ratio', label: '× bare', digits: 2 },
    { key: 'timesFloor', label: '× floor', digits: 2 },
  ],
  async run({ kind, timeout }, { quick }) {
    const costs = await functionCalls((fn) => timeout(fn, 10_000), quick);
    if (kind !== 'bare') await seenToEnd(timeout);
    return costs;
  },
  derive: (result, round) => ({ timesFloor: result.ratio / round.get(FLOOR)?.ratio }),
};

async function seenToEnd(timeout) {
  const alive = setTimeout(() => {}, 60_000); // the timers of some let the process end
  check(await failOneByOne(timeout(never, 20), 1), 1, 'calls that were ended');
  clearTimeout(alive);
}
