/**
 * The traps that belong to no single policy, and the check that each trap of the list has a test.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  BulkheadFullError,
  Throttler,
  VirtualClock,
  bulkhead,
  circuitBreaker,
  compose,
  constant,
  deadline,
  fallback,
  gateway,
  gradient,
  hedge,
  rateLimit,
  retry,
  retryAfter,
  retryBudget,
  seeded,
  throttle,
  timeout,
} from '../../src/core.js';
import type { Budget } from '../../src/core.js';
import { Gradient } from '../../src/policies/gradient.js';
import { join, traps } from './traps.js';

const boom = new Error('boom');

/** Gives `value` after `ms` of virtual time. */
function after<T>(clock: VirtualClock, ms: number, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => {
    clock.schedule({ place: -1, unref: false, wake: () => resolve(value) }, ms);
  });
}

const errorOf = (end: PromiseLike<unknown>): Promise<any> =>
  Promise.resolve(end).then(
    (value) => ({ value }),
    (error: unknown) => error,
  );

describe('between policies', () => {
  it('T60: one budget pays for hedges and retries: together they send no more than it holds', async () => {
    const clock = new VirtualClock();
    let left = 4;
    const budget: Budget = { take: () => left-- > 0, refund() {}, earn() {} };
    let attempts = 0;
    const slow = async (): Promise<never> => {
      attempts += 1;
      await after(clock, 50);
      throw boom;
    };
    const search = gateway('search', {
      budget,
      hedge: { after: 10, max: 3, idempotent: true },
      retry: { maxTries: 10, wait: constant(1), jitter: null },
      circuitBreaker: false,
      clock,
    })(slow);

    const error = await clock.run(errorOf(search()));

    expect(error).toBe(boom);
    expect(attempts).toBe(1 + 4);
  });

  it('T61: a throttle counts a call by its start, however late it ends', () => {
    const throttler = new Throttler({ multiplier: 2, window: 30_000, floor: 0.05, probesPerSecond: 0 });
    const tickets = Array.from({ length: 10 }, () => throttler.start(0, 0.5) as number);

    for (const ticket of tickets) throttler.end(ticket, 'overload', 29_000);

    expect(throttler.share(29_500)).toBeGreaterThan(0.9);
    expect(throttler.requests(31_500)).toBe(0);
    expect(throttler.share(31_500)).toBe(0); // by their ends they would count for half a minute more
  });

  it('T62: the adaptive limits of a fleet look at the bare latency at different times', () => {
    const rules = {
      initial: 20,
      min: 1,
      max: 200,
      backoff: 0.9,
      tolerance: 1.5,
      headroom: 4,
      smoothing: 0.2,
    };

    const looks = Array.from({ length: 100 }, (_, process) => {
      const limit = new Gradient(rules, seeded(process));
      const tell = (at: number, latency: number): void => {
        limit.tell({ startedAt: at - latency, endedAt: at, inFlight: 200, dropped: false });
      };
      for (let at = 0; at < 100; at++) tell(at, 10);
      for (let answers = 0; ; answers++) {
        const before = limit.limit;
        tell(1000 + answers, 100);
        if (limit.limit === rules.headroom && before > rules.headroom + 2) return answers;
      }
    });

    const most = Math.max(
      ...looks.map((look) => looks.filter((other) => Math.abs(other - look) < 10).length),
    );
    expect(most).toBeLessThan(15); // of 100; without dice it would be all of them
    expect(Math.max(...looks) - Math.min(...looks)).toBeGreaterThan(400);
  });

  it('T63: with a key, quick and slow methods have limits of their own', async () => {
    const clock = new VirtualClock();
    const own = bulkhead({ limit: gradient(), key: ({ args }) => args[0] as string, clock });
    const call = own(async (_method: string, ms: number) => after(clock, ms));

    const rounds = async (method: string, ms: number): Promise<void> => {
      for (let round = 0; round < 30; round++) {
        await clock.run(Promise.all(Array.from({ length: 12 }, () => call(method, ms))));
      }
    };
    await rounds('quick', 5);
    await rounds('slow', 500);

    expect(own.stateOf('quick')?.limit).toBeGreaterThanOrEqual(20);
    expect(own.stateOf('slow')?.limit).toBeGreaterThanOrEqual(20); // 500 ms is what is usual here
  });

  it('T64: hedges nothing before enough calls are known', async () => {
    const clock = new VirtualClock();
    const policy = hedge({ after: 'p50', minCalls: 5, idempotent: true, clock });
    let attempts = 0;
    const call = policy(async (ms: number) => {
      attempts += 1;
      await after(clock, ms);
    });

    for (const ms of [1, 1, 1, 1, 1000]) await clock.run(call(ms));

    expect(attempts).toBe(5);
    expect(policy.delay).toBe(1);
    await clock.run(call(1000));
    expect(attempts).toBe(7);
  });

  it('T65: does not sleep what a server asks for when that ends after the deadline: it fails at once', async () => {
    const clock = new VirtualClock();
    const busy = Object.assign(new Error('busy'), { headers: { 'retry-after': '60' } });
    const ask = compose(
      deadline({ ms: 10_000, clock }),
      retry({ wait: retryAfter(), maxTries: 5, clock }),
    )(async () => {
      throw busy;
    });

    const error = await clock.run(errorOf(ask()));

    expect(error).toBe(busy);
    expect(clock.now()).toBe(0);
  });

  it('T66: no policy that was given a clock sets a timer of the host', async () => {
    const clock = new VirtualClock();
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const dates = jest.spyOn(Date, 'now');
    const reads = jest.spyOn(performance, 'now');
    try {
      const all = compose(
        fallback('stale', { staleIfError: '1h', clock }),
        deadline({ ms: 10_000, clock }),
        retry({ wait: constant(10), budget: retryBudget({ clock }), clock }),
        rateLimit({ limit: 1000, maxWait: '1s', clock }),
        bulkhead({ limit: gradient(), queue: 5, clock }),
        throttle({ clock }),
        circuitBreaker({ slowAfter: 20, clock }),
        hedge({ after: 5, idempotent: true, clock }),
        timeout({ ms: 50, clock }),
      )(() => new Promise(() => {}));

      await clock.run(all());

      expect(timers).not.toHaveBeenCalled();
      expect(dates).not.toHaveBeenCalled();
      expect(reads).not.toHaveBeenCalled();
    } finally {
      timers.mockRestore();
      dates.mockRestore();
      reads.mockRestore();
    }
  });

  it('T67: three gateways of three tries make at most five attempts at the bottom, not 27', async () => {
    const clock = new VirtualClock();
    let attempts = 0;
    const layer = (name: string) => gateway(name, { circuitBreaker: false, clock });
    const bottom = layer('bottom')(async () => {
      attempts += 1;
      throw new Error(`boom ${attempts}`);
    });
    const top = layer('top')(async () => layer('middle')(async () => bottom())());

    const error = await clock.run(errorOf(top()));

    expect(error.message).toMatch('boom');
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(attempts).toBeLessThanOrEqual(5);
  });

  it('T68: a queue is bounded in number and in time, also where nobody said so', async () => {
    const clock = new VirtualClock();
    const full = bulkhead({ limit: 1, queue: 2, clock });
    const call = full(async () => new Promise(() => {}));
    void call();

    const waiting = [errorOf(call()), errorOf(call())];
    const refused = await errorOf(call());
    await clock.advance(1000);

    expect(refused).toBeInstanceOf(BulkheadFullError);
    expect((await Promise.all(waiting)).map(({ reason }) => reason)).toEqual(['maxWait', 'maxWait']);
    expect(clock.pending).toBe(0);
  });
});

describe('the list of traps', () => {
  it('has no number twice, and none but T1, T2 and so on', () => {
    expect(() => join({ T1: 'a' }, { T2: 'b' }, { T1: 'c' })).toThrow('T1 stands twice');
    expect(Object.keys(traps).filter((number) => !/^T[1-9]\d*$/.test(number))).toEqual([]);
    expect(Object.keys(traps).length).toBeGreaterThan(60);
  });
});

describe('tools/check-traps.mjs', () => {
  const tool = path.resolve(import.meta.dirname, '../../tools/check-traps.mjs');
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'traps-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function check(
    tests: Readonly<Record<string, string>>,
    list = "export const traps = { T1: 'a hole', T12: 'a snare' };",
  ): { status: number | null; text: string } {
    const file = path.join(folder, 'traps.ts');
    const report = path.join(folder, 'results.json');
    const assertionResults = Object.entries(tests).map(([title, status]) => ({ title, status }));
    writeFileSync(file, list);
    writeFileSync(report, JSON.stringify({ testResults: [{ name: 'a.test.ts', assertionResults }] }));
    const { status, stdout, stderr } = spawnSync(process.execPath, [tool, file, report], {
      encoding: 'utf8',
    });
    return { status, text: stdout + stderr };
  }

  const both = { 'T1: is stepped over': 'passed', 'sync: T12: is cut': 'passed' };

  it('is content when each number has tests that passed', () => {
    expect(check(both)).toEqual({ status: 0, text: expect.stringContaining('2 numbers') });
    expect(check({ ...both, 'T1: again': 'passed', 'has no number': 'failed' }).status).toBe(0);
  });

  it.each([
    ['a number without a test', { 'T1: is stepped over': 'passed' }, 'T12 has no test: a snare'],
    [
      'a test of a longer number',
      { 'T1: is stepped over': 'passed', 'T123: is cut': 'passed' },
      'T12 has no',
    ],
    [
      'a number that stands later in a title',
      { 'T12: is cut': 'passed', 'is like T1: a step': 'passed' },
      'T1 has no test: a hole',
    ],
    ['a failed test', { ...both, 'T1: again': 'failed' }, 'T1 has a test that is failed: "T1: again"'],
    ['a skipped test', { ...both, 'T1: is stepped over': 'pending' }, 'T1 has a test that is pending'],
    ['a test of a number that is not listed', { ...both, 'T3: what': 'passed' }, 'T3 is in no list'],
  ])('refuses %s', (_, tests, fault) => {
    expect(check(tests)).toEqual({ status: 1, text: expect.stringContaining(fault) });
  });

  it('refuses a list with a number twice, an empty one, and a report that is not there', () => {
    expect(check(both, "throw new Error('T1 stands twice');").text).toContain('T1 stands twice');
    expect(check({}, 'export const traps = {};').status).toBe(1);
    expect(spawnSync(process.execPath, [tool, path.join(folder, 'traps.ts'), 'none.json']).status).toBe(1);
  });
});
