import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, currentCall, withRetry } from '../../src/core.js';
import { deadline } from '../../src/policies/deadline.js';
import { timeout } from '../../src/policies/timeout.js';
import { runInNode } from '../support/run-in-node.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const never = (): Promise<never> => new Promise(() => {});
const errorOf = (end: PromiseLike<unknown>): Promise<any> =>
  Promise.resolve(end).then(
    (value) => ({ value }),
    (error: unknown) => error,
  );

describe('deadline', () => {
  const warnings = catchWarnings();

  it('ends a promise that is not there in time', async () => {
    const clock = new VirtualClock();

    const error = await clock.run(errorOf(deadline(100, { clock })(never)()));

    expect([error.code, clock.now(), clock.pending]).toEqual(['ERR_TIMEOUT', 100, 0]);
  });

  it('T46: no inner retry waits past it, sync or async', async () => {
    const clock = new VirtualClock();
    const starts: number[] = [];
    const flaky = (): never => {
      starts.push(clock.now());
      throw boom;
    };
    const options = { wait: constant(40), jitter: null, clock };

    expect(() => deadline({ ms: 100, clock })(withRetry(flaky, options))()).toThrow(boom);
    const end = errorOf(deadline({ ms: 100, clock })(withRetry(async () => flaky(), options))());
    await clock.run(end);

    expect(starts).toEqual([0, 40, 80, 100, 100, 140, 180, 200]);
  });

  it('is not told of a sync function that it gave a plain value', () => {
    const call = deadline(100)(() => currentCall().remaining());

    expect(call()).toBeGreaterThan(50);
    expect(warnings.codes).toEqual([]);
  });

  it('T46: calls nothing when it has passed', async () => {
    let calls = 0;
    const unknown = deadline(0)(() => (calls += 1));
    const known = deadline(0)(async () => (calls += 1));

    expect(unknown).toThrow(expect.objectContaining({ code: 'ERR_TIMEOUT' }));
    await expect(known()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(calls).toBe(0);
  });

  it('is not found after an await without ambient', async () => {
    const clock = new VirtualClock();
    const inner = timeout({ ms: 500, clock })(never);

    const end = errorOf(
      deadline({ ms: 100, clock })(async () => {
        await null;
        return inner();
      })(),
    );
    await clock.run(end);

    expect([clock.now(), clock.pending]).toEqual([100, 1]);
    await clock.advance(500);
  });

  it('T46: is found after an await with ambient, by timeouts and deadlines', async () => {
    const clock = new VirtualClock();
    const ends: unknown[] = [];
    const inner = timeout({ ms: 500, clock })(never);

    const end = errorOf(
      deadline({ ms: 100, ambient: true, clock })(async () => {
        await null;
        ends.push(await errorOf(inner()), clock.now());
      })(),
    );
    await clock.run(end);
    await clock.advance(1);

    expect((await end).code).toBe('ERR_TIMEOUT');
    expect(ends).toEqual([expect.objectContaining({ code: 'ERR_TIMEOUT' }), 100]);
    expect(clock.pending).toBe(0);
  });

  it('shortens an ambient deadline inside an ambient deadline, and gives the outer one back', async () => {
    const clock = new VirtualClock();
    const left: number[] = [];
    const note = timeout({ ms: 5000, clock })(async () => void left.push(currentCall().remaining()));
    const inner = deadline({ ms: 50, ambient: true, clock })(async () => {
      await null;
      await note();
    });

    await clock.run(
      deadline({ ms: 1000, ambient: true, clock })(async () => {
        await null;
        await inner();
        await note();
      }),
    );

    expect(left).toEqual([50, 1000]);
    expect(clock.pending).toBe(0);
  });

  it('T47: does not bind what goes on in the background after its call has ended', async () => {
    const clock = new VirtualClock();
    let background: Promise<any> = Promise.resolve();
    const later = timeout({ ms: 500, clock })(async () => currentCall().remaining());
    const handle = deadline({ ms: 100, ambient: true, clock })(async () => {
      background = (async () => {
        await new Promise<void>((resolve) => {
          clock.schedule({ place: -1, unref: false, wake: () => resolve() }, 200);
        });
        return later();
      })();
      return 'accepted';
    });

    expect(await clock.run(handle)).toBe('accepted');
    expect(await clock.run(background)).toBe(500);
  });

  it('goes on binding what was started inside when its time is over', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    let background: Promise<any> = Promise.resolve();
    const later = timeout({ ms: 500, clock, mode: 'async' })(async () => void (calls += 1));
    const handle = deadline({ ms: 100, ambient: true, clock })(async () => {
      background = (async () => {
        await new Promise<void>((resolve) => {
          clock.schedule({ place: -1, unref: false, wake: () => resolve() }, 200);
        });
        return errorOf(later());
      })();
      return background;
    });

    await clock.run(errorOf(handle()));

    expect((await clock.run(background)).code).toBe('ERR_TIMEOUT');
    expect(calls).toBe(0);
  });

  it('T48: a process that uses no ambient deadline makes no asynchronous context', async () => {
    const program = (options: string): string => `
      import { deadline } from './src/policies/deadline.ts';
      let made = 0;
      const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
      const hooks = process.getBuiltinModule;
      process.getBuiltinModule = (name) => {
        if (name === 'node:async_hooks') made += 1;
        return hooks(name);
      };
      const call = deadline(1000${options})(async () => 'pong');
      await call();
      await deadline(1000${options})(call)();
      console.log(made);
    `;

    expect((await runInNode(program(''))).stdout).toBe('0\n');
    expect((await runInNode(program(', { ambient: true }'))).stdout).toBe('1\n');
  });

  it('says so where the host has no asynchronous context', async () => {
    const { stdout } = await runInNode(`
      import { deadline } from './src/policies/deadline.ts';
      process.getBuiltinModule = undefined;
      try { deadline(10, { ambient: true }); } catch (error) { console.log(error.message); }
    `);

    expect(stdout).toContain('ambient needs a host with AsyncLocalStorage');
  });

  it.each([
    [{ ms: 0.5 }, 'did you mean 500 ms?'],
    [{ ms: 5, ambiant: true }, 'did you mean ambient?'],
    [{ ms: 5, ambient: 1 }, 'must be true or false'],
    [-1, '0 or more'],
  ])('refuses %j', (given, says) => {
    expect(() => deadline(given as never)).toThrow(says);
  });

  it('decorates methods', async () => {
    const clock = new VirtualClock();
    class Api {
      @deadline({ ms: 10, clock })
      async hang(): Promise<never> {
        return never();
      }
      @deadline({ ms: 10, clock })
      left(): number {
        return currentCall().remaining();
      }
    }

    expect((await clock.run(errorOf(new Api().hang()))).message).toBe('Api.hang took longer than 10 ms.');
    expect(new Api().left()).toBe(10);
  });
});
