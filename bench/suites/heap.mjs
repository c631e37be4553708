/** An outage piles up calls that wait: what each of them holds in memory. */
import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises';
import { check } from '../lib/check.mjs';
import { cpuMs } from '../lib/cpu.mjs';
import { heapInUse } from '../lib/memory.mjs';
import { failure } from '../lib/subjects.mjs';

export default {
  name: 'heap',
  title: 'Heap held by a retry that waits 60 s',
  needs: 'longWait',
  anchors: ['floor: thenable, heap'],
  rounds: { full: 2, quick: 1 },
  nodeFlags: ['--expose-gc'],
  columns: [
    { key: 'bytes', label: 'heap bytes', digits: 0, main: true },
    { key: 'rssBytes', label: 'RSS bytes', digits: 0 },
    { key: 'cpuUs', label: 'CPU µs to get there', digits: 1 },
  ],
  async run(contender, { quick }) {
    const count = quick ? 20_000 : 100_000;
    const warmUps = 200;
    let attempts = 0;
    const call = contender.longWait(async () => {
      await null;
      attempts++;
      throw failure;
    });
    const promises = new Array(warmUps + count).fill(undefined); // its slots are not the contender's
    for (let i = 0; i < warmUps; i++) promises[i] = call();
    await settled(() => attempts >= warmUps);

    const before = await heapInUse();
    const rssBefore = process.memoryUsage.rss();
    const cpuBefore = cpuMs();
    for (let i = 0; i < count; i++) promises[warmUps + i] = call();
    await settled(() => attempts >= warmUps + count);
    const cpu = cpuMs() - cpuBefore;
    const held = (await heapInUse()) - before;

    check(attempts, promises.length, 'attempts');
    return {
      bytes: held / count,
      rssBytes: (process.memoryUsage.rss() - rssBefore) / count,
      cpuUs: (cpu * 1e3) / count,
    };
  },
};

/** Waits for all first attempts to have failed, then for what the contender does about it. */
async function settled(done) {
  while (!done()) await macrotask();
  await sleep(50);
}
