/** The loop of litl/backoff: what happens in which order, and who gets what in the end. */
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  GiveUpError,
  type Outcome,
  VirtualClock,
  constant,
  onException,
  onPredicate,
  subscribe,
} from '../../src/core.js';
import { bothDrivers, thrown } from '../support/both-drivers.js';
import { KeyError, ValueError, pause, recorder, withoutWarnings } from './cases.js';

const warned = withoutWarnings();

describe('the loop of litl/backoff', () => {
  bothDrivers((kind, play, finish) => {
    it(`${kind}: asks an option that is a function when it is first needed, once per call`, async () => {
      const clock = new VirtualClock();
      const asked: number[] = [];
      const maxTries = ({ tries }: { tries: number }): number => {
        asked.push(tries);
        return 5;
      };
      const script = play('pong', new KeyError(), new KeyError(), 'pong');
      const load = onException(constant, KeyError, { maxTries, clock })(script);

      await finish(clock, load);
      expect(asked).toEqual([]);
      await finish(clock, load);

      expect(asked).toEqual([1]);
      expect(script.calls).toBe(4);
    });

    it(`${kind}: lets an error of another class through, and tells no handler`, async () => {
      const clock = new VirtualClock();
      const { backoffs, giveups, successes, handlers } = recorder();
      const error = new ValueError();
      const script = play(new KeyError(), error, 'pong');
      const load = onException(constant, KeyError, { clock, ...handlers })(script);

      await expect(finish(clock, load)).rejects.toBe(error);

      expect(script.calls).toBe(2);
      expect([backoffs.length, giveups.length, successes.length]).toEqual([1, 0, 0]);
    });

    it(`${kind}: asks giveup, then tries, then time, then the waits`, async () => {
      const stop = { giveup: () => true };
      const tries = { maxTries: 1 };
      const time = { maxTime: 0 };
      for (const [reason, options] of [
        ['giveup', { ...stop, ...tries, ...time }],
        ['maxTries', { ...tries, ...time }],
        ['maxTime', time],
        ['waits', {}],
      ] as const) {
        const clock = new VirtualClock();
        const { giveups, handlers } = recorder();
        const options_ = { ...options, clock, ...handlers };
        const load = onException(constant([]), KeyError, options_)(play(new KeyError()));

        await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

        expect(giveups.map((told) => told.reason)).toEqual([reason]);
      }
    });

    it(`${kind}: hands each error to the waits`, async () => {
      const clock = new VirtualClock();
      const errors = [new KeyError('1'), new KeyError('2')];
      const seen: Outcome[] = [];
      const waits = () => ({
        next: (outcome: Outcome) => {
          seen.push(outcome);
          return { value: 10, done: false };
        },
      });
      const load = onException(waits, KeyError, { clock })(play(...errors, 'pong'));

      await finish(clock, load);

      expect(seen).toEqual([
        { ok: false, error: errors[0] },
        { ok: false, error: errors[1] },
      ]);
    });

    it(`${kind}: hands each value to the waits`, async () => {
      const clock = new VirtualClock();
      const seen: Outcome[] = [];
      const waits = () => ({
        next: (outcome: Outcome) => {
          seen.push(outcome);
          return { value: 10, done: false };
        },
      });
      const poll = onPredicate(waits, (value: number) => value < 3, { clock })(play(1, 2, 3));

      await finish(clock, poll);

      expect(seen).toEqual([
        { ok: true, value: 1 },
        { ok: true, value: 2 },
      ]);
    });

    it(`${kind}: takes any truthy answer of a predicate for a yes`, async () => {
      const clock = new VirtualClock();
      const predicate = ((value: string) => (value === 'no' ? '' : 'retry')) as unknown as () => boolean;
      const script = play('yes', 'yes', 'no');
      const poll = onPredicate(constant, predicate, { clock })(script);

      expect(await finish(clock, poll)).toBe('no');
    });

    it(`${kind}: tells the handlers, then waits, then tries again; tells of success, then answers`, async () => {
      const clock = new VirtualClock();
      const steps: string[] = [];
      const step = ({ event, tries }: { event: string; tries: number }): void => {
        steps.push(`${event} ${tries} at ${clock.now()}`);
      };
      const handlers = { onAttempt: step, onBackoff: step, onSuccess: step, onGiveup: step };
      const load = onException(constant('1s'), KeyError, { jitter: null, clock, ...handlers })(
        play(new KeyError(), 'pong'),
      );

      await finish(clock, load);

      expect(steps).toEqual(['attempt 1 at 0', 'backoff 1 at 0', 'attempt 2 at 1000', 'success 2 at 1000']);
    });

    it(`${kind}: gives the last value when it gives up, whatever the reason`, async () => {
      for (const [reason, wait, options] of [
        ['maxTries', constant(1), { maxTries: 2 }],
        ['maxTime', constant(1), { maxTime: 0 }],
        ['waits', constant([]), {}],
      ] as const) {
        const clock = new VirtualClock();
        const { giveups, handlers } = recorder();
        const poll = onPredicate(wait, (value) => value === 'last', { ...options, clock, ...handlers })(
          play('last', 'last', 'too late'),
        );

        expect(await finish(clock, poll)).toBe('last');

        expect(giveups.map((told) => told.reason)).toEqual([reason]);
      }
    });

    it(`${kind}: throws an error that holds the last value only where raiseOnGiveup is true`, async () => {
      const clock = new VirtualClock();
      const options = { raiseOnGiveup: true, maxTries: 2, clock, name: 'poll' };
      const poll = onPredicate(constant(1), () => true, options)(play('first', 'last'));

      const error: unknown = await finish(clock, poll).catch((reason: unknown) => reason);

      expect(error).toBeInstanceOf(GiveUpError);
      expect(error).toMatchObject({ value: 'last', reason: 'maxTries', tries: 2 });
    });

    it(`${kind}: throws the very object that the last attempt threw, unchanged`, async () => {
      const clock = new VirtualClock();
      const last = Object.freeze(new KeyError('last'));
      const load = onException(constant(1), KeyError, { maxTries: 2, clock })(play(new KeyError(), last));

      await expect(finish(clock, load)).rejects.toBe(last);

      expect(last).toMatchObject({ name: 'KeyError', message: 'last' });
    });

    it(`${kind}: does not retry a string that is thrown where Error is listed`, async () => {
      const clock = new VirtualClock();
      const script = play(thrown('stop'));
      const load = onException(constant(1), Error, { clock })(script);

      await expect(finish(clock, load)).rejects.toBe('stop');

      expect(script.calls).toBe(1);
    });

    it(`${kind}: retries an AbortError that no signal of the call has asked for`, async () => {
      const clock = new VirtualClock();
      const abort = Object.assign(new Error('the connection was aborted'), { name: 'AbortError' });
      const script = play(abort, 'pong');
      const load = onException(constant(1), Error, { clock })(script);

      expect(await finish(clock, load)).toBe('pong');
    });

    it(`${kind}: is not changed by a handler that throws, and reports it once`, async () => {
      const clock = new VirtualClock();
      const events: unknown[] = [];
      stop = subscribe(({ type, details }) => {
        if (type === 'handler:error') events.push((details as { error: unknown }).error);
      });
      const fault = new Error('a bug in the metrics');
      const broken = (): void => {
        throw fault;
      };
      const { successes, handlers } = recorder();
      const script = play(new KeyError(), new KeyError(), 'pong');
      const options = { clock, onBackoff: [broken, handlers.onBackoff], onSuccess: handlers.onSuccess };
      const load = onException(constant(1), KeyError, options)(script);
      warned.mockClear();

      const answer = await finish(clock, load);

      expect(answer).toBe('pong');
      expect(successes).toHaveLength(1);
      expect(events).toEqual([fault, fault]);
      const texts = warned.mock.calls.map(([text]) => String(text));
      expect(texts.filter((text) => text.includes('a bug in the metrics'))).toHaveLength(1);
    });

    it(`${kind}: ends with what giveup throws, and keeps the error of the attempt as its cause`, async () => {
      const clock = new VirtualClock();
      const failure = new KeyError();
      const fault = new Error('a bug in giveup');
      const giveup = (): boolean => {
        throw fault;
      };
      const script = play(failure);
      const load = onException(constant(1), KeyError, { giveup, clock })(script);

      await expect(finish(clock, load)).rejects.toBe(fault);

      expect(fault.cause).toBe(failure);
      expect(script.calls).toBe(1);
    });
  });

  let stop: (() => void) | undefined;
  afterEach(() => {
    stop?.();
    stop = undefined;
  });

  it('awaits async handlers of an async call, one after the other', async () => {
    const clock = new VirtualClock();
    const steps: string[] = [];
    const slow = (name: string, time: number) => async () => {
      await pause(clock, time);
      steps.push(`${name} at ${clock.now()}`);
    };
    const errors = [new KeyError()];
    const load = onException(constant('1s'), KeyError, {
      jitter: null,
      clock,
      onBackoff: [slow('first', 500), slow('second', 300)],
      onSuccess: slow('success', 100),
    })(async () => {
      steps.push(`attempt at ${clock.now()}`);
      const error = errors.shift();
      if (error) throw error;
    });

    await clock.run(() => load());
    steps.push(`answer at ${clock.now()}`);

    expect(steps).toEqual([
      'attempt at 0',
      'first at 500',
      'second at 800',
      'attempt at 1800',
      'success at 1900',
      'answer at 1900',
    ]);
  });

  it('does not await an async handler of a sync call, and reports its rejection', async () => {
    const clock = new VirtualClock();
    const rejections: unknown[] = [];
    stop = subscribe(({ type, details }) => {
      if (type === 'handler:error') rejections.push((details as { error: unknown }).error);
    });
    const fault = new Error('lost metrics');
    const errors = [new KeyError()];
    const load = onException(constant('1s'), KeyError, {
      jitter: null,
      clock,
      onBackoff: async () => {
        throw fault;
      },
    })(() => {
      const error = errors.shift();
      if (error) throw error;
      return 'pong';
    });

    const answer = load();
    await clock.advance(0);

    expect(answer).toBe('pong');
    expect(rejections).toEqual([fault]);
  });

  it('retries an async function behind a plain one, which backoff cannot see', async () => {
    const clock = new VirtualClock();
    const outcomes = [new KeyError(), new KeyError()];
    const inner = async (): Promise<string> => {
      const error = outcomes.shift();
      if (error) throw error;
      return 'pong';
    };
    const load = onException(constant(1), KeyError, { clock })((...args: []) => inner(...args));

    await expect(clock.run(() => load())).resolves.toBe('pong');
  });

  it('retries a bound async function and one of a class, which are async behind a plain face', async () => {
    const clock = new VirtualClock();
    class Client {
      failures = 2;
      async load(): Promise<string> {
        if (this.failures-- > 0) throw new KeyError();
        return 'pong';
      }
    }
    const load = onException(constant(1), KeyError, { clock })(Client.prototype.load.bind(new Client()));

    await expect(clock.run(() => load())).resolves.toBe('pong');
  });

  it('makes no further attempt once a signal has aborted a wait', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const { giveups, handlers } = recorder();
    let calls = 0;
    const load = onException(constant('1m'), KeyError, { clock, signal: controller.signal, ...handlers })(
      async () => {
        calls += 1;
        throw new KeyError();
      },
    );
    const reason = new Error('the user has left');

    const call = load();
    await clock.advance('1s');
    controller.abort(reason);

    await expect(call).rejects.toBe(reason);
    await clock.advance('10m');
    expect(calls).toBe(1);
    expect(clock.pending).toBe(0);
    expect(giveups).toEqual([]);
  });
});
