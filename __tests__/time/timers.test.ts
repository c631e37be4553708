/** The queue of sleepers, compared with a sorted list. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Sleeper, TimerQueue } from '../../src/time/timers.js';

interface Named extends Sleeper {
  readonly name: number;
}

const sleeper = (name = 0, unref = false): Named => ({ name, unref, place: -1, wake: () => {} });

/** All that are due, in the order in which they come out. */
function drain(queue: TimerQueue, now = Infinity): number[] {
  const names: number[] = [];
  for (let next = queue.due(now); next !== undefined; next = queue.due(now)) names.push((next as Named).name);
  return names;
}

/** What the queue has to be like, in the plainest way: a list that is sorted after every change. */
class SortedList {
  #entries: { readonly moment: number; readonly sleeper: Named }[] = [];

  get size(): number {
    return this.#entries.length;
  }

  get next(): number | undefined {
    return this.#entries[0]?.moment;
  }

  get keepsAlive(): boolean {
    return this.#entries.some((entry) => !entry.sleeper.unref);
  }

  add(sleeper: Named, moment: number): void {
    this.#entries.push({ moment, sleeper });
    // stable: first come, first out among equals (and Infinity - Infinity is no order)
    this.#entries.sort((a, b) => (a.moment === b.moment ? 0 : a.moment - b.moment));
  }

  remove(sleeper: Named): boolean {
    const before = this.size;
    this.#entries = this.#entries.filter((entry) => entry.sleeper !== sleeper);
    return this.size < before;
  }

  due(now: number): Named | undefined {
    const first = this.#entries[0];
    return first !== undefined && first.moment <= now ? this.#entries.shift()?.sleeper : undefined;
  }
}

type Action =
  | { readonly kind: 'add'; readonly moment: number; readonly unref: boolean }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'due'; readonly now: number };

// Few different moments, so that many are equal.
const moment = fc.oneof(fc.nat(20), fc.constant(Infinity));
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), moment, unref: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('due' as const), now: moment }) },
);

describe('TimerQueue', () => {
  it('does what a sorted list does, whatever is added, removed and taken', () => {
    const check = (actions: readonly Action[]): void => {
      const queue = new TimerQueue();
      const list = new SortedList();
      const all: Named[] = [];
      for (const action of actions) {
        if (action.kind === 'add') {
          const added = sleeper(all.length, action.unref);
          all.push(added);
          queue.add(added, action.moment);
          list.add(added, action.moment);
        } else if (action.kind === 'due') {
          expect(queue.due(action.now)).toBe(list.due(action.now));
        } else if (all.length > 0) {
          const which = all[action.which % all.length]!;
          expect(queue.remove(which)).toBe(list.remove(which));
        }
        expect([queue.size, queue.next, queue.keepsAlive]).toEqual([list.size, list.next, list.keepsAlive]);
      }
      for (let next = list.due(Infinity); next !== undefined; next = list.due(Infinity)) {
        expect(queue.due(Infinity)).toBe(next);
      }
      expect(queue.size).toBe(0);
      expect(all.map(({ place }) => place)).toEqual(all.map(() => -1));
    };

    fc.assert(fc.property(fc.array(action, { maxLength: 200 }), check), { numRuns: 300 });
  });

  it('stays in order wherever a sleeper is taken out of the middle', () => {
    const check = (moments: readonly number[], taken: ReadonlySet<number>): void => {
      const queue = new TimerQueue();
      const all = moments.map((moment) => sleeper(moment));
      for (const one of all) queue.add(one, one.name);

      for (const index of taken) queue.remove(all[index % all.length]!);

      const left = moments.filter((_, at) => ![...taken].some((index) => index % all.length === at));
      expect(drain(queue)).toEqual(left.sort((a, b) => a - b));
    };
    const moments = fc.uniqueArray(fc.nat(1000), { minLength: 8, maxLength: 60 });
    const taken = fc.array(fc.nat(), { maxLength: 20 }).map((indexes) => new Set(indexes));

    fc.assert(fc.property(moments, taken, check), { numRuns: 300 });
  });

  it('lets out first who came first among a thousand equals', () => {
    const queue = new TimerQueue();
    const names = Array.from({ length: 1000 }, (_, name) => name);

    for (const name of names) queue.add(sleeper(name), 5);

    expect(drain(queue)).toEqual(names);
  });

  it('puts a sleeper that comes again behind those that were there', () => {
    const queue = new TimerQueue();
    const [first, second] = [sleeper(1), sleeper(2)];
    queue.add(first, 5);
    queue.add(second, 5);

    queue.remove(first);
    queue.add(first, 5);

    expect(drain(queue)).toEqual([2, 1]);
  });

  it('lets nobody out before the moment, and at the moment', () => {
    const queue = new TimerQueue();
    queue.add(sleeper(1), 5);

    expect(drain(queue, 4.999)).toEqual([]);
    expect(drain(queue, 5)).toEqual([1]);
  });

  it('does not remove a sleeper that is in no queue, was removed, or is in another one', () => {
    const [queue, other] = [new TimerQueue(), new TimerQueue()];
    const [mine, theirs, gone] = [sleeper(1), sleeper(2), sleeper(3)];
    queue.add(mine, 5);
    other.add(theirs, 5);
    queue.add(gone, 1);
    queue.remove(gone);

    const removed = [sleeper(), gone, theirs].map((one) => queue.remove(one));

    expect(removed).toEqual([false, false, false]);
    expect([queue.size, other.size]).toEqual([1, 1]);
  });

  it('keeps the process alive as long as one sleeper is in that may not be forgotten', () => {
    const queue = new TimerQueue();
    const needed = sleeper(1);
    queue.add(sleeper(2, true), 1);
    expect(queue.keepsAlive).toBe(false);

    queue.add(needed, 2);
    expect(queue.keepsAlive).toBe(true);

    queue.remove(needed);
    expect(queue.keepsAlive).toBe(false);
  });
});
