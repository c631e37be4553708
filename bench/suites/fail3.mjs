/** What a retry costs apart from its wait. Far more time on the wall than CPU means: a timer, even for no wait. */
import { compare, pace } from '../lib/compare.mjs';
import { failingPath, prepare, reference, wrapped } from '../lib/failing-path.mjs';

export default {
  ...failingPath,
  name: 'fail3',
  title: 'Three failures, then success, no wait: one call after the other',
  async run(contender, { quick }) {
    const { referenceCall, candidateCall } = await prepare(contender);
    const drivers = {
      reference: (n) => reference.failOneByOne(referenceCall, n),
      candidate: (n) => wrapped.failOneByOne(candidateCall, n),
    };
    return compare(drivers, pace(quick));
  },
};
