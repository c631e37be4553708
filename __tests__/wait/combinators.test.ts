/** Waits made of other waits. */
import { describe, expect, it } from '@jest/globals';
import {
  type Outcome,
  type WaitMaker,
  add,
  cap,
  chain,
  constant,
  decorrelated,
  expo,
  fibo,
  random,
  retryAfter,
  runtime,
  seeded,
} from '../../src/core.js';
import { answers, boom, failed, take } from './taken.js';

const asked = runtime({ value: () => 30_000 });
const busy = (seconds: string): Outcome => ({ ok: false, error: { headers: { 'retry-after': seconds } } });

describe('chain', () => {
  it.each<[string, WaitMaker, readonly number[]]>([
    ['one', chain(constant([1, 2])), [1, 2]],
    [
      'two, one after the other',
      chain(constant([100, 100, 100]), constant('5s')),
      [100, 100, 100, 5000, 5000],
    ],
    ['empty ones on the way', chain(constant([]), constant([]), constant([1]), constant([])), [1]],
    ['a factory as it is', chain(constant([5]), fibo), [5, 1000, 1000, 2000, 3000]],
    ['a chain', chain(chain(constant([1]), constant([2])), constant([3])), [1, 2, 3]],
  ])('waits as %s', (_, maker, waits) => {
    expect(take(maker, 5)).toEqual(waits);
  });

  it('keeps the kind of each wait', () => {
    const kinds = answers(chain(constant([5]), cap(random, 10), asked), 2).map(({ kind }) => kind);

    expect(kinds).toEqual([undefined, 'spread']);
    expect(answers(chain(constant([5]), asked), 2)[1]).toEqual({ value: 30_000, kind: 'server' });
  });

  it('starts the next sequence with the outcome of that moment', () => {
    const later: Outcome = { ok: true, value: 'later' };
    const seen: unknown[] = [];
    const listens: WaitMaker = (first: Outcome) => {
      seen.push(first);
      return { next: () => ({ value: 1 }) };
    };

    take(chain(constant([1, 1]), listens), 4, { outcomes: [failed, failed, later] });

    expect(seen).toEqual([later]);
  });

  it('stays at its end', () => {
    const waits = (chain(constant([1])) as any)(failed, {});

    expect([waits.next(failed), waits.next(failed), waits.next(failed)]).toEqual([
      { value: 1 },
      expect.objectContaining({ done: true }),
      expect.objectContaining({ done: true }),
    ]);
  });
});

describe('cap', () => {
  it.each<[string, WaitMaker, readonly number[]]>([
    ['a factory', cap(fibo, '13s'), [1000, 1000, 2000, 3000, 5000, 8000, 13_000, 13_000]],
    ['waits that are short enough', cap(constant(100), 100), [100, 100]],
    ['everything, by 0', cap(expo, 0), [0, 0]],
    ['by a function of the call', cap(expo, () => '3s'), [1000, 2000, 3000, 3000]],
  ])('caps %s', (_, maker, waits) => {
    expect(take(maker, waits.length)).toEqual(waits);
  });

  it('ends when its waits end', () => {
    expect(take(cap(constant([50, 150, 250]), 200), 9)).toEqual([50, 150, 200]);
  });

  it('draws a random wait that is too long again, and keeps it random', () => {
    const tooLong: WaitMaker = () => ({ next: () => ({ value: 900, kind: 'spread' }) });

    expect(answers(cap(tooLong, 800), 1, { random: () => 0.25 })).toEqual([{ value: 200, kind: 'spread' }]);
    expect(answers(cap(tooLong, 900), 1, { random: () => 0.25 })).toEqual([{ value: 900, kind: 'spread' }]);
  });

  it('keeps a wait of the server one', () => {
    expect(answers(cap(asked, '10s'), 1)).toEqual([
      expect.objectContaining({ value: 10_000, kind: 'server' }),
    ]);
  });

  it('caps how far a wait of the server is spread, too', () => {
    const maker = cap(retryAfter({ fallback: constant(100) }), '10s');

    const [wait] = answers(maker, 1, { outcomes: [busy('3600')] });

    expect(wait).toMatchObject({ value: 10_000, kind: 'server' });
    expect(wait!.spread ?? 0).toBeLessThanOrEqual(10_000);
  });

  it.each([-1, Number.NaN, '5 parsecs', {}, null, undefined])('refuses %p as its max', (max) => {
    expect(() => cap(expo, max as never)).toThrow('max must be milliseconds or a string with a unit');
  });

  it('refuses a max that the call gives and that is none, and keeps the error of the function', () => {
    expect(() => take(cap(expo, (() => 'soon') as never), 1)).toThrow(
      expect.objectContaining({ option: 'max', message: expect.stringContaining('got "soon"'), cause: boom }),
    );
  });
});

describe('add', () => {
  it.each<[string, WaitMaker, readonly number[]]>([
    ['one', add(fibo), [1000, 1000, 2000]],
    ['two', add(constant('1s'), expo), [2000, 3000, 5000]],
    ['three, until the first ends', add(expo, constant([1, 2]), fibo), [2001, 3002]],
  ])('sums up %s', (_, maker, waits) => {
    expect(take(maker, 3)).toEqual(waits);
  });

  it('adds a random wait to another', () => {
    const waits = take(add(constant('1s'), random({ max: 500, distribution: 'uniform' })), 3, {
      random: seeded(7),
    });

    expect(waits).toEqual(
      [0.011704753153026104, 0.06195825757458806, 0.97690763277933].map((die) => 1000 + 500 * die),
    );
  });

  it.each<[string, WaitMaker, unknown]>([
    ['plain and plain is plain', add(expo, fibo), undefined],
    ['plain and random is random', add(expo, random), 'spread'],
    ['random and random is random', add(decorrelated, random), 'spread'],
    ["plain and a server's is a server's", add(expo, asked), 'server'],
    ["a server's and random is a server's", add(asked, random), 'server'],
  ])('%s', (_, maker, kind) => {
    expect(answers(maker, 1)[0]?.kind).toBe(kind);
  });

  it("keeps how far the server's wait is spread", () => {
    const maker = add(retryAfter({ fallback: constant(100) }), constant(50));

    expect(answers(maker, 1, { outcomes: [busy('10')] })).toEqual([
      { value: 10_050, kind: 'server', spread: 1000 },
    ]);
  });
});

describe('every combinator', () => {
  it.each<[string, () => unknown, string]>([
    ['chain()', () => chain(), 'chain needs at least one wait; got [].'],
    ['add()', () => add(), 'add needs at least one wait; got [].'],
    ['chain(5)', () => chain(5 as never), 'wait must make waits; write constant(5); got 5.'],
    ['add(expo, [1])', () => add(expo, [1] as never), 'write constant([1])'],
    ["cap('5s', 5)", () => cap('5s' as never, 5), 'wait must make waits; write constant("5s"); got "5s".'],
    ['cap()', () => (cap as any)(), 'must be a function that makes waits'],
  ])('%s is refused at once', (_, make, message) => {
    expect(make).toThrow(message);
  });

  const bad: WaitMaker = Object.defineProperty(() => ({ next: () => ({ value: Number.NaN }) }), 'name', {
    value: 'bad',
  });

  it.each<[string, WaitMaker]>([
    ['chain', chain(bad)],
    ['cap', cap(bad, 5)],
    ['add', add(expo, bad)],
  ])('%s names the part that gave no number, and keeps the error of the function', (_, maker) => {
    expect(() => take(maker, 1)).toThrow(
      expect.objectContaining({
        message: 'A wait of bad must be a number of milliseconds; got NaN.',
        cause: boom,
      }),
    );
  });

  it.each<[string, WaitMaker]>([
    ['chain', chain(constant([5, 6]))],
    ['cap', cap(constant([5, 6]), 10)],
    ['add', add(constant([5, 6]))],
  ])('%s makes a fresh sequence for every call', (_, maker) => {
    expect([take(maker, 5), take(maker, 5)]).toEqual([
      [5, 6],
      [5, 6],
    ]);
  });
});
