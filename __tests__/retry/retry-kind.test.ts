import { describe, expect, it } from '@jest/globals';
import { ThrottledError, TimeoutError } from '../../src/core.js';
import type { Outcome } from '../../src/core.js';
import { hasThrottledStatus, kindOf } from '../../src/retry/retry-kind.js';

const threw = (error: unknown): Outcome => ({ ok: false, error });
const gave = (value: unknown): Outcome => ({ ok: true, value });
const errorWith = (properties: object): Outcome => threw(Object.assign(new Error('no'), properties));
const mute = new Proxy(
  {},
  {
    get() {
      throw new Error('ask nothing');
    },
  },
);

describe('kindOf', () => {
  it.each<[what: string, outcome: Outcome]>([
    ['an error with the status 429', errorWith({ status: 429 })],
    ['an error with the status 503', errorWith({ status: 503 })],
    ['an error with the statusCode 429', errorWith({ statusCode: 429 })],
    ['an error whose response has the status 503', errorWith({ response: { status: 503 } })],
    ['an error whose response has the statusCode 429', errorWith({ response: { statusCode: 429 } })],
    ['an error of a failed fetch', errorWith({ response: new Response(null, { status: 429 }) })],
    ['what was thrown and is no error', threw({ status: 503 })],
    ['our own ThrottledError', threw(new ThrottledError('users', 0.5))],
    ['a value with the status 503', gave(new Response(null, { status: 503 }))],
    ['a value with the statusCode 429', gave({ statusCode: 429 })],
  ])('takes %s for throttled', (_what, outcome) => {
    expect(kindOf(outcome)).toBe('throttle');
  });

  it.each<[what: string, outcome: Outcome]>([
    ['our own TimeoutError', threw(new TimeoutError('ping', 100))],
    ['one of somebody else', errorWith({ name: 'TimeoutError' })],
    ['one that has a status, too, because it costs more', errorWith({ name: 'TimeoutError', status: 503 })],
  ])('takes %s for a timeout', (_what, outcome) => {
    expect(kindOf(outcome)).toBe('timeout');
  });

  it.each<[what: string, thrown: unknown]>([
    ['an error', new Error('boom')],
    ['an error with another status', Object.assign(new Error('no'), { status: 500 })],
    ['an error with the status as a text', Object.assign(new Error('no'), { status: '503' })],
    ['nothing', undefined],
    ['null', null],
    ['a number', 503],
    ['what throws when it is asked', mute],
    ['an error whose response throws when it is asked', Object.assign(new Error('no'), { response: mute })],
  ])('takes %s for an error', (_what, thrown) => {
    expect(kindOf(threw(thrown))).toBe('error');
  });

  it.each<[what: string, value: unknown]>([
    ['an answer that is not good enough', { status: 'pending' }],
    ['nothing', undefined],
    ['a number', 503],
    ['a value that has a response', { response: { status: 503 } }],
    ['what throws when it is asked', mute],
  ])('takes %s for a value', (_what, value) => {
    expect(kindOf(gave(value))).toBe('value');
  });
});

describe('hasThrottledStatus', () => {
  it('believes `status` before `statusCode`', () => {
    expect(hasThrottledStatus({ status: 200, statusCode: 503 })).toBe(false);
    expect(hasThrottledStatus({ status: undefined, statusCode: 503 })).toBe(true);
  });
});
