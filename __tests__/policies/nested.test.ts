/**
 * Retries inside retries, with other policies between them: the attempts of the layers must not multiply.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, compose, constant, retry } from '../../src/core.js';
import { deadline } from '../../src/policies/deadline.js';
import { hedge } from '../../src/policies/hedge.js';
import { timeout } from '../../src/policies/timeout.js';

const errorOf = (end: PromiseLike<unknown>): Promise<any> =>
  Promise.resolve(end).then(
    (value) => ({ value }),
    (error: unknown) => error,
  );

/** Three tries, as a gateway makes them. */
function layerOf(clock: VirtualClock, nested: 'once' | 'again' = 'once') {
  return compose(
    retry({ wait: constant(1), jitter: null, maxTries: 3, nested, clock }),
    timeout({ ms: 1000, clock }),
  );
}

type Load = () => Promise<unknown>;

describe('three layers of three tries', () => {
  const throughAwait =
    (inner: Load): Load =>
    async () => {
      await null;
      return inner();
    };
  const wrapping =
    (inner: Load): Load =>
    async () =>
      inner().catch((cause: unknown) => {
        throw new Error('wrapped', { cause });
      });

  it.each([
    [
      'called at once',
      (inner: Load): Load =>
        async () =>
          inner(),
    ],
    ['called after an await', throughAwait],
    ['that wrap the error', wrapping],
    ['that wrap the error after an await', (inner: Load): Load => throughAwait(wrapping(inner))],
  ])('make at most five attempts at the bottom: layers %s', async (_, between) => {
    const clock = new VirtualClock();
    let attempts = 0;
    const bottom: Load = async () => {
      attempts += 1;
      throw new Error(`boom ${attempts}`);
    };
    const load = layerOf(clock)(between(layerOf(clock)(between(layerOf(clock)(bottom)))));

    const error = await clock.run(errorOf(load()));

    expect(error).toBeInstanceOf(Error);
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(attempts).toBeLessThanOrEqual(5);
    expect(clock.pending).toBe(0);
  });

  it('multiply where they are told to', async () => {
    const clock = new VirtualClock();
    let attempts = 0;
    const bottom: Load = async () => {
      attempts += 1;
      throw new Error('boom');
    };
    const layer = layerOf(clock, 'again');

    await clock.run(errorOf(layer(layer(layer(bottom)))()));

    expect(attempts).toBe(27);
  });
});

describe("nested: 'once'", () => {
  it.each([
    ['a hedge', (clock: VirtualClock) => hedge({ after: 500, idempotent: true, clock })],
    ['a deadline', (clock: VirtualClock) => deadline({ ms: 500, clock })],
    ['nothing', () => compose()],
  ])('sees through %s', async (_, between) => {
    const clock = new VirtualClock();
    let attempts = 0;
    const inner = layerOf(clock)(async () => {
      attempts += 1;
      throw new TypeError('boom');
    });
    const outer = compose(layerOf(clock), between(clock))(async () => inner());

    await clock.run(errorOf(outer()));

    expect(attempts).toBeLessThanOrEqual(6); // a hedge makes its own second attempt at what has failed
  });

  it('tries again what no inner retry has given up on', async () => {
    const clock = new VirtualClock();
    let attempts = 0;
    const inner = layerOf(clock)(async () => 'pong');
    const outer = layerOf(clock)(async () => {
      attempts += 1;
      await inner();
      throw new Error('of its own');
    });

    await clock.run(errorOf(outer()));

    expect(attempts).toBe(3);
  });

  it('does not mark an error object for ever: the next call tries it again', async () => {
    const clock = new VirtualClock();
    const boom = new Error('the same object, always');
    const inner = layerOf(clock)(async () => {
      throw boom;
    });
    let attempts = 0;
    const direct = layerOf(clock)(async () => {
      attempts += 1;
      throw boom;
    });

    for (const between of [async () => inner(), async () => Promise.resolve().then(inner)]) {
      await clock.run(errorOf(layerOf(clock)(between)()));
      attempts = 0;
      await clock.run(errorOf(direct()));

      expect(attempts).toBe(3);
    }
  });

  it.each([
    ['at once', 0, 0],
    ['late', 15, 0],
    ['late, from its second attempt on', 0, 15],
  ])('leaves alone an unrelated call that fails with the same error object: %s', async (_, first, later) => {
    const clock = new VirtualClock();
    const shared = new Error('one object for all');
    const sleep = async (ms: number): Promise<void> =>
      new Promise((resolve) => {
        clock.schedule({ place: -1, unref: false, wake: () => resolve() }, ms);
      });
    const counts = { bottom: 0, unrelated: 0 };
    const layer = retry({ wait: constant(10), jitter: null, maxTries: 3, nested: 'once', clock });
    const inner = layer(async () => {
      counts.bottom += 1;
      throw shared;
    });
    const outer = layer(async () => {
      await null;
      return inner();
    });
    const unrelated = layer(async () => {
      counts.unrelated += 1;
      await sleep(counts.unrelated === 1 ? first : later);
      throw shared;
    });

    await clock.run(Promise.all([errorOf(outer()), errorOf(unrelated())]));

    expect(counts).toEqual({ bottom: 3, unrelated: 3 });
  });

  it.each([
    [5, 3],
    [6, 9],
  ])('follows the causes of an error: %d deep, %d attempts', async (deep, expected) => {
    const clock = new VirtualClock();
    let attempts = 0;
    const inner = layerOf(clock)(async () => {
      attempts += 1;
      throw new Error('boom');
    });
    const outer = layerOf(clock)(async () =>
      inner().catch((error: unknown) => {
        let wrapped = error;
        for (let step = 0; step < deep; step++) wrapped = new Error('wrapped', { cause: wrapped });
        throw wrapped;
      }),
    );

    await clock.run(errorOf(outer()));

    expect(attempts).toBe(expected);
  });

  it('an ambient deadline keeps inner retries within it after an await', async () => {
    const clock = new VirtualClock();
    const starts: number[] = [];
    const inner = retry({ wait: constant(40), jitter: null, clock })(async () => {
      starts.push(clock.now());
      throw new Error('boom');
    });
    const outer = deadline({ ms: 100, ambient: true, clock })(async () => {
      await null;
      return inner();
    });

    await clock.run(errorOf(outer()));
    await clock.advance(1000);

    expect(starts).toEqual([0, 40, 80, 100]); // the last wait is cut to the time left
    expect(clock.pending).toBe(0);
  });
});
