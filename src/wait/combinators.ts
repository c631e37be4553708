/**
 * Waits made of other waits. The kind of a wait survives: what a server asked for stays what a server asked for.
 */
import type { RuntimeOption } from '../call/details.js';
import { OptionError } from '../errors.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { setting } from './settings.js';
import { type NextWait, type WaitMaker, checkWaitMaker, nextWait, startWaits, waitMaker } from './waits.js';

const none: NextWait = { value: 0, done: true };

/**
 * The waits of the first sequence, and when it has none left, those of the next.
 *
 *     chain(constant([100, 100, 100]), constant('5s'))   // 100, 100, 100, 5000, 5000 ...
 *
 * @throws {OptionError} when no waits are given, or one of them makes none.
 */
export function chain(...makers: readonly WaitMaker[]): WaitMaker {
  const parts = checked('chain', makers);
  return waitMaker('chain', (first, scope) => {
    let index = 0;
    let waits = startWaits(parts[0] as WaitMaker, first, scope);
    return {
      next(outcome) {
        for (;;) {
          const maker = parts[index] as WaitMaker;
          const next = nextWait(waits, outcome, maker);
          if (next !== undefined) return next;
          const following = parts[index + 1];
          if (following === undefined) return none;
          index += 1;
          waits = startWaits(following, outcome, scope);
        }
      },
    };
  });
}

/**
 * The same waits, none longer than `max`. A wait that was drawn at random and is too long is drawn again below `max`,
 * so that no crowd gathers there.
 *
 *     cap(fibo, '13s')   // 1000, 1000, 2000, 3000, 5000, 8000, 13000, 13000 ...
 *
 * @param max  Milliseconds, a string with a unit, or a function of the call that gives either.
 * @throws {OptionError} when `wait` makes no waits or `max` is not a time.
 */
export function cap(wait: WaitMaker, max: RuntimeOption<Duration>): WaitMaker {
  const maker = checkWaitMaker(wait);
  const read = setting('max', max ?? null, { fallback: 0, check: (option, value) => toMs(option, value) });
  return waitMaker('cap', (first, scope) => {
    const waits = startWaits(maker, first, scope);
    const most = read(scope);
    return {
      next(outcome) {
        const next = nextWait(waits, outcome, maker);
        if (next === undefined) return none;
        const { value, kind, spread, least = 0 } = next;
        if (kind === 'server')
          return { ...next, value: Math.min(value, most), spread: Math.min(spread ?? value / 10, most) };
        if (value <= most) return next;
        if (kind !== 'spread') return { value: most };
        const lowest = least < most ? least : 0;
        return { ...next, value: lowest + (most - lowest) * scope.random() };
      },
    };
  });
}

/**
 * The sum of several waits; it ends when one of them does. A sum with a server's wait in it is a server's wait,
 * one with a random wait is random.
 *
 *     add(constant('1s'), random({ max: 500 }))   // 1234, 1081 ...
 *
 * @throws {OptionError} when no waits are given, or one of them makes none.
 */
export function add(...makers: readonly WaitMaker[]): WaitMaker {
  const parts = checked('add', makers);
  return waitMaker('add', (first, scope) => {
    const terms = parts.map((maker) => ({ maker, waits: startWaits(maker, first, scope) }));
    return {
      next(outcome) {
        let sum: NextWait = { value: 0 };
        for (const { maker, waits } of terms) {
          const next = nextWait(waits, outcome, maker);
          if (next === undefined) return none;
          sum = plus(sum, next);
        }
        return sum;
      },
    };
  });
}

function plus(a: NextWait, b: NextWait): NextWait {
  const kinds = [a.kind, b.kind];
  const kind = kinds.includes('server') ? 'server' : kinds.includes('spread') ? 'spread' : undefined;
  const spread = kind === 'server' ? widthOf(a) + widthOf(b) : undefined;
  const least =
    kind === 'spread' ? (a.kind ? (a.least ?? 0) : a.value) + (b.kind ? (b.least ?? 0) : b.value) : undefined;
  return { value: a.value + b.value, kind, spread, least };
}

function widthOf({ kind, value, spread }: NextWait): Ms {
  return kind === 'server' ? (spread ?? value / 10) : 0;
}

function checked(owner: string, makers: readonly WaitMaker[]): readonly WaitMaker[] {
  if (makers.length === 0) throw new OptionError(owner, makers, 'needs at least one wait');
  return makers.map((maker) => checkWaitMaker(maker));
}
