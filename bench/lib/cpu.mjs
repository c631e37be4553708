/**
 * How much CPU time the main thread has used.
 *
 * Wall time counts what other programs did meanwhile, and `process.cpuUsage()` counts V8's compiler and
 * garbage collector threads. What a caller of a library pays for, and what other load disturbs least, is
 * the time of the one thread that runs JavaScript.
 */
import { readFileSync } from 'node:fs';

const SCHEDSTAT = '/proc/thread-self/schedstat'; // Linux: nanoseconds on a CPU, nanoseconds waiting for one, slices
const cell = new Int32Array(new SharedArrayBuffer(4));

/** Which clock `cpuMs` reads here; kept with the results. */
export const cpuClock = pickClock();

/** Main-thread CPU time since the process began, in milliseconds. */
export const cpuMs = {
  'process.threadCpuUsage': () => total(process.threadCpuUsage()),
  schedstat: () => {
    // Linux adds the running slice only when the thread leaves the CPU, so leave it for a moment.
    Atomics.wait(cell, 0, 0, 0.02);
    return Number(readFileSync(SCHEDSTAT, 'utf8').split(' ', 1)[0]) / 1e6;
  },
  'process.cpuUsage': () => total(process.cpuUsage()),
}[cpuClock];

function pickClock() {
  if (typeof process.threadCpuUsage === 'function') return 'process.threadCpuUsage';
  try {
    if (Number(readFileSync(SCHEDSTAT, 'utf8').split(' ', 1)[0]) > 0) return 'schedstat';
  } catch {
    // not Linux, or a kernel that keeps no scheduler statistics
  }
  return 'process.cpuUsage';
}

function total({ user, system }) {
  return (user + system) / 1000;
}
