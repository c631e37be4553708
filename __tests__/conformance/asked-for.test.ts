/** What users of litl/backoff asked for and did not get there. */
import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  type BackoffDetails,
  type CallDetails,
  type Clock,
  type Details,
  type Handler,
  type Threw,
  VirtualClock,
  cap,
  constant,
  currentCall,
  expo,
  fibo,
  onException,
  onPredicate,
  retry,
  retryHistory,
  withRetry,
} from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { KeyError, ValueError, recorder, take, withoutWarnings } from './cases.js';

withoutWarnings();

describe('what users of litl/backoff asked for', () => {
  bothDrivers((kind, play, finish) => {
    it(`${kind}: one call of a block, with its context`, async () => {
      const clock = new VirtualClock();
      const seen: number[] = [];
      const outcomes = play(new KeyError(), new KeyError(), 'pong');
      const block = ({ tries }: { tries: number }): unknown => {
        seen.push(tries);
        return outcomes();
      };
      const wait = { wait: constant('1s'), jitter: null, clock } as const;

      const answer = await finish(clock, () => retry(wait).run(block));

      expect(answer).toBe('pong');
      expect(seen).toEqual([1, 2, 3]);
    });

    it(`${kind}: retries switched off, for tests that must not wait`, async () => {
      for (const enabled of [false, () => false]) {
        const clock = new VirtualClock();
        const { backoffs, giveups, handlers } = recorder();
        const error = new KeyError();
        const script = play(error);
        const load = onException(expo, KeyError, { enabled, clock, ...handlers })(script);

        await expect(finish(clock, load)).rejects.toBe(error);

        expect(script.calls).toBe(1);
        expect(clock.now()).toBe(0);
        expect([backoffs, giveups]).toEqual([[], []]);
      }
    });

    it(`${kind}: a way to sleep of one's own`, async () => {
      const slept: [string, number][] = [];
      let now = 0;
      const clock: Clock = {
        now: () => now,
        date: () => now,
        schedule(sleeper, wait) {
          slept.push(['async', wait]);
          now += wait;
          queueMicrotask(() => sleeper.wake(0));
        },
        cancel() {},
        block(wait) {
          slept.push(['sync', wait]);
          now += wait;
        },
      };
      const load = onException(expo, KeyError, { jitter: null, clock })(
        play(new KeyError(), new KeyError(), 'pong'),
      );

      const answer: unknown = await load();

      expect(answer).toBe('pong');
      const how = kind === 'sync' ? 'sync' : 'async';
      expect(slept).toEqual([
        [how, 1000],
        [how, 2000],
      ]);
    });

    it(`${kind}: a handler before every attempt, the first included`, async () => {
      const clock = new VirtualClock();
      const seen: [number, number][] = [];
      const script = play(new KeyError(), new KeyError(), 'pong');
      const onAttempt = ({ tries }: { tries: number }): unknown => seen.push([tries, script.calls]);
      const load = onException(constant(1), KeyError, { onAttempt, clock })(script);

      await finish(clock, load);

      expect(seen).toEqual([
        [1, 0],
        [2, 1],
        [3, 2],
      ]);
    });

    it(`${kind}: errors matched by a function, beside classes`, async () => {
      const clock = new VirtualClock();
      const busy = (error: unknown): boolean => (error as { status?: number }).status === 503;
      const gone = Object.assign(new Error('gone'), { status: 410 });
      const script = play(new KeyError(), Object.assign(new Error('busy'), { status: 503 }), gone, 'pong');
      const load = onException(constant(1), [KeyError, busy], { clock })(script);

      await expect(finish(clock, load)).rejects.toBe(gone);

      expect(script.calls).toBe(3);
    });

    it(`${kind}: another policy for each kind of error`, async () => {
      const clock = new VirtualClock();
      const { backoffs, handlers } = recorder();
      const script = play(new KeyError(), new ValueError(), new KeyError(), 'pong');
      const load = withRetry(script, {
        rules: [
          { errors: KeyError, wait: expo },
          { errors: ValueError, wait: constant(50) },
        ],
        jitter: null,
        clock,
        ...handlers,
      });

      expect(await finish(clock, load)).toBe('pong');

      expect(backoffs.map(({ wait }) => wait)).toEqual([1000, 50, 2000]);
    });

    it(`${kind}: arguments and tries for giveup`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError());
      const giveup = (_: unknown, { args, tries }: CallDetails): boolean =>
        args[0] === 'cheap' && tries === 2;
      const load = onException(constant(1), KeyError, { giveup, maxTries: 5, clock })(script);

      await expect(finish(clock, load, 'cheap')).rejects.toBeInstanceOf(KeyError);
      expect(script.calls).toBe(2);
      await expect(finish(clock, load, 'dear')).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(2 + 5);
    });

    it(`${kind}: limits of the client that the method belongs to`, async () => {
      const clock = new VirtualClock();
      const script = play(new KeyError());
      const load = function (this: { readonly patience: number }): unknown {
        return script();
      };
      const client = {
        patience: 3,
        load: withRetry(load, {
          wait: constant(1),
          maxTries() {
            return this.patience;
          },
          clock,
        }),
      };

      await expect(finish(clock, () => client.load())).rejects.toBeInstanceOf(KeyError);

      expect(script.calls).toBe(3);
    });

    it(`${kind}: nothing instead of an error, which ?? turns into a default`, async () => {
      const clock = new VirtualClock();
      const options = { maxTries: 2, raiseOnGiveup: false, clock } as const;
      const load = onException(constant(1), KeyError, options)(play(new KeyError()));

      const answer: unknown = (await finish(clock, load)) ?? 'the default';

      expect(answer).toBe('the default');
    });

    it(`${kind}: raiseOnGiveup obeyed where the first attempt is the last`, async () => {
      const clock = new VirtualClock();
      const options = { maxTries: 1, raiseOnGiveup: false, clock } as const;

      expect(await finish(clock, onException(expo, KeyError, options)(play(new KeyError())))).toBe(undefined);
      expect(await finish(clock, onPredicate(expo, undefined, { maxTries: 1, clock })(play(0)))).toBe(0);
    });

    it(`${kind}: the attempts that led to an error, with the error`, async () => {
      const clock = new VirtualClock();
      const errors = [new KeyError('1'), new KeyError('2')];
      const load = onException(constant(10), KeyError, { jitter: null, maxTries: 2, maxTime: '1s', clock })(
        play(...errors),
      );

      await expect(finish(clock, load)).rejects.toBe(errors[1]);

      expect(retryHistory(errors[1])).toEqual({
        attempts: [
          { tries: 1, elapsed: 0, ok: false, error: errors[0], wait: 10 },
          { tries: 2, elapsed: 10, ok: false, error: errors[1], wait: undefined },
        ],
        omitted: 0,
      });
    });

    it(`${kind}: the number of the attempt, inside the function`, async () => {
      const clock = new VirtualClock();
      const seen: number[] = [];
      const script = play(new KeyError(), 'pong');
      const fn = (): unknown => {
        seen.push(currentCall().tries);
        return script();
      };
      const load = onException(constant(1), KeyError, { clock })(fn);

      await finish(clock, load);

      expect(seen).toEqual([1, 2]);
    });
  });

  it('a bound for any generator', () => {
    function* squares() {
      for (let n = 1; ; n++) yield n * n;
    }

    expect(take(cap(squares, 20), 7)).toEqual([1, 4, 9, 16, 20, 20, 20]);
    expect(take(cap(fibo, '4s'), 6)).toEqual([1000, 1000, 2000, 3000, 4000, 4000]);
  });

  it('types that are kept: of the function, of the error, of the handlers', async () => {
    const clock = new VirtualClock();
    class StatusError extends Error {
      readonly status: number = 503;
    }
    const messages: string[] = [];
    const onBackoff: Handler<BackoffDetails<Threw<StatusError>>> = ({ error }) =>
      messages.push(error.message);
    const options = { clock, onBackoff, giveup: (error: StatusError) => error.status === 410 };
    const errors = [new StatusError('busy')];
    const load = async (id: number, tag?: string): Promise<{ id: number; tag: string | undefined }> => {
      const error = errors.shift();
      if (error) throw error;
      return { id, tag };
    };

    const patient = onException(constant(1), StatusError, options)(load);
    onException(constant(1), StatusError, {
      giveup(error, details) {
        expectTypeOf(error).toEqualTypeOf<StatusError>();
        expectTypeOf(details).toEqualTypeOf<CallDetails>();
        return false;
      },
    });

    expectTypeOf(patient).toEqualTypeOf(load);
    expectTypeOf<Details['event']>().toEqualTypeOf<
      'attempt' | 'success' | 'backoff' | 'giveup' | 'abort' | 'end'
    >();
    await expect(clock.run(() => patient(7))).resolves.toEqual({ id: 7, tag: undefined });
    expect(messages).toEqual(['busy']);
  });
});
