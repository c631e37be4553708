/**
 * A rate limit on a thread that was blocked: the moments that have passed meanwhile do not come all at once.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, rateLimit } from '../../src/core.js';

describe('a rate limit whose calls wait', () => {
  it('spaces them anew when the thread was blocked past several moments', async () => {
    const clock = new VirtualClock();
    const starts: number[] = [];
    const load = rateLimit({ limit: 1, per: '1s', maxWait: '1m', clock })(
      async () => void starts.push(clock.now()),
    );
    const ends = Array.from({ length: 6 }, () => load());

    clock.block(4500); // the moments of 1, 2, 3 and 4 s have come
    await clock.run(Promise.all(ends));

    const gaps = starts.slice(1).map((start, index) => start - (starts[index] as number));
    expect(starts).toHaveLength(6);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000 - 1e-6);
  });

  it('gives no promise to a sync function that shares it, which cannot wait for what is spaced anew', async () => {
    const clock = new VirtualClock();
    const policy = rateLimit({ limit: 1, per: '1s', maxWait: '1m', clock });
    const load = policy(async () => clock.now());
    const read = policy(() => 'plain');
    const ends = Array.from({ length: 3 }, () => load());

    clock.block(4500);
    await clock.advance(0); // the first of those that wait is made, the other is spaced anew

    expect(read()).toBe('plain');
    await clock.run(Promise.all(ends));
  });

  it('keeps to its moments when timers are on time', async () => {
    const clock = new VirtualClock();
    const starts: number[] = [];
    const load = rateLimit({ limit: 2, per: '1s', maxWait: '1m', clock })(
      async () => void starts.push(clock.now()),
    );

    await clock.run(Promise.all(Array.from({ length: 4 }, () => load())));

    expect(starts).toEqual([0, 500, 1000, 1500]);
  });
});
