/** Crowds: no moment may draw more than one client in a hundred. All dice are seeded, so nothing here is luck. */
import { describe, expect, it } from '@jest/globals';
import {
  type Jitter,
  type WaitMaker,
  add,
  cap,
  chain,
  constant,
  decay,
  decorrelated,
  equalJitter,
  expo,
  fibo,
  fullJitter,
  linear,
  noJitter,
  proportionalJitter,
  random,
  randomJitter,
  seeded,
} from '../../src/core.js';
import { take } from './taken.js';

const clients = 5000;

/** The waits of many clients before the same retry, each with dice of its own. */
function crowd(wait: WaitMaker, retry: number, jitter: Jitter = noJitter): number[] {
  return Array.from({ length: clients }, (_, client) => {
    const die = seeded(client);
    const waits = take(wait, retry, { random: die });
    return jitter(waits.at(-1)!, die);
  });
}

/** The share of the clients that the fullest of equal bins holds. */
function fullest(waits: readonly number[], width: number): number {
  const counts = new Map<number, number>();
  for (const wait of waits) {
    const bin = width === 0 ? wait : Math.floor(wait / width);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / waits.length;
}

/** How evenly waits fill the bins of a range: 1 is as even as can be. */
function evenness(
  waits: readonly number[],
  { from, to, bins }: { from: number; to: number; bins: number },
): number {
  const counts = new Array<number>(bins).fill(0);
  for (const wait of waits)
    counts[Math.min(bins - 1, Math.floor(((wait - from) / (to - from)) * bins))]! += 1;
  const shares = counts.map((count) => count / waits.length).filter((share) => share > 0);
  return -shares.reduce((sum, share) => sum + share * Math.log2(share), 0) / Math.log2(bins);
}

// Every wait is at least a second or so wide where bins of a millisecond are counted.
const spread: readonly (readonly [string, WaitMaker, Jitter | undefined])[] = [
  ['expo with fullJitter', expo({ maxValue: '10s' }), fullJitter],
  ['expo with equalJitter', expo({ maxValue: '10s' }), equalJitter],
  ['expo with randomJitter', expo({ maxValue: '10s' }), randomJitter()],
  ['expo with proportionalJitter', expo({ factor: '5s', maxValue: '10s' }), proportionalJitter()],
  ['fibo with fullJitter', fibo({ maxValue: '10s' }), fullJitter],
  ['linear with fullJitter', linear({ maxValue: '5s' }), fullJitter],
  ['decay with fullJitter', decay({ initial: '10s', minValue: '1s' }), fullJitter],
  ['constant with fullJitter', constant('2s'), fullJitter],
  ['random', random({ min: '3s', max: '15s' }), undefined],
  ['random, uniform', random({ min: '3s', max: '15s', distribution: 'uniform' }), undefined],
  ['decorrelated', decorrelated({ base: '1s', maxValue: '10s' }), undefined],
  ['decorrelated with fullJitter', decorrelated({ base: '1s', maxValue: '10s' }), fullJitter],
  ['a capped random', cap(random({ min: '3s', max: '15s' }), '10s'), undefined],
  ['a random capped below all it draws', cap(random({ min: '20s', max: '30s' }), '10s'), undefined],
  ['a capped decorrelated', cap(decorrelated({ base: '1s', maxValue: '60s' }), '10s'), undefined],
  ['a capped sum with a random in it', cap(add(expo, random({ max: '2s' })), '10s'), undefined],
  ['a sum with a random in it', add(expo({ maxValue: '10s' }), random({ max: '2s' })), undefined],
  ['a chain of random waits', chain(random({ max: '2s' }), decorrelated({ base: '1s' })), undefined],
];

describe('no single wait holds more than one client in a hundred', () => {
  it.each(
    spread.flatMap(([name, wait, jitter]) =>
      [1, 2, 5, 20].map((retry) => [name, retry, wait, jitter] as const),
    ),
  )('%s, before retry %d', (_, retry, wait, jitter) => {
    const waits = crowd(wait, retry, jitter);

    expect(fullest(waits, 0)).toBeLessThanOrEqual(0.01);
    expect(fullest(waits, 1)).toBeLessThanOrEqual(0.01);
  });

  it('would find a crowd that was moved to a bound, or waits without jitter', () => {
    const clamped = crowd(random({ min: '3s', max: '15s' }), 1).map((wait) => Math.min(wait, 12_500));
    const still = crowd(expo, 3);

    expect(fullest(clamped, 0)).toBeGreaterThan(0.01);
    expect(fullest(still, 0)).toBe(1);
  });
});

describe('at the cap', () => {
  const cap10s = { from: 0, to: 10_000, bins: 100 };

  it.each<[string, WaitMaker, Jitter | undefined, { from: number; to: number; bins: number }]>([
    ['expo with fullJitter', expo({ maxValue: '10s' }), fullJitter, cap10s],
    ['expo with equalJitter', expo({ maxValue: '10s' }), equalJitter, { from: 5000, to: 10_000, bins: 50 }],
    ['fibo with fullJitter', fibo({ maxValue: '10s' }), fullJitter, cap10s],
    [
      'decorrelated',
      decorrelated({ base: 100, maxValue: '10s' }),
      undefined,
      { ...cap10s, from: 100, bins: 99 },
    ],
    ['a random capped below all it draws', cap(random({ min: '20s', max: '30s' }), '10s'), undefined, cap10s],
    ['a capped decorrelated', cap(decorrelated({ base: 100, maxValue: '60s' }), '10s'), undefined, cap10s],
  ])('%s fills bins of 100 ms nine tenths as evenly as can be', (_, wait, jitter, range) => {
    const waits = crowd(wait, 30, jitter);

    expect(evenness(waits, range)).toBeGreaterThan(0.9);
  });

  it.each<[string, WaitMaker]>([
    ['random', random({ min: 0, max: '10s' })],
    ['random, uniform', random({ min: 0, max: '10s', distribution: 'uniform' })],
    ['decorrelated', decorrelated({ base: 100, maxValue: '10s' })],
    ['a capped random', cap(random({ min: '3s', max: '15s' }), '10s')],
    ['a capped decorrelated', cap(decorrelated({ base: 100, maxValue: '60s' }), '10s')],
  ])('%s gathers no crowd in the last tenth of a second', (_, wait) => {
    const last = crowd(wait, 30).filter((ms) => ms > 9900);

    // ten times what an even spread would put there is a crowd
    expect(last.length / clients).toBeLessThan(0.03);
    expect(last).not.toContain(10_000);
  });

  it('a capped wait keeps to the bounds of what it was drawn from where they leave room', () => {
    const waits = crowd(cap(random({ min: '3s', max: '15s' }), '10s'), 1);

    expect(Math.min(...waits)).toBeGreaterThanOrEqual(3000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
  });
});
