/**
 * Functions that play what they are told.
 */
import vm from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { TimeoutError, VirtualClock, constant, timeout, withRetry } from '../../src/core.js';
import { after, never, script } from '../../src/testing/index.js';

const boom = new Error('boom');

describe('script', () => {
  it('gives values, throws errors, and calls functions with the arguments and the this of the call', async () => {
    const host = {
      base: 10,
      load: script<string | number>(boom, 'one', function (this: { base: number }, n: number) {
        return this.base + n;
      }),
    };

    await expect(host.load(1)).rejects.toBe(boom);
    expect(await host.load(2)).toBe('one');
    expect(await host.load(3)).toBe(13);
  });

  it('plays the last outcome for every call after it', async () => {
    const load = script<string>('one', boom);

    expect(await load()).toBe('one');
    for (let call = 0; call < 3; call++) await expect(load()).rejects.toBe(boom);
  });

  it('remembers how it was called', async () => {
    const load = script<string>('one');
    const host = { load };

    await host.load(1, { two: 2 });
    await load();

    expect(load.calls).toEqual([
      { args: [1, { two: 2 }], thisArg: host },
      { args: [], thisArg: undefined },
    ]);
  });

  it('rejects, and never throws, so that a retry knows it for async from its first call', async () => {
    const clock = new VirtualClock();
    const load = script(boom, boom, 'pong');

    const answer = await clock.run(withRetry(load, { wait: constant('1h'), jitter: null, clock }));

    expect([answer, load.calls.length, clock.now()]).toEqual(['pong', 3, 7_200_000]);
  });

  it('can be asked through what it is wrapped in', async () => {
    const load = withRetry(script(boom, 'pong'), { wait: constant(0) });

    await load(42);

    expect(load.calls.map(({ args }) => args)).toEqual([[42], [42]]);
  });

  it('takes what a function does as it is: other things that are thrown, errors that are given', async () => {
    const thrown = script<unknown>(() => {
      throw 'a string';
    });
    const given = script<Error>(() => boom);

    await expect(thrown()).rejects.toBe('a string');
    expect(await (given as () => Promise<unknown>)()).toBe(boom);
  });

  it('throws errors of other realms, too', async () => {
    const foreign: unknown = vm.runInNewContext(`new TypeError('foreign')`);

    await expect(script(foreign)()).rejects.toBe(foreign);
    await expect(script(new DOMException('aborted', 'AbortError'))()).rejects.toThrow('aborted');
  });

  it('bears its name in logs', () => {
    expect([script('one').name, script.sync('one').name]).toEqual(['script', 'script']);
  });

  it('refuses to play nothing, or a class', () => {
    expect(() => script()).toThrow('What script plays must be one outcome or more; got [].');
    expect(() => script.sync()).toThrow('What script.sync plays must be one outcome or more; got [].');
    expect(() => script<unknown>('one', class HttpError extends Error {})).toThrow(
      'Outcome 2 of script must not be a class (did you mean new HttpError()?); got the function HttpError.',
    );
  });
});

describe('script.sync', () => {
  it('gives and throws at once', () => {
    const load = script.sync(boom, 'one', (n: number) => `${n}`);

    expect(() => load(1)).toThrow(boom);
    expect([load(2), load(3), load(4)]).toEqual(['one', '3', '4']);
    expect(load.calls.map(({ args }) => args[0])).toEqual([1, 2, 3, 4]);
  });

  it('lets a retry wait as for a sync function', () => {
    const clock = new VirtualClock();
    const open = withRetry(script.sync(boom, 'contents'), {
      mode: 'sync',
      wait: constant(20),
      jitter: null,
      clock,
    });

    expect([open(), clock.now()]).toEqual(['contents', 20]);
  });
});

describe('never', () => {
  it('is an attempt that never ends', async () => {
    const clock = new VirtualClock();
    const load = script(never(), 'pong');
    const limited = withRetry(timeout('1s', { clock })(load), { wait: constant(0), clock });

    expect(await clock.run(() => limited())).toBe('pong');
    expect([load.calls.length, clock.now(), clock.pending]).toEqual([2, 1000, 0]);
    await expect(clock.run(() => timeout('1s', { clock })(script(never()))())).rejects.toThrow(TimeoutError);
  });
});

describe('after', () => {
  it('plays an outcome when its time has passed', async () => {
    const clock = new VirtualClock();
    const late = script<string | number>(
      after('2s', 'late', clock),
      after(500, boom, clock),
      after('1s', async (n: number) => n + 1, clock),
    );

    expect(await clock.run(() => late())).toBe('late');
    expect(clock.now()).toBe(2000);
    await expect(clock.run(() => late())).rejects.toBe(boom);
    expect(clock.now()).toBe(2500);
    expect(await clock.run(() => late(41))).toBe(42);
  });

  it('takes real time without a clock', async () => {
    const before = performance.now();

    await script(after(5, 'late'))();

    expect(performance.now() - before).toBeGreaterThanOrEqual(4);
  });

  it('refuses what is no time, and a class', () => {
    expect(() => after('soon' as never, 1)).toThrow(/^time .*"soon"/);
    expect(() => after(1, class HttpError extends Error {} as never)).toThrow(
      'The outcome of after must not be a class',
    );
  });
});
