/** Whether a call that retries for ever grows for ever. */
import { check } from '../lib/check.mjs';
import { heapInUse } from '../lib/memory.mjs';
import { failure } from '../lib/subjects.mjs';

export default {
  name: 'endless',
  title: 'Memory kept per attempt of one endless call',
  needs: 'endless',
  anchors: [],
  rounds: { full: 1, quick: 1 },
  // Compiled code is memory too, and would come and go while we look.
  nodeFlags: [
    '--expose-gc',
    '--no-opt',
    '--no-sparkplug',
    '--no-lazy-feedback-allocation',
    '--no-flush-bytecode',
  ],
  columns: [{ key: 'bytes', label: 'heap bytes per attempt', digits: 1, main: true }],
  async run(contender, { quick }) {
    const [from, to] = quick ? [200, 1000] : [500, 4500];
    let attempts = 0;
    let last = from;
    const readings = [];
    const call = contender.endless(async () => {
      attempts++;
      if (attempts === from || attempts === to) readings.push(await heapInUse());
      else await null;
      if (attempts >= last) return 42;
      throw failure;
    });
    for (let warmUp = 0; warmUp < 2; warmUp++, attempts = 0) await call(); // what stays from these is not the call’s

    attempts = 0;
    last = to;
    readings.length = 0;
    check(await call(), 42, 'the answer');
    return { bytes: (readings[1] - readings[0]) / (to - from) };
  },
};
