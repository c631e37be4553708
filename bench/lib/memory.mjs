/** How much of the heap is in use once all garbage is gone. Needs `node --expose-gc`. */
import { setImmediate as macrotask } from 'node:timers/promises';

/** Bytes. Collects until there is no more to collect, a turn of the event loop apart, so that finished promises let go. */
export async function heapInUse() {
  let before = Infinity;
  for (let collections = 0; collections < 10; collections++) {
    await macrotask();
    globalThis.gc();
    const { heapUsed } = process.memoryUsage();
    if (collections > 0 && before - heapUsed < 1024) return heapUsed;
    before = heapUsed;
  }
  return before;
}
