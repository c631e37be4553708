import { describe, expect, it } from '@jest/globals';
import { OptionError } from '../../../src/core.js';
import { type TimeoutInput, readTimeouts, settledTimeouts } from '../../../src/http/request/timeouts.js';

const read = (given: unknown) => readTimeouts(given as TimeoutInput);
const settled = (given: unknown) => settledTimeouts(read(given));

describe('readTimeouts', () => {
  it.each([
    [250, { connect: 250, read: 250 }],
    ['2s', { connect: 2000, read: 2000 }],
    [[5, '25ms'], { connect: 5, read: 25 }],
    [[5, null], { connect: 5, read: Infinity }],
    [{ total: '1m' }, { total: 60_000 }],
    [{ connect: 1.5, read: undefined }, { connect: 1.5 }],
    [{}, {}],
    [null, { connect: Infinity, read: Infinity, total: Infinity }],
    [Infinity, { connect: Infinity, read: Infinity }],
    // what one timer cannot measure is no limit, and never fires at once
    [2 ** 31, { connect: Infinity, read: Infinity }],
    [2 ** 31 - 1, { connect: 2147483647, read: 2147483647 }],
  ])('reads %j', (given, wanted) => {
    expect(read(given)).toEqual(wanted);
  });

  it.each([
    [0, 'at least 1 ms'],
    [-0, 'at least 1 ms'],
    ['0s', 'at least 1 ms'],
    [0.3, 'did you mean 300 ms?'],
    [-1, 'milliseconds'],
    [NaN, 'milliseconds'],
    ['100', 'with a unit'],
    ['5 parsecs', 'with a unit'],
    [5n, 'milliseconds'],
    [true, 'milliseconds'],
    [new Date(0), 'milliseconds'],
    [[5], '[connect, read]'],
    [[5, 5, 5], '[connect, read]'],
    [[5, undefined], 'timeout[1] (read)'],
    [[0, 5], 'timeout[0] (connect)'],
    [{ connect: 0 }, 'timeout.connect'],
    [{ conect: 5 }, 'did you mean connect?'],
    [{ response: 5 }, 'did you mean read?'],
  ])('refuses %p', (given, text) => {
    expect(() => read(given)).toThrow(OptionError);
    expect(() => read(given)).toThrow(text);
  });
});

describe('settledTimeouts', () => {
  it('gives 5 s, 30 s and 60 s where nobody says anything', () => {
    expect(settledTimeouts({})).toEqual({
      connect: 5000,
      read: 30_000,
      total: 60_000,
      isTotalGiven: false,
    });
  });

  it('keeps the default total for short times, and lifts it for long ones', () => {
    expect(settled(25).total).toBe(60_000);
    expect(settled('5m')).toMatchObject({ connect: 300_000, read: 300_000, total: 600_000 });
    expect(settled({ read: null }).total).toBe(Infinity);
  });

  it('never lifts a total that somebody named', () => {
    expect(settled({ read: '5m', total: '10s' }).total).toBe(10_000);
  });
});
