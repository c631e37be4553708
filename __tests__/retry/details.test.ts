import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, onPredicate, withRetry } from '../../src/core.js';
import type { AbortDetails, CallDetails, Details } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const shared = ['args', 'elapsed', 'history', 'name', 'rule', 'target', 'thisArg', 'tries'];

/** The names of all fields, sorted. */
const keysOf = (details: object | undefined): string[] => Object.keys(details ?? {}).sort();

describe('Details', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    const tellAll = (seen: Record<string, Details>): object => {
      const note = (details: Details): void => void (seen[details.event] = details);
      return { onAttempt: note, onBackoff: note, onSuccess: note, onGiveup: note, onAbort: note };
    };

    it(`${kind}: have exactly the documented fields for errors`, async () => {
      const clock = new VirtualClock();
      const seen: Record<string, Details> = {};
      const call = withRetry(play(boom, 'pong', boom), {
        wait: constant(1),
        maxTries: 2,
        clock,
        ...tellAll(seen),
      });

      await finish(clock, call).catch(() => {});
      await finish(clock, call).catch(() => {});

      expect(keysOf(seen['attempt'])).toEqual([...shared, 'event'].sort());
      expect(keysOf(seen['backoff'])).toEqual([...shared, 'error', 'event', 'ok', 'wait'].sort());
      expect(keysOf(seen['success'])).toEqual([...shared, 'event', 'ok', 'value'].sort());
      expect(keysOf(seen['giveup'])).toEqual([...shared, 'error', 'event', 'ok', 'reason'].sort());
    });

    it(`${kind}: have exactly the documented fields for values`, async () => {
      const clock = new VirtualClock();
      const seen: Record<string, Details> = {};
      const call = onPredicate(constant(1), undefined, { maxTries: 2, clock, ...tellAll(seen) })(play(0));

      await finish(clock, call);

      expect(keysOf(seen['backoff'])).toEqual([...shared, 'event', 'ok', 'value', 'wait'].sort());
      expect(keysOf(seen['giveup'])).toEqual([...shared, 'event', 'ok', 'reason', 'value'].sort());
    });

    it(`${kind}: have exactly the documented fields for an abort`, async () => {
      const clock = new VirtualClock();
      const seen: Record<string, Details> = {};
      const controller = new AbortController();
      const { signal } = controller;
      const abort = (): void => {
        controller.abort('enough');
      };
      const call = withRetry(play(boom), { clock, signal, ...tellAll(seen), onBackoff: abort });

      await finish(clock, call).catch(() => {});

      expect(keysOf(seen['abort'])).toEqual([...shared, 'abortReason', 'error', 'event'].sort());
      expect(seen['abort'] as AbortDetails).toMatchObject({ error: boom, abortReason: 'enough' });
    });

    it(`${kind}: say what the call was of and how it went`, async () => {
      const clock = new VirtualClock();
      const seen: Record<string, Details> = {};
      const script = play(boom, 'pong');
      const owner = {
        call: withRetry(script, { wait: constant(30), jitter: null, name: 'ping', clock, ...tellAll(seen) }),
      };

      await finish(clock, (...args) => owner.call(...args), 1, 'two');

      const facts = { target: script, args: [1, 'two'], thisArg: owner, name: 'ping' };
      expect(seen['backoff']).toMatchObject({
        ...facts,
        tries: 1,
        elapsed: 0,
        rule: 0,
        error: boom,
        ok: false,
        wait: 30,
      });
      expect(seen['success']).toMatchObject({ ...facts, tries: 2, elapsed: 30, value: 'pong', ok: true });
    });

    it(`${kind}: hold the very array that the next attempt is called with`, async () => {
      const clock = new VirtualClock();
      const seen: unknown[][] = [];
      const script = play(boom, 'pong');
      const call = function (this: unknown, ...args: unknown[]): unknown {
        seen.push(args);
        return script.apply(this, args);
      };
      const onBackoff = ({ args }: CallDetails): void => {
        (args as unknown[])[0] = 'new';
      };

      await finish(clock, withRetry(call, { wait: constant(1), clock, onBackoff }), 'old', 2);

      expect(seen).toEqual([
        ['old', 2],
        ['new', 2],
      ]);
    });

    it(`${kind}: tell an attempt its number before it starts`, async () => {
      const clock = new VirtualClock();
      const told: unknown[] = [];
      const script = play(boom, 'pong');
      const onAttempt = ({ tries, history }: CallDetails): void =>
        void told.push([tries, history.attempts.length, script.calls]);

      await finish(clock, withRetry(script, { wait: constant(1), clock, onAttempt }));

      expect(told).toEqual([
        [1, 0, 0],
        [2, 1, 1],
      ]);
    });

    it(`${kind}: carry the attempts that have ended so far`, async () => {
      const clock = new VirtualClock();
      const seen: Record<string, Details> = {};

      await finish(
        clock,
        withRetry(play(boom, 'pong'), { wait: constant(30), jitter: null, clock, ...tellAll(seen) }),
      );

      expect(seen['success']?.history).toEqual({
        attempts: [
          { tries: 1, elapsed: 0, ok: false, error: boom, wait: 30 },
          { tries: 2, elapsed: 30, ok: true, value: 'pong', wait: undefined },
        ],
        omitted: 0,
      });
    });

    it(`${kind}: reach giveup, tests, predicates and options without an event, frozen`, async () => {
      const clock = new VirtualClock();
      const seen: object[] = [];
      const note = (details: object, answer: unknown): never => {
        seen.push(details);
        return answer as never;
      };
      const options = {
        errors: (_error: unknown, details: CallDetails) => note(details, true),
        predicate: (_value: unknown, details: CallDetails) => note(details, false),
        giveup: (_error: unknown, details: CallDetails) => note(details, false),
        maxTries: (details: CallDetails) => note(details, 3),
        wait: constant((details: CallDetails) => note(details, 1)),
        clock,
      };

      await finish(clock, withRetry(play(boom, 'pong'), options));

      expect(seen).toHaveLength(5);
      expect(seen.map(keysOf)).toEqual(seen.map(() => shared));
      expect(seen.every(Object.isFrozen)).toBe(true);
    });

    it(`${kind}: are given to a callback whose second parameter has a default`, async () => {
      const clock = new VirtualClock();
      let seen: CallDetails | undefined;
      const giveup = (_error: unknown, details: CallDetails | undefined = undefined): boolean => {
        seen = details;
        return true;
      };

      await finish(clock, withRetry(play(boom), { giveup, clock })).catch(() => {});

      expect(seen).toMatchObject({ tries: 1 });
    });
  });
});

describe('the option name', () => {
  const warnings = catchWarnings();
  const nameIn = async (call: (options: object) => () => unknown): Promise<string | undefined> => {
    let name: string | undefined;
    const onSuccess = (details: CallDetails): void => void (name = details.name);
    await call({ onSuccess })();
    return name;
  };

  it("is the function's name by default", async () => {
    expect(await nameIn((options) => withRetry(function ping() {}, options))).toBe('ping');
  });

  it('is "anonymous" for a function without one', async () => {
    expect(await nameIn((options) => withRetry(() => {}, options))).toBe('anonymous');
  });

  it('takes the place of the name', async () => {
    expect(await nameIn((options) => withRetry(function ping() {}, { ...options, name: 'pong' }))).toBe(
      'pong',
    );
  });

  it('stands in the warning of a failing handler', () => {
    const onAttempt = (): void => {
      throw new Error('my handler');
    };

    withRetry(() => 'pong', { name: 'my ping', onAttempt })();

    expect(warnings.texts).toEqual([expect.stringContaining('my ping')]);
  });
});
