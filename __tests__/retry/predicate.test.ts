import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, onPredicate, withRetry } from '../../src/core.js';
import type { CallDetails } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

describe('the option predicate', () => {
  catchWarnings();
  const wait = constant(10);

  bothDrivers((kind, play, finish) => {
    it.each([undefined, null, 0, '', false, NaN])(
      `${kind}: retries while the value is falsy, such as %p`,
      async (value) => {
        const clock = new VirtualClock();
        const script = play(value, value, 'pong');

        const answer = await finish(clock, onPredicate(wait, undefined, { jitter: null, clock })(script));

        expect(answer).toBe('pong');
        expect([script.calls, clock.now()]).toEqual([3, 20]);
      },
    );

    it(`${kind}: retries while it is true, with the value and the call in its hands`, async () => {
      const clock = new VirtualClock();
      const seen: unknown[] = [];
      const predicate = (value: unknown, { tries, args }: CallDetails): boolean => {
        seen.push([value, tries, args]);
        return value !== 3;
      };

      const answer = await finish(clock, onPredicate(wait, predicate, { clock })(play(1, 2, 3)), 'x');

      expect(answer).toBe(3);
      expect(seen).toEqual([
        [1, 1, ['x']],
        [2, 2, ['x']],
        [3, 3, ['x']],
      ]);
    });

    it(`${kind}: polls without a limit by default`, async () => {
      const clock = new VirtualClock();
      const script = play(...Array<number>(50).fill(0), 1);

      const answer = await finish(clock, onPredicate(wait, undefined, { clock })(script));

      expect(answer).toBe(1);
      expect(script.calls).toBe(51);
    });

    it(`${kind}: tries ten times at most in withRetry`, async () => {
      const clock = new VirtualClock();
      const script = play('again');

      const answer = await finish(
        clock,
        withRetry(script, { predicate: (value) => value === 'again', wait, clock }),
      );

      expect(answer).toBe('again');
      expect(script.calls).toBe(10);
    });

    it(`${kind}: lets errors pass where only a predicate is given`, async () => {
      const clock = new VirtualClock();
      const error = new Error('mine');
      const script = play(error);

      const end = finish(clock, withRetry(script, { predicate: () => true, wait, clock }));

      await expect(end).rejects.toBe(error);
      expect(script.calls).toBe(1);
    });

    it(`${kind}: stands beside errors`, async () => {
      const clock = new VirtualClock();
      const script = play(new Error('boom'), 'again', 'pong');
      const options = { errors: Error, predicate: (value: unknown) => value === 'again', wait, clock };

      const answer = await finish(clock, withRetry(script, options));

      expect(answer).toBe('pong');
      expect(script.calls).toBe(3);
    });

    it(`${kind}: takes any answer that is true or false when looked at`, async () => {
      const clock = new VirtualClock();
      const script = play(1, 2);

      const answer = await finish(
        clock,
        onPredicate(wait, (value) => (value === 1 ? 'yes' : '') as never, { clock })(script),
      );

      expect(answer).toBe(2);
    });

    it(`${kind}: does not ask giveup about values`, async () => {
      const clock = new VirtualClock();
      let asked = 0;
      const giveup = (): boolean => {
        asked += 1;
        return true;
      };
      const script = play(0, 1);

      await finish(
        clock,
        withRetry(script, { predicate: (value) => value === 0, errors: Error, giveup, wait, clock }),
      );

      expect([script.calls, asked]).toEqual([2, 0]);
    });

    it(`${kind}: lets what it throws reach the caller`, async () => {
      const clock = new VirtualClock();
      const bug = new TypeError('my predicate');
      const predicate = (): boolean => {
        throw bug;
      };

      const end = finish(clock, onPredicate(wait, predicate, { clock })(play('pong')));

      await expect(end).rejects.toBe(bug);
    });
  });

  it('may be async for an async function', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const count = async (): Promise<number> => (calls += 1);

    const answer = await clock.run(onPredicate<number>(wait, async (value) => value < 3, { clock })(count));

    expect(answer).toBe(3);
  });

  it('lets the rejection of an async predicate reach the caller', async () => {
    const clock = new VirtualClock();
    const bug = new TypeError('my predicate');
    const ping = onPredicate(wait, () => Promise.reject<boolean>(bug), { clock })(async () => 'pong');

    const end = clock.run(ping);

    await expect(end).rejects.toBe(bug);
  });

  it('is refused when it gives a promise for a sync function', () => {
    const poll = onPredicate(wait, (async () => false) as never, { clock: new VirtualClock() })(() => 'pong');

    expect(poll).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option: 'predicate' }));
  });

  it('is refused for a promise in a sync call that failed before, and names the option all the same', () => {
    const error = new Error('first');
    const outcomes: unknown[] = [error, 'pong'];
    const poll = withRetry(
      () => {
        const outcome = outcomes.shift();
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
      { errors: Error, predicate: (() => Promise.resolve(true)) as never, wait, clock: new VirtualClock() },
    );

    expect(poll).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option: 'predicate' }));
  });
});
