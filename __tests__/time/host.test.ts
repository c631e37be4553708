/** What the host can do, on hosts that can do less. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';

type Host = typeof import('../../src/time/host.js');

/** The module as it is on a host without some of Node's globals. */
async function hostWithout(...missing: readonly ('setImmediate' | 'MessageChannel')[]): Promise<Host> {
  const kept = missing.map((name) => [name, globalThis[name]] as const);
  for (const name of missing) Object.assign(globalThis, { [name]: undefined });
  restore = () => Object.assign(globalThis, Object.fromEntries(kept));
  jest.resetModules();
  return import('../../src/time/host.js');
}

let restore = (): unknown => undefined;
afterEach(() => {
  restore();
  restore = () => undefined;
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const hosts = [
  ['a host with setImmediate', []],
  ['a host with MessageChannel only, such as a browser', ['setImmediate']],
  ['a host with setTimeout only', ['setImmediate', 'MessageChannel']],
] as const;

describe('afterOtherWork', () => {
  it.each(hosts)('runs its callback after all promises that can settle, on %s', async (_, missing) => {
    const { afterOtherWork } = await hostWithout(...missing);
    const order: string[] = [];
    const promises = async (): Promise<void> => {
      for (let turn = 0; turn < 100; turn++) await null;
      order.push('promises');
    };

    await new Promise<void>((resolve) => {
      afterOtherWork(() => {
        order.push('callback');
        resolve();
      });
      void promises();
      order.push('caller');
    });

    expect(order).toEqual(['caller', 'promises', 'callback']);
  });

  it.each(hosts)('keeps the order of two callbacks, on %s', async (_, missing) => {
    const { afterOtherWork } = await hostWithout(...missing);
    const order: number[] = [];

    await new Promise<void>((resolve) => {
      afterOtherWork(() => void order.push(1));
      afterOtherWork(() => {
        order.push(2);
        resolve();
      });
    });

    expect(order).toEqual([1, 2]);
  });

  it.each(hosts)('is not stopped by fake timers, on %s', async (_, missing) => {
    const { afterOtherWork } = await hostWithout(...missing);
    jest.useFakeTimers();
    const callback = jest.fn();

    await new Promise<void>((resolve) => {
      afterOtherWork(() => {
        callback();
        resolve();
      });
    });

    expect(callback).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not stopped by the fake timers of jest that were there before it', async () => {
    jest.useFakeTimers();
    const { afterOtherWork } = await hostWithout();

    await new Promise<void>((resolve) => afterOtherWork(resolve));

    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not stopped by those of node:test either, which are bound', async () => {
    const neverCalls = function setImmediate(): void {};
    jest.replaceProperty(globalThis, 'setImmediate', neverCalls.bind(null) as never);
    const { afterOtherWork } = await hostWithout();

    await new Promise<void>((resolve) => afterOtherWork(resolve));

    expect(setImmediate.name).toBe('bound setImmediate');
  });

  it('leaves no port open behind itself', async () => {
    const close = jest.spyOn(MessagePort.prototype, 'close');
    const { afterOtherWork } = await hostWithout('setImmediate');

    await new Promise<void>((resolve) => afterOtherWork(resolve));

    expect(close).toHaveBeenCalledTimes(1);
  });
});

describe('warn', () => {
  it('warns by the process, with a type and a code', async () => {
    const { warn } = await hostWithout();
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue();

    warn('Something is odd.', 'STAMPEDE_ODD');

    expect(emitWarning.mock.calls).toEqual([
      ['Something is odd.', { type: 'StampedeWarning', code: 'STAMPEDE_ODD' }],
    ]);
  });

  it('warns on the console where there is no process', async () => {
    const { warn } = await hostWithout();
    const consoleWarn = jest.spyOn(console, 'warn').mockReturnValue();
    const noProcess = jest.replaceProperty(globalThis, 'process', undefined as never);

    warn('Something is odd.', 'STAMPEDE_ODD');
    noProcess.restore();

    expect(consoleWarn.mock.calls).toEqual([['STAMPEDE_ODD: Something is odd.']]);
  });
});

describe('blockThread', () => {
  it('waits for something that never comes, as long as it is told', async () => {
    const { blockThread } = await hostWithout();
    const wait = jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');

    blockThread(250);

    const [array, index, value, ms] = wait.mock.calls[0] as unknown as [Int32Array, number, number, number];
    expect(array[index]).toBe(value);
    expect(ms).toBe(250);
  });
});
