/**
 * The operator's switch: `STAMPEDE_DISABLED`.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { runInNode } from '../support/run-in-node.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

describe('STAMPEDE_DISABLED', () => {
  const warnings = catchWarnings();
  beforeEach(() => {
    jest.resetModules();
  });
  afterEach(() => {
    delete process.env['STAMPEDE_DISABLED'];
  });

  /** The attempts of a call of a process in which the variable has this value. */
  async function attemptsWith(value: string | undefined): Promise<number> {
    const { constant, withRetry } = await import('../../src/core.js');
    if (value !== undefined) process.env['STAMPEDE_DISABLED'] = value;
    const fn = jest.fn(async () => Promise.reject(boom));
    const call = withRetry(fn, { wait: constant(0), maxTries: 3, mode: 'async' });
    for (let again = 0; again < 2; again++) await expect(call()).rejects.toBe(boom);
    return fn.mock.calls.length / 2;
  }

  it.each([
    ['1', 1],
    ['true', 1],
    ['TRUE', 1],
    ['0', 3],
    ['false', 3],
    ['', 3],
    [undefined, 3],
  ])('of %j lets each call make %d attempts', async (value, attempts) => {
    expect(await attemptsWith(value)).toBe(attempts);

    expect(warnings.texts).toEqual([]);
  });

  it.each(['yes', 'constructor', '2'])('of %j changes nothing, and warns once', async (value) => {
    expect(await attemptsWith(value)).toBe(3);

    expect(warnings.codes).toEqual(['STAMPEDE_SWITCH']);
    expect(warnings.texts[0]).toBe(
      `STAMPEDE_DISABLED must be 1 or true (no call is retried), 0 or false, or empty; got "${value}". Retries stay on.`,
    );
  });

  it('is read once, at the first failure of the process', async () => {
    expect(await attemptsWith('1')).toBe(1);
    process.env['STAMPEDE_DISABLED'] = '0';
    const { withRetry } = await import('../../src/core.js');
    const fn = jest.fn(async () => Promise.reject(boom));

    await withRetry(fn, { mode: 'async' })().catch(() => {});

    expect(fn).toHaveBeenCalledTimes(1);
  });

  it('leaves a value alone that a predicate would refuse', async () => {
    process.env['STAMPEDE_DISABLED'] = '1';
    const { constant, onPredicate } = await import('../../src/core.js');

    let calls = 0;
    const isPending = (value: string): boolean => value === 'pending';
    const poll = onPredicate(constant(0), isPending)(async () => ((calls += 1) < 3 ? 'pending' : 'done'));

    expect([await poll(), calls]).toEqual(['pending', 1]);
  });

  it('is no matter of hedges, which are no retries', async () => {
    process.env['STAMPEDE_DISABLED'] = '1';
    const { VirtualClock, hedge } = await import('../../src/core.js');
    const clock = new VirtualClock();
    let calls = 0;
    const load = hedge({ after: '1s', idempotent: true, clock })(async () => {
      calls += 1;
      return calls === 1 ? new Promise<string>(() => {}) : 'second';
    });

    expect(await clock.run(load)).toBe('second');
  });

  it('warns as a process does', async () => {
    const { stderr } = await runInNode(`
      process.env.STAMPEDE_DISABLED = 'on';
      const call = stampede.withRetry(async () => { throw new Error('boom'); }, { wait: stampede.constant(0) });
      for (let again = 0; again < 2; again++) await call().catch(() => {});
    `);

    expect(stderr.match(/STAMPEDE_DISABLED must be/g)).toHaveLength(1);
    expect(stderr).toMatch(/\[STAMPEDE_SWITCH\] StampedeWarning/);
  });
});
