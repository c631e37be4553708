/** Run by `node --test`. */
import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as stampede from 'stampede-js';
import * as testing from 'stampede-js/testing';
import { casesOf } from './cases.cjs';

describe('side by side', { concurrency: true }, () => {
  for (const [title, run] of casesOf(stampede, testing)) it(title, run);
});

describe('mocked timers', () => {
  it('drive a wait of the real clock', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const flaky = testing.script(new Error('reset'), 'pong');
    const pending = stampede.withRetry(flaky, { wait: stampede.constant('1m'), jitter: null })();

    await turn();
    t.mock.timers.tick(60_001);

    assert.equal(await pending, 'pong');
  });

  for (const when of ['before', 'after']) {
    it(`that are installed ${when} the library is loaded hold up no scope and no VirtualClock`, async () => {
      const apis = ['setTimeout', 'setInterval', 'setImmediate', 'Date'];
      if (when === 'before') mock.timers.enable({ apis });
      const core = await import(`../../../dist/esm/index.js?${when}`);
      mock.timers.reset();
      mock.timers.enable({ apis });
      try {
        const clock = new core.VirtualClock();
        const down = testing.script(new Error('down'));
        const wait = core.constant('1h');
        const remove = core.addRetryScope(() => ({ waits: false }));
        await assert.rejects(core.withRetry(down, { wait, maxTries: 30 })(), /down/);
        remove();
        await assert.rejects(clock.run(core.withRetry(down, { wait, maxTries: 3, clock })), /down/);
        assert.equal(down.calls.length, 33);
      } finally {
        mock.timers.reset();
      }
    });
  }
});
