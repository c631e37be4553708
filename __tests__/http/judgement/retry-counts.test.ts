import { describe, expect, it } from '@jest/globals';
import { checkRetries } from '../../../src/http/judgement/retry-counts.js';

const counts = (given: unknown): object => checkRetries(given).counts;

describe('checkRetries', () => {
  it('allows three in all by default, two of them after sending', () => {
    expect(checkRetries(undefined)).toEqual({
      retries: true,
      counts: { total: 3, connect: 3, read: 2, status: 3, other: 3 },
      maxRedirects: undefined,
    });
  });

  it('takes a number for the total, all of which each kind may use', () => {
    expect(counts(5)).toEqual({ total: 5, connect: 5, read: 5, status: 5, other: 5 });
    expect(counts(0)).toEqual({ total: 0, connect: 0, read: 0, status: 0, other: 0 });
    expect(counts(Infinity)).toMatchObject({ total: Infinity, read: Infinity });
  });

  it('gives a kind that is named its retries to itself: the total grows by them', () => {
    expect(counts({ connect: 10, read: 2 })).toEqual({
      total: 15,
      connect: 10,
      read: 2,
      status: 3,
      other: 3,
    });
    expect(counts({ read: 0 })).toMatchObject({ total: 3, read: 0 });
    expect(counts({ connect: Infinity })).toMatchObject({ total: Infinity, status: 3 });
  });

  it('takes the sum where all kinds are named', () => {
    expect(counts({ connect: 1, read: 2, status: 3, other: 4 })).toMatchObject({ total: 10 });
    expect(counts({ connect: 0, read: 0, status: 1, other: false })).toMatchObject({ total: 1, other: 0 });
  });

  it('lets a total that is given win, and kinds that are not given use all of it', () => {
    expect(counts({ total: 2, connect: 5 })).toEqual({ total: 2, connect: 5, read: 2, status: 2, other: 2 });
  });

  it('leaves the total alone where only redirects are counted', () => {
    expect(checkRetries({ redirect: 4 })).toMatchObject({ counts: { total: 3 }, maxRedirects: 4 });
    expect(checkRetries({ redirect: false })).toMatchObject({ maxRedirects: false });
  });

  it('is off for false, not for 0', () => {
    expect(checkRetries(false).retries).toBe(false);
    expect(checkRetries({ total: false }).retries).toBe(false);
    expect(checkRetries(0).retries).toBe(true);
    expect(checkRetries({ connect: false }).retries).toBe(true);
  });

  it('refuses true, and says how to get what may be meant', () => {
    expect(() => checkRetries(true)).toThrow(/retries must be .* true is no number: leave retries out/);
    expect(() => checkRetries({ read: true })).toThrow(/retries\.read must be .*leave retries\.read out/);
  });

  it.each([-1, 2.5, NaN, '3', '', 2 ** 53, 1n, [], [3], () => 3, Symbol('3')])('refuses %p', (given) => {
    expect(() => checkRetries(given)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
    expect(() => checkRetries({ total: given })).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  });

  it('refuses a null by kind, which is "no limit" elsewhere', () => {
    expect(() => checkRetries({ total: null })).toThrow(/retries\.total .*Infinity is "no limit"/);
  });

  it('names what a misspelt kind may mean', () => {
    expect(() => checkRetries({ conect: 3 })).toThrow('did you mean connect?');
  });
});
