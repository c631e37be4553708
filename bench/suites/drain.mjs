/** What a waiting retry costs in CPU time, timers and all, from its call to its answer. */
import { setImmediate as macrotask } from 'node:timers/promises';
import { check } from '../lib/check.mjs';
import { cpuMs } from '../lib/cpu.mjs';
import { failure } from '../lib/subjects.mjs';

const FLOOR = 'floor: thenable, heap';

export default {
  name: 'drain',
  title: 'CPU of a retry that waits: start, wait and finish, 50 ending in each millisecond',
  needs: 'randomWait',
  anchors: [FLOOR],
  rounds: { full: 2, quick: 1 },
  columns: [
    { key: 'cpuUs', label: 'CPU µs per retry', digits: 1 },
    { key: 'startUs', label: 'of it start', digits: 1 },
    { key: 'timesFloor', label: '× floor', digits: 2, main: true },
  ],
  async run(contender, { quick }) {
    const [count, longest] = quick ? [30_000, 600] : [100_000, 2000]; // 50 for each millisecond
    const draw = generator(20_251);
    const call = contender.randomWait(
      async (job) => {
        await null;
        if (job.failures-- > 0) throw failure;
        return 42;
      },
      () => 1 + Math.floor(draw() * longest),
      longest,
    );
    const jobs = Array.from({ length: count }, () => ({ failures: 1 }));
    const answers = new Array(count).fill(undefined);

    const cpuBefore = cpuMs();
    for (let i = 0; i < count; i++) answers[i] = call(jobs[i]);
    await macrotask();
    const started = cpuMs();
    const values = await Promise.all(answers);
    const cpu = cpuMs() - cpuBefore;

    check(values.filter((value) => value === 42).length, count, 'answers');
    check(jobs.filter((job) => job.failures === -1).length, count, 'calls of two attempts');
    return { cpuUs: (cpu * 1e3) / count, startUs: ((started - cpuBefore) * 1e3) / count };
  },
  derive: (result, round) => ({ timesFloor: result.cpuUs / round.get(FLOOR)?.cpuUs }),
};

/** Numbers from 0 to 1, the same in every process (mulberry32). */
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
