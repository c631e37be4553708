/**
 * How calls inside one another hear of an abort: by their frames, and by a signal only where a function asks for one.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import {
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
  retry,
  timeout,
  withRetry,
} from '../../src/core.js';

const boom = new Error('boom');
const hang = (): Promise<unknown> => new Promise(() => {});
const reasonOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);
const { AbortController } = globalThis;

/** Counts the controllers that are made from now on. */
function countControllers(): { made: number } {
  const count = { made: 0 };
  globalThis.AbortController = class extends AbortController {
    constructor() {
      super();
      count.made += 1;
    }
  };
  return count;
}

describe('frames', () => {
  afterEach(() => {
    globalThis.AbortController = AbortController;
  });

  const stack = (clock: VirtualClock) =>
    compose(
      fallback('instead', { errors: RangeError }),
      deadline(100, { clock }),
      retry({ wait: constant(10), jitter: null, maxTries: 3, nested: 'once', clock }),
      bulkhead({ limit: 1, queue: 1, maxWait: '1h', clock }),
      circuitBreaker({ clock }),
      hedge({ after: '1h', idempotent: true, clock }),
      timeout('1h', { clock }),
    );

  it('make no signal for a function that does not ask, however its call ends', async () => {
    const clock = new VirtualClock();
    const count = countControllers();
    const ends = [
      gateway('one', { clock }).run(async () => 'pong'),
      gateway('two', { deadline: 100, clock }).run(hang),
      stack(clock)(async () => Promise.reject(boom))(),
      stack(clock)(hang)(),
    ].map(reasonOf);
    await clock.advance('1m');

    expect(await Promise.all(ends)).toEqual([
      'pong',
      expect.objectContaining({ code: 'ERR_TIMEOUT' }),
      boom,
      expect.objectContaining({ code: 'ERR_TIMEOUT' }),
    ]);
    expect(count.made).toBe(0);
  });

  it('end every layer at once when the outermost is aborted, and tell the function that asks', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const seen: AbortSignal[] = [];
    const load = stack(clock)(async () => {
      seen.push(currentCall().signal);
      return hang();
    });
    const outer = withRetry(async () => load(), { signal: controller.signal, clock });

    const end = reasonOf(outer());
    const [before] = seen.map(({ aborted }) => aborted);
    controller.abort(boom);

    expect(await end).toBe(boom);
    expect([before, ...seen.map(({ reason }): unknown => reason)]).toEqual([false, boom]);
    expect(clock.pending).toBe(0);
  });

  it('let an aborted call make no further attempt, though its function has failed in its own way', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const aborts: unknown[] = [];
    let attempts = 0;
    const inner = compose(
      retry({ wait: constant(10), onAbort: ({ abortReason }) => void aborts.push(abortReason), clock }),
      timeout('1h', { clock }),
    )(async () => {
      attempts += 1;
      controller.abort('enough');
      throw boom;
    });
    const outer = withRetry(async () => inner(), { signal: controller.signal, clock });

    expect(await reasonOf(outer())).toBe('enough');
    await clock.advance('1m');

    expect([attempts, aborts, clock.pending]).toEqual([1, ['enough'], 0]);
  });

  it('end the wait between attempts when the call around it is aborted', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const inner = compose(
      retry({ wait: constant('1h'), jitter: null, nested: 'once', clock }),
      timeout('1h', { clock }),
    )(async () => Promise.reject(boom));
    const outer = withRetry(async () => inner(), { signal: controller.signal, nested: 'once', clock });

    const end = reasonOf(outer());
    await clock.advance(10);
    const pending = clock.pending;
    controller.abort('enough');

    expect([await end, pending, clock.pending]).toEqual(['enough', 1, 0]);
  });
});
