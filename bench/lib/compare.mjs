/**
 * What a call costs beside the same call of a reference, both measured in one process.
 *
 * Blocks of both alternate, so that a slow moment of the machine hits them alike; each pair of blocks gives
 * one ratio, and the median of the ratios is the answer.
 */
import { cpuMs } from './cpu.mjs';
import { median } from './statistics.mjs';

/** Block length in milliseconds and number of block pairs. */
export const pace = (quick) => (quick ? { blockMs: 25, pairs: 5 } : { blockMs: 60, pairs: 7 });

/**
 * @param {object} drivers
 * @param {(n: number) => unknown} drivers.reference  Runs `n` units of the reference; may be async.
 * @param {(n: number) => unknown} drivers.candidate  Runs `n` units of the contender; may be async.
 * @param {{ blockMs: number, pairs: number }} pace
 * @param {number} [callsPerUnit]  1000 where a unit is a thousand calls at once.
 * @returns {Promise<{ ns: number, addedNs: number, ratio: number, wallUs: number }>}
 *   CPU nanoseconds per call, the same less the reference's, the ratio to it, and microseconds on the wall.
 */
export async function compare({ reference, candidate }, { blockMs, pairs }, callsPerUnit = 1) {
  const sides = [
    { run: reference, units: await warmUp(reference, blockMs) },
    { run: candidate, units: await warmUp(candidate, blockMs) },
  ];
  const samples = [];

  for (let pair = 0; pair < pairs; pair++) {
    const measured = [];
    for (const side of pair % 2 === 0 ? [0, 1] : [1, 0]) {
      measured[side] = await block(sides[side], callsPerUnit);
    }
    const [ours, theirs] = [measured[1], measured[0]];
    samples.push({
      ns: ours.ns,
      addedNs: ours.ns - theirs.ns,
      ratio: ours.ns / theirs.ns,
      wallUs: ours.wallUs,
    });
  }

  const middle = (key) => median(samples.map((sample) => sample[key]));
  return { ns: middle('ns'), addedNs: middle('addedNs'), ratio: middle('ratio'), wallUs: middle('wallUs') };
}

/** CPU nanoseconds per unit of one side alone, for what can only be compared between processes: its quickest block. */
export async function timed(run, { blockMs, pairs }) {
  const side = { run, units: await warmUp(run, blockMs) };
  let least = Infinity;
  for (let turn = 0; turn < 2 * pairs; turn++) least = Math.min(least, (await block(side, 1)).ns);
  return least;
}

async function block({ run, units }, callsPerUnit) {
  const calls = units * callsPerUnit;
  const startedAt = performance.now();
  const cpuBefore = cpuMs();
  await run(units);
  const cpu = cpuMs() - cpuBefore;
  return { ns: (cpu * 1e6) / calls, wallUs: ((performance.now() - startedAt) * 1e3) / calls };
}

/** Runs until V8 has optimised the code and a block is as long as asked; gives the units of a block. */
async function warmUp(run, blockMs) {
  let units = 1;
  for (let longEnough = 0; longEnough < 2;) {
    const startedAt = performance.now();
    await run(units);
    const took = performance.now() - startedAt;
    if (took >= blockMs * 0.9) longEnough++;
    else units = Math.ceil(units * Math.min(10, Math.max(1.25, blockMs / Math.max(took, 0.01))));
  }
  return units;
}
