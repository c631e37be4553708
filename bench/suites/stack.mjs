/** What all the patterns together cost a call that needs none of them. */
import { check } from '../lib/check.mjs';
import { functionCalls, happyPath } from '../lib/happy-path.mjs';
import { switched } from '../lib/policy-subjects.mjs';

const FLOOR = 'floor: stack, in layers';

export default {
  ...happyPath,
  name: 'stack',
  title: 'fallback(retry(breaker(timeout(call)))): an async function, one call after the other',
  needs: 'stack',
  anchors: ['bare', FLOOR],
  async run({ kind, stack }, { quick }) {
    const costs = await functionCalls(stack, quick);
    if (kind !== 'bare') await seenToRetry(stack);
    return costs;
  },
  derive: (result, round) => ({ timesFloor: result.ratio / round.get(FLOOR)?.ratio }),
};

async function seenToRetry(stack) {
  const fn = switched();
  fn.fails = true;
  check(await stack(fn)(), 'instead', 'the substitute');
  check(fn.calls, 3, 'attempts');
}
