import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, retry, withRetry } from '../../src/core.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(1);

/** A plain function that does one thing after the other: throws errors, returns the rest. */
function plain(...outcomes: unknown[]): () => any {
  let calls = 0;
  return function ping() {
    const outcome = outcomes[calls++];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
}

describe('the option mode', () => {
  const warnings = catchWarnings();
  const blocking = (): readonly string[] =>
    warnings.texts.filter((_text, index) => warnings.codes[index] === 'STAMPEDE_BLOCKING');

  describe("'auto'", () => {
    it('keeps a sync function sync', () => {
      const clock = new VirtualClock();

      expect(withRetry(plain(boom, 'pong'), { wait, clock })()).toBe('pong');
    });

    it('knows an async function before its first call', async () => {
      const clock = new VirtualClock();
      const ping = withRetry(async () => Promise.reject(boom), {
        signal: AbortSignal.abort('too late'),
        clock,
      });

      const end = ping();

      expect(end).toBeInstanceOf(Promise);
      await expect(end).rejects.toBe('too late');
      expect(blocking()).toEqual([]);
    });

    it('waits as for a sync function where one of unknown kind throws, and warns once, naming it', () => {
      const clock = new VirtualClock();
      const ping = withRetry(plain(boom, 'pong', boom, 'pong'), { wait, clock });

      const answers = [ping(), ping()];

      expect(answers).toEqual(['pong', 'pong']);
      expect(blocking()).toHaveLength(1);
      expect(blocking()[0]).toMatch(/ping.*mode: 'async'/s);
    });

    it('warns once for a function that is run again and again', () => {
      const policy = retry({ wait, maxTries: 2, clock: new VirtualClock() });
      const ping = (): never => {
        throw boom;
      };

      for (let count = 0; count < 3; count++) expect(() => policy.run(ping)).toThrow(boom);

      expect(blocking()).toHaveLength(1);
    });

    it('does not warn of a function that is known to be sync', () => {
      const clock = new VirtualClock();
      const ping = withRetry(plain('first', boom, 'pong'), { wait, clock });

      const answers = [ping(), ping()];

      expect(answers).toEqual(['first', 'pong']);
      expect(blocking()).toEqual([]);
    });

    it('gives promises from then on once a promise has been seen', async () => {
      const clock = new VirtualClock();
      const ping = withRetry(plain(Promise.resolve('first'), 'second', boom, 'third'), { wait, clock });

      const ends = [ping(), ping(), ping()];

      expect(ends.every((end) => end instanceof Promise)).toBe(true);
      expect(await clock.run(Promise.all(ends))).toEqual(['first', 'second', 'third']);
      expect(blocking()).toEqual([]);
    });

    it('gives a promise where a function throws first and returns a promise then', async () => {
      const clock = new VirtualClock();
      const ping = withRetry(plain(boom, Promise.resolve('pong'), boom, 'pong'), { wait, clock });

      const first = ping();
      const second = ping();

      expect([first, second].every((end) => end instanceof Promise)).toBe(true);
      expect(await clock.run(Promise.all([first, second]))).toEqual(['pong', 'pong']);
    });

    it('remembers a promise that a sync function gave after plain values', async () => {
      const clock = new VirtualClock();
      const ping = withRetry(plain('first', Promise.resolve('second'), 'third'), { wait, clock });

      const ends = [ping(), ping(), ping()];

      expect(ends[0]).toBe('first');
      expect(ends[2]).toBeInstanceOf(Promise);
      expect(await Promise.all(ends)).toEqual(['first', 'second', 'third']);
    });

    it('turns a promise that is rejected into a retry of the same call', async () => {
      const clock = new VirtualClock();
      const ping = withRetry(plain(boom, Promise.resolve(0), 'pong'), {
        wait,
        errors: Error,
        predicate: (value: unknown) => value === 0,
        clock,
      });

      expect(await clock.run(ping)).toBe('pong');
    });
  });

  describe("'async'", () => {
    it('always gives a promise', async () => {
      const clock = new VirtualClock();
      const ping = withRetry(plain('pong', boom, 'pong'), { mode: 'async', wait, clock });

      const ends = [ping(), ping()];

      expect(ends.every((end) => end instanceof Promise)).toBe(true);
      expect(await clock.run(Promise.all(ends))).toEqual(['pong', 'pong']);
      expect(blocking()).toEqual([]);
    });

    it('gives a promise of what cannot be started', async () => {
      const clock = new VirtualClock();
      const aborted = withRetry(plain('pong'), {
        mode: 'async',
        signal: AbortSignal.abort('too late'),
        clock,
      });

      const end = aborted();

      await expect(end).rejects.toBe('too late');
    });

    it('does not block while it waits', async () => {
      const clock = new VirtualClock();
      const ping = withRetry(plain(boom, 'pong'), {
        mode: 'async',
        wait: constant(100),
        jitter: null,
        clock,
      });

      const end = ping();
      const atOnce = clock.now();
      await clock.run(end);

      expect([atOnce, clock.now()]).toEqual([0, 100]);
    });
  });

  describe("'sync'", () => {
    it('refuses a promise', () => {
      const ping = withRetry(plain(Promise.resolve('pong')), {
        mode: 'sync',
        name: 'ping',
        clock: new VirtualClock(),
      });

      expect(ping).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option: 'mode' }));
    });

    it('refuses a promise that a later attempt gives', () => {
      const ping = withRetry(plain(boom, Promise.resolve('pong')), {
        mode: 'sync',
        wait,
        clock: new VirtualClock(),
      });

      expect(ping).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option: 'mode' }));
    });

    it('does not warn: it was asked for', () => {
      const ping = withRetry(plain(boom, 'pong'), { mode: 'sync', wait, clock: new VirtualClock() });

      expect(ping()).toBe('pong');
      expect(blocking()).toEqual([]);
    });
  });

  it('says to make the function async where the thread may not be blocked, with the error as cause', () => {
    const clock = new (class extends VirtualClock {
      override block(): void {
        throw new TypeError('Atomics.wait cannot be called in this context');
      }
    })();
    const ping = withRetry(plain(boom, 'pong'), { wait, clock });

    expect(ping).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/make the function async/i), cause: boom }),
    );
  });
});

describe('the option unref', () => {
  it.each([true, false])('marks the waits of a call (%p)', async (unref) => {
    const marks: boolean[] = [];
    const clock = new (class extends VirtualClock {
      override schedule(...[sleeper, ms]: Parameters<VirtualClock['schedule']>): void {
        marks.push(sleeper.unref);
        super.schedule(sleeper, ms);
      }
    })();
    let calls = 0;
    const ping = async (): Promise<string> => {
      if ((calls += 1) === 1) throw boom;
      return 'pong';
    };

    await clock.run(withRetry(ping, { wait, jitter: null, unref, clock }));

    expect(marks).toEqual([unref]);
  });
});
