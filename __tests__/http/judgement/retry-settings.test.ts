import { describe, expect, it } from '@jest/globals';
import { VirtualClock, circuitBreaker, noJitter, retryBudget, systemClock } from '../../../src/core.js';
import {
  checkRetryOptions,
  mergeRetryOptions,
  retryHttpOptionNames,
  retryOptionsIn,
} from '../../../src/http/judgement/retry-settings.js';

const check = (options: object): unknown => checkRetryOptions(options);
const request = (method: string, headers: Record<string, string> = {}) => ({
  method,
  headers: new Headers(headers),
});

describe('checkRetryOptions', () => {
  it('has a default for everything', () => {
    expect(checkRetryOptions()).toMatchObject({
      retries: true,
      enabled: true,
      maxRedirects: undefined,
      statusForcelist: undefined,
      unsafeStatuses: undefined,
      retryWhen: undefined,
      giveup: undefined,
      raiseOnStatus: false,
      raiseOnRedirect: true,
      respectRetryAfter: true,
      maxRetryAfter: 60_000,
      handlers: {},
      jitter: undefined,
      clock: systemClock,
    });
  });

  it('takes null for the default, but where it is a value', () => {
    const nulls = Object.fromEntries(retryHttpOptionNames.map((name) => [name, null]));
    const settings = checkRetryOptions(nulls);

    expect(settings).toMatchObject({ retries: true, maxRetryAfter: 60_000, raiseOnRedirect: true });
    expect(settings.jitter).toBeNull();
    expect(settings.isIdempotent(request('POST'))).toBe(true);
  });

  it('reads times with a unit', () => {
    expect(checkRetryOptions({ maxRetryAfter: '5m' }).maxRetryAfter).toBe(300_000);
    expect(checkRetryOptions({ maxRetryAfter: Infinity }).maxRetryAfter).toBe(Infinity);
  });

  it('takes lists of any kind', () => {
    const settings = checkRetryOptions({ statusForcelist: new Set([500]), unsafeStatuses: [429] });

    expect(settings.statusForcelist).toEqual(new Set([500]));
    expect(settings.unsafeStatuses).toEqual(new Set([429]));
  });

  it('takes handlers that can be walked once', () => {
    const handlers = [() => {}, () => {}];
    const settings = checkRetryOptions({ onBackoff: handlers.values() });

    expect(settings.handlers.onBackoff).toEqual(handlers);
  });

  it.each([
    [
      { statusForcelist: ['418'] },
      'statusForcelist must be a list of statuses, whole numbers from 100 to 599',
    ],
    [{ statusForcelist: 503 }, 'statusForcelist must be'],
    [{ statusForcelist: '503' }, 'statusForcelist must be'],
    [{ statusForcelist: [99] }, 'statusForcelist must be'],
    [{ unsafeStatuses: [600] }, 'unsafeStatuses must be'],
    [{ unsafeStatuses: [500.5] }, 'unsafeStatuses must be'],
    [{ unsafeStatuses: false }, 'unsafeStatuses must be'],
    [{ allowedMethods: [] }, 'allowedMethods must be a list of methods, or "any" for all of them; got [].'],
    [{ allowedMethods: false }, 'allowedMethods must be'],
    [{ allowedMethods: 'GET' }, 'allowedMethods must be'],
    [{ allowedMethods: ['GET POST'] }, 'allowedMethods must be'],
    [{ allowedMethods: [''] }, 'allowedMethods must be'],
    [{ allowedMethods: [1] }, 'allowedMethods must be'],
    [{ retryWhen: true }, 'retryWhen must be a function'],
    [{ giveup: 5 }, 'giveup must be a function'],
    [{ raiseOnStatus: 1 }, 'raiseOnStatus must be true or false'],
    [{ raiseOnRedirect: 'no' }, 'raiseOnRedirect must be true or false'],
    [{ respectRetryAfter: 0 }, 'respectRetryAfter must be true or false'],
    [{ idempotent: 'yes' }, 'idempotent must be true or false'],
    [{ enabled: 'no' }, 'enabled must be true or false'],
    [{ maxRetryAfter: '1m0s' }, 'maxRetryAfter must be milliseconds'],
    [{ maxRetryAfter: -1 }, 'maxRetryAfter must be'],
    [{ maxRetryAfter: NaN }, 'maxRetryAfter must be'],
    [{ idempotencyKey: '' }, 'idempotencyKey must be "auto" or up to 255 visible ASCII characters'],
    [{ idempotencyKey: 'a\r\nb' }, 'idempotencyKey must be'],
    [{ idempotencyKey: 'x'.repeat(256) }, 'idempotencyKey must be'],
    [{ idempotencyKey: true }, 'idempotencyKey must be'],
    [{ jitter: 0.5 }, 'jitter must be a function'],
    [{ clock: {} }, 'clock must be a Clock'],
    [{ random: 4 }, 'random must be a function'],
    [{ log: true }, 'log must be false or a function'],
    [{ onBackoff: 'log' }, 'onBackoff must be a function or an iterable of functions'],
    [{ onGiveup: [1] }, 'onGiveup must be a function or an iterable of functions'],
  ])('refuses %j', (options, text) => {
    expect(() => check(options)).toThrow(text);
    expect(() => check(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  });

  it.each([
    ['retrys', 'retries'],
    ['statusForceList', 'statusForcelist'],
    ['maxRetries', 'retries'],
    ['maxTries', 'retries, which does not count the first attempt'],
    ['status_forcelist', 'statusForcelist'],
    ['method_whitelist', 'allowedMethods'],
    ['total', 'retries: { total }'],
    ['retryIf', 'retryWhen'],
  ])('says what %s is called here', (wrong, right) => {
    expect(() => check({ [wrong]: 3 })).toThrow(`did you mean ${right}?`);
  });

  it.each([null, [], 5, 'retries', () => {}])('refuses %p for options', (options) => {
    expect(() => checkRetryOptions(options as never)).toThrow('The options of the retry must be an object');
  });

  it('is not misled by names of the prototype', () => {
    expect(() => check({ constructor: 1 })).toThrow('constructor is not an option');
    expect(() => check({ toString: 1 })).toThrow('toString is not an option');
  });

  it('refuses what `enabled` gives when it is no boolean', () => {
    const { enabled } = checkRetryOptions({ enabled: () => 'no' as never });

    expect(enabled).toThrow('enabled must give true or false');
  });
});

describe('what may be repeated', () => {
  const mayBe = (options: object, method: string, headers = {}): boolean =>
    checkRetryOptions(options).isIdempotent(request(method, headers));

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])('is %s', (method) => {
    expect(mayBe({}, method)).toBe(true);
  });

  it.each(['POST', 'PATCH', 'LOCK', 'get'])('is not %s', (method) => {
    expect(mayBe({}, method)).toBe(false);
  });

  it('is anything with an Idempotency-Key, or that is said to be', () => {
    expect(mayBe({}, 'POST', { 'Idempotency-Key': 'one' })).toBe(true);
    expect(mayBe({ idempotent: true }, 'POST')).toBe(true);
    expect(mayBe({ idempotent: false }, 'GET', { 'Idempotency-Key': 'one' })).toBe(false);
  });

  it('is what the list says, instead', () => {
    expect(mayBe({ allowedMethods: ['Patch'] }, 'PATCH')).toBe(true);
    expect(mayBe({ allowedMethods: ['PATCH'] }, 'GET')).toBe(false);
    expect(mayBe({ allowedMethods: 'any' }, 'POST')).toBe(true);
  });
});

describe('an idempotency key', () => {
  it('is one for each call, or the one that is given', () => {
    const auto = checkRetryOptions({ idempotencyKey: 'auto' });

    expect(auto.newIdempotencyKey()).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(auto.newIdempotencyKey()).not.toBe(auto.newIdempotencyKey());
    expect(checkRetryOptions({ idempotencyKey: 'order-7' }).newIdempotencyKey()).toBe('order-7');
    expect(checkRetryOptions().newIdempotencyKey()).toBeUndefined();
  });

  it('is not fixed for a session: all its calls would be one', () => {
    expect(() => checkRetryOptions({ idempotencyKey: 'order-7' }, 'session')).toThrow(
      'idempotencyKey must be "auto" for a session',
    );
    expect(() => checkRetryOptions({ idempotencyKey: 'auto' }, 'session')).not.toThrow();
  });
});

describe('mergeRetryOptions', () => {
  it('puts the options of the call on top, and changes nothing for those it does not give', () => {
    const defaults = { retries: 5, raiseOnStatus: true };

    expect(mergeRetryOptions(defaults, { retries: { read: 1 }, raiseOnStatus: undefined })).toEqual({
      retries: { read: 1 },
      raiseOnStatus: true,
    });
    expect(defaults).toEqual({ retries: 5, raiseOnStatus: true });
  });

  it('takes the default again for null', () => {
    const merged = mergeRetryOptions({ retries: 5, jitter: noJitter }, { retries: null, jitter: null });

    expect(checkRetryOptions(merged)).toMatchObject({ counts: { total: 3 }, jitter: null });
  });

  it('lets one way to say the waits take the place of the other', () => {
    const backoff = false;

    expect(mergeRetryOptions({ backoff }, { backoffFactor: 5 })).toEqual({ backoffFactor: 5 });
    expect(mergeRetryOptions({ backoffFactor: 5 }, { backoff })).toEqual({ backoff });
    expect(() => check(mergeRetryOptions({}, { backoff, backoffFactor: 5 }))).toThrow('cannot stand beside');
  });

  it('refuses options of a circuit or a budget in a call, where they would make a new one each time', () => {
    expect(() => mergeRetryOptions({}, { budget: { ratio: 0.5 } })).toThrow(
      'budget must be false or a shared one in a call',
    );
    expect(() => mergeRetryOptions({}, { circuitBreaker: { minCalls: 5 } })).toThrow(
      'circuitBreaker must be',
    );
    const shared = { budget: retryBudget(), circuitBreaker: circuitBreaker() };
    expect(mergeRetryOptions({ budget: { ratio: 0.5 } }, shared)).toEqual(shared);
    expect(mergeRetryOptions({}, { budget: false, circuitBreaker: null })).toEqual({
      budget: false,
      circuitBreaker: null,
    });
  });
});

describe('retryOptionsIn', () => {
  it('finds them among the keywords of a call', () => {
    const clock = new VirtualClock();

    expect(retryOptionsIn({ json: {}, timeout: 5, retries: 1, clock, backoff: undefined })).toEqual({
      retries: 1,
      clock,
    });
    expect(retryOptionsIn({ json: {}, timeout: 5 })).toBeUndefined();
  });

  it('keeps handlers that can be walked once', () => {
    const handlers = [() => {}];

    expect(retryOptionsIn({ onGiveup: handlers.values() })).toEqual({ onGiveup: handlers });
  });
});
