/** What a retry costs apart from its wait, when many calls fail together. */
import { compare, pace } from '../lib/compare.mjs';
import { failingPath, prepare, reference, wrapped } from '../lib/failing-path.mjs';

export default {
  ...failingPath,
  name: 'fail3-together',
  title: 'Three failures, then success, no wait: a thousand calls at once',
  async run(contender, { quick }) {
    const { referenceCall, candidateCall } = await prepare(contender);
    const drivers = {
      reference: (n) => reference.failThousandAtOnce(referenceCall, n),
      candidate: (n) => wrapped.failThousandAtOnce(candidateCall, n),
    };
    return compare(drivers, pace(quick), 1000);
  },
};
