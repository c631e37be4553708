/**
 * The core in a Web Worker, which may be blocked where its page is isolated from other origins.
 */
import { describe, expect } from '@jest/globals';
import { chromium, itInChromium } from '../support/chromium.js';

// As a user's bundler makes it of `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })`.
const worker = `
  import { constant, withRetry } from '/dist/esm/index.js';
  let calls = 0;
  const read = withRetry(
    function read() {
      calls += 1;
      if (calls < 3) throw new Error('locked');
      return 'open';
    },
    { wait: constant(20), jitter: null, mode: 'sync' },
  );
  const started = performance.now();
  try {
    const answer = read();
    postMessage({ answer, calls, hasWaited: performance.now() - started >= 39 });
  } catch (error) {
    postMessage({ name: error.name, message: error.message, cause: error.cause?.message, calls });
  }`;

const fromWorker = `
  return new Promise((resolve, reject) => {
    const worker = new Worker('/worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => resolve({ ...data, isIsolated: crossOriginIsolated });
    worker.onerror = ({ message }) => reject(new Error(message));
  });`;

describe('a sync function in a worker', () => {
  const { open } = chromium();

  itInChromium('blocks it until the next attempt, where the page is isolated', async () => {
    const page = await open({ isolated: true, scripts: { '/worker.js': worker } });

    const seen = await page.run(fromWorker);

    expect(seen).toEqual({ answer: 'open', calls: 3, hasWaited: true, isIsolated: true });
  });

  itInChromium('cannot block it elsewhere, and says so', async () => {
    const page = await open({ scripts: { '/worker.js': worker } });

    const seen = await page.run(fromWorker);

    expect(seen).toEqual({
      name: 'UsageError',
      message: 'read cannot wait here: this thread may not be blocked. Make the function async.',
      cause: 'locked',
      calls: 1,
      isIsolated: false,
    });
  });

  itInChromium(
    'is refused in an isolated window, too, which may share memory but not be blocked',
    async () => {
      const page = await open({ isolated: true });

      const seen = await page.run(`
      const read = () => { throw new Error('locked'); };
      try {
        stampede.withRetry(read, { wait: stampede.constant(10), mode: 'sync' })();
      } catch (error) {
        return [error.name, error.cause.message, typeof SharedArrayBuffer];
      }`);

      expect(seen).toEqual(['UsageError', 'locked', 'function']);
    },
  );
});
