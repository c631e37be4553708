/** Run by vitest. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as stampede from 'stampede-js';
import * as testing from 'stampede-js/testing';
import { casesOf } from './cases.cjs';

describe('side by side', () => {
  for (const [title, run] of casesOf(stampede, testing)) it.concurrent(title, run);
});

describe('fake timers', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('drive a wait of the real clock', async () => {
    vi.useFakeTimers();
    const flaky = testing.script(new Error('reset'), 'pong');
    const pending = stampede.withRetry(flaky, { wait: stampede.constant('1m'), jitter: null })();

    await vi.advanceTimersByTimeAsync(60_000);

    expect(await pending).toBe('pong');
  });

  it.each(['before', 'after'])(
    'that are installed %s the library is loaded hold up nothing',
    async (when) => {
      if (when === 'before') vi.useFakeTimers();
      const core = await import(/* @vite-ignore */ `../../../dist/esm/index.js?${when}`);
      if (when === 'after') vi.useFakeTimers();
      const clock = new core.VirtualClock();
      const down = testing.script(new Error('down'));
      const wait = core.constant('1h');
      const remove = core.addRetryScope(() => ({ waits: false }));

      await expect(core.withRetry(down, { wait, maxTries: 30 })()).rejects.toThrow('down');
      remove();
      await expect(clock.run(core.withRetry(down, { wait, maxTries: 3, clock }))).rejects.toThrow('down');

      expect([down.calls.length, vi.getTimerCount()]).toEqual([33, 0]);
    },
  );
});
