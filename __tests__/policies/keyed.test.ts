import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Keyed } from '../../src/policies/keyed.js';

interface State {
  readonly key: string;
  kept: boolean;
}

function keyed(max: number): Keyed<State> {
  return new Keyed<State>((key) => ({ key, kept: false }), { max, isKept: (state) => state.kept });
}

function keysOf(states: Keyed<State>): string[] {
  return states.entries().map(([key]) => key);
}

describe('Keyed', () => {
  it('makes one state for each key', () => {
    const states = keyed(10);

    const [a, b, again] = [states.get('a'), states.get('b'), states.get('a')];

    expect(again).toBe(a);
    expect(b).not.toBe(a);
    expect(states.peek('c')).toBeUndefined();
    expect(states.size).toBe(2);
  });

  it('forgets the least recently used first', () => {
    const states = keyed(3);
    for (const key of ['a', 'b', 'c', 'a', 'd']) states.get(key);

    expect(keysOf(states)).toEqual(['c', 'a', 'd']);
  });

  it('forgets what is worth keeping last', () => {
    const states = keyed(3);
    states.get('a').kept = true;
    for (const key of ['b', 'c', 'd', 'e', 'f']) states.get(key);

    expect(keysOf(states)).toEqual(['a', 'e', 'f']);
  });

  it('forgets the oldest when all are worth keeping, and what is so no more before it', () => {
    const states = keyed(3);
    for (const key of ['a', 'b', 'c', 'd']) states.get(key).kept = true;
    expect(keysOf(states)).toEqual(['b', 'c', 'd']);

    states.peek('c')!.kept = false;
    states.get('e').kept = true;

    expect(keysOf(states)).toEqual(['b', 'd', 'e']);
  });

  it('takes a state that was passed over among the others again when it is used', () => {
    const states = keyed(2);
    states.get('a').kept = true;
    for (const key of ['b', 'c']) states.get(key); // passes over a
    states.get('a').kept = false;
    for (const key of ['d', 'e']) states.get(key);

    expect(keysOf(states)).toEqual(['d', 'e']);
  });

  it('forgets nothing that is busy, though there are more than its bound, and makes up for it later', () => {
    const states = new Keyed<State>((key) => ({ key, kept: true }), { max: 3, isBusy: ({ kept }) => kept });
    const keys = Array.from({ length: 40 }, (_, index) => String(index));
    for (const key of keys) states.get(key);
    expect(states.size).toBe(40);

    for (const key of keys.slice(1)) states.peek(key)!.kept = false;
    for (let count = 0; count < 5; count++) states.get(`new ${count}`).kept = false;

    expect(states.size).toBe(3);
    expect(states.peek('0')).toBeDefined();
  });

  it('forgets what is worth keeping before what is busy', () => {
    const busy = new Set(['a']);
    const states = new Keyed((key) => key, { max: 2, isKept: () => true, isBusy: (key) => busy.has(key) });
    for (const key of ['a', 'b', 'c']) states.get(key);

    expect(states.entries().map(([key]) => key)).toEqual(expect.arrayContaining(['a', 'c']));
    expect(states.size).toBe(2);
  });

  it('holds nothing for a key whose state cannot be made', () => {
    const states = new Keyed<State>(
      (key) => {
        throw new Error(key);
      },
      { max: 2 },
    );

    expect(() => states.get('a')).toThrow('a');
    expect(states.size).toBe(0);
  });

  it('never holds more than its bound, always the latest, and no unworthy one in place of a worthy one', () => {
    const uses = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(uses, fc.integer({ min: 1, max: 5 }), (list, max) => {
        const states = keyed(max);
        for (const [number, kept] of list) {
          const before = states.entries().map(([, state]) => state);
          const latest = states.get(String(number));
          latest.kept = kept;

          expect(states.size).toBeLessThanOrEqual(max);
          expect(states.peek(String(number))).toBe(latest);
          const held = new Set(keysOf(states));
          const gone = before.filter((state) => !held.has(state.key));
          if (gone.some((state) => state.kept)) {
            expect(states.entries().every(([, state]) => state.kept || state === latest)).toBe(true);
          }
        }
      }),
    );
  });
});
