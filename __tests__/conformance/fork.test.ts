/**
 * The suite that litl/backoff's fork added: `test_retry_context.py`, retrying a block of code.
 *
 * A block is a function here, and `run` makes one call of it: `onException(...).run(() => ...)`.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, onException } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { KeyError, ValueError, numbered, recorder, withoutWarnings } from './cases.js';

withoutWarnings();

describe('retrying a block, as in the suite of python-backoff', () => {
  bothDrivers((kind, play, finish) => {
    const setup = () => {
      const clock = new VirtualClock();
      return { clock, options: { clock, jitter: null, maxTries: 5 } };
    };

    it(`${numbered(kind, 'F1', 'F10')}: succeeds after failures`, async () => {
      const { clock, options } = setup();
      const block = play(new ValueError('nope'), new ValueError('nope'), 'done');

      const answer = await finish(clock, () => onException(constant(0), ValueError, options).run(block));

      expect(answer).toBe('done');
      expect(block.calls).toBe(3);
    });

    it(`${numbered(kind, 'F2', 'F11')}: throws when it gives up`, async () => {
      const { clock, options } = setup();
      const error = new ValueError('always fails');
      const block = play(error);

      const call = finish(clock, () =>
        onException(constant(0), ValueError, { ...options, maxTries: 3 }).run(block),
      );

      await expect(call).rejects.toBe(error);
      expect(block.calls).toBe(3);
    });

    it(`${numbered(kind, 'F3', 'F15')}: gives undefined when it gives up, if told so`, async () => {
      const { clock, options } = setup();
      const block = play(new ValueError('always fails'));
      const patient = onException(constant(0), ValueError, { ...options, maxTries: 3, raiseOnGiveup: false });

      const answer = await finish(clock, () => patient.run(block));

      expect(answer).toBe(undefined);
      expect(block.calls).toBe(3);
    });

    it(`${numbered(kind, 'F4')}: lets another error through at once`, async () => {
      const { clock, options } = setup();
      const error = new KeyError('wrong type');
      const block = play(error);

      const call = finish(clock, () => onException(constant(0), ValueError, options).run(block));

      await expect(call).rejects.toBe(error);
      expect(block.calls).toBe(1);
    });

    it(`${numbered(kind, 'F5')}: stops when giveup says so`, async () => {
      const { clock, options } = setup();
      const error = new ValueError('always fails');
      const block = play(error);
      const patient = onException(constant(0), ValueError, { ...options, giveup: () => true });

      const call = finish(clock, () => patient.run(block));

      await expect(call).rejects.toBe(error);
      expect(block.calls).toBe(1);
    });

    if (kind !== 'sync') {
      it(`${numbered(kind, 'F12')}: stops when an async giveup says so`, async () => {
        const { clock, options } = setup();
        const error = new ValueError('always fails');
        const block = play(error);
        const patient = onException(constant(0), ValueError, { ...options, giveup: async () => true });

        const call = finish(clock, () => patient.run(block));

        await expect(call).rejects.toBe(error);
        expect(block.calls).toBe(1);
      });

      it(`${numbered(kind, 'F13')}: tells async handlers`, async () => {
        const { clock, options } = setup();
        const { backoffs, handlers } = recorder();
        const errors = [new ValueError('1'), new ValueError('2')] as const;
        const patient = onException(constant(0), ValueError, {
          ...options,
          onBackoff: async (details) => handlers.onBackoff(details),
        });

        await finish(clock, () => patient.run(play(...errors, 'done')));

        expect(backoffs.map((told) => [told.tries, !told.ok && told.error])).toEqual([
          [1, errors[0]],
          [2, errors[1]],
        ]);
      });
    }

    it(`${numbered(kind, 'F6')}: tells handlers`, async () => {
      const { clock, options } = setup();
      const { backoffs, giveups, successes, handlers } = recorder();
      const errors = [new ValueError('1'), new ValueError('2')] as const;
      const patient = onException(constant(0), ValueError, { ...options, ...handlers, maxTries: 3 });

      await finish(clock, () => patient.run(play(...errors, 'done')));

      expect(backoffs.map((told) => [told.tries, !told.ok && told.error])).toEqual([
        [1, errors[0]],
        [2, errors[1]],
      ]);
      expect(giveups).toEqual([]);
      expect(successes.map(({ tries, value }) => [tries, value])).toEqual([[3, 'done']]);
    });

    it(`${numbered(kind, 'F7', 'F14')}: tells onAttempt before each attempt`, async () => {
      const { clock, options } = setup();
      const block = play(new ValueError());
      const steps: unknown[] = [];
      const patient = onException(constant('1s'), ValueError, {
        ...options,
        maxTries: 3,
        onAttempt: ({ tries, elapsed }) => steps.push({ tries, elapsed, calls: block.calls }),
      });

      await expect(finish(clock, () => patient.run(block))).rejects.toBeInstanceOf(ValueError);

      expect(steps).toEqual([
        { tries: 1, elapsed: 0, calls: 0 },
        { tries: 2, elapsed: 1000, calls: 1 },
        { tries: 3, elapsed: 2000, calls: 2 },
      ]);
    });

    it(`${numbered(kind, 'F8', 'F16')}: gives up when the waits run out`, async () => {
      const { clock, options } = setup();
      const { giveups, handlers } = recorder();
      const error = new ValueError('always fails');
      const block = play(error);

      const call = finish(clock, () =>
        onException(constant([0]), ValueError, { ...options, ...handlers }).run(block),
      );

      await expect(call).rejects.toBe(error);
      expect(block.calls).toBe(2);
      expect(giveups.map((told) => !told.ok && told.error)).toEqual([error]);
    });

    it(`${numbered(kind, 'F9', 'F17')}: gives undefined when the waits run out, if told so`, async () => {
      const { clock, options } = setup();
      const { giveups, handlers } = recorder();
      const error = new ValueError('always fails');
      const block = play(error);
      const patient = onException(constant([0]), ValueError, {
        ...options,
        ...handlers,
        raiseOnGiveup: false,
      });

      const answer = await finish(clock, () => patient.run(block));

      expect(answer).toBe(undefined);
      expect(block.calls).toBe(2);
      expect(giveups.map((told) => !told.ok && told.error)).toEqual([error]);
    });
  });
});
