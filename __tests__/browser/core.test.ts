/**
 * The core in a browser's window: as it is built, in a real one.
 */
import { describe, expect } from '@jest/globals';
import { chromium, itInChromium } from '../support/chromium.js';

describe('the core in a browser', () => {
  const { open } = chromium();

  itInChromium('waits and tries again', async () => {
    const page = await open();

    const seen = await page.run(`
      const { constant, withRetry } = stampede;
      const waits = [];
      let calls = 0;
      const started = performance.now();
      const ping = withRetry(
        async () => {
          calls += 1;
          if (calls < 3) throw new Error('down');
          return 'pong';
        },
        { wait: constant(30), jitter: null, onBackoff: ({ wait }) => void waits.push(wait) },
      );
      const answer = await ping();
      return { answer, calls, waits, isInTime: performance.now() - started >= 59 };`);

    expect(seen).toEqual({ answer: 'pong', calls: 3, waits: [30, 30], isInTime: true });
  });

  itInChromium('gives the last error, the very same object, and its history', async () => {
    const page = await open();

    const seen = await page.run(`
      const { constant, retryHistory, withRetry } = stampede;
      const down = new Error('down');
      const ping = withRetry(async () => { throw down; }, { wait: constant(1), maxTries: 3 });
      const error = await ping().catch((error) => error);
      return { isSame: error === down, attempts: retryHistory(error).attempts.length };`);

    expect(seen).toEqual({ isSame: true, attempts: 3 });
  });

  itInChromium('ends a wait at once when its signal aborts', async () => {
    const page = await open();

    const seen = await page.run(`
      const { constant, withRetry } = stampede;
      const controller = new AbortController();
      let calls = 0;
      const options = {
        wait: constant('1h'),
        jitter: null,
        signal: controller.signal,
        onBackoff: () => void setTimeout(() => controller.abort(), 10),
      };
      const error = await withRetry(async () => { calls += 1; throw new Error('down'); }, options)().catch((error) => error);
      return { name: error.name, isReason: error === controller.signal.reason, calls };`);

    expect(seen).toEqual({ name: 'AbortError', isReason: true, calls: 1 });
  });

  itInChromium('refuses to block the window, with the error of the function as the cause', async () => {
    const page = await open();

    const seen = await page.run(`
      const { constant, withRetry } = stampede;
      const read = withRetry(function read() { throw new Error('locked'); }, { wait: constant(10), mode: 'sync' });
      try {
        read();
      } catch (error) {
        return [error.name, error.message, error.cause.message];
      }`);

    expect(seen).toEqual([
      'UsageError',
      'read cannot wait here: this thread may not be blocked. Make the function async.',
      'locked',
    ]);
  });

  itInChromium('answers a sync function that succeeds, and one whose wait is none', async () => {
    const page = await open();

    const seen = await page.run(`
      const { constant, withRetry } = stampede;
      let calls = 0;
      const read = () => { calls += 1; if (calls === 1) throw new Error('locked'); return calls; };
      const retried = withRetry(read, { wait: constant(0), mode: 'sync' });
      return [retried(), retried()];`);

    expect(seen).toEqual([2, 3]);
  });

  itInChromium('warns on the console of what it would tell the process of', async () => {
    const page = await open();

    await page.run(`
      const failing = () => { throw new Error('handler'); };
      const options = { wait: stampede.constant(1), maxTries: 2, onBackoff: failing };
      await stampede.withRetry(async () => { throw new Error('down'); }, options)().catch(() => {});`);

    expect(page.warnings).toEqual([expect.stringMatching(/^STAMPEDE_HANDLER: .*Error: handler/)]);
  });

  itInChromium('plays an hour on the virtual clock', async () => {
    const page = await open();

    const seen = await page.run(`
      const { VirtualClock, constant, withRetry } = stampede;
      const clock = new VirtualClock();
      let calls = 0;
      const ping = withRetry(
        async () => { calls += 1; if (calls < 3) throw new Error('down'); return 'pong'; },
        { wait: constant('30m'), jitter: null, clock },
      );
      return [await clock.run(ping()), clock.now()];`);

    expect(seen).toEqual(['pong', 3_600_000]);
  });

  itInChromium('ends what takes too long, and stands aside when the circuit is open', async () => {
    const page = await open();

    const seen = await page.run(`
      const { circuitBreaker, compose, timeout } = stampede;
      const guarded = compose(circuitBreaker({ consecutive: 1, mode: 'async' }), timeout(20));
      const ping = guarded(async () => new Promise(() => {}));
      const first = await ping().catch((error) => error.name);
      const second = await ping().catch((error) => error.name);
      return [first, second];`);

    expect(seen).toEqual(['TimeoutError', 'CircuitOpenError']);
  });

  itInChromium('is one file, and leaves nothing in the global scope', async () => {
    const page = await open();

    const added = await page.run(`
      await stampede.withRetry(async () => 'pong')();
      const names = Object.getOwnPropertyNames(globalThis);
      const frame = document.body.appendChild(document.createElement('iframe')); // a window without Stampede
      return names.filter((name) => !Object.hasOwn(frame.contentWindow, name));`);

    expect(added).toEqual([]);
    expect(page.loaded.filter((file) => !file.startsWith('esm/http/'))).toEqual(['esm/index.js']);
  });
});
