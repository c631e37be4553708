/**
 * What bulkhead, rate limit and throttle have in common: one kind of result, whoever asks and whatever is refused.
 */
import { describe, expect, it } from '@jest/globals';
import {
  OptionError,
  RefusalError,
  VirtualClock,
  bulkhead,
  circuitBreaker,
  hedge,
  rateLimit,
  throttle,
} from '../../src/core.js';
import { catchWarnings } from '../support/warnings.js';

type AnyGuard = ((fn: (...args: any[]) => unknown) => (...args: any[]) => any) & {
  run(call: (context: any) => unknown): any;
  readonly state: unknown;
};

const boom = new Error('boom');
const never = (): Promise<never> => new Promise(() => undefined);
const busy = Object.assign(new Error('busy'), { status: 503 });

/** A guard, and what makes it refuse the next call. */
type Row = readonly [
  name: string,
  make: (options: object) => AnyGuard,
  fill: (guard: AnyGuard) => void | Promise<void>,
];

const lines: readonly Row[] = [
  [
    'bulkhead with a queue',
    (more) => bulkhead({ limit: 1, queue: 1, ...more }) as AnyGuard,
    (guard) => void guard(async () => never())(),
  ],
  [
    'rateLimit with maxWait',
    (more) => rateLimit({ limit: 1, maxWait: '5s', ...more }) as AnyGuard,
    (guard) => void guard(async () => 1)(),
  ],
];

const guards: readonly Row[] = [
  [
    'bulkhead',
    (more) => bulkhead({ limit: 1, ...more }) as AnyGuard,
    (guard) => void guard(async () => never())(),
  ],
  [
    'rateLimit',
    (more) => rateLimit({ limit: 1, ...more }) as AnyGuard,
    (guard) => void guard(async () => 1)(),
  ],
  [
    'throttle',
    (more) => throttle({ random: () => 0, ...more }) as AnyGuard,
    async (guard) => {
      for (let call = 0; call < 3; call++)
        await (guard(async () => Promise.reject(busy))() as Promise<unknown>).catch(() => undefined);
    },
  ],
];

const warnings = catchWarnings();

describe.each([...guards, ...lines])('%s', (_, make) => {
  const guard = (options: object = {}): AnyGuard => make({ clock: new VirtualClock(), ...options });

  it('rejects where the key of an async function throws, and throws where that of a sync one does', async () => {
    const key = (): never => {
      throw boom;
    };

    const end = guard({ key })(async () => 1)();

    expect(end).toBeInstanceOf(Promise);
    await expect(end).rejects.toBe(boom);
    await expect(guard({ key, mode: 'async' }).run(() => 1)).rejects.toBe(boom);
    expect(guard({ key })(() => 1)).toThrow(boom);
  });

  it("mode 'async' always gives a promise, also of what is thrown", async () => {
    const sync = guard({ mode: 'async' })(() => 1)();
    const throwing = guard({ mode: 'async' })(() => {
      throw boom;
    })();
    const run = guard({ mode: 'async' }).run(() => 2);

    expect([sync, throwing, run].every((end) => end instanceof Promise)).toBe(true);
    await expect(throwing).rejects.toBe(boom);
    expect(await Promise.all([sync, run])).toEqual([1, 2]);
    expect(warnings.texts).toEqual([]);
  });

  it('gives promises from then on once a promise has been seen', async () => {
    const clock = new VirtualClock();
    const outcomes = [Promise.resolve('first'), 'second', boom];
    const call = guard({ clock })(() => {
      const outcome = outcomes.shift();
      if (outcome instanceof Error) throw outcome;
      return outcome;
    });

    for (const value of ['first', 'second']) {
      const end = call();
      expect(end).toBeInstanceOf(Promise);
      expect(await clock.run(end)).toBe(value);
      await clock.advance(1000);
    }
    const last = call();

    expect(last).toBeInstanceOf(Promise);
    await expect(last).rejects.toBe(boom);
  });

  it('refuses a mode that there is not', () => {
    expect(() => guard({ mode: 'asynchronous' })).toThrow('mode must be "auto", "sync" or "async"');
  });
});

describe.each([...guards])('%s', (_, make, fill) => {
  const guard = (options: object = {}): AnyGuard => make({ clock: new VirtualClock(), ...options });

  it("mode 'sync' refuses a promise, and lets what was started come to its end", async () => {
    const clock = new VirtualClock();
    const policy = guard({ mode: 'sync', clock });
    let fail: (error: unknown) => void = () => undefined;
    const call = policy(
      () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    );

    expect(call).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option: 'mode' }));
    if (_ === 'bulkhead') expect(policy.state).toMatchObject({ inFlight: 1 });
    fail(boom); // nobody is there to hear of it, and nothing is unhandled
    await clock.advance(0);
    if (_ === 'bulkhead') expect(policy.state).toMatchObject({ inFlight: 0 });
  });

  it('rejects where a promise was run before, and throws where a value was', async () => {
    const clock = new VirtualClock();
    const policy = guard({ clock });
    await policy.run(() => Promise.resolve(1)); // an arrow function: only what it gives tells its kind
    await clock.advance(1000);
    await fill(policy);

    const end = policy.run(() => Promise.resolve(1));

    expect(end).toBeInstanceOf(Promise);
    await expect(end).rejects.toBeInstanceOf(RefusalError);
    const sync = guard({ clock });
    sync.run(() => 1);
    await clock.advance(1000);
    await fill(sync);
    expect(() => sync.run(() => 1)).toThrow(RefusalError);
  });
});

describe.each([...lines])('%s', (_name, make, fill) => {
  const guard = (options: object = {}): AnyGuard => make({ clock: new VirtualClock(), ...options });

  it("refuses mode 'sync'", () => {
    expect(() => guard({ mode: 'sync' })).toThrow(OptionError);
    expect(() => guard({ mode: 'sync' })).toThrow(/^mode must be "auto" or "async" beside (queue|maxWait)/);
  });

  it.each([
    ['was never called', () => undefined],
    ['has only thrown', (call: () => unknown) => expect(call).toThrow(boom)],
  ])('gives no promise to a function of unknown kind that %s, and warns once', async (_title, before) => {
    const clock = new VirtualClock();
    const policy = guard({ clock });
    let fails = true;
    const call = policy(function plain() {
      if (fails) throw boom;
      return 1;
    });
    before(call);
    await clock.advance(1000);
    await fill(policy);
    fails = false;

    expect(call).toThrow(RefusalError);
    expect(call).toThrow(RefusalError);

    expect(warnings.texts).toEqual([expect.stringMatching(/^plain under .* say mode: 'async'\.$/)]);
    expect(warnings.codes).toEqual(['STAMPEDE_SYNC']);
    expect(clock.pending).toBe(0);
  });

  it("lets a function of unknown kind wait in mode 'async'", async () => {
    const clock = new VirtualClock();
    const policy = guard({ clock, mode: 'async' });
    const first = policy(() => undefined)();

    const second = policy(() => 2)();

    expect(await clock.run(Promise.all([first, second]))).toEqual([undefined, 2]);
  });

  it('takes what is run for async until it has seen a value', async () => {
    const clock = new VirtualClock();
    const policy = guard({ clock });
    const first = policy(async () => 1)();

    const end = policy.run(() => Promise.resolve(2));

    expect(end).toBeInstanceOf(Promise);
    expect(await clock.run(Promise.all([first, end]))).toEqual([1, 2]);
  });
});

describe('what is run again and again', () => {
  it.each([
    ...lines.map(([name, make]) => [name, make] as const),
    [
      'hedge',
      (more: object) => hedge({ after: 10, idempotent: true, ...more }) as unknown as AnyGuard,
    ] as const,
  ])('is warned of once by %s', async (_, make) => {
    const clock = new VirtualClock();
    const policy = make({ clock });

    for (let count = 0; count < 3; count++) {
      expect(policy.run(() => count)).toBe(count);
      await clock.advance(1000);
    }

    expect(warnings.codes).toEqual(['STAMPEDE_SYNC']);
  });

  it('is of the same kind for a circuit breaker and a bulkhead', async () => {
    const clock = new VirtualClock();
    for (const policy of [circuitBreaker({ clock }), bulkhead({ limit: 1, clock })]) {
      await policy.run(() => Promise.resolve(1));
      if ('isolate' in policy) policy.isolate();
      else void policy(never)();
      await expect(policy.run(() => Promise.resolve(1))).rejects.toBeInstanceOf(RefusalError);
    }
  });
});
