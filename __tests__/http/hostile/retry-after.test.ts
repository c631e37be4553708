/**
 * What servers put into `Retry-After`: sense is heeded, junk is ignored, and nothing is ever waited for by overflow.
 * In virtual time, over real connections; so without timeouts, which would be over at once.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../src/core.js';
import type { HttpResponse, RetrySessionOptions } from '../../../src/http/index.js';
import { leavesNothing } from '../support/residue.js';
import { type Reply, scripted } from '../support/servers.js';

const { open, session } = leavesNothing();

const now = Date.UTC(2026, 5, 15, 12, 0, 0);
const own = 7;

interface Played {
  readonly waits: readonly number[];
  readonly response: HttpResponse;
}

/** The waits of a call that is answered so and then by 200. */
async function play(first: Reply, options: RetrySessionOptions = {}): Promise<Played> {
  const server = await open(scripted(first, 200));
  const clock = new VirtualClock(now);
  const waits: number[] = [];
  const client = session({
    clock,
    jitter: null,
    timeout: null,
    backoff: { type: 'fixed', delay: own },
    onBackoff: ({ wait }) => void waits.push(wait),
    ...options,
  });
  const response = await clock.run(() => client.get(server.url));
  expect(clock.pending).toBe(0);
  return { waits, response };
}

const asks = (value: string | string[], status = 503): Reply => ({
  status,
  headers: { 'retry-after': value },
});

describe('Retry-After', () => {
  it.each([
    ['0', own],
    [' 5 ', 5000],
    ['1', 1000],
    ['60', 60_000],
    ['00030', 30_000],
    ['Mon, 15 Jun 2026 12:00:30 GMT', 30_000],
    ['Monday, 15-Jun-26 12:00:30 GMT', 30_000],
    ['Mon Jun 15 12:00:30 2026', 30_000],
    ['Mon, 15 Jun 2026 11:59:00 GMT', own], // past
    ['Thu, 01 Jan 1970 00:00:00 GMT', own],
    ['Mon, 15 Jun 2026 12:00:60 GMT', 60_000], // a leap second
  ])('%j is heeded', async (value, wait) => {
    const { waits, response } = await play(asks(value));

    expect(waits).toEqual([wait]);
    expect(response.status).toBe(200);
  });

  it.each([
    '',
    '-1',
    '-0',
    '+5',
    '1.5',
    '1e9',
    '1e3',
    '0x10',
    'abc',
    '1m0s',
    '5s',
    '5, 5',
    'Infinity',
    'NaN',
    '2026-13-45',
    '2026-06-15T12:00:30Z',
    'Mon, 15 Jun 2026 12:00:30',
    'Mon, 15 Jun 2026 12:00:30 CEST',
    'Mo, 15 Juni 2026 12:00:30 GMT',
    'Mon, 31 Feb 2027 12:00:30 GMT',
    'Mon, 15 Jun 2026 25:00:30 GMT',
    'tomorrow',
    '\u00e9',
    '1'.concat(';'.repeat(5000)),
  ])('%.40j is ignored', async (value) => {
    const { waits, response } = await play(asks(value));

    expect(waits).toEqual([own]);
    expect(response.status).toBe(200);
  });

  it.each([
    '61',
    '3000000', // past what a timer can hold
    '99999999999',
    '9'.repeat(400), // Infinity
    'Tue, 15 Jun 2027 12:00:00 GMT',
    'Fri, 31 Dec 9999 23:59:59 GMT',
  ])('%.40j asks for too much: the call ends now, and with the response', async (value) => {
    const { waits, response } = await play(asks(value));

    expect(waits).toEqual([]);
    expect(response.status).toBe(503);
    expect(response.retryAfter).toBeGreaterThan(60_000);
    expect(response.attempts).toHaveLength(1);
  });

  it('that came twice is the longer one', async () => {
    expect((await play(asks(['3', '30']))).waits).toEqual([30_000]);
    expect((await play(asks(['junk', '30']))).waits).toEqual([30_000]);
  });

  it('may ask for more where maxRetryAfter lets it, and past all timers it is waited for', async () => {
    const year = 365 * 24 * 3600;

    const { waits, response } = await play(asks(String(year)), { maxRetryAfter: Infinity });

    expect(waits).toEqual([year * 1000]);
    expect(response.status).toBe(200);
  });

  it('is not heeded where nobody respects it', async () => {
    expect((await play(asks('30'), { respectRetryAfter: false })).waits).toEqual([own]);
    expect((await play(asks('99999999'), { respectRetryAfter: false })).waits).toEqual([own]);
  });

  it('asks for more than is left: the call ends now, and with the response', async () => {
    const server = await open(scripted(asks('5'), 200));
    const start = performance.now();

    const response = await session({ timeout: { total: 3000 } }).get(server.url);

    expect(response.status).toBe(503);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(server.requests).toHaveLength(1);
  });

  it.each([200, 301, 404])('says nothing on a %s', async (status) => {
    const { waits, response } = await play(asks('30', status));

    expect(waits).toEqual([]);
    expect(response.status).toBe(status);
  });

  it('makes a 413 one that may be tried again', async () => {
    expect((await play({ status: 413 })).response.status).toBe(413);
    expect((await play(asks('2', 413))).waits).toEqual([2000]);
  });
});

describe('its kin', () => {
  it.each<[string, Record<string, string>, number]>([
    ['retry-after-ms', { 'retry-after-ms': '250' }, 250],
    ['x-ms-retry-after-ms', { 'x-ms-retry-after-ms': '250' }, 250],
    ['ratelimit-reset', { 'ratelimit-reset': '2' }, 2000],
    ['x-ratelimit-reset, a date', { 'x-ratelimit-reset': String(now / 1000 + 3) }, 3000],
    ['junk', { 'retry-after-ms': '-5', 'ratelimit-reset': 'soon', 'x-ratelimit-reset': '1e3' }, own],
    ['a date long ago', { 'x-ratelimit-reset': '1720000000' }, own],
  ])('is heeded on a 429: %s', async (_, headers, wait) => {
    expect((await play({ status: 429, headers })).waits).toEqual([wait]);
  });

  it.each(['retry-after-ms', 'ratelimit-reset', 'x-ratelimit-reset'])(
    'is never waited for by overflow: %s',
    async (name) => {
      const { waits, response } = await play({ status: 429, headers: { [name]: '9'.repeat(400) } });

      expect(waits.every((wait) => wait >= own)).toBe(true);
      expect([200, 429]).toContain(response.status);
    },
  );
});
