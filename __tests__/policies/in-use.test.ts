import { describe, expect, it } from '@jest/globals';
import { VirtualClock, circuitBreaker, gateway, retryBudget, standings, withRetry } from '../../src/core.js';
import type { Standing } from '../../src/core.js';
import { runInNode } from '../support/run-in-node.js';

const named = (name: string): Standing[] => standings().filter((one) => one.name === name);
const boom = new Error('boom');

describe('standings', () => {
  it('knows a circuit breaker from its first call on', () => {
    const breaker = circuitBreaker({ name: 'first call', consecutive: 1 });
    const before = named('first call');
    const call = breaker((fails: boolean) => {
      if (fails) throw boom;
    });

    call(false);
    call(false);
    const closed = named('first call');
    expect(() => call(true)).toThrow(boom);

    expect(before).toEqual([]);
    expect(closed).toEqual([{ kind: 'circuit', name: 'first call', state: 'closed' }]);
    expect(named('first call')).toEqual([{ kind: 'circuit', name: 'first call', state: 'open' }]);
  });

  it('calls a breaker without a name as its first function', () => {
    circuitBreaker()(function anonymousBreakerTarget() {})();

    expect(named('anonymousBreakerTarget')).toHaveLength(1);
  });

  it('reads a circuit as it stands now: an open time that is over is half-open, though nobody has called', () => {
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ name: 'over', consecutive: 1, jitter: null, clock });
    expect(() =>
      breaker(() => {
        throw boom;
      })(),
    ).toThrow(boom);

    clock.block(5000);

    expect(named('over')).toMatchObject([{ state: 'half-open' }]);
  });

  it('tells the worst of the circuits of a breaker with a key', () => {
    const breaker = circuitBreaker({ name: 'keyed', consecutive: 1, key: ({ args }) => String(args[0]) });
    const call = breaker((key: string) => {
      if (key === 'bad') throw boom;
    });
    call('good');
    expect(() => call('bad')).toThrow(boom);

    expect(named('keyed')).toEqual([{ kind: 'circuit', name: 'keyed', state: 'open' }]);
  });

  it.each<[string, (budget: ReturnType<typeof retryBudget>) => void]>([
    ['success', (budget) => budget.earn()],
    ['retry', (budget) => void budget.take('error')],
  ])('knows a retry budget from its first %s on, once', (what, use) => {
    const name = `budget: ${what}`;
    const budget = retryBudget({ name, clock: new VirtualClock() });
    const before = named(name);

    for (let times = 0; times < 3; times++) use(budget);

    expect(before).toEqual([]);
    expect(named(name)).toEqual([{ kind: 'budget', name, level: budget.level, capacity: budget.capacity }]);
  });

  it('knows those of a gateway', async () => {
    await gateway('in use').run(async () => 'pong');

    expect(
      named('in use')
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['budget', 'circuit']);
  });

  it('still settles a budget once in a thousand successes', () => {
    const clock = new VirtualClock();
    const budget = retryBudget({ name: 'settling', clock, minimum: 1 });
    const call = withRetry(() => 'pong', { budget });
    let reads = 0;
    const { now } = clock;
    clock.now = () => {
      reads += 1;
      return now.call(clock);
    };

    for (let times = 0; times < 3000; times++) call();

    expect(reads).toBe(2);
    expect(budget.level).toBeGreaterThan(90);
  });

  it('keeps nothing alive', async () => {
    const { stdout } = await runInNode(
      `
      const use = () => {
        stampede.circuitBreaker({ name: 'a' })(() => 1)();
        const budget = stampede.retryBudget({ name: 'b' });
        budget.earn();
      };
      for (let i = 0; i < 1000; i++) use();
      const kept = stampede.circuitBreaker({ name: 'kept' })(() => 1);
      kept();
      const before = stampede.standings().length;
      await new Promise((resolve) => setTimeout(resolve, 10));
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
      const names = stampede.standings().map(({ name }) => name);
      kept();
      console.log(before > names.length, names.join());`,
      ['--expose-gc'],
    );

    expect(stdout.trim()).toBe('true kept');
  });
});
