/** litl/backoff's suite: `test_jitter.py` and `test_wait_gen.py`. Its seconds are our thousands of milliseconds. */
import { describe, expect, it } from '@jest/globals';
import {
  type Outcome,
  constant,
  decay,
  expo,
  fibo,
  fullJitter,
  onPredicate,
  runtime,
  VirtualClock,
} from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { recorder, take } from './cases.js';

const seconds = (...values: number[]): number[] => values.map((value) => value * 1000);
const terms = <T>(count: number, term: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => term(i));

describe('waits and jitter, as in the suite of litl/backoff', () => {
  it('B59: fullJitter gives 0 or more and never more than it is given', () => {
    for (let wait = 0; wait < 100; wait++) {
      const jittered = fullJitter(wait);

      expect(jittered).toBeGreaterThanOrEqual(0);
      expect(jittered).toBeLessThanOrEqual(wait);
    }
  });

  it('B60: decay shrinks by e each time', () => {
    expect(take(decay(), 10)).toEqual(terms(10, (i) => expect.closeTo(1000 * Math.E ** -i, 9)));
  });

  it('B61: decay starts at initial', () => {
    const waits = take(decay({ initial: '100s' }), 10);

    expect(waits).toEqual(terms(10, (i) => expect.closeTo(100_000 * Math.E ** -i, 7)));
  });

  it('B62: decay shrinks faster with a decayFactor', () => {
    const waits = take(decay({ initial: '100s', decayFactor: 3 }), 10);

    expect(waits).toEqual(terms(10, (i) => expect.closeTo(100_000 * Math.E ** (-3 * i), 7)));
  });

  it('B63: decay never falls below minValue', () => {
    const waits = take(decay({ initial: '100s', decayFactor: 3, minValue: '5s' }), 10);

    expect(waits).toEqual([100_000, ...Array<number>(9).fill(5000)]);
  });

  it('B64: expo doubles', () => {
    expect(take(expo(), 9)).toEqual(terms(9, (i) => 1000 * 2 ** i));
  });

  it('B65: expo grows by its base', () => {
    expect(take(expo({ base: 3 }), 9)).toEqual(terms(9, (i) => 1000 * 3 ** i));
  });

  it('B66: expo starts at its factor', () => {
    expect(take(expo({ factor: '3s' }), 9)).toEqual(terms(9, (i) => 3000 * 2 ** i));
  });

  it('B67: expo takes base and factor together', () => {
    expect(take(expo({ base: 3, factor: '5s' }), 9)).toEqual(terms(9, (i) => 5000 * 3 ** i));
  });

  it('B68: expo stays at maxValue', () => {
    expect(take(expo({ maxValue: '16s' }), 7)).toEqual(seconds(1, 2, 4, 8, 16, 16, 16));
  });

  it('B69: fibo adds the last two', () => {
    expect(take(fibo(), 7)).toEqual(seconds(1, 1, 2, 3, 5, 8, 13));
  });

  it('B70: fibo stays at maxValue', () => {
    expect(take(fibo({ maxValue: '8s' }), 8)).toEqual(seconds(1, 1, 2, 3, 5, 8, 8, 8));
  });

  it('B71: constant stays the same', () => {
    expect(take(constant('3s'), 9)).toEqual(Array(9).fill(3000));
  });

  it('B72: runtime gives back what its function reads from each outcome', () => {
    const outcomes: Outcome[] = terms(20, (i) => i).map((value) => ({ ok: true, value }));

    const waits = take(runtime({ value: (outcome) => (outcome.ok ? outcome.value : -1) }), 20, outcomes);

    expect(waits).toEqual(terms(20, (i) => i));
  });

  bothDrivers((kind, play, finish) => {
    it(`B72 ${kind}: runtime reads the first outcome as well as the others`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const wait = runtime({ value: (outcome) => (outcome.ok ? outcome.value : -1) });
      const options = { jitter: null, clock, ...handlers };
      const poll = onPredicate(wait, (value: number) => value < 40, options)(play(10, 20, 30, 40));

      await finish(clock, poll);

      expect(backoffs.map(({ wait }) => wait)).toEqual([10, 20, 30]);
    });
  });
});
