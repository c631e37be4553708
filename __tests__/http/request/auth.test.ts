import { describe, expect, it } from '@jest/globals';
import { OptionError } from '../../../src/core.js';
import { type AuthInput, readAuth } from '../../../src/http/request/auth.js';

const errorOf = (given: unknown): OptionError => {
  try {
    readAuth(given as AuthInput);
  } catch (error) {
    return error as OptionError;
  }
  throw new Error('nothing was refused');
};

describe('readAuth', () => {
  it('makes Basic of a user and a password, in UTF-8', () => {
    expect(readAuth(['Aladdin', 'open sesame'])).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
    expect(readAuth({ username: 'test', password: '123£' })).toBe('Basic dGVzdDoxMjPCow==');
    expect(readAuth(['', ''])).toBe('Basic Og==');
  });

  it('makes Bearer of a token', () => {
    expect(readAuth({ bearer: 'mF_9.B5f-4.1JqM=' })).toBe('Bearer mF_9.B5f-4.1JqM=');
  });

  it('keeps a function', () => {
    const sign = () => 'Signed abc';

    expect(readAuth(sign)).toBe(sign);
  });

  it.each([
    ['text', 'me:s3cret'],
    ['one of two', ['s3cret']],
    ['three', ['me', 's3cret', 's3cret']],
    ['no text', ['s3cret', 5]],
    ['a colon in the name', ['me:s3cret', 'a']],
    ['a line break in the password', ['me', 's3cret\n']],
    ['a token with a line break', { bearer: 's3cret\n' }],
    ['a token with its word', { bearer: 'Bearer s3cret' }],
    ['an empty token', { bearer: '' }],
    ['unknown keys', { user: 'me', password: 's3cret' }],
    ['a number', 5],
    ['a boolean', true],
    ['a key of another kind beside a token', { bearer: 'x', password: 's3cret' }],
  ])('refuses %s, and does not show it', (_, given) => {
    const error = errorOf(given);

    expect(error).toBeInstanceOf(OptionError);
    expect(`${error.message} ${String(error.value)}`).not.toContain('s3cret');
  });

  it('knows what others call the names', () => {
    expect(errorOf({ user: 'a', password: 'b' }).message).toContain('did you mean username?');
    expect(errorOf({ token: 'a' }).message).toContain('did you mean');
  });
});
