/**
 * Measuring a happy path: the bare function and the wrapped one in turns, in one process.
 */
import { check } from './check.mjs';
import { compare, pace } from './compare.mjs';

export const bare = await import('./subjects.mjs?bare');
export const wrapped = await import('./subjects.mjs?wrapped');

const FLOOR = 'floor: then(onReject)';

/** What all happy-path suites have in common. */
export const happyPath = {
  anchors: ['bare', FLOOR],
  rounds: { full: 3, quick: 1 },
  columns: [
    { key: 'ns', label: 'CPU ns per call', digits: 0 },
    { key: 'addedNs', label: 'over bare', digits: 0 },
    { key: 'ratio', label: '× bare', digits: 2, main: true },
    { key: 'timesFloor', label: '× floor', digits: 2 },
  ],
  derive: (result, round) => ({ timesFloor: result.ratio / round.get(FLOOR)?.ratio }),
};

/** Calls of an async function without arguments, one after the other. */
export async function functionCalls(wrap, quick) {
  const call = await wrap(wrapped.answer);
  check(await call(), 42, 'the answer');

  const drivers = {
    reference: (n) => bare.oneByOne(bare.answer, n),
    candidate: (n) => wrapped.oneByOne(call, n),
  };
  return compare(drivers, pace(quick));
}

/** Calls of an async method with `this` and two arguments, one after the other. */
export async function methodCalls(wrap, quick) {
  const Decorated = wrapped.decorated(wrapped.Desk, 'serve', wrap);
  const desk = new Decorated(100);
  check(await desk.serve(1, 2), 103, 'the answer');

  const plainDesk = new bare.Desk(100);
  const drivers = {
    reference: (n) => bare.serveOneByOne(plainDesk, n),
    candidate: (n) => wrapped.serveOneByOne(desk, n),
  };
  return compare(drivers, pace(quick));
}
