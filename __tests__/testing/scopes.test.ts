/**
 * Work in which no retry waits, or retries make just a few attempts.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { constant, gateway, onException, withRetry } from '../../src/core.js';
import { script, withRetries, withoutWaits } from '../../src/testing/index.js';
import { catchWarnings } from '../support/warnings.js';

const root = path.resolve(import.meta.dirname, '../..');
const boom = new Error('boom');
const patient = { wait: constant('1h'), jitter: null, maxTries: 4, unref: true } as const;

/** The attempts of a call that fails for ever, and waits for an hour after each. */
async function attempts(): Promise<number> {
  const failing = script(boom);
  await withRetry(failing, patient)().catch(() => {});
  return failing.calls.length;
}

/** Whether retries wait here. */
async function waits(): Promise<boolean> {
  const seen: number[] = [];
  const onBackoff = ({ wait }: { wait: number }): unknown => seen.push(wait);
  await withRetry(script(boom, 'pong'), { wait: constant(1), jitter: null, onBackoff })();
  return seen[0] === 1;
}

describe('withoutWaits', () => {
  it('gives what the work gives, and no retry in it waits', async () => {
    const ping = withRetry(script(boom, boom, 'pong'), patient);

    const answer: string = await withoutWaits(() => ping());

    expect(answer).toBe('pong');
  });

  it('holds for what the work calls after an await, and for what is retried inside of a retry', async () => {
    const inner = withRetry(script(boom, 'inner'), patient);
    let tries = 0;
    const outer = withRetry(async () => {
      await turn();
      if ((tries += 1) < 3) throw boom;
      await turn();
      return inner();
    }, patient);

    const answer = await withoutWaits(async () => {
      await turn();
      return outer();
    });

    expect(answer).toBe('inner');
  });

  it('holds for decorated methods and for sync functions, which block no thread', async () => {
    const block = jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    class Api {
      tries = 0;

      @onException(constant('1h'), Error)
      async load(): Promise<number> {
        if ((this.tries += 1) < 3) throw boom;
        return this.tries;
      }
    }
    const open = withRetry(script.sync(boom, 'contents'), { ...patient, mode: 'sync' });

    expect(await withoutWaits(() => new Api().load())).toBe(3);
    expect(withoutWaits(() => open())).toBe('contents');

    expect(block).not.toHaveBeenCalled();
    block.mockRestore();
  });

  it('lets tests that share a gateway retry, however many there are: its budget is not charged', async () => {
    const stock = gateway('stock', { retry: { wait: constant('1h') }, circuitBreaker: false });
    const { budget } = stock.state;

    for (let test = 0; test < 10; test++) {
      const count = script(boom, boom, 'three');

      expect(await withoutWaits(() => stock.run(() => count()))).toBe('three');
    }
    expect(stock.state.budget?.level).toBeGreaterThanOrEqual(budget?.level ?? NaN);
  });

  it('gives up with the very error, after all tries', async () => {
    const failing = script(boom);

    await expect(withoutWaits(withRetry(failing, patient))).rejects.toBe(boom);

    expect(failing.calls).toHaveLength(4);
  });

  it('does not hold for work beside it', async () => {
    const [inside, beside] = await Promise.all([withoutWaits(waits), waits()]);

    expect([inside, beside]).toEqual([false, true]);
  });

  it('does not hold when it is over, whether the work succeeded or failed', async () => {
    withoutWaits(() => 'sync');
    expect(() =>
      withoutWaits(() => {
        throw boom;
      }),
    ).toThrow(boom);
    await withoutWaits(async () => 'async');
    await expect(withoutWaits(async () => Promise.reject(boom))).rejects.toBe(boom);

    expect(await waits()).toBe(true);
  });

  it('does not hold for what its work left behind, though another is still open', async () => {
    let goOn = (): void => undefined;
    const going = new Promise<void>((resolve) => void (goOn = resolve));
    let leftBehind: Promise<boolean> | undefined;
    await withoutWaits(async () => {
      leftBehind = going.then(waits);
    });

    const left = await withoutWaits(async () => {
      goOn();
      return leftBehind;
    });

    expect(left).toBe(true);
  });

  it.each([
    ['a promise', Promise.resolve()],
    ['nothing', undefined],
  ])('refuses %s in place of a function', (_, work) => {
    expect(() => withoutWaits(work as never)).toThrow(
      /^What withoutWaits runs must be a function: withoutWaits\(\(\) => ...\); got /,
    );
  });
});

describe('withRetries', () => {
  it.each([1, 2, 3])('lets no call make more than %d attempts', async (maxTries) => {
    expect(await withoutWaits(() => withRetries({ attempts: maxTries }, attempts))).toBe(maxTries);
    expect(await withRetries({ attempts: maxTries }, () => withoutWaits(attempts))).toBe(maxTries);
  });

  it('adds none to a call that makes fewer', async () => {
    expect(await withoutWaits(() => withRetries({ attempts: Infinity }, attempts))).toBe(4);
  });

  it('counts as it is said last, and only as long as that holds', async () => {
    const seen = await withoutWaits(() =>
      withRetries({ attempts: 1 }, async () => [
        await attempts(),
        await withRetries({ attempts: 3 }, attempts),
        await attempts(),
      ]),
    );

    expect(seen).toEqual([1, 3, 1]);
  });

  it('does not disturb tests that run side by side', async () => {
    const seen = await withoutWaits(() =>
      Promise.all([1, 2, 3, 4, 5].map((maxTries) => withRetries({ attempts: maxTries }, attempts))),
    );

    expect(seen).toEqual([1, 2, 3, 4, 4]);
  });

  it.each([
    [{ attempts: 0 }, 'attempts must be a whole number of 1 or more, or Infinity; got 0.'],
    [{ attempts: '1' }, 'attempts must be a whole number of 1 or more, or Infinity; got "1".'],
    [{}, 'attempts must be a whole number of 1 or more, or Infinity; got undefined.'],
    [{ maxTries: 1 }, 'maxTries is not an option of withRetries (did you mean attempts?); got 1.'],
    [{ atempts: 1 }, 'atempts is not an option of withRetries (did you mean attempts?); got 1.'],
  ])('refuses %j', (options, message) => {
    const fn = jest.fn();

    expect(() => withRetries(options as never, fn)).toThrow(message);

    expect(fn).not.toHaveBeenCalled();
  });
});

describe('a scope', () => {
  catchWarnings();
  afterEach(() => {
    jest.restoreAllMocks();
    jest.resetModules();
    jest.useRealTimers();
  });

  it('leaves nothing behind: nobody is asked, and the context is let go of', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks');
    const disable = jest.spyOn(AsyncLocalStorage.prototype, 'disable');
    const getStore = jest.spyOn(AsyncLocalStorage.prototype, 'getStore');

    await Promise.all([withoutWaits(attempts), withoutWaits(async () => turn())]);
    expect(disable).toHaveBeenCalledTimes(1);
    getStore.mockClear();
    await withRetry(script(boom, 'pong'), { wait: constant(0) })();

    expect(getStore).not.toHaveBeenCalled();
  });

  it('lets a rejection be reported that nobody awaits', async () => {
    const program = `
      import { withoutWaits } from 'stampede-js/testing';
      process.on('unhandledRejection', (error) => console.log('unhandled', error.message));
      withoutWaits(async () => { throw new Error('boom'); });`;
    const flags = ['--input-type=module', '--eval', program];

    expect(execFileSync(process.execPath, flags, { cwd: root, encoding: 'utf8' })).toBe('unhandled boom\n');
  });

  it.each([
    ['after', false],
    ['before', true],
  ])('holds under fake timers that are installed %s the library is loaded', async (_, first) => {
    if (first) jest.useFakeTimers();
    jest.resetModules();
    const core = await import('../../src/core.js');
    const testing = await import('../../src/testing/index.js');
    if (!first) jest.useFakeTimers();
    const failing = testing.script(boom);
    const call = core.withRetry(failing, { wait: constant('1h'), maxTries: 30 });

    await expect(testing.withoutWaits(call)).rejects.toBe(boom);

    expect([failing.calls.length, jest.getTimerCount()]).toEqual([30, 0]);
  });

  describe('on a host without asynchronous context, such as a browser', () => {
    it('holds for everybody until it is over', async () => {
      jest.resetModules();
      jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
      const core = await import('../../src/core.js');
      const testing = await import('../../src/testing/index.js');
      let goOn = (): void => undefined;
      const going = new Promise<void>((resolve) => void (goOn = resolve));
      const tries = async (): Promise<number> => {
        const failing = testing.script(boom);
        await core
          .withRetry(failing, { wait: constant(0), maxTries: 4 })()
          .catch(() => {});
        return failing.calls.length;
      };

      const seen = [await testing.withRetries({ attempts: 1 }, tries)];
      const open = testing.withRetries({ attempts: 2 }, () => going);
      seen.push(await tries());
      seen.push(await testing.withRetries({ attempts: 3 }, tries));
      seen.push(await tries());
      goOn();
      await open;
      seen.push(await tries());

      expect(seen).toEqual([1, 2, 3, 2, 4]);
    });
  });
});
