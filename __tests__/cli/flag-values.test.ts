import { describe, expect, it } from '@jest/globals';
import {
  count,
  exitCodes,
  number,
  positiveTime,
  seed,
  time,
  timeLimit,
  times,
  tries,
} from '../../src/cli/flag-values.js';

describe('the value of a flag', () => {
  it.each([
    ['a time', time, '1.5s', 1500],
    ['a time in milliseconds', time, '80ms', 80],
    ['no time at all', time, '0', 0],
    ['a limit of time', timeLimit, '2m', 120_000],
    ['no limit of time', timeLimit, 'unlimited', Infinity],
    ['a single time', times, '1s', 1000],
    ['several times', times, '100ms, 2s', [100, 2000]],
    ['a number of tries', tries, '5', 5],
    ['no limit of tries', tries, 'unlimited', Infinity],
    ['a number', number, '.5', 0.5],
    ['a seed', seed, '-3', -3],
    ['exit codes', exitCodes, '7, 28,6', new Set([7, 28, 6])],
  ])('is read as %s', (_, read: (text: string) => unknown, text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each([
    ['a time without a unit', time, '300', 'write 300ms or 300s'],
    ['a time that is none', time, 'soon', 'such as 250ms, 5s or 2m'],
    ['a negative time', time, '-5s', 'such as 250ms, 5s or 2m'],
    ['an empty time', time, '', 'such as 250ms, 5s or 2m'],
    ['a time of nothing where there must be one', positiveTime, '0s', 'more than 0'],
    ['one bad time of several', times, '100ms,7', 'write 7ms or 7s'],
    ['no try at all', tries, '0', 'a whole number of 1 or more'],
    ['half a try', count, '1.5', 'a whole number of 1 or more'],
    ['a number in another notation', count, '0x10', 'a whole number of 1 or more'],
    ['an empty number', number, '', 'a number of 0 or more'],
    ['a negative number', number, '-1', 'a number of 0 or more'],
    ['a seed that is no whole number', seed, 'x', 'a whole number'],
    ['an exit code of success', exitCodes, '0', 'exit codes from 1 to 255'],
    ['an exit code that cannot be', exitCodes, '256', 'exit codes from 1 to 255'],
    ['a list with a hole', exitCodes, '7,,8', 'exit codes from 1 to 255'],
  ])('is refused: %s', (_, read: (text: string) => unknown, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
