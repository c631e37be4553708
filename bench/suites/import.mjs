/** What it costs a program to start with the library, which a command line or a cold function feels. */
import { cpuMs } from '../lib/cpu.mjs';
import { median } from '../lib/statistics.mjs';

/** Packages of one file: what an import costs that has nothing to find. */
const ONE_FILE = ['@lifeomic/attempt', 'polly-js'];

export default {
  name: 'import',
  title: 'Import in a cold process, over the import of an empty file',
  needs: 'entry',
  isolated: true,
  anchors: ['bare', ...ONE_FILE],
  rounds: { full: 15, quick: 3 },
  columns: [
    { key: 'cpuMs', label: 'CPU ms', digits: 1 },
    { key: 'wallMs', label: 'ms on the wall', digits: 1 },
    { key: 'timesOneFile', label: '× one-file peers', digits: 2, main: true },
  ],
  async run({ entry }) {
    const startedAt = performance.now();
    const before = cpuMs();
    await import(entry.startsWith('.') ? new URL(entry, import.meta.url).href : entry);
    return { rawCpuMs: cpuMs() - before, rawWallMs: performance.now() - startedAt };
  },
  derive(result, round) {
    const bare = round.get('bare');
    const over = (name) => round.get(name).rawCpuMs - bare.rawCpuMs;
    return {
      cpuMs: result.rawCpuMs - bare.rawCpuMs,
      wallMs: result.rawWallMs - bare.rawWallMs,
      timesOneFile: (result.rawCpuMs - bare.rawCpuMs) / median(ONE_FILE.map(over)),
    };
  },
};
