/** The contract of a wait: what may be given as `wait`, and what a sequence may answer. */
import { describe, expect, it } from '@jest/globals';
import { type Outcome, type WaitMaker, constant, expo, fibo, retryAfter } from '../../src/core.js';
import { checkWaitMaker, nextWait, startWaits } from '../../src/wait/waits.js';
import { answers, boom, failed, scopeOf, take } from './taken.js';

function* threeWaits(): Generator<number> {
  yield* [10, 20, 30];
}

const naming =
  (name: string) =>
  (waits: unknown): WaitMaker =>
    Object.defineProperty(() => waits, 'name', { value: name }) as WaitMaker;

describe('the option wait', () => {
  it.each<[string, WaitMaker, readonly number[]]>([
    ['a factory of ours', expo, [1000, 2000, 4000]],
    ['what a factory gives', expo({ factor: 5 }), [5, 10, 20]],
    ['a generator function', threeWaits, [10, 20, 30]],
    ['a function that gives a maker', () => fibo({ initial: 0 }), [0, 1000, 1000]],
    ['a function that gives a factory', () => expo, [1000, 2000, 4000]],
    ['a function that gives a function that gives a maker', () => () => threeWaits, [10, 20, 30]],
    ['a function that gives a running generator of its own', () => threeWaits(), [10, 20, 30]],
    ['a function that gives an object with next()', () => ({ next: () => ({ value: 7 }) }), [7, 7, 7]],
  ])('may be %s', (_, wait, waits) => {
    expect(take(wait, 3)).toEqual(waits);
  });

  it.each<[string, unknown, string]>([
    ['a number', 5000, 'wait must make waits; write constant(5000); got 5000.'],
    ['a text', '5s', 'wait must make waits; write constant("5s"); got "5s".'],
    [
      'a running generator',
      threeWaits(),
      'wait must make a fresh sequence for every call, and this one would be shared; give the generator function itself; got',
    ],
    ['an iterator', [1, 2][Symbol.iterator](), 'wait must make a fresh sequence for every call'],
    [
      'an async generator function',
      async function* () {
        yield 1;
      },
      'wait must give its waits at once; use a plain function or function*, not an async one; got',
    ],
    ['an async function', async () => expo(), 'wait must give its waits at once'],
    [
      'a class',
      class Waits {},
      'wait must be a function that gives a sequence of waits, not a class; got the function Waits.',
    ],
    ['an array', [100, 200], 'wait must make waits; write constant([100, 200]); got [100, 200].'],
    ['an object', {}, 'wait must be a function that makes waits'],
    ['null', null, 'wait must be a function that makes waits'],
    ['nothing', undefined, 'wait must be a function that makes waits'],
    ['a promise', Promise.resolve(expo), 'wait must be a function that makes waits'],
  ])('may not be %s, and the error says what to write instead', (_, wait, message) => {
    const check = (): unknown => checkWaitMaker(wait);

    expect(check).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option: 'wait' }));
    expect(check).toThrow(message);
  });

  it('is started anew for every call', () => {
    const maker = constant([1, 2]);

    expect(take(maker, 5)).toEqual([1, 2]);
    expect(take(maker, 5)).toEqual([1, 2]);
  });

  it('is given the first outcome and the scope, through every function on the way', () => {
    const seen: unknown[] = [];
    const scope = scopeOf();
    const inner = (...args: unknown[]): Iterator<number> => {
      seen.push(args);
      return threeWaits();
    };
    const outer = (...args: unknown[]): WaitMaker => {
      seen.push(args);
      return inner as WaitMaker;
    };

    startWaits(outer as WaitMaker, failed, scope);

    expect(seen).toEqual([
      [failed, scope],
      [failed, scope],
    ]);
  });

  it('calls a factory of ours without the outcome, which is not its options', () => {
    const outcome: Outcome = { ok: true, value: { factor: 'nonsense' } };

    expect(take(() => retryAfter, 1, { outcomes: [outcome] })).toEqual([100]);
  });

  it('gives each attempt its outcome', () => {
    const outcomes: Outcome[] = [failed, { ok: true, value: 0 }, { ok: true, value: 1 }];
    const seen: unknown[] = [];
    const listens: WaitMaker = () => ({
      next(outcome) {
        seen.push(outcome);
        return { value: 1 };
      },
    });

    take(listens, 3, { outcomes });

    expect(seen).toEqual(outcomes);
  });
});

describe('a maker that goes wrong', () => {
  const endless: WaitMaker = () => endless;

  it.each<[string, WaitMaker]>([
    ['gives nothing', Object.defineProperty(() => undefined, 'name', { value: 'odd' }) as never],
    ['gives a number', naming('odd')(5)],
    ['gives an array', naming('odd')([1, 2])],
    ['gives a promise', naming('odd')(Promise.resolve())],
    ['gives functions without end', Object.defineProperty(() => endless, 'name', { value: 'odd' })],
  ])('and %s ends the call with an error that names it and keeps the error of the function', (_, maker) => {
    const start = (): unknown => startWaits(maker, failed, scopeOf());

    expect(start).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION',
        message: expect.stringContaining('wait (odd) must give a sequence of waits'),
        cause: boom,
      }),
    );
  });

  const outOfWaits = new RangeError('out of waits');
  const fault = (): never => {
    throw outOfWaits;
  };

  it.each<[string, WaitMaker]>([
    ['when it is started', Object.defineProperty(() => fault(), 'name', { value: 'broken' })],
    ['when it is asked', naming('broken')({ next: fault })],
    [
      'in its answer',
      naming('broken')({
        next: () => ({
          get value() {
            return fault();
          },
        }),
      }),
    ],
  ])('and throws %s ends the call with an error that names it and keeps both errors', (_, maker) => {
    const ask = (): unknown => answers(maker, 1);

    expect(ask).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('The waits of broken must not throw'),
        value: outOfWaits,
        cause: boom,
      }),
    );
  });

  it('and has nobody to blame but itself where the attempt returned a value', () => {
    const maker = naming('odd')({ next: () => ({ value: 'soon' }) });

    const ask = (): unknown => answers(maker, 1, { outcomes: [{ ok: true, value: [] }] });

    expect(ask).toThrow('A wait of odd must be a number of milliseconds; got "soon".');
    expect(ask).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
  });
});

describe('a wait', () => {
  const ask = (answer: unknown): unknown =>
    nextWait({ next: () => answer as never }, failed, naming('odd')({}));

  it.each([
    ['NaN', Number.NaN, 'NaN'],
    ['a text', '1', '"1"'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an object', {}, '{}'],
    ['a promise', Promise.resolve(1), 'a Promise'],
    ['a bigint', 5n, '5n'],
    ['a date', new Date(), 'a Date'],
    ['a boxed number', Object(5), 'a Number'],
  ])(
    'that is %s ends the call with an error that names the maker and keeps the error of the function',
    (_, value, shown) => {
      expect(() => ask({ value, done: false })).toThrow(
        expect.objectContaining({
          code: 'ERR_OPTION',
          message: `A wait of odd must be a number of milliseconds; got ${shown}.`,
          value,
          cause: boom,
        }),
      );
    },
  );

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a bare number', 100],
    ['a promise, as of an async generator', Promise.resolve({ value: 100, done: false })],
  ])('that is answered by %s instead of { value } ends the call in the same way', (_, answer) => {
    expect(() => ask(answer)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION',
        message: expect.stringContaining('A wait of odd must be a number of milliseconds; got'),
        cause: boom,
      }),
    );
  });

  it.each([-5, -0.001, -Infinity])('of %d is none', (value) => {
    expect(ask({ value, kind: 'spread' })).toEqual({ value: 0, kind: 'spread' });
  });

  it.each([0, 5, 2 ** 31, 1e300, Infinity])('of %d is as it is, with its kind', (value) => {
    expect(ask({ value, kind: 'server', spread: 5 })).toEqual({ value, kind: 'server', spread: 5 });
  });

  it('is the last when the sequence says done, whatever value comes with it', () => {
    expect(ask({ done: true, value: 5 })).toBeUndefined();
  });
});
