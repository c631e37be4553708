import { describe, expect, it } from '@jest/globals';
import { CircuitOpenError } from '../../src/core.js';
import { errorType } from '../../src/observe/error-type.js';

const secret = 'postgres://ada:hunter2@db/users?token=s3cret';

describe('errorType', () => {
  it.each<[string, unknown, string]>([
    ['its code', Object.assign(new Error(secret), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['the code of ours', new CircuitOpenError('payments', 'open', 5, () => 0), 'ERR_CIRCUIT_OPEN'],
    ['its class', new RangeError(secret), 'RangeError'],
    ['its class, where the code is no word', Object.assign(new TypeError(), { code: secret }), 'TypeError'],
    ['its class, where the code is a number', Object.assign(new TypeError(), { code: 42 }), 'TypeError'],
    [
      '_OTHER, where the name is a text',
      Object.assign(new Error(), { name: `Error at ${secret}` }),
      '_OTHER',
    ],
    ['_OTHER, where it is a text', secret, '_OTHER'],
    ['_OTHER, where it is null', null, '_OTHER'],
    ['_OTHER, where it cannot be looked at', hostile(), '_OTHER'],
  ])('calls an error by %s', (_, error, type) => {
    expect(errorType({ ok: false, error })).toBe(type);
  });

  it.each<[string, unknown, string]>([
    ['an answer by its status', { status: 503, url: secret }, '503'],
    ['a good answer, refused by a predicate, a value', { status: 200 }, 'value'],
    ['a status that is no number a value', { status: secret }, 'value'],
    ['any other value a value', secret, 'value'],
    ['nothing a value', undefined, 'value'],
    ['what cannot be looked at _OTHER', hostile(), '_OTHER'],
  ])('calls %s', (_, value, type) => {
    expect(errorType({ ok: true, value })).toBe(type);
  });
});

function hostile(): object {
  const trap = (): never => {
    throw new Error('hands off');
  };
  return new Proxy({}, { get: trap });
}
