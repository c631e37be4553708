import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retryAfterOf } from '../../../src/http/judgement/rate-headers.js';

const now = Date.UTC(2026, 0, 1);
const seconds = now / 1000;
const asked = (headers: IncomingHttpHeaders, status = 429): number | undefined =>
  retryAfterOf(status, headers, now);

describe('retryAfterOf', () => {
  it.each([
    ['whole seconds', { 'retry-after': '120' }, 120_000],
    ['nothing', { 'retry-after': '0' }, 0],
    ['seconds with space around', { 'retry-after': ' 5 ' }, 5000],
    ['an IMF date', { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
    ['an RFC 850 date', { 'retry-after': 'Thursday, 01-Jan-26 00:01:00 GMT' }, 60_000],
    ['an asctime date', { 'retry-after': 'Thu Jan  1 00:01:00 2026' }, 60_000],
    ['a date that has passed', { 'retry-after': 'Wed, 31 Dec 2025 00:01:00 GMT' }, 0],
    ['milliseconds', { 'retry-after-ms': '250' }, 250],
    ['parts of milliseconds', { 'retry-after-ms': '12.5' }, 12.5],
    ["Azure's milliseconds", { 'x-ms-retry-after-ms': '250' }, 250],
    ['a reset in seconds', { 'ratelimit-reset': '30' }, 30_000],
    ['a reset in parts of seconds', { 'x-ratelimit-reset': '0.5' }, 500],
    ['a reset as a date in seconds', { 'x-ratelimit-reset': `${seconds + 90}` }, 90_000],
    ['a reset as a date in milliseconds', { 'x-ratelimit-reset': `${now + 90}` }, 90],
    ['a reset that has passed', { 'x-ratelimit-reset': `${seconds - 90}` }, 0],
  ])('reads %s', (_, headers, ms) => {
    expect(asked(headers)).toBe(ms);
  });

  it('takes the most exact of several: milliseconds, then Retry-After, then resets', () => {
    const all = {
      'x-ratelimit-reset': '9',
      'ratelimit-reset': '8',
      'retry-after': '7',
      'x-ms-retry-after-ms': '6',
      'retry-after-ms': '5',
    };
    const names = Object.entries(all);
    const found = names.map((_, index) => asked(Object.fromEntries(names.slice(0, names.length - index))));

    expect(found).toEqual([5, 6, 7000, 8000, 9000]);
  });

  it('passes over junk to what can be read', () => {
    expect(asked({ 'retry-after-ms': 'soon', 'retry-after': '2' })).toBe(2000);
    expect(asked({ 'retry-after': 'soon', 'x-ratelimit-reset': '3' })).toBe(3000);
  });

  it('takes the longer of a header that came twice', () => {
    const twice = { 'retry-after': ['5', 'junk', '60'] } as unknown as IncomingHttpHeaders;

    expect(asked(twice)).toBe(60_000);
  });

  it.each([
    '',
    '-1',
    '1.5',
    '+1',
    '1e9',
    '0x10',
    'abc',
    '1m0s',
    '\u00b2',
    '5, 60',
    '2026-13-45',
    'Thu, 32 Jan 2026 00:01:00 GMT',
    'Thu, 01 Jan 2026 00:01:00',
    'Jeudi 1 janvier 2026',
  ])('ignores the Retry-After %p', (text) => {
    expect(asked({ 'retry-after': text })).toBeUndefined();
  });

  it.each(['-1', '1e3', 'abc', '', '1,5', '0x10', '1000000000', '99999999'])(
    'ignores the reset %p: no number, or neither a time that anybody waits nor a date',
    (text) => {
      expect(asked({ 'x-ratelimit-reset': text })).toBeUndefined();
    },
  );

  it('reads what cannot be waited for as very long, never as nothing', () => {
    expect(asked({ 'retry-after': '99999999999' })).toBe(99_999_999_999_000);
    expect(asked({ 'retry-after': '9'.repeat(400) })).toBe(Infinity);
    expect(asked({ 'x-ratelimit-reset': '9'.repeat(400) })).toBe(Infinity);
  });

  it.each([200, 201, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 410, 418])(
    'is not asked of %i',
    (status) => {
      expect(asked({ 'retry-after': '5', 'retry-after-ms': '5', 'x-ratelimit-reset': '5' }, status)).toBe(
        undefined,
      );
    },
  );

  it.each([202, 408, 413, 421, 425, 429, 500, 502, 503, 504, 529])('is asked of %i', (status) => {
    expect(asked({ 'retry-after': '5' }, status)).toBe(5000);
  });

  it('takes a reset for a wait only where the limit was passed', () => {
    expect(asked({ 'x-ratelimit-reset': '5' }, 500)).toBeUndefined();
    expect(asked({ 'x-ratelimit-reset': '5', 'x-ratelimit-remaining': '7' }, 503)).toBeUndefined();
    expect(asked({ 'x-ratelimit-reset': '5', 'x-ratelimit-remaining': '7' }, 429)).toBeUndefined();
    expect(asked({ 'x-ratelimit-reset': '5', 'x-ratelimit-remaining': '0' }, 503)).toBe(5000);
    expect(asked({ 'x-ratelimit-reset': '5', 'x-ratelimit-remaining': '0' }, 403)).toBe(5000);
    expect(asked({ 'x-ratelimit-reset': '5', 'x-ratelimit-remaining': '0' }, 200)).toBeUndefined();
    expect(asked({ 'x-ratelimit-reset': '5', 'x-ratelimit-remaining': '' }, 403)).toBeUndefined();
  });

  it('never gives less than nothing, or no number, whatever the headers are', () => {
    const names = ['retry-after', 'retry-after-ms', 'x-ms-retry-after-ms', 'ratelimit-reset'];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)),
        (name, text) => {
          const ms = asked({ [name]: text });
          expect(ms === undefined || ms >= 0).toBe(true);
        },
      ),
    );
  });
});
