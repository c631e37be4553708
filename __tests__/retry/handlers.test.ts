import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, subscribe, withRetry } from '../../src/core.js';
import type { StampedeEvent } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

/** Options under which one call tells each handler: of a success, a backoff, a give-up. */
const stories = [
  ['onAttempt', ['pong'], 1],
  ['onSuccess', ['pong'], 1],
  ['onBackoff', [boom, 'pong'], 1],
  ['onGiveup', [boom], 1],
] as const;

describe('handlers', () => {
  const warnings = catchWarnings();
  const wait = constant(1);

  bothDrivers((kind, play, finish) => {
    it(`${kind}: are told of every attempt, backoff and success, in order`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const note = ({ event, tries }: { event: string; tries: number }): void =>
        void told.push(`${event} ${tries}`);
      const handlers = { onAttempt: note, onBackoff: note, onSuccess: note, onGiveup: note, onAbort: note };

      await finish(clock, withRetry(play(boom, boom, 'pong'), { wait, clock, ...handlers }));

      expect(told).toEqual(['attempt 1', 'backoff 1', 'attempt 2', 'backoff 2', 'attempt 3', 'success 3']);
    });

    it(`${kind}: are told of every attempt, backoff and giving up, in order`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const note = ({ event, tries }: { event: string; tries: number }): void =>
        void told.push(`${event} ${tries}`);
      const handlers = { onAttempt: note, onBackoff: note, onSuccess: note, onGiveup: note, onAbort: note };

      await finish(clock, withRetry(play(boom), { wait, maxTries: 2, clock, ...handlers })).catch(() => {});

      expect(told).toEqual(['attempt 1', 'backoff 1', 'attempt 2', 'giveup 2']);
    });

    it(`${kind}: are not told of a success by onGiveup, nor of a failure by onSuccess`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const handlers = { onSuccess: () => told.push('success'), onGiveup: () => told.push('giveup') };

      await finish(clock, withRetry(play('pong'), { wait, clock, ...handlers }));
      await finish(clock, withRetry(play(boom), { wait, maxTries: 1, clock, ...handlers })).catch(() => {});

      expect(told).toEqual(['success', 'giveup']);
    });

    describe.each(stories)(`${kind}: %s`, (option, outcomes, maxTries) => {
      const tries = option === 'onBackoff' ? 2 : maxTries;

      it.each([
        ['an array', (handlers: (() => void)[]) => handlers],
        ['a Set', (handlers: (() => void)[]) => new Set(handlers)],
        ['a generator that can be walked once', (handlers: (() => void)[]) => handlers.values()],
      ])('takes several handlers in %s, and calls them in order, for every call', async (_form, pack) => {
        const clock = new VirtualClock();
        const told: number[] = [];
        const handlers = pack([1, 2, 3].map((number) => () => void told.push(number)));
        const call = withRetry(play(...outcomes, ...outcomes), {
          wait,
          maxTries: tries,
          clock,
          [option]: handlers,
        });

        await finish(clock, call).catch(() => {});
        await finish(clock, call).catch(() => {});

        expect(told.slice(0, 6)).toEqual([1, 2, 3, 1, 2, 3]);
      });

      it('gets frozen details', async () => {
        const clock = new VirtualClock();
        const seen: object[] = [];
        const handler = (details: object): void => void seen.push(details);

        await finish(
          clock,
          withRetry(play(...outcomes), { wait, maxTries: tries, clock, [option]: handler }),
        ).catch(() => {});

        expect(seen[0]).toBeDefined();
        expect(Object.isFrozen(seen[0])).toBe(true);
      });

      it.each<[string, () => unknown]>([
        [
          'throws',
          (): void => {
            throw new TypeError('my handler');
          },
        ],
        ['rejects', () => Promise.reject(new TypeError('my handler'))],
        [
          'throws undefined',
          (): void => {
            throw undefined;
          },
        ],
        [
          'gives a thenable whose then throws',
          () => ({
            then() {
              throw new TypeError('my handler');
            },
          }),
        ],
      ])(
        'changes nothing when it %s, and is reported as an event and a process warning',
        async (_fault, handler) => {
          const clock = new VirtualClock();
          const events: StampedeEvent[] = [];
          const stop = subscribe((event) => {
            if (event.type === 'handler:error') events.push(event);
          });
          const faulty = (): unknown => handler();
          let reached = 0;
          const next = (): void => void (reached += 1);
          const last = outcomes.at(-1);
          const options = { wait, maxTries: tries, clock, name: 'ping', [option]: [faulty, next] };

          const end = await finish(clock, withRetry(play(...outcomes), options)).catch(
            (error: unknown) => error,
          );
          await clock.advance(1);
          stop();

          expect(end).toBe(last);
          expect(reached).toBe(option === 'onAttempt' ? tries : 1);
          expect(events).toHaveLength(1);
          expect(events[0]).toMatchObject({ name: 'ping', details: { handler: faulty } });
          expect(warnings.codes.filter((code) => code === 'STAMPEDE_HANDLER')).toHaveLength(1);
        },
      );
    });

    it(`${kind}: that fail again and again are warned of once`, async () => {
      const clock = new VirtualClock();
      const onBackoff = (): void => {
        throw new TypeError('my handler');
      };

      await finish(clock, withRetry(play(boom), { wait, maxTries: 5, clock, onBackoff })).catch(() => {});

      expect(warnings.codes.filter((code) => code === 'STAMPEDE_HANDLER')).toHaveLength(1);
    });

    it(`${kind}: take time that counts toward maxTime`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);
      const onBackoff = (): void => {
        clock.block(400);
      };
      const options = { wait: constant(100), jitter: null, maxTime: 1000, clock, onBackoff };

      await finish(clock, withRetry(script, options)).catch(() => {});

      expect([script.calls, clock.now()]).toEqual([3, 1000]);
    });

    it(`${kind}: may call the retried function themselves`, async () => {
      const clock = new VirtualClock();
      const script = play(boom, 'inner', 'outer');
      const inner: unknown[] = [];
      const call: () => unknown = withRetry(script, {
        wait,
        clock,
        onBackoff: () => void inner.push(call()),
      });

      const answer = await finish(clock, call);

      expect(await Promise.all(inner)).toEqual(['inner']);
      expect(answer).toBe('outer');
    });
  });

  describe('in an async call', () => {
    it.each([
      ['onBackoff', [boom, 'pong'], 10],
      ['onSuccess', ['pong'], 10],
      ['onGiveup', [boom], 1],
    ] as const)('are awaited one after the other (%s)', async (option, outcomes, maxTries) => {
      const clock = new VirtualClock();
      const order: string[] = [];
      const later = (name: string) => async () => {
        order.push(`${name} starts`);
        await null;
        order.push(`${name} ends`);
      };
      let calls = 0;
      const ping = async (): Promise<string> => {
        const outcome = outcomes[calls++];
        order.push('attempt');
        if (outcome instanceof Error) throw outcome;
        return 'pong';
      };
      const call = withRetry(ping, { wait, maxTries, clock, [option]: [later('first'), later('second')] });

      const end = call().then(
        () => order.push('end'),
        () => order.push('end'),
      );
      await clock.run(end);

      const told = ['first starts', 'first ends', 'second starts', 'second ends'];
      expect(order).toEqual(['attempt', ...told, ...(option === 'onBackoff' ? ['attempt'] : []), 'end']);
    });

    it('are not awaited by onAttempt', async () => {
      const clock = new VirtualClock();
      const ping = withRetry(async () => 'pong', { clock, onAttempt: () => new Promise(() => {}) });

      const answer = await clock.run(ping);

      expect(answer).toBe('pong');
    });

    it('take time by their promises that counts toward maxTime', async () => {
      const clock = new VirtualClock();
      let calls = 0;
      const ping = async (): Promise<never> => {
        calls += 1;
        throw boom;
      };
      const sleep = withRetry(async () => Promise.reject(boom), {
        wait: constant(400),
        jitter: null,
        maxTries: 2,
        raiseOnGiveup: false,
        clock,
      });
      const options = { wait: constant(100), jitter: null, maxTime: 1000, clock, onBackoff: () => sleep() };

      await clock.run(withRetry(ping, options)).catch(() => {});

      expect([calls, clock.now()]).toEqual([3, 1000]);
    });
  });

  describe('in a sync call', () => {
    it('are not awaited: all are told before the wait begins', () => {
      const clock = new VirtualClock();
      const order: string[] = [];
      const first = async (): Promise<void> => void order.push(`first at ${clock.now()}`);
      const second = async (): Promise<void> => void order.push(`second at ${clock.now()}`);
      let calls = 0;
      const ping = (): string => {
        order.push('attempt');
        if ((calls += 1) === 1) throw boom;
        return 'pong';
      };

      const answer = withRetry(ping, {
        wait: constant(10),
        jitter: null,
        clock,
        onBackoff: [first, second],
      })();

      expect(answer).toBe('pong');
      expect(order).toEqual(['attempt', 'first at 0', 'second at 0', 'attempt']);
    });
  });
});
