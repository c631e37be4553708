/** Run by jest as CommonJS; with `fakeTimers: { enableGlobally: true }` the second time. */
const process = require('node:process');
const { afterEach, beforeEach, describe, expect, test } = require('@jest/globals');
const stampede = require('stampede-js');
const testing = require('stampede-js/testing');
const { casesOf } = require('./cases.cjs');

/* global jest */
const areFake = 'clock' in globalThis.setTimeout;

if (!areFake) {
  describe('side by side', () => {
    for (const [title, run] of casesOf(stampede, testing)) test.concurrent(title, run);
  });
}

describe('fake timers', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('drive a wait of the real clock', async () => {
    const flaky = testing.script(new Error('reset'), 'pong');
    const pending = stampede.withRetry(flaky, { wait: stampede.constant('1m'), jitter: null })();

    await jest.advanceTimersByTimeAsync(60_000);

    expect(await pending).toBe('pong');
  });

  test('hold up no scope and no VirtualClock', async () => {
    const clock = new testing.VirtualClock();
    const down = testing.script(new Error('down'));
    const wait = stampede.constant('1h');

    const call = stampede.withRetry(down, { wait, maxTries: 30 });
    await expect(testing.withoutWaits(call)).rejects.toThrow('down');
    const onClock = stampede.withRetry(down, { wait, maxTries: 3, clock });
    await expect(clock.run(onClock)).rejects.toThrow('down');

    expect([down.calls.length, jest.getTimerCount()]).toEqual([33, 0]);
  });

  test('were there before the library was loaded, or not', () => {
    expect(areFake).toBe(process.env.GLOBAL === '1');
  });
});
