import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { expo, fibo } from '../../../src/core.js';
import type { HttpError } from '../../../src/http/http-errors.js';
import type { HttpResponse } from '../../../src/http/http-response.js';
import {
  type RetryHttpOptions,
  retryHttpOptionNames,
  retryHttpSynonyms,
} from '../../../src/http/judgement/retry-options.js';

describe('RetryHttpOptions', () => {
  it('tells handlers what they are about, without any', () => {
    const options: RetryHttpOptions = {
      onAttempt: ({ args, tries }) => {
        expectTypeOf(args[0].request).toEqualTypeOf<{ readonly method: string; readonly url: URL }>();
        expectTypeOf(tries).toEqualTypeOf<number>();
      },
      onSuccess: ({ value }) => {
        expectTypeOf(value).toEqualTypeOf<HttpResponse>();
      },
      onBackoff: [
        ({ args, value, error, wait }) => {
          expectTypeOf(args[0].request.url).toEqualTypeOf<URL>();
          expectTypeOf(value).toEqualTypeOf<HttpResponse | undefined>();
          expectTypeOf(error).toEqualTypeOf<HttpError | undefined>();
          expectTypeOf(wait).toEqualTypeOf<number>();
        },
      ],
      onGiveup: async ({ ok, reason }) => {
        expectTypeOf(ok).toEqualTypeOf<boolean>();
        expectTypeOf(reason).toEqualTypeOf<'giveup' | 'maxTries' | 'maxTime' | 'waits' | 'budget'>();
      },
      onAbort: ({ args, abortReason }) => {
        expectTypeOf(args[0].request.method).toEqualTypeOf<string>();
        expectTypeOf(abortReason).toEqualTypeOf<unknown>();
      },
      log: (level, text, details) => {
        expectTypeOf(level).toEqualTypeOf<'info' | 'error'>();
        expectTypeOf(text).toEqualTypeOf<string>();
        expectTypeOf(details.args[0].request.method).toEqualTypeOf<string>();
      },
      retryWhen: (method, { response, error }) => {
        expectTypeOf(method).toEqualTypeOf<string>();
        expectTypeOf(error).toEqualTypeOf<HttpError | undefined>();
        return response?.status === 404 ? true : undefined;
      },
      giveup: async (response) => (await response.text()).includes('User not exists'),
    };

    expect(options).toBeDefined();
  });

  it('takes waits in every form', () => {
    const all: RetryHttpOptions[] = [
      { backoff: expo },
      { backoff: fibo({ maxValue: '10s' }) },
      { backoff: { type: 'fixed', delay: '1s' } },
      { backoff: { type: 'random', min: '3s', max: '15s' } },
      { backoff: false },
      // @ts-expect-error -- a number says nothing of how it grows
      { backoff: 100 },
      // @ts-expect-error -- a fixed wait has a delay
      { backoff: { type: 'fixed' } },
      // @ts-expect-error -- true is no number
      { retries: true },
      // @ts-expect-error -- a unit is needed
      { maxRetryAfter: '60' },
    ];

    expect(all).toHaveLength(9);
  });
});

describe('the names of the options', () => {
  it('have no synonym that is itself an option', () => {
    const names: readonly string[] = retryHttpOptionNames;

    expect(names).toHaveLength(26);
    expect(Object.keys(retryHttpSynonyms).filter((name) => names.includes(name))).toEqual([]);
  });
});
