/** Whether a failure costs more where much has happened: it comes when there is no time to look through all that. */
import { check } from '../lib/check.mjs';
import { cpuMs } from '../lib/cpu.mjs';
import { failOneByOne, switched } from '../lib/policy-subjects.mjs';
import { median } from '../lib/statistics.mjs';

const FEW = 100;
const MANY = 10_000;
const FAILURES = 500;

export default {
  name: 'breaker-failing',
  title: 'Circuit breaker, closed: a failing call, with 10,000 successes in the window',
  needs: 'bigWindow',
  anchors: [],
  rounds: { full: 3, quick: 1 },
  columns: [
    { key: 'manyUs', label: 'CPU µs per failing call', digits: 2 },
    { key: 'fewUs', label: 'with 100 in the window', digits: 2 },
    { key: 'ratio', label: '× that', digits: 2, main: true },
  ],
  async run(contender, { quick }) {
    const [pairs, patienceMs] = quick ? [15, 1500] : [31, 3000];
    await failingCall(contender.bigWindow, FEW); // compiles the code
    const samples = [];
    const startedAt = performance.now();
    do {
      const few = await failingCall(contender.bigWindow, FEW);
      const many = await failingCall(contender.bigWindow, MANY);
      samples.push({ few, many });
    } while (samples.length < pairs && performance.now() - startedAt < patienceMs);
    // The first pairs are those of an engine that is still learning.
    const learnt = samples.slice(Math.min(5, samples.length >> 1));
    return {
      manyUs: median(learnt.map(({ many }) => many)),
      fewUs: median(learnt.map(({ few }) => few)),
      ratio: median(learnt.map(({ few, many }) => many / few)),
    };
  },
};

/** A fresh breaker, so many successes, then failures too few to open it. @returns CPU microseconds per failing call. */
async function failingCall(wrap, successes) {
  const fn = switched();
  const call = await wrap(fn);
  for (let i = 0; i < successes; i++) await call();
  fn.fails = true;
  const before = cpuMs();
  await failOneByOne(call, FAILURES);
  const cpu = cpuMs() - before;
  check(fn.calls, successes + FAILURES, 'calls that were let through');
  return (cpu * 1e3) / FAILURES;
}
