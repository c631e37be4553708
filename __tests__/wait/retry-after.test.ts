/** What a server asks for: read where it makes sense, ignored where it does not. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Outcome,
  type WaitMaker,
  VirtualClock,
  constant,
  expo,
  parseRetryAfter,
  random,
  retryAfter,
} from '../../src/core.js';
import { answers, take } from './taken.js';

const now = Date.UTC(2026, 7, 15, 12, 0, 0); // a Saturday

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    ['120', 120_000],
    [' 5 ', 5000],
    ['007', 7000],
    ['99999999999', 99_999_999_999_000],
    [120, 120_000],
    [0, 0],
  ])('reads %j as seconds', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });

  it('reads 400 digits as more than any time, which a cap then cuts', () => {
    expect(parseRetryAfter('9'.repeat(400), now)).toBe(Infinity);
  });

  it.each([
    ['as of RFC 9110', 'Sat, 15 Aug 2026 12:01:30 GMT', 90_000],
    ['as of RFC 850', 'Saturday, 15-Aug-26 12:01:30 GMT', 90_000],
    ['as of asctime()', 'Sat Aug 15 12:01:30 2026', 90_000],
    ['as of asctime(), with a day of one digit', 'Tue Sep  1 12:00:00 2026', 17 * 86_400_000],
    ['of a longer weekday as of RFC 850', 'Wednesday, 19-Aug-26 12:00:00 GMT', 4 * 86_400_000],
    ['of this very moment', 'Sat, 15 Aug 2026 12:00:00 GMT', 0],
    ['of the past', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['of the past as of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['of the past as of asctime()', 'Sun Nov  6 08:49:37 1994', 0],
    ['before 1970', 'Wed, 31 Dec 1969 23:59:59 GMT', 0],
    ['of next year', 'Sun, 15 Aug 2027 12:00:00 GMT', 365 * 86_400_000],
    ['of a leap day', 'Tue, 29 Feb 2028 12:00:00 GMT', 563 * 86_400_000],
    ['of a leap second', 'Thu, 31 Dec 2026 23:59:60 GMT', Date.UTC(2027, 0, 1) - now],
    ['of a leap second as of asctime()', 'Thu Dec 31 23:59:60 2026', Date.UTC(2027, 0, 1) - now],
    ['with spaces around it', ' Sat, 15 Aug 2026 12:01:30 GMT ', 90_000],
  ])('reads a date %s', (_, value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });

  it.each([
    ['2026', now, '75', Date.UTC(2075, 0, 1) - now],
    ['2026', now, '77', 0],
    ['2099', Date.UTC(2099, 11, 31, 23, 59, 50), '00', 10_000],
    ['2099', Date.UTC(2099, 11, 31, 23, 59, 50), '98', 0],
  ])('in %s takes the year of two digits for the one at most 50 years ahead', (_, date, year, ms) => {
    expect(parseRetryAfter(`Friday, 01-Jan-${year} 00:00:00 GMT`, date)).toBe(ms);
  });

  it.each([
    ['nothing', ''],
    ['a space', ' '],
    ['a negative number', '-1'],
    ['a signed number', '+1'],
    ['a fraction', '1.5'],
    ['an exponent', '1e9'],
    ['a hexadecimal number', '0x10'],
    ['a word', 'abc'],
    ['a unit', '5s'],
    ['units as Go writes them', '1m0s'],
    ['two headers in one', '5, 10'],
    ['digits of another script', '٥'],
    ['an ISO date', '2026-08-15T12:00:00Z'],
    ['an impossible ISO date', '2026-13-45'],
    ['a date without its zone', 'Sat, 15 Aug 2026 12:01:30'],
    ['a date in another zone', 'Sat, 15 Aug 2026 12:01:30 CEST'],
    ['a date with an offset', 'Sat, 15 Aug 2026 12:01:30 +0200'],
    ['a date in lower case', 'sat, 15 aug 2026 12:01:30 gmt'],
    ['a date in another language', 'Sa, 15 Dez 2026 12:01:30 GMT'],
    ['an unknown month', 'Sat, 15 Foo 2026 12:01:30 GMT'],
    ['a day that is not in the month', 'Sat, 31 Feb 2026 12:01:30 GMT'],
    ['the day 0', 'Sat, 00 Aug 2026 12:01:30 GMT'],
    ['29 February of another year', 'Sun, 29 Feb 2026 12:01:30 GMT'],
    ['the hour 24', 'Sat, 15 Aug 2026 24:00:00 GMT'],
    ['the minute 60', 'Sat, 15 Aug 2026 12:60:00 GMT'],
    ['the second 61', 'Sat, 15 Aug 2026 12:00:61 GMT'],
    ['a date with more behind it', 'Sat, 15 Aug 2026 12:01:30 GMT; soon'],
    ['a date without a weekday', '15 Aug 2026 12:01:30 GMT'],
    ['a negative number of seconds', -1],
    ['a fraction of seconds', 1.5],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['null', null],
    ['undefined', undefined],
    ['a list', ['5', '10']],
    ['an object', {}],
    ['a date object', new Date(now)],
    ['a bigint', 5n],
  ])('ignores %s: %p', (_, value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });

  it('never throws and never gives less than 0, whatever it is given', () => {
    const check = (value: unknown): void => {
      const ms = parseRetryAfter(value, now);
      expect(ms === undefined || ms >= 0).toBe(true);
    };
    const almost = fc.stringMatching(/^[A-Z][a-z]{2}, \d\d (Jan|Feb|Dec|Foo) \d{4} \d\d:\d\d:\d\d GMT$/);

    fc.assert(fc.property(fc.oneof(fc.anything(), fc.string(), almost), check), { numRuns: 2000 });
  });

  it('reads back every date that a server writes, in all three forms', () => {
    const pad = (part: number): string => String(part).padStart(2, '0');
    const long = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
    const check = (seconds: number): void => {
      const date = new Date(now + seconds * 1000);
      const [weekday, day, month, year, time] = date.toUTCString().split(/,? /);
      const rfc850 = `${long[date.getUTCDay()]}, ${day}-${month}-${year!.slice(2)} ${time} GMT`;
      const asctime = `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
      expect(pad(date.getUTCDate())).toBe(day);
      for (const text of [date.toUTCString(), rfc850, asctime]) {
        expect(parseRetryAfter(text, now)).toBe(seconds * 1000);
      }
    };

    fc.assert(fc.property(fc.integer({ min: 0, max: 20 * 365 * 86_400 }), check), { numRuns: 500 });
  });
});

describe('retryAfter', () => {
  const clock = new VirtualClock(now);
  const ask = (outcome: Outcome, wait: WaitMaker = retryAfter({ fallback: constant(100) })): unknown =>
    answers(wait, 1, { outcomes: [outcome], clock })[0];
  const threw = (error: unknown): Outcome => ({ ok: false, error });
  const returned = (value: unknown): Outcome => ({ ok: true, value });
  const sevenSeconds = { value: 7000, kind: 'server', spread: 700 };

  it.each<[string, Outcome]>([
    ['retryAfter of the error, in milliseconds', threw({ retryAfter: 7000 })],
    ['retryAfter of the value, in milliseconds', returned({ retryAfter: 7000 })],
    ['Headers of the value', returned({ headers: new Headers({ 'Retry-After': '7' }) })],
    ['Headers of the error', threw({ headers: new Headers({ 'retry-after': '7' }) })],
    [
      "Headers of the error's response",
      threw({ response: { headers: new Headers({ 'retry-after': '7' }) } }),
    ],
    ["Node's headers", returned({ headers: { 'retry-after': '7' } })],
    ['headers in any case', returned({ headers: { 'Retry-After': '7' } })],
    ['a number in the headers', returned({ headers: { 'retry-after': 7 } })],
    ['a date in the headers', threw({ headers: { 'retry-after': 'Sat, 15 Aug 2026 12:00:07 GMT' } })],
    [
      "the response where the error's own headers say nothing",
      threw({ headers: {}, response: { headers: { 'retry-after': '7' } } }),
    ],
    [
      "the response where the error's own headers are junk",
      threw({ headers: { 'retry-after': 'x' }, response: { headers: { 'retry-after': '7' } } }),
    ],
    [
      'the header where retryAfter is no number',
      threw({ retryAfter: 'soon', headers: { 'retry-after': '7' } }),
    ],
    ['a function that carries headers', threw(Object.assign(() => {}, { headers: { 'retry-after': '7' } }))],
  ])('reads %s', (_, outcome) => {
    expect(ask(outcome)).toEqual(sevenSeconds);
  });

  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const throwing = {
    get headers() {
      throw new Error('no headers for you');
    },
  };

  it.each<[string, Outcome]>([
    ['no header', returned({ headers: new Headers() })],
    ['no headers', returned({ status: 429 })],
    ['headers that are no object', returned({ headers: 'retry-after: 7' })],
    ['junk', returned({ headers: { 'retry-after': '1m0s' } })],
    [
      'two headers',
      returned({
        headers: new Headers([
          ['retry-after', '7'],
          ['retry-after', '9'],
        ]),
      }),
    ],
    ['a negative number', threw({ retryAfter: -7 })],
    ['NaN', threw({ retryAfter: Number.NaN })],
    ['a thrown undefined', threw(undefined)],
    ['a thrown null', threw(null)],
    ['a thrown text', threw('retry-after: 7')],
    ['an undefined value', returned(undefined)],
    ['an error whose getter throws', threw(throwing)],
    [
      'headers whose get throws',
      threw({
        headers: {
          get: () => {
            throw new Error('no');
          },
        },
      }),
    ],
    ['a revoked Proxy', threw(revoked())],
  ])('falls back for %s', (_, outcome) => {
    expect(ask(outcome)).toEqual({ value: 100 });
  });

  it('falls back to growing waits of a tenth of a second and up, unless told otherwise', () => {
    expect(take(retryAfter, 9)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    expect(take(retryAfter({}), 2)).toEqual([100, 200]);
  });

  it('goes on with the fallback where it would be, whatever was asked in between', () => {
    const busy = returned({ headers: { 'retry-after': '60' } });
    const maker = retryAfter({ fallback: expo({ factor: 100 }) });

    expect(take(maker, 4, { clock, outcomes: [threw(1), busy, busy, threw(1)] })).toEqual([
      100, 60_000, 60_000, 800,
    ]);
  });

  it('keeps the kind of its fallback', () => {
    expect(ask(threw(1), retryAfter({ fallback: random }))).toMatchObject({ kind: 'spread' });
  });

  it('ends when its fallback ends', () => {
    const maker = retryAfter({ fallback: constant([1, 2]) });

    expect(take(maker, 5, { outcomes: [threw({ retryAfter: 7000 })] })).toEqual([7000, 7000]);
  });

  it('waits the longer of the two, and spreads upward at least as far as its own wait', () => {
    const maker = retryAfter({ fallback: constant('5s') });

    expect(ask(threw({ retryAfter: 1000 }), maker)).toEqual({ value: 5000, kind: 'server', spread: 5000 });
    expect(ask(threw({ retryAfter: 0 }), maker)).toEqual({ value: 5000, kind: 'server', spread: 5000 });
    expect(ask(threw({ retryAfter: 10_000 }), maker)).toEqual({
      value: 10_000,
      kind: 'server',
      spread: 5000,
    });
    expect(ask(threw({ retryAfter: 100_000 }), maker)).toEqual({
      value: 100_000,
      kind: 'server',
      spread: 10_000,
    });
  });

  it.each<[string, unknown]>([
    ['a billion seconds', '1000000000'],
    ['400 digits', '9'.repeat(400)],
    ['a date next year', 'Sun, 15 Aug 2027 12:00:00 GMT'],
  ])('cuts %s to its max, six hours unless told otherwise', (_, header) => {
    const outcome = returned({ headers: { 'retry-after': header } });

    expect(ask(outcome)).toMatchObject({ value: 6 * 3_600_000, kind: 'server' });
    expect(ask(outcome, retryAfter({ max: '1m' }))).toMatchObject({ value: 60_000, kind: 'server' });
  });

  it('cuts an endless retryAfter to its max', () => {
    expect(ask(threw({ retryAfter: Infinity }))).toMatchObject({ value: 6 * 3_600_000 });
  });

  it('reads the header again after each attempt', () => {
    const outcomes = ['1', '3', '7'].map((seconds) => returned({ headers: { 'retry-after': seconds } }));

    expect(take(retryAfter({ fallback: constant(0) }), 3, { outcomes, clock })).toEqual([1000, 3000, 7000]);
  });

  it('bears its name', () => {
    expect(retryAfter.name).toBe('retryAfter');
  });
});
