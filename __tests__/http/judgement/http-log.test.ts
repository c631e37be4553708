import { describe, expect, it } from '@jest/globals';
import { constant } from '../../../src/core.js';
import type { HttpBackoffDetails, HttpGiveUpDetails } from '../../../src/http/judgement/retry-options.js';
import { runInNode } from '../../support/run-in-node.js';
import { catchWarnings } from '../../support/warnings.js';
import { answer, connectTimeout, run } from './fake-call.js';

describe('the log of HTTP calls', () => {
  const warnings = catchWarnings();

  it('says method, address without its query, wait, and why', async () => {
    const lines: string[] = [];
    const log = (level: string, text: string): unknown => lines.push(`${level}: ${text}`);
    await run({ log, backoff: constant('1.2s') }, [connectTimeout(), answer(503)]);

    expect(lines).toEqual([
      'info: Backing off GET https://host.test/path for 1.2s (ConnectTimeoutError: no connection within 5 ms)',
      'info: Backing off GET https://host.test/path for 1.2s (503 Service Unavailable)',
      'info: Backing off GET https://host.test/path for 1.2s (503 Service Unavailable)',
      'error: Giving up GET https://host.test/path after 4 tries (503 Service Unavailable)',
    ]);
  });

  it('counts one try as one', async () => {
    const lines: string[] = [];
    await run({ log: (_, text) => lines.push(text), retries: 0 }, [503]);

    expect(lines).toEqual(['Giving up GET https://host.test/path after 1 try (503 Service Unavailable)']);
  });

  it('hands over what happened, too', async () => {
    const told: unknown[] = [];
    const log = (_level: string, _text: string, details: HttpBackoffDetails | HttpGiveUpDetails): unknown =>
      told.push([details.event, details.args[0].request.method, details.value?.status]);
    await run({ log, retries: 1 }, [503]);

    expect(told).toEqual([
      ['backoff', 'GET', 503],
      ['giveup', 'GET', 503],
    ]);
  });

  it('changes nothing by failing, at once or later', async () => {
    const fails = (): never => {
      throw new Error('full disk');
    };
    expect((await run({ log: fails }, [503, 200])).response?.status).toBe(200);
    expect((await run({ log: () => Promise.reject(new Error('later')) }, [503, 200])).sent).toBe(2);

    expect(warnings.codes).toEqual(['STAMPEDE_HANDLER', 'STAMPEDE_HANDLER']);
  });
});

describe('the log where nothing is said', () => {
  const program = `
    import { retryPolicyFor } from './src/http/judgement/retry-policy.ts';
    import { checkRetryOptions } from './src/http/judgement/retry-settings.ts';
    const request = {
      method: 'GET', url: new URL('https://host.test/path?secret=1'), signal: undefined,
      timeouts: { total: Infinity }, body: { isReplayable: true, wasRead: false },
    };
    const response = { status: 503, reason: 'Service Unavailable', headers: new Headers(), close() {} };
    const options = { retries: 1, backoff: false };
    const retried = retryPolicyFor(checkRetryOptions(options), { send: async () => response });
    await retried({ request, isIdempotent: true, last: undefined });
  `;

  it('is the package debug, silent until DEBUG asks for it', async () => {
    const quiet = await runInNode(program);
    const other = await runInNode(`process.env.DEBUG = 'stampede:retry';${program}`);
    const loud = await runInNode(`process.env.DEBUG = 'stampede:http';${program}`);

    expect([quiet.stderr, other.stderr]).toEqual(['', '']);
    expect(loud.stderr).toContain(
      'stampede:http Backing off GET https://host.test/path for 0ms (503 Service Unavailable)',
    );
    expect(loud.stderr).toContain('Giving up GET https://host.test/path after 2 tries');
    expect(loud.stderr).not.toContain('secret');
  });
});
