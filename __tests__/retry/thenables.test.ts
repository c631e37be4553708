import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, withRetry } from '../../src/core.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(1);

describe('a thenable that is no promise', () => {
  catchWarnings();

  /** What is thenable, and how `await` would see it. */
  const thenable = (
    then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void,
  ): object => ({ then });

  it('is awaited, and comes back as a promise', async () => {
    const clock = new VirtualClock();

    const end = withRetry(() => thenable((resolve) => resolve('pong')), { clock })() as unknown;

    expect(end).toBeInstanceOf(Promise);
    expect(await end).toBe('pong');
  });

  it.each([
    ['rejects', (_resolve: unknown, reject: (error: unknown) => void) => reject(boom)],
    [
      'throws out of then',
      () => {
        throw boom;
      },
    ],
  ])('is retried when it %s', async (_case, then) => {
    const clock = new VirtualClock();
    let calls = 0;
    const ping = (): unknown =>
      (calls += 1) === 1 ? thenable(then) : thenable((resolve) => resolve('pong'));

    const answer = await clock.run(withRetry(ping, { wait, clock }));

    expect([answer, calls]).toEqual(['pong', 2]);
  });

  it('counts by what it does first when it does both', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const both = (): unknown => {
      calls += 1;
      return thenable((resolve, reject) => {
        resolve('pong');
        reject(boom);
        resolve('again');
        throw boom;
      });
    };

    const answer = await clock.run(withRetry(both, { wait, clock }));

    expect([answer, calls]).toEqual(['pong', 1]);
  });

  it('is retried when its then cannot even be read, in an async call', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const unreadable = {
      get then() {
        throw boom;
      },
    };
    const ping = (): unknown => ((calls += 1) === 1 ? unreadable : 'pong');

    const answer = await clock.run(withRetry(ping, { mode: 'async', wait, clock }));

    expect([answer, calls]).toEqual(['pong', 2]);
  });

  it('ends with its signal when it never settles', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const ping = withRetry(() => thenable(() => {}), { signal: controller.signal, clock });

    const end = (ping() as unknown as Promise<unknown>).catch((reason: unknown) => reason);
    controller.abort('enough');

    expect(await end).toBe('enough');
  });
});
