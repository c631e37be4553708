/**
 * What a process has left when its calls are over, and what it hears meanwhile: timers, rejections, warnings.
 */
import { describe, expect, it } from '@jest/globals';
import { runInNode } from '../support/run-in-node.js';

describe('a process', () => {
  it('has no timer, listener or warning left when its calls are over', async () => {
    const { stdout, stderr } = await runInNode(`
      const { constant, withRetry } = stampede;
      const controller = new AbortController();
      const fail = async () => { throw new Error('boom'); };
      const aborted = withRetry(fail, { wait: constant('1h'), signal: controller.signal });
      const short = withRetry(fail, { wait: constant(1), maxTries: 3 });
      const ends = Array.from({ length: 5 }, () => aborted().catch(() => {}));
      await Promise.all(Array.from({ length: 100 }, () => short().catch(() => {})));
      controller.abort(new Error('enough'));
      await Promise.all(ends);
      const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
      console.log(JSON.stringify(timers));
    `);

    expect(JSON.parse(stdout)).toEqual([]);
    expect(stderr).toBe('');
  });

  it('is not kept alive by a wait with unref, and is by one without', async () => {
    const program = (unref: boolean, wait: string): string => `
      const { constant, withRetry } = stampede;
      let calls = 0;
      const ping = withRetry(async () => { calls += 1; throw new Error('boom'); }, {
        wait: constant(${JSON.stringify(wait)}), jitter: null, maxTries: 2, unref: ${unref},
      });
      ping().catch(() => {});
      process.on('exit', () => console.log(calls));
    `;

    const [left, stayed] = await Promise.all([
      runInNode(program(true, '1h')),
      runInNode(program(false, '1ms')),
    ]);

    expect([left.stdout, stayed.stdout]).toEqual(['1\n', '2\n']);
  });

  it('hears of no unhandled rejection, whatever handlers, options and attempts do', async () => {
    const { stdout, stderr } = await runInNode(`
      const { constant, withRetry, onPredicate } = stampede;
      const bug = () => Promise.reject(new Error('bug'));
      const heard = [];
      process.on('unhandledRejection', (error) => heard.push(error.message));
      process.on('warning', () => {});
      const quiet = (call) => { try { return Promise.resolve(call()).catch(() => {}); } catch { return undefined; } };
      const controller = new AbortController();
      const calls = [
        withRetry(async () => { throw new Error('boom'); }, { wait: constant(1), maxTries: 2, onBackoff: bug, onGiveup: bug, onAttempt: bug }),
        withRetry(() => { throw new Error('boom'); }, { wait: constant(1), maxTries: 2, onBackoff: bug, onGiveup: bug, onAttempt: bug }),
        withRetry(async () => 'pong', { onSuccess: bug }),
        withRetry(async () => { throw new Error('boom'); }, { giveup: bug }),
        withRetry(() => { throw new Error('boom'); }, { giveup: bug }),
        withRetry(() => { throw new Error('boom'); }, { errors: bug }),
        onPredicate(constant(1), bug)(() => 'pong'),
        onPredicate(constant(1), bug)(async () => 'pong'),
        withRetry(() => bug(), { mode: 'sync' }),
        withRetry(() => bug(), { signal: controller.signal, wait: constant('1h'), onAbort: bug }),
        withRetry(async () => { throw new Error('boom'); }, { wait: constant(1), maxTries: 2, log: bug }),
      ];
      const ends = calls.map(quiet);
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort(new Error('enough'));
      await Promise.all(ends);
      await new Promise((resolve) => setImmediate(resolve));
      console.log(JSON.stringify(heard));
    `);

    expect(JSON.parse(stdout)).toEqual([]);
    expect(stderr).not.toContain('Unhandled');
  });

  it('hears of no listener leak when many calls share a signal', async () => {
    const { stdout } = await runInNode(`
      const { constant, withRetry } = stampede;
      const heard = [];
      process.on('warning', ({ name }) => heard.push(name));
      const controller = new AbortController();
      const ping = withRetry(async () => { throw new Error('boom'); }, { wait: constant('1h'), signal: controller.signal });
      const ends = Array.from({ length: 1000 }, () => ping().catch(() => {}));
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort(new Error('enough'));
      await Promise.all(ends);
      await new Promise((resolve) => setImmediate(resolve));
      console.log(JSON.stringify(heard));
    `);

    expect(JSON.parse(stdout)).toEqual([]);
  });

  it('leaves other work its turn while attempts follow each other without a wait', async () => {
    const { stdout } = await runInNode(`
      const { constant, withRetry } = stampede;
      let calls = 0;
      let turns = 0;
      const work = setInterval(() => { turns += 1; }, 1);
      const ping = withRetry(async () => { calls += 1; if (turns < 3) throw new Error('boom'); return 'pong'; }, {
        wait: constant(0), maxTries: Infinity,
      });
      console.log(await ping());
      clearInterval(work);
    `);

    expect(stdout).toBe('pong\n');
  });
});
