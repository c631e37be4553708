/**
 * Waits and jitters that give no number, or fail: the call ends with an error that names them.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, withRetry } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(1);

describe('waits that are none', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it.each([NaN, '1', undefined, null, {}, [], true, 5n, new Date(0)])(
      `${kind}: such as %p end the call, naming the generator, with the function's error as cause`,
      async (value) => {
        const clock = new VirtualClock();
        const script = play(boom);
        const myWaits = function* (): Generator {
          yield value;
        };

        const end = finish(clock, withRetry(script, { wait: myWaits as never, clock }));

        await expect(end).rejects.toMatchObject({
          code: 'ERR_OPTION',
          message: expect.stringContaining('myWaits'),
          cause: boom,
        });
        expect(script.calls).toBe(1);
      },
    );

    it(`${kind}: such as a promise end the call, and its rejection is not left alone`, async () => {
      const clock = new VirtualClock();
      const myWaits = function* (): Generator {
        yield Promise.resolve(5);
      };

      const end = finish(clock, withRetry(play(boom), { wait: myWaits as never, clock }));

      await expect(end).rejects.toMatchObject({
        code: 'ERR_OPTION',
        message: expect.stringContaining('myWaits'),
        cause: boom,
      });
    });

    it.each([
      [
        'the maker throws',
        function myWaits(): never {
          throw new TypeError('mine');
        },
      ],
      [
        'next throws',
        function myWaits(): object {
          return {
            next() {
              throw new TypeError('mine');
            },
          };
        },
      ],
      [
        'the generator throws',

        function* myWaits(): Generator<number> {
          throw new TypeError('mine');
        },
      ],
    ])(
      `${kind}: end the call when %s, naming the generator, with the function's error as cause`,
      async (_case, myWaits) => {
        const clock = new VirtualClock();

        const end = finish(clock, withRetry(play(boom), { wait: myWaits as never, clock }));

        await expect(end).rejects.toMatchObject({
          code: 'ERR_OPTION',
          message: expect.stringContaining('myWaits'),
          cause: boom,
        });
        await expect(end).rejects.toMatchObject({ value: expect.objectContaining({ message: 'mine' }) });
      },
    );

    it.each([
      ['nothing', undefined],
      ['a number', 5],
      ['an array', [5]],
      ['an object without next', {}],
      ['a promise', Promise.resolve([5])],
      ['itself for ever', (): unknown => forever],
      ['null', null],
    ])(`${kind}: are refused when their maker gives %s`, async (_what, given) => {
      const clock = new VirtualClock();
      const myWaits = (): unknown => given;

      const end = finish(clock, withRetry(play(boom), { wait: myWaits as never, clock }));

      await expect(end).rejects.toMatchObject({
        code: 'ERR_OPTION',
        message: expect.stringContaining('myWaits'),
        cause: boom,
      });
    });

    it.each([undefined, null, 5, 'x', Promise.resolve({ value: 1 })])(
      `${kind}: are refused when next gives %p`,
      async (given) => {
        const clock = new VirtualClock();
        const myWaits = (): object => ({ next: () => given });

        const end = finish(clock, withRetry(play(boom), { wait: myWaits as never, clock }));

        await expect(end).rejects.toMatchObject({ cause: boom });
      },
    );
  });
});

const forever = (): unknown => forever;

describe('a jitter', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it.each([NaN, '1', undefined, null, {}, Promise.resolve(1)])(
      `${kind}: that gives %p ends the call, named, with the function's error as cause`,
      async (value) => {
        const clock = new VirtualClock();
        const script = play(boom);

        const end = finish(clock, withRetry(script, { wait, jitter: () => value as never, clock }));

        await expect(end).rejects.toMatchObject({ code: 'ERR_OPTION', option: 'jitter', cause: boom });
        expect(script.calls).toBe(1);
      },
    );

    it(`${kind}: that throws ends the call, named, with its error and the function's as cause`, async () => {
      const clock = new VirtualClock();
      const bug = new TypeError('my jitter');
      const jitter = (): never => {
        throw bug;
      };

      const end = finish(clock, withRetry(play(boom), { wait, jitter, clock }));

      await expect(end).rejects.toMatchObject({
        code: 'ERR_OPTION',
        option: 'jitter',
        value: bug,
        cause: boom,
      });
    });

    it(`${kind}: that goes below 0 waits no time`, async () => {
      const clock = new VirtualClock();

      await finish(clock, withRetry(play(boom, 'pong'), { wait, jitter: () => -5, clock }));

      expect(clock.now()).toBe(0);
    });
  });
});
