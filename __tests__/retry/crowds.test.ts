/**
 * Very many calls at once, very many tries of one call.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, onPredicate, withRetry } from '../../src/core.js';
import { runInNode } from '../support/run-in-node.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

describe('100,000 concurrent failing calls', () => {
  it('all end, each after its own tries, and leave nothing waiting', async () => {
    const clock = new VirtualClock();
    const calls = 100_000;
    let attempts = 0;
    const failing = async (): Promise<never> => {
      attempts += 1;
      throw boom;
    };
    // In whole milliseconds: the virtual clock lets promises settle at every moment at which somebody wakes.
    const jitter = (wait: number, random: () => number): number => Math.round(wait * random());
    const ping = withRetry(failing, {
      wait: constant('1s'),
      maxTries: 3,
      raiseOnGiveup: false,
      jitter,
      clock,
    });

    const ends = await clock.run(() => Promise.all(Array.from({ length: calls }, () => ping())));

    expect(ends).toHaveLength(calls);
    expect([attempts, clock.pending]).toEqual([3 * calls, 0]);
  });
});

describe('100,000 tries of one call', () => {
  catchWarnings();
  const tries = 100_000;

  it('grow no stack in an async call', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const depths: number[] = [];
    const ping = async (): Promise<string> => {
      calls += 1;
      if (calls === 10 || calls === tries) depths.push(new Error('here').stack!.split('\n').length);
      if (calls < tries) throw boom;
      return 'pong';
    };

    const answer = await clock.run(withRetry(ping, { wait: constant(0), maxTries: Infinity, clock }));

    expect(answer).toBe('pong');
    expect(depths[1]).toBeLessThanOrEqual(depths[0]! + 2);
  });

  it('grow no stack in an async call that polls', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const count = async (): Promise<number> => (calls += 1);

    const answer = await clock.run(
      onPredicate<number>(constant(0), (value) => value < tries, { clock })(count),
    );

    expect(answer).toBe(tries);
  });

  it('grow no stack in a sync call', () => {
    let calls = 0;
    const ping = (): string => {
      if ((calls += 1) < tries) throw boom;
      return 'pong';
    };

    const answer = withRetry(ping, { wait: constant(0), maxTries: Infinity, clock: new VirtualClock() })();

    expect([answer, calls]).toEqual(['pong', tries]);
  });

  it.each([
    ['async', 'async () => {', ''],
    [
      'async, with handlers and a predicate',
      'async () => {',
      'errors: Error, predicate: (value) => value === 0, onBackoff() {},',
    ],
    ['async, with a signal', 'async () => {', 'signal: new AbortController().signal,'],
    ['sync', '() => {', "mode: 'sync',"],
  ])('keep no memory for each (%s)', async (_kind, head, options) => {
    const { stdout } = await runInNode(
      `
      const { constant, VirtualClock, withRetry } = stampede;
      const marks = [];
      let calls = 0;
      const ping = withRetry(${head}
        calls += 1;
        if (calls === 5_000 || calls === ${tries}) {
          gc();
          marks.push(process.memoryUsage().heapUsed);
        }
        if (calls < ${tries}) throw new Error('boom');
        return 'pong';
      }, { wait: constant(0), maxTries: Infinity, ${options} });
      await ping();
      console.log((marks[1] - marks[0]) / (${tries} - 5_000));
    `,
      ['--expose-gc'],
    );

    const bytesPerTry = Number(stdout);
    expect(bytesPerTry).toBeLessThan(5);
  });
});
