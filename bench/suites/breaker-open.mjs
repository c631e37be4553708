/** What it costs to be refused: in an outage, that is all that most calls do. */
import { compare, pace } from '../lib/compare.mjs';
import { opened } from '../lib/policy-path.mjs';

const reference = await import('../lib/policy-subjects.mjs?reference');
const guarded = await import('../lib/policy-subjects.mjs?guarded');
const { default: floors } = await import('../contenders/floor-breaker.mjs?reference');
const floor = floors.find(({ tripping }) => tripping !== undefined);

export default {
  name: 'breaker-open',
  title: 'Circuit breaker, open: a call is refused and its caller catches that',
  needs: 'tripping',
  anchors: [floor.name],
  rounds: { full: 3, quick: 1 },
  columns: [
    { key: 'ns', label: 'CPU ns per call', digits: 0, main: true },
    { key: 'ratio', label: '× floor', digits: 2 },
  ],
  async run(contender, { quick }) {
    const refusedByFloor = await opened(floor.tripping);
    const refused = await opened(contender.tripping);
    const drivers = {
      reference: (n) => reference.failOneByOne(refusedByFloor, n),
      candidate: (n) => guarded.failOneByOne(refused, n),
    };
    return compare(drivers, pace(quick));
  },
};
