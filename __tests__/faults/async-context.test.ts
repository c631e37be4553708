/**
 * Whatever a call runs for its user runs in the asynchronous context in which the call was made: the timer that all
 * waits share, and the calls that make room for others, belong to other requests.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  type Clock,
  type RetryOptions,
  VirtualClock,
  bulkhead,
  circuitBreaker,
  compose,
  constant,
  currentCall,
  deadline,
  fallback,
  gateway,
  hedge,
  rateLimit,
  retry,
  subscribe,
  systemClock,
  throttle,
  timeout,
  withRetry,
} from '../../src/core.js';
import { Notes, failing, ids, inEach, within } from '../support/contexts.js';
import { runInNode } from '../support/run-in-node.js';

/** What all callbacks of a call are told. */
interface Told {
  readonly args: readonly unknown[];
}

const idOf = ({ args }: Told): unknown => args[0];
const never = (): Promise<never> => new Promise(() => {});

/** A function whose first attempt in each context fails, and whose others hang. */
function hanging(notes: Notes) {
  const seen = new Set<string>();
  return async (id: string): Promise<never> => {
    notes.note('attempt', id);
    if (seen.has(id)) return never();
    seen.add(id);
    await null;
    throw new Error(id);
  };
}

/** A clock, and what drives calls on it until all have ended. The virtual one is advanced from no context at all. */
interface Driven {
  readonly clock: Clock;
  finish<T>(calls: Promise<T>): Promise<T>;
}

const clocks: readonly (readonly [string, () => Driven])[] = [
  ['on the real clock', () => ({ clock: systemClock, finish: (calls) => calls })],
  [
    'on a virtual clock',
    () => {
      const clock = new VirtualClock();
      return { clock, finish: (calls) => clock.run(calls) };
    },
  ],
];

describe.each(clocks)('the asynchronous context of a retry %s', (_, makeClock) => {
  it('is that of its call, for all attempts and all callbacks', async () => {
    const notes = new Notes();
    const { clock, finish } = makeClock();
    const told = (what: string) => (details: Told) => {
      notes.note(what, idOf(details));
    };
    const asked =
      <T>(what: string, answer: T) =>
      (details: Told): T => {
        notes.note(what, idOf(details));
        return answer;
      };
    const options: RetryOptions = {
      clock,
      jitter: null,
      *wait(first) {
        let outcome: any = first;
        for (;;) {
          notes.note('wait', outcome.error?.message ?? outcome.value);
          outcome = yield 3;
        }
      },
      errors: (error: Error) => {
        notes.note('errors', error.message);
        return true;
      },
      predicate: (value, details) => {
        notes.note('predicate', idOf(details));
        return Promise.resolve(value !== undefined);
      },
      giveup: async (error: Error) => {
        notes.note('giveup', error.message);
        await null;
        return false;
      },
      maxTries: asked('maxTries', 6),
      maxTime: asked('maxTime', '1m'),
      enabled: asked('enabled', true),
      budget: asked('budget', { take: () => true, refund() {}, earn() {} }),
      onAttempt: told('onAttempt'),
      onBackoff: [told('onBackoff'), async () => clock === systemClock && sleep(1), told('second onBackoff')],
      onGiveup: told('onGiveup'),
      log: (_level, _text, details) => notes.note('log', idOf(details)),
    };
    const call = withRetry(failing(notes, 3), options);

    const ends = await finish(inEach(call));

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(
      [
        ...[
          'attempt',
          'attempt, past an await',
          'wait',
          'errors',
          'predicate',
          'giveup',
          'maxTries',
          'maxTime',
        ],
        ...['enabled', 'budget', 'onAttempt', 'onBackoff', 'second onBackoff', 'onGiveup', 'log'],
      ].sort(),
    );
    expect(ends).toEqual(ids.map((value) => ({ status: 'fulfilled', value })));
  });

  it('is kept by calls that start at different times and share one timer', async () => {
    const notes = new Notes();
    const { clock, finish } = makeClock();
    const call = withRetry(failing(notes, 3), { wait: constant([7, 2, 5]), jitter: null, clock });
    const late = ids.map((id, index) =>
      within(id, async () => {
        await new Promise<void>((wake) => {
          clock.schedule({ place: -1, unref: false, wake: () => wake() }, 1 + index);
        });
        return call(id);
      }),
    );

    await finish(Promise.all(late));

    expect(notes.wrong).toEqual([]);
  });

  it('is kept where retries are inside of one another', async () => {
    const notes = new Notes();
    const { clock, finish } = makeClock();
    const inner = withRetry(failing(notes, 5), { maxTries: 2, wait: constant(2), jitter: null, clock });
    const outer = withRetry((id: string) => inner(id), { wait: constant(3), jitter: null, clock });

    const ends = await finish(inEach(outer));

    expect(notes.wrong).toEqual([]);
    expect(ends.every(({ status }) => status === 'fulfilled')).toBe(true);
  });
});

describe('the asynchronous context of a retry', () => {
  it('is that of its call after many attempts without a wait', async () => {
    const notes = new Notes();
    const call = withRetry(failing(notes, 30), { wait: constant(0), maxTries: Infinity });

    await inEach(call);

    expect(notes.wrong).toEqual([]);
  });

  it('is that of its call where other work has its turn by a message, as in a browser', async () => {
    const { stdout } = await runInNode(
      `
        import { AsyncLocalStorage } from 'node:async_hooks';
        const context = new AsyncLocalStorage();
        const seen = [];
        const call = stampede.withRetry(async () => {
          seen.push(context.getStore());
          throw new Error('boom');
        }, { wait: stampede.constant(0), maxTries: 20 });
        await context.run('a', call).catch(() => {});
        console.log(typeof setImmediate, seen.length, seen.every((where) => where === 'a'));
      `,
      ['--import', 'data:text/javascript,delete globalThis.setImmediate'],
    );

    expect(stdout.trim()).toBe('undefined 20 true');
  });

  it('is that of its call where the function is sync', async () => {
    const notes = new Notes();
    const tries = new Map<string, number>();
    const call = withRetry(
      (id: string) => {
        notes.note('attempt', id);
        tries.set(id, (tries.get(id) ?? 0) + 1);
        if ((tries.get(id) ?? 0) < 3) throw new Error(id);
        return id;
      },
      { mode: 'sync', wait: constant(2), jitter: null },
    );

    const ends = await inEach(call);

    expect(notes.wrong).toEqual([]);
    expect(ends).toEqual(ids.map((value) => ({ status: 'fulfilled', value })));
  });

  it('is that of its call where promises are not native', async () => {
    const notes = new Notes();
    const clock = new VirtualClock();
    const foreign = (settle: (yes: (value: any) => void, no: (error: Error) => void) => void) =>
      ({
        // Calls back from a timer that one context has set for all.
        then: (yes: (value: any) => void, no: (error: Error) => void) => {
          late.push(() => {
            settle(yes, no);
          });
        },
      }) as Promise<any>;
    const late: (() => void)[] = [];
    const call = withRetry(
      (id: string) => {
        notes.note('attempt', id);
        return foreign((_, no) => {
          no(new Error(id));
        });
      },
      {
        mode: 'async',
        maxTries: 3,
        wait: constant(5),
        jitter: null,
        clock,
        giveup: (error: Error) => {
          notes.note('giveup', error.message);
          return foreign((yes) => {
            yes(false);
          });
        },
        onBackoff: (details) => {
          notes.note('onBackoff', idOf(details));
          return foreign((yes) => {
            yes(undefined);
          });
        },
      },
    );
    let isOver = false;

    const ends = inEach(call).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      for (const settle of late.splice(0)) settle();
      await clock.advance(1);
    }
    await ends;

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(['attempt', 'giveup', 'onBackoff']);
  });

  it('is not changed by an abort in another context', async () => {
    const notes = new Notes();
    const clock = new VirtualClock();
    const controllers = new Map(ids.map((id) => [id as string, new AbortController()]));
    const call = withRetry(failing(notes, Infinity), {
      wait: constant(10),
      jitter: null,
      maxTries: 4,
      clock,
      signal: ({ args }) => controllers.get(String(args[0]))?.signal,
      onAbort: (details) => notes.note('onAbort', idOf(details)),
      onGiveup: (details) => notes.note('onGiveup', idOf(details)),
    });

    const ends = inEach(call);
    await clock.advance(10);
    // Two are aborted while they wait, in the context of a third, which goes on.
    within('d', () => {
      controllers.get('a')?.abort('enough');
      controllers.get('c')?.abort('enough');
    });

    expect(await clock.run(ends)).toMatchObject([
      { reason: 'enough' },
      { reason: { message: 'b' } },
      { reason: 'enough' },
      { reason: { message: 'd' } },
    ]);
    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(['attempt', 'attempt, past an await', 'onAbort', 'onGiveup']);
  });

  it('is that of its call for onAbort of a call under a timeout', async () => {
    const notes = new Notes();
    const clock = new VirtualClock();
    const onAbort = (details: Told): void => notes.note('onAbort', idOf(details));
    const onTimeout = (details: Told): void => notes.note('onTimeout', idOf(details));
    const inner = withRetry(hanging(notes), { wait: constant(8), jitter: null, clock, onAbort });
    const call = timeout(20, { clock, onTimeout })((id: string) => inner(id));

    await clock.run(inEach(call));

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(['attempt', 'onAbort', 'onTimeout']);
  });

  it('is that of its call for the event hub', async () => {
    const notes = new Notes();
    const clock = new VirtualClock();
    const stop = subscribe(({ type, details }) => {
      if ('args' in details) notes.note(type, (details as Told).args[0]);
    });
    const inner = withRetry(hanging(notes), { wait: constant(8), jitter: null, clock });
    const call = timeout(20, { clock })((id: string) => inner(id));

    await clock.run(inEach(withRetry(call, { maxTries: 2, wait: constant(3), jitter: null, clock })));
    stop();

    expect(notes.wrong).toEqual([]);
    const types = ['abort', 'attempt', 'backoff', 'end', 'giveup'].map((type) => `retry:${type}`);
    expect(notes.heard).toEqual(['attempt', ...types, 'timeout']);
  });

  it('finds the deadline of its call, where that is ambient', async () => {
    const clock = new VirtualClock();
    const left: Record<string, number[]> = {};
    const look = withRetry(() => currentCall().remaining(), { mode: 'sync', clock });
    const call = withRetry(
      async (id: string) => {
        await null;
        (left[id] ??= []).push(look());
        throw new Error(id);
      },
      { maxTries: 3, wait: constant(5), jitter: null, clock },
    );
    const times: Readonly<Record<string, number>> = { a: 100, b: 200, c: 300, d: 400 };

    await clock.run(
      inEach((id) =>
        deadline(times[id] ?? 0, { ambient: true, clock }).run(async () => {
          await null;
          return call(id);
        }),
      ),
    );

    expect(left).toEqual({ a: [100, 95, 90], b: [200, 195, 190], c: [300, 295, 290], d: [400, 395, 390] });
  });
});

describe('the asynchronous context of a call', () => {
  it('is its own when it has waited for room, or in vain', async () => {
    const notes = new Notes();
    const clock = new VirtualClock();
    const work = async (id: string): Promise<void> => {
      notes.note('call', id);
      await new Promise<void>((wake) => {
        clock.schedule({ place: -1, unref: false, wake: () => wake() }, 10);
      });
    };
    const onFull = ({ name }: { readonly name: string }): void => notes.note('onFull', name);
    const shared = bulkhead({ limit: 1, queue: 10, clock })(work);
    // In vain: a bulkhead of each call's own, so that its name tells whose refusal it is.
    const inVain = (id: string): Promise<unknown> => {
      const narrow = bulkhead({ name: id, limit: 1, queue: 1, maxWait: 5, clock, onFull })(work);
      return Promise.all([narrow(id), narrow(id)]);
    };

    await clock.run(inEach(shared));
    await clock.run(inEach(inVain));

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(['call', 'onFull']);
  });

  it.each([
    ['rateLimit', (clock: Clock) => rateLimit({ limit: 1, per: 10, maxWait: '1m', clock })],
    ['throttle', (clock: Clock) => throttle({ clock })],
    ['bulkhead', (clock: Clock) => bulkhead({ limit: 1, queue: 10, clock })],
  ])('is its own under %s and a retry', async (_, make) => {
    const notes = new Notes();
    const clock = new VirtualClock();
    const call = compose(
      retry({ wait: constant(5), jitter: null, errors: Error, clock }),
      make(clock),
    )(failing(notes, 3));

    const ends = await clock.run(inEach(call));

    expect(notes.wrong).toEqual([]);
    expect(ends).toEqual(ids.map((value) => ({ status: 'fulfilled', value })));
  });

  it.each(clocks)('is its own for the attempts of a hedge %s', async (_, makeClock) => {
    const notes = new Notes();
    const { clock, finish } = makeClock();
    const tries = new Map<string, number>();
    const call = hedge({
      after: 4,
      max: 3,
      idempotent: true,
      clock,
      budget: { take: () => true, refund() {}, earn() {} },
      onHedge: (details) => notes.note('onHedge', idOf(details)),
    })(async (id: string) => {
      notes.note('attempt', id);
      tries.set(id, currentCall().tries);
      return currentCall().tries === 3 ? id : never();
    });

    const ends = await finish(inEach(call));

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(['attempt', 'onHedge']);
    expect([...tries.values()]).toEqual([3, 3, 3, 3]);
    expect(ends).toEqual(ids.map((value) => ({ status: 'fulfilled', value })));
  });

  it.each(clocks)('is its own in a gateway %s, whose fallback is a function', async (_, makeClock) => {
    const notes = new Notes();
    const { clock, finish } = makeClock();
    const door = gateway('door', {
      clock,
      timeout: 50,
      retry: { maxTries: 4, wait: constant(5), jitter: null },
      budget: { take: () => true, refund() {}, earn() {} },
      bulkhead: { limit: 2, queue: 10 },
      circuitBreaker: false,
      fallback: (_outcome: unknown, call: Told) => {
        notes.note('fallback', idOf(call));
        return 'instead';
      },
    });

    const ends = await finish(inEach(door(failing(notes, Infinity))));

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(['attempt', 'attempt, past an await', 'fallback']);
    expect(ends).toEqual(ids.map(() => ({ status: 'fulfilled', value: 'instead' })));
  });

  it('is its own for a fallback around a retry', async () => {
    const notes = new Notes();
    const clock = new VirtualClock();
    const inner = withRetry(failing(notes, 3), { maxTries: 3, wait: constant(5), jitter: null, clock });
    const call = fallback(
      (_outcome: unknown, details: Told) => {
        notes.note('fallback', idOf(details));
        return 'instead';
      },
      {
        errors: (error: Error) => {
          notes.note('errors', error.message);
          return true;
        },
        onFallback: (details) => notes.note('onFallback', idOf(details)),
      },
    )(inner);

    await clock.run(inEach(call));

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(['attempt', 'attempt, past an await', 'errors', 'fallback', 'onFallback']);
  });

  it('is that of the call that changes a circuit, where others hear of it', async () => {
    const notes = new Notes();
    const clock = new VirtualClock();
    const told = (what: string) => () => notes.note(what, 'b');
    const breaker = circuitBreaker({
      consecutive: 2,
      openTime: 100,
      jitter: null,
      ramp: null,
      clock,
      onOpen: told('onOpen'),
      onHalfOpen: told('onHalfOpen'),
      onClose: told('onClose'),
    });
    const ends: Record<string, number> = { a: 10, b: 20, c: 30, d: 40 };
    let isDown = true;
    const call = breaker(async (id: string) => {
      await new Promise<void>((wake) => {
        clock.schedule({ place: -1, unref: false, wake: () => wake() }, ends[id] ?? 0);
      });
      if (isDown) throw new Error(id);
    });

    await clock.run(inEach(call)); // the second failure is b's
    isDown = false;
    await clock.advance(200);
    await clock.run(within('b', () => call('b')));

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(['onClose', 'onHalfOpen', 'onOpen']);
  });

  it('is that of the call that is too slow for a circuit', async () => {
    const notes = new Notes();
    const clock = new VirtualClock();
    const breaker = circuitBreaker({
      slowAfter: 10,
      slowRate: 0.5,
      lastCalls: 3,
      minCalls: 3,
      consecutive: null,
      clock,
      onOpen: ({ because }) => notes.note(`onOpen: ${because}`, 'c'),
    });

    void inEach(breaker(never)); // the third is c's
    await clock.advance(10);

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(['onOpen: slowRate']);
  });
});
