/** What a circuit breaker costs while its circuit is closed, which is nearly always. */
import { functionCalls, happyPath } from '../lib/happy-path.mjs';
import { opened } from '../lib/policy-path.mjs';

const FLOOR = 'floor: breaker, consecutive';

export default {
  ...happyPath,
  name: 'breaker',
  title: 'Circuit breaker, closed: an async function, one call after the other',
  needs: 'breaker',
  anchors: ['bare', FLOOR],
  async run(contender, { quick }) {
    const costs = await functionCalls(contender.breaker, quick);
    if (contender.kind !== 'bare') await opened(contender.breaker); // it is one
    return costs;
  },
  derive: (result, round) => ({ timesFloor: result.ratio / round.get(FLOOR)?.ratio }),
};
