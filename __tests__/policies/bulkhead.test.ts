import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  OptionError,
  VirtualClock,
  compose,
  constant,
  currentCall,
  retry,
  subscribe,
  withRetry,
} from '../../src/core.js';
import { aimd } from '../../src/policies/aimd.js';
import { bulkhead } from '../../src/policies/bulkhead.js';
import { type BulkheadDetails, BulkheadFullError } from '../../src/policies/room.js';
import { bothDrivers } from '../support/both-drivers.js';
import { countedSignal } from '../support/signals.js';
import { catchWarnings } from '../support/warnings.js';

/** Work that takes virtual time and knows how many do it at once. */
function workshop(clock: VirtualClock) {
  const shop = {
    atOnce: 0,
    most: 0,
    started: [] as unknown[],
    async work(name: unknown, ms = 100): Promise<unknown> {
      shop.atOnce += 1;
      shop.most = Math.max(shop.most, shop.atOnce);
      shop.started.push(name);
      if (ms > 0)
        await new Promise<void>((resolve) => {
          clock.schedule({ place: -1, unref: false, wake: () => resolve() }, ms);
        });
      shop.atOnce -= 1;
      return name;
    },
  };
  return shop;
}

describe('bulkhead', () => {
  const warnings = catchWarnings();
  const boom = new Error('boom');

  it('lets so many in at once, so many wait in order, and refuses the rest', async () => {
    const clock = new VirtualClock();
    const shop = workshop(clock);
    const policy = bulkhead({ limit: 2, queue: 2, name: 'reports', clock });
    const call = policy(shop.work);

    const ends = ['a', 'b', 'c', 'd', 'e'].map((name) => call(name).catch((error: unknown) => error));
    expect(policy.state).toEqual({ inFlight: 2, queued: 2, limit: 2 });
    const done = await clock.run(() => Promise.all(ends));

    expect(done.slice(0, 4)).toEqual(['a', 'b', 'c', 'd']);
    expect(done[4]).toBeInstanceOf(BulkheadFullError);
    expect(done[4]).toMatchObject({ code: 'ERR_BULKHEAD_FULL', reason: 'full', limit: 2, queued: 2 });
    expect((done[4] as Error).message).toBe('"reports" is full (2 in flight, 2 waiting); nothing was sent.');
    expect(shop.started).toEqual(['a', 'b', 'c', 'd']);
    expect(shop.most).toBe(2);
    expect(policy.state).toEqual({ inFlight: 0, queued: 0, limit: 2 });
    expect(clock.pending).toBe(0);
  });

  bothDrivers((kind, play, finish, make) => {
    it(`${kind}: passes results and errors through untouched, and frees the slot`, async () => {
      const clock = new VirtualClock();
      const policy = bulkhead({ limit: 1, clock });
      const call = policy(play('pong', boom, 'pong'));

      expect(await finish(clock, call)).toBe('pong');
      await expect(finish(clock, call)).rejects.toBe(boom);
      expect(await finish(clock, call)).toBe('pong');
      expect(policy.state.inFlight).toBe(0);
    });

    it(`${kind}: without a queue refuses a call inside a call, where only one may be`, async () => {
      const clock = new VirtualClock();
      const policy = bulkhead({ limit: 1, clock });
      let inner: Promise<unknown> | undefined;
      const nested = policy(make(() => 'inner'));
      const call = policy(
        make(() => {
          inner = new Promise<unknown>((resolve) => {
            resolve(nested());
          }).catch((error: unknown) => error);
          return 'outer';
        }),
      );

      expect(await finish(clock, call)).toBe('outer');
      expect(await inner).toBeInstanceOf(BulkheadFullError);
    });
  });

  it('refuses a call that has waited for maxWait', async () => {
    const clock = new VirtualClock();
    const shop = workshop(clock);
    const call = bulkhead({ limit: 1, queue: 5, maxWait: 50, clock })(shop.work);
    void call('a');

    const end = clock.run(() => call('b'));

    await expect(end).rejects.toMatchObject({ reason: 'maxWait' });
    await expect(end).rejects.toThrow('"bulkhead" had no room within 50ms (1 in flight); nothing was sent.');
    expect(clock.now()).toBe(50);
    expect(shop.started).toEqual(['a']);
  });

  it('T34: refuses a call that has waited too long when its turn comes, even if its timer is late', async () => {
    const clock = new VirtualClock();
    const open: (() => void)[] = [];
    const started: string[] = [];
    const call = bulkhead({ limit: 1, queue: 5, maxWait: 50, clock })(async (name: string) => {
      started.push(name);
      await new Promise<void>((resolve) => {
        open.push(resolve);
      });
    });
    const first = call('a');
    const second = call('b').catch((error: unknown) => error);

    clock.block(1000); // the event loop was blocked: no timer has had its turn
    open[0]!();
    await first;

    expect(await second).toMatchObject({ reason: 'maxWait' });
    expect(started).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });

  it('T35: lets aborted calls leave the line, with their listeners and timers', async () => {
    const clock = new VirtualClock();
    const shop = workshop(clock);
    const policy = bulkhead({ limit: 1, queue: 2, maxWait: Infinity, clock });
    const call = policy(shop.work);
    const counted = countedSignal();
    const first = call('a');
    const leaves = withRetry(call, { signal: counted.signal, clock })('b');
    const stays = call('c');

    counted.abort('enough');
    await expect(leaves).rejects.toBe('enough');
    expect(policy.state.queued).toBe(1);
    expect(counted.listeners).toBe(0);
    const fourth = call('d');
    await clock.run(() => Promise.all([first, stays, fourth]));

    expect(shop.started).toEqual(['a', 'c', 'd']);
    expect(clock.pending).toBe(0);
  });

  it('leaves at once when the call around it has been aborted already', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const policy = bulkhead({ limit: 1, queue: 2, clock });
    const shop = workshop(clock);
    const call = policy(shop.work);
    const first = call('a');
    const inner = async (): Promise<unknown> => {
      controller.abort('enough');
      return call('b');
    };

    const end = withRetry(inner, { signal: controller.signal, clock })();

    await expect(end).rejects.toBe('enough');
    expect(policy.state.queued).toBe(0);
    await clock.run(first);
    expect(shop.started).toEqual(['a']);
  });

  it('T36: loses no slot when calls throw at once or return at once, in a line of thousands', async () => {
    const clock = new VirtualClock();
    const shop = workshop(clock);
    const policy = bulkhead({ limit: 1, queue: 10_000, maxWait: Infinity, mode: 'async', clock });
    const slow = policy(shop.work);
    const throwing = policy((): Promise<never> => {
      throw boom;
    });
    const first = slow('a');

    const ends = Array.from({ length: 5000 }, () => throwing().catch((error: unknown) => error));
    const last = slow('z');
    await clock.run(first);

    expect(new Set(await Promise.all(ends))).toEqual(new Set([boom]));
    expect(await clock.run(last)).toBe('z');
    expect(policy.state).toEqual({ inFlight: 0, queued: 0, limit: 1 });
  });

  it('never exceeds its bounds and never loses a wake-up, whatever comes, fails, is aborted or gives up', async () => {
    const caller = fc.record({
      gap: fc.integer({ min: 0, max: 60 }),
      takes: fc.integer({ min: 0, max: 100 }),
      fails: fc.boolean(),
      abortAfter: fc.option(fc.integer({ min: 0, max: 100 })),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 1, max: 150 }),
        fc.array(caller, { maxLength: 40 }),
        async (limit, queue, maxWait, callers) => {
          const clock = new VirtualClock();
          const shop = workshop(clock);
          const policy = bulkhead({ limit, queue, maxWait, clock });
          const call = policy(async (takes: number, fails: boolean) => {
            await shop.work('x', takes);
            if (fails) throw boom;
          });
          const ends: Promise<unknown>[] = [];
          for (const { gap, takes, fails, abortAfter } of callers) {
            await clock.advance(gap);
            const controller = new AbortController();
            if (abortAfter !== null) {
              const wake = (): void => controller.abort('enough');
              clock.schedule({ place: -1, unref: false, wake }, abortAfter);
            }
            const { signal } = controller;
            ends.push(withRetry(call, { signal, maxTries: 1, clock })(takes, fails).catch((e: unknown) => e));

            const { inFlight, queued } = policy.state;
            expect(inFlight).toBeLessThanOrEqual(limit);
            expect(queued).toBeLessThanOrEqual(queue);
            if (queued > 0) expect(inFlight).toBe(limit);
          }
          await clock.run(() => Promise.all(ends));
          await clock.advance(200);

          expect(shop.most).toBeLessThanOrEqual(limit);
          expect(policy.state).toEqual({ inFlight: 0, queued: 0, limit });
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('makes a call that has waited in the context in which it was asked for', async () => {
    const clock = new VirtualClock();
    const policy = bulkhead({ limit: 1, queue: 1, clock });
    const shop = workshop(clock);
    const blocker = policy(shop.work)('a');
    let seen: number | undefined;
    const call = policy(async () => {
      seen = currentCall().remaining();
    });

    const end = withRetry(call, { maxTime: 1000, clock })();
    await clock.run(() => Promise.all([blocker, end]));

    expect(seen).toBe(900);
  });

  it('does not wait past the deadline of the call around it', async () => {
    const clock = new VirtualClock();
    const policy = bulkhead({ limit: 1, queue: 1, maxWait: '10s', clock });
    const shop = workshop(clock);
    void policy(shop.work)('a', 60_000);

    const end = clock.run(() =>
      withRetry(
        policy(async () => 1),
        { maxTime: 500, clock },
      )(),
    );

    await expect(end).rejects.toBeInstanceOf(BulkheadFullError);
    expect(clock.now()).toBe(500);
  });

  it('refuses a sync function at once where an async one would wait, and warns once', () => {
    const clock = new VirtualClock();
    const policy = bulkhead({ limit: 1, queue: 5, clock });
    const plain: (depth: number) => unknown = policy((depth: number): unknown => {
      if (depth === 0) return 'bottom';
      try {
        return plain(depth - 1);
      } catch (error) {
        return error;
      }
    });

    expect(plain(0)).toBe('bottom');
    expect(plain(1)).toBeInstanceOf(BulkheadFullError);
    expect(policy.state).toEqual({ inFlight: 0, queued: 0, limit: 1 });
    expect(warnings.codes).toEqual(['STAMPEDE_SYNC']);
  });

  it('ends a retry at once, unless the retry lists it', async () => {
    const clock = new VirtualClock();
    const shop = workshop(clock);
    const policy = bulkhead({ limit: 1, clock });
    const call = policy(shop.work);
    const blocker = call('a', 50);

    await expect(withRetry(call, { clock })('b')).rejects.toBeInstanceOf(BulkheadFullError);
    const options = { errors: BulkheadFullError, wait: constant(30), jitter: null, clock };
    const patient = clock.run(() => retry(options)(call)('c'));

    expect(await patient).toBe('c');
    await blocker;
    expect(shop.started).toEqual(['a', 'c']);
  });

  it('keeps keys apart', async () => {
    const clock = new VirtualClock();
    const shop = workshop(clock);
    const policy = bulkhead({ limit: 1, clock, key: ({ args }) => String(args[0]) });
    const call = policy(shop.work);

    const ends = clock.run(() => Promise.allSettled([call('a'), call('b'), call('a')]));

    expect(policy.stateOf('a')?.inFlight).toBe(1);
    expect(policy.stateOf('c')).toBeUndefined();
    expect((await ends).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  it('forgets the keys that were not used for longest, and none with calls in it or in line for it', async () => {
    const clock = new VirtualClock();
    const shop = workshop(clock);
    const policy = bulkhead({ limit: 1, queue: 1, clock, maxKeys: 2, key: ({ args }) => String(args[0]) });
    const call = policy(shop.work);
    const names = ['a', 'b', 'c', 'd'];

    const busy = names.map((name) => call(name, 100));
    const queued = call('a', 0);
    for (const name of ['e', 'f']) await call(name, 0);

    expect(names.map((name) => policy.stateOf(name)?.inFlight)).toEqual([1, 1, 1, 1]);
    expect(policy.stateOf('e')).toBeUndefined();
    await clock.run(Promise.all([...busy, queued]));
    await call('g', 0);
    expect(names.filter((name) => policy.stateOf(name) !== undefined)).toEqual(['a']); // used last
  });

  it('takes a limit that learns, lets more in when it grows, and tells of it', async () => {
    const clock = new VirtualClock();
    const shop = workshop(clock);
    const told: BulkheadDetails[] = [];
    const limit = aimd({ initial: 1, max: 3 });
    const policy = bulkhead({ limit, queue: 10, clock, onLimit: (details) => told.push(details) });
    const call = policy(shop.work);

    await clock.run(() => Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => call(name))));
    expect(policy.state.limit).toBe(3);
    const busy = policy(async () => Promise.reject(Object.assign(new Error(), { status: 503 })));
    await busy().catch(() => {});

    expect(shop.most).toBe(3);
    expect(told.map((details) => details.event === 'limit' && [details.before, details.limit])).toEqual([
      [1, 2],
      [2, 3],
      [3, 2],
    ]);
  });

  it('frees the slot when the test for overload throws', async () => {
    const clock = new VirtualClock();
    const isOverload = (): boolean => {
      throw boom;
    };
    const policy = bulkhead({ limit: aimd({ initial: 1 }), isOverload, clock });

    await expect(policy(async () => 1)()).rejects.toBe(boom);
    expect(policy.state.inFlight).toBe(0);
  });

  it('tells handlers and the hub of each refusal', async () => {
    const clock = new VirtualClock();
    const told: BulkheadDetails[] = [];
    const heard: string[] = [];
    const policy = bulkhead({ limit: 1, name: 'reports', clock, onFull: [(details) => told.push(details)] });
    const shop = workshop(clock);
    const stop = subscribe(({ type, name }) => heard.push(`${type} ${name}`));
    const first = policy(shop.work)('a');

    await policy(shop.work)('b').catch(() => {});
    stop();
    await clock.run(first);

    expect(told).toEqual([{ event: 'full', name: 'reports', error: expect.any(BulkheadFullError) }]);
    expect(heard).toEqual(['bulkhead:full reports']);
  });

  it('decorates methods, stands in compose, and makes single calls', async () => {
    const policy = bulkhead({ limit: 1, clock: new VirtualClock() });
    class Api {
      readonly answer = 42;

      @policy
      async load(): Promise<number> {
        return this.answer;
      }
    }

    expect(await new Api().load()).toBe(42);
    expect(compose(bulkhead({ limit: 2 }), policy)(() => 1)()).toBe(1);
    expect(policy.run(({ tries }) => tries)).toBe(1);
  });

  it.each([
    [{ limt: 1 }, 'limt is not an option of bulkhead (did you mean limit?)'],
    [{}, 'limit must be a whole number of 1 or more, or a limit such as gradient(); got undefined.'],
    [{ limit: 0 }, 'limit must be a whole number'],
    [{ limit: () => ({ limit: 0 }) }, 'limit must be a whole number'],
    [{ limit: 1, queue: 0.5 }, 'queue must be a whole number of 0 or more; got 0.5.'],
    [{ limit: 1, maxWait: 'soon' }, 'maxWait must be'],
    [{ limit: 1, onFull: 1 }, 'onFull must be a function'],
  ])('refuses %j', (options, message) => {
    const make = (): unknown => bulkhead(options as never);

    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });
});
