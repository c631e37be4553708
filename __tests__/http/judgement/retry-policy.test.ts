import { describe, expect, it } from '@jest/globals';
import {
  type Budget,
  CircuitOpenError,
  OptionError,
  RefusalError,
  VirtualClock,
  expo,
  runtime,
} from '../../../src/core.js';
import {
  BodyReplayError,
  HttpStatusError,
  ProtocolError,
  ReadTimeoutError,
  RedirectError,
  TotalTimeoutError,
} from '../../../src/http/http-errors.js';
import type { HttpResponse } from '../../../src/http/http-response.js';
import type {
  HttpAbortDetails,
  HttpBackoffDetails,
  HttpGiveUpDetails,
} from '../../../src/http/judgement/retry-options.js';
import { retryPolicyFor } from '../../../src/http/judgement/retry-policy.js';
import { checkRetryOptions } from '../../../src/http/judgement/retry-settings.js';
import { catchWarnings } from '../../support/warnings.js';
import {
  type End,
  FakeCall,
  answer,
  connectTimeout,
  connectionError,
  name,
  readTimeout,
  run,
} from './fake-call.js';

const post = { method: 'POST' };
const stream = (wasRead: boolean) => ({ body: { isReplayable: false, wasRead } });

describe('a retried HTTP call', () => {
  it('gives the answer after failures of several kinds', async () => {
    const { response, sent } = await run({}, [connectTimeout(), 503, readTimeout(), 200]);

    expect(response?.status).toBe(200);
    expect(sent).toBe(4);
  });

  it('gives the last response, open, when retries are spent, and has closed the others', async () => {
    const answers = [answer(503), answer(503), answer(503), answer(503)];
    const { response, sent } = await run({}, answers);

    expect(sent).toBe(4);
    expect(response).toBe(answers[3]);
    expect(answers.map(({ isClosed }) => isClosed)).toEqual([true, true, true, false]);
  });

  it('throws the last error, the very same, when retries are spent', async () => {
    const errors = [readTimeout(), readTimeout(), readTimeout()];
    const { error, sent } = await run({}, errors);

    expect(sent).toBe(3);
    expect(error).toBe(errors[2]);
  });

  it.each([200, 204, 301, 304, 400, 404, 501])('takes a %i as it is', async (status) => {
    expect(await run({}, [status])).toMatchObject({ sent: 1, response: { status } });
  });

  it('sends a POST again that never left, not one that may have been processed', async () => {
    expect((await run({}, [connectTimeout(), 200], post)).sent).toBe(2);
    expect(await run({}, [readTimeout(), 200], post)).toMatchObject({
      sent: 1,
      error: expect.any(ReadTimeoutError),
    });
    expect((await run({}, [500, 200], post)).response?.status).toBe(500);
  });

  it('sends a POST again that bears an Idempotency-Key', async () => {
    const keyed = { ...post, headers: { 'idempotency-key': 'one' } };

    expect((await run({}, [readTimeout(), 500, 200], keyed)).response?.status).toBe(200);
  });

  it('lets other errors through as they are', async () => {
    const bug = new TypeError('a bug in a hook');

    expect(await run({}, [bug, 200])).toMatchObject({ sent: 1, error: bug });
  });

  it('judges the hop that it has come to, not the one that it began with', async () => {
    const seeOther: End = (call) => {
      call.request = { ...call.request, method: 'GET' };
      return 500;
    };

    expect((await run({}, [seeOther, 200], post)).sent).toBe(2);
    expect((await run({}, [500, 200], post)).sent).toBe(1);
  });
});

describe('counters', () => {
  it('holds the story: ten connect timeouts and two read timeouts of their own', async () => {
    const options = { retries: { connect: 10, read: 2 }, backoff: false } as const;
    const failures = [...Array.from({ length: 10 }, connectTimeout), readTimeout(), readTimeout(), 200];

    expect(await run(options, failures, { takes: 5 })).toMatchObject({
      sent: 13,
      response: { status: 200 },
    });
  });

  it('ends with the counter that is spent first, though the total is not', async () => {
    const options = { retries: { connect: 10, read: 1 }, backoff: false } as const;
    const reasons: string[] = [];
    const onGiveup = ({ reason }: HttpGiveUpDetails): unknown => reasons.push(reason);
    const { sent, error } = await run({ ...options, onGiveup }, [
      connectTimeout(),
      readTimeout(),
      connectTimeout(),
      readTimeout(),
      200,
    ]);

    expect([sent, reasons]).toEqual([4, ['maxTries']]);
    expect(error).toBeInstanceOf(ReadTimeoutError);
  });

  it('ends with the total, though the counters are not spent', async () => {
    const { sent } = await run({ retries: { total: 3, connect: 2, read: 2 } }, [
      connectTimeout(),
      readTimeout(),
      connectTimeout(),
      readTimeout(),
    ]);

    expect(sent).toBe(4);
  });

  it('charges 421 to connect, at once, and once', async () => {
    expect(await run({}, [421, 200], post)).toMatchObject({ sent: 2, waits: [0] });
    expect(await run({}, [421, 421, 200])).toMatchObject({ sent: 2, response: { status: 421 } });
    expect((await run({ retries: { connect: 0 } }, [421, 200])).sent).toBe(1);
  });

  it('tries once more where the table says once, and counts it', async () => {
    const notFound = (): Error => connectionError({ phase: 'queued', transportCode: 'ENOTFOUND' });
    const notHttp = (): Error => new ProtocolError(name, 'not HTTP', { phase: 'started' });

    expect((await run({}, [notFound(), notFound(), 200])).sent).toBe(2);
    expect((await run({}, [notHttp(), notHttp(), 200])).sent).toBe(2);
    expect((await run({}, [notFound(), notHttp(), 200])).sent).toBe(3);
    expect((await run({}, [425, 425, 200], post)).sent).toBe(2);
    expect((await run({}, [425, 425, 200])).sent).toBe(3);
    expect((await run({ retries: { connect: 0 } }, [notFound(), 200])).sent).toBe(1);
  });

  it('tries a stale connection again at once, the second time after a wait', async () => {
    const stale = (): Error => connectionError({ phase: 'started', isStale: true });

    expect((await run({}, [stale(), stale(), 200])).waits).toEqual([0, 100]);
    expect((await run({}, [stale(), 200], post)).sent).toBe(1);
  });

  it('retries without end where it is asked to, whatever the budget of the origin', async () => {
    const empty: Budget = { take: () => false, refund: () => {}, earn: () => {} };
    const failures = [...Array.from({ length: 500 }, () => 503), 200];
    const options = { retries: Infinity, backoff: false } as const;

    expect((await run(options, failures, { budget: empty })).sent).toBe(501);
  });
});

describe('retries: false', () => {
  it('gives the first response, and throws the first error, as they are', async () => {
    expect(await run({ retries: false, raiseOnStatus: true }, [503, 200])).toMatchObject({
      sent: 1,
      response: { status: 503, isClosed: false },
    });
    const error = readTimeout();
    expect((await run({ retries: false }, [error])).error).toBe(error);
  });

  it('asks nobody, and tells those who want to know', async () => {
    const told: string[] = [];
    await run(
      {
        retries: false,
        giveup: () => (told.push('giveup?'), true),
        retryWhen: () => (told.push('retryWhen?'), true),
        onAttempt: () => told.push('attempt'),
        onSuccess: ({ value }) => told.push(`success ${value.status}`),
        onGiveup: () => told.push('giveup'),
      },
      [503],
    );

    expect(told).toEqual(['attempt', 'success 503']);
  });

  it('tells of an abort', async () => {
    const told: unknown[] = [];
    const onAbort = ({ abortReason }: HttpAbortDetails): unknown => told.push(abortReason);
    const signal = AbortSignal.abort('gone');

    expect(await run({ retries: false, onAbort }, [200], { signal })).toMatchObject({
      sent: 0,
      error: 'gone',
    });
    expect(told).toEqual(['gone']);
  });

  it('leaves a stream that has been read with its own error', async () => {
    const error = readTimeout();

    expect((await run({ retries: false }, [error], stream(true))).error).toBe(error);
  });

  it.each([false, () => false])('is what enabled: %p does', async (enabled) => {
    expect((await run({ enabled }, [503, 200])).sent).toBe(1);
  });

  it('is asked for at each call by a function', async () => {
    let isOn = false;
    const enabled = (): boolean => isOn;

    expect((await run({ enabled }, [503, 200])).sent).toBe(1);
    isOn = true;
    expect((await run({ enabled }, [503, 200])).sent).toBe(2);
  });
});

describe('statuses and methods', () => {
  const sentOn = async (options: object, status: number, method = 'GET'): Promise<number> =>
    (await run({ ...options, retries: 1 }, [status, 200], { method })).sent;

  it('retries the list instead of the table', async () => {
    expect(await sentOn({ statusForcelist: [418] }, 418)).toBe(2);
    expect(await sentOn({ statusForcelist: [418] }, 503)).toBe(1);
    expect(await sentOn({ statusForcelist: [418] }, 418, 'POST')).toBe(1);
    expect(await sentOn({ statusForcelist: new Set([202]) }, 202)).toBe(2);
    expect(await sentOn({ statusForcelist: [] }, 503)).toBe(1);
  });

  it('keeps 429, 502 and 503 of a list for every method', async () => {
    expect(await sentOn({ statusForcelist: [500, 503] }, 503, 'POST')).toBe(2);
    expect(await sentOn({ statusForcelist: [500, 503] }, 500, 'POST')).toBe(1);
    expect(await sentOn({ statusForcelist: [500, 503], unsafeStatuses: [] }, 503, 'POST')).toBe(1);
  });

  it('narrows and widens what is retried for every method', async () => {
    expect(await sentOn({ unsafeStatuses: [429, 503] }, 502, 'POST')).toBe(1);
    expect(await sentOn({ unsafeStatuses: [429, 503] }, 502, 'PUT')).toBe(2);
    expect(await sentOn({ unsafeStatuses: [500] }, 500, 'POST')).toBe(2);
    expect(await sentOn({ unsafeStatuses: [418] }, 418, 'POST')).toBe(2);
    expect(await sentOn({ unsafeStatuses: [] }, 425, 'POST')).toBe(1);
    expect(await sentOn({ unsafeStatuses: [] }, 421, 'POST')).toBe(2);
  });

  it('takes allowedMethods for what may be repeated', async () => {
    expect(await sentOn({ allowedMethods: ['post'] }, 500, 'POST')).toBe(2);
    expect(await sentOn({ allowedMethods: ['post'] }, 500, 'GET')).toBe(1);
    expect(await sentOn({ allowedMethods: 'any' }, 500, 'PATCH')).toBe(2);
    expect(await sentOn({ allowedMethods: null }, 500, 'PATCH')).toBe(2);
    expect((await run({ allowedMethods: ['POST'] }, [readTimeout(), 200], post)).sent).toBe(2);
  });

  it('holds the story: 500 for POST when it is listed and allowed', async () => {
    const options = { retries: 5, statusForcelist: [500, 429], allowedMethods: ['POST'], backoffFactor: 100 };

    expect(await run(options, [500, 500, 500, 200], post)).toMatchObject({
      waits: [0, 200, 400],
      response: { status: 200 },
    });
  });

  it('believes who says whether a request may be repeated', async () => {
    expect(await sentOn({ idempotent: true }, 500, 'POST')).toBe(2);
    expect(await sentOn({ idempotent: false }, 500, 'GET')).toBe(1);
    expect(await sentOn({ idempotent: false }, 503, 'GET')).toBe(2);
  });
});

describe('raiseOnStatus', () => {
  it('throws the status that is still there when retries are spent, with its response open', async () => {
    const last = answer(503);
    const { error, sent } = await run({ raiseOnStatus: true, retries: 1 }, [503, last]);

    expect(sent).toBe(2);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error.response).toBe(last);
    expect(last.isClosed).toBe(false);
  });

  it('leaves a status that is not retried, errors, and what giveup has taken', async () => {
    const error = readTimeout();

    expect((await run({ raiseOnStatus: true }, [404])).response?.status).toBe(404);
    expect((await run({ raiseOnStatus: true }, [500], post)).response?.status).toBe(500);
    expect((await run({ raiseOnStatus: true, retries: 0 }, [error])).error).toBe(error);
    expect((await run({ raiseOnStatus: true, giveup: () => true }, [500])).response?.status).toBe(500);
  });

  it('leaves a status below 400, retried or not', async () => {
    const options = { raiseOnStatus: true, statusForcelist: [202], retries: 1 };

    expect(await run(options, [202])).toMatchObject({ sent: 2, response: { status: 202 } });
  });
});

describe('giveup', () => {
  it('holds the story: stops at what the body says, and leaves the response to be read', async () => {
    const gone = answer(500, {}, 'User not exists.');
    const told: string[] = [];
    const { sent, response } = await run(
      {
        giveup: async (one) => (await one.text()).includes('User not exists'),
        onBackoff: () => told.push('backoff'),
        onGiveup: () => told.push('giveup'),
      },
      [gone, 200],
    );

    expect([sent, told]).toEqual([1, []]);
    expect(response).toBe(gone);
    expect(gone.isClosed).toBe(false);
    expect(await gone.text()).toBe('User not exists.');
  });

  it('stops at anything that is as good as true', async () => {
    const giveup = (response: { readonly status: number }) => /500/.exec(`${response.status}`) as never;

    expect((await run({ giveup }, [503, 500, 200])).response?.status).toBe(500);
  });

  it('is asked of responses that would be retried, the last included, and of no others', async () => {
    const asked: number[] = [];
    const giveup = (response: { readonly status: number }): boolean => (asked.push(response.status), false);

    await run({ giveup, retries: 1 }, [503, 500]);
    await run({ giveup }, [404]);
    await run({ giveup }, [500], post);
    await run({ giveup }, [connectTimeout(), 200]);
    await run({ giveup }, [503], stream(true));

    expect(asked).toEqual([503, 500]);
  });

  it('is believed again when the very same response comes again', async () => {
    const same = answer(503);
    let asked = 0;

    expect((await run({ giveup: () => ++asked > 1 }, [same, same, 200])).sent).toBe(2);
  });

  it('ends the call with what it throws, and closes the response', async () => {
    const bug = new Error('bug');
    const asked = answer(503);
    const thrown = await run(
      {
        giveup: () => {
          throw bug;
        },
      },
      [asked, 200],
    );

    expect(thrown).toMatchObject({ sent: 1, error: bug });
    expect(asked.isClosed).toBe(true);
    expect((await run({ giveup: () => Promise.reject(bug) }, [503, 200])).error).toBe(bug);
  });
});

describe('retryWhen', () => {
  it('has everything retried that it is true for, POST too', async () => {
    expect((await run({ retryWhen: () => true }, [404, 500, readTimeout(), 200], post)).sent).toBe(4);
    const until200 = await run({ retryWhen: (_, { response }) => response?.status === 202 }, [202, 202, 200]);
    expect(until200).toMatchObject({ sent: 3, response: { status: 200 } });
  });

  it('has nothing retried that it is false for', async () => {
    expect((await run({ retryWhen: () => false }, [503, 200])).response?.status).toBe(503);
    expect((await run({ retryWhen: () => false }, [connectTimeout(), 200])).sent).toBe(1);
  });

  it('leaves the rest to the rules', async () => {
    const asked: unknown[] = [];
    const { sent } = await run(
      {
        retryWhen: (method, { response, error }) =>
          void asked.push([method, response?.status ?? error?.name]),
      },
      [503, connectTimeout(), 404],
    );

    expect(sent).toBe(3);
    expect(asked).toEqual([
      ['GET', 503],
      ['GET', 'ConnectTimeoutError'],
      ['GET', 404],
    ]);
  });

  it('may be async, and read the body', async () => {
    const busy = answer(200, {}, 'busy');
    const retryWhen = async (_: string, outcome: { response?: { text(): Promise<string> } | undefined }) =>
      (await outcome.response?.text()) === 'busy';

    expect(await run({ retryWhen }, [busy, answer(200, {}, 'done')])).toMatchObject({ sent: 2 });
    expect(busy.isClosed).toBe(true);
    const onError = async (_: string, { error }: { error?: Error | undefined }) => error !== undefined;
    expect((await run({ retryWhen: onError }, [readTimeout(), 200], post)).sent).toBe(2);
  });

  it('has repeated as often as the counter says what the table has repeated once', async () => {
    const { sent } = await run(
      { retryWhen: (_, { response }) => response?.status === 425 },
      [425, 425, 200],
      post,
    );

    expect(sent).toBe(3);
  });

  it('charges what no rule retries to the counter `other`', async () => {
    const options = { retryWhen: () => true, retries: { other: 1 }, backoff: false } as const;

    expect((await run(options, [404, 404, 200])).sent).toBe(2);
  });

  it('still asks giveup, and minds a body that cannot be replayed', async () => {
    expect((await run({ retryWhen: () => true, giveup: () => true }, [404, 200])).sent).toBe(1);
    expect(await run({ retryWhen: () => true }, [404, 200], stream(true))).toMatchObject({
      sent: 1,
      response: { status: 404 },
    });
  });

  it('is not asked where a call ends by nature', async () => {
    const response = answer(302);
    const ends = [
      new TotalTimeoutError(name, 5, { phase: 'started' }),
      new RedirectError(name, 'more than 10 redirects', response),
      new BodyReplayError(name),
      new RefusalError('ERR_CIRCUIT_OPEN', 'open'),
      new TypeError('a bug'),
    ];
    for (const end of ends) {
      expect(await run({ retryWhen: () => true }, [end, 200])).toMatchObject({ sent: 1, error: end });
    }
  });

  it.each([null, 1, 'yes', {}])('refuses the answer %p', async (said) => {
    const asked = answer(503);
    const { error } = await run({ retryWhen: () => said as never }, [asked, 200]);

    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toContain('retryWhen must give true, false or undefined');
    expect(asked.isClosed).toBe(true);
  });

  it('ends the call with what it throws, with the error it was asked about as its cause', async () => {
    const failure = readTimeout();
    const retryWhen = (): never => {
      throw new Error('bug');
    };
    const { error } = await run({ retryWhen }, [failure, 200]);

    expect(error.message).toBe('bug');
    expect(error.cause).toBe(failure);
    expect((await run({ retryWhen }, [503])).error.message).toBe('bug');
  });
});

describe('a body that can be read once', () => {
  it('is not sent again once it was read: the error says so, with the failure as its cause', async () => {
    const failure = readTimeout();
    const { error, sent } = await run({}, [failure, 200], { method: 'PUT', ...stream(true) });

    expect(sent).toBe(1);
    expect(error).toBeInstanceOf(BodyReplayError);
    expect(error.cause).toBe(failure);
    expect(error.message).toContain('GET https://host.test/path: the body is a stream that has been read');
  });

  it('leaves a status as it is: nothing is lost', async () => {
    const { response, sent } = await run({ raiseOnStatus: true }, [503, 200], stream(true));

    expect([sent, response?.status, response?.isClosed]).toEqual([1, 503, false]);
  });

  it('is sent again while its first byte was not pulled', async () => {
    expect((await run({}, [connectTimeout(), 200], stream(false))).sent).toBe(2);
    expect((await run({}, [503, 200], stream(false))).sent).toBe(2);
  });

  it('is no matter where the failure would not be retried anyway', async () => {
    const failure = readTimeout();

    expect((await run({}, [failure], { ...post, ...stream(true) })).error).toBe(failure);
    expect((await run({ retries: 0 }, [failure], stream(true))).error).toBe(failure);
    expect((await run({ retries: { read: 0 } }, [failure], stream(true))).error).toBe(failure);
    expect((await run({ retries: { total: 0, read: 2 } }, [failure], stream(true))).error).toBe(failure);
  });
});

describe('a retry that is refused', () => {
  const refusal = new RefusalError('ERR_CIRCUIT_OPEN', 'The circuit is open; nothing was sent.');

  it('reaches the caller where nothing was sent before', async () => {
    expect(await run({}, [refusal, 200])).toMatchObject({ sent: 1, error: refusal });
    expect(CircuitOpenError.prototype).toBeInstanceOf(RefusalError);
  });

  it('ends the call with the response, or the error, of the attempt before it', async () => {
    const told: string[] = [];
    const onGiveup = ({ reason, value, error }: HttpGiveUpDetails): unknown =>
      told.push(`${reason} ${value?.status ?? error?.name}`);
    const response = answer(503);
    const failure = connectTimeout();

    expect((await run({ onGiveup }, [response, refusal, 200])).response).toBe(response);
    expect((await run({ onGiveup }, [failure, refusal, 200])).error).toBe(failure);
    expect(told).toEqual(['waits 503', 'waits ConnectTimeoutError']);
  });

  it('raises the status where that is asked for', async () => {
    expect((await run({ raiseOnStatus: true }, [503, refusal])).error).toBeInstanceOf(HttpStatusError);
  });
});

describe('time', () => {
  it('plans no attempt past the total timeout, and cuts the last wait', async () => {
    const { sentAt } = await run({ retries: 9, backoff: expo({ factor: 400 }) }, [503], { total: 1500 });

    expect(sentAt).toEqual([0, 400, 1200, 1500]);
  });

  it('holds for a total that differs from that of other calls of the session, with a signal and without', async () => {
    const clock = new VirtualClock();
    const options = { clock, retries: 9, backoff: expo({ factor: 400 }), jitter: null, log: false } as const;
    const settings = checkRetryOptions(options);
    const sent = new Map<FakeCall, number>();
    const retried = retryPolicyFor<FakeCall, HttpResponse>(settings, {
      send: async (call) => {
        sent.set(call, (sent.get(call) ?? 0) + 1);
        return answer(503);
      },
    });
    const { signal } = new AbortController();
    const calls = [{ total: 500 }, { total: 1500 }, { total: 1500, signal }, { total: 500, signal }].map(
      (facts) => new FakeCall(facts, settings),
    );
    for (const call of calls) await clock.run(() => retried(call));
    const aborted = new FakeCall({ total: 1500, signal: AbortSignal.abort('gone') }, settings);

    expect(calls.map((call) => sent.get(call))).toEqual([3, 4, 4, 3]);
    await expect(retried(aborted)).rejects.toBe('gone');
  });

  it('ends at once when the signal aborts, in the wait and in a callback, and closes nothing twice', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const told: unknown[] = [];
    const reason = new Error('gone');
    clock.schedule({ place: -1, unref: false, wake: () => controller.abort(reason) }, 50);
    const { error, sent } = await run(
      {
        clock,
        onAbort: ({ args, abortReason }: HttpAbortDetails) => told.push(args[0].request.method, abortReason),
      },
      [503, 200],
      { signal: controller.signal },
    );

    expect([sent, error, clock.now()]).toEqual([1, reason, 50]);
    expect(told).toEqual(['GET', reason]);
    expect(clock.pending).toBe(0);
  });

  it('makes no attempt for a signal that has aborted', async () => {
    const signal = AbortSignal.abort('gone');

    expect(await run({}, [200], { signal })).toMatchObject({ sent: 0, error: 'gone' });
    expect(await run({}, [200], { signal, total: 5 })).toMatchObject({ sent: 0, error: 'gone' });
  });
});

describe('an attempt that runs out of the total time', () => {
  const tooLong = (phase: 'queued' | 'started'): Error => new TotalTimeoutError(name, 1000, { phase });
  const reasonsOf = async (error: Error, facts: object = {}): Promise<string[]> => {
    const reasons: string[] = [];
    const onGiveup = ({ reason }: HttpGiveUpDetails): unknown => reasons.push(reason);
    const ended = await run({ onGiveup }, [error, 200], { takes: 1000, total: 1000, ...facts });

    expect(ended).toMatchObject({ sent: 1, error });
    return reasons;
  };

  it('is a give-up, told as such, where it might have been tried again', async () => {
    expect(await reasonsOf(tooLong('started'))).toEqual(['maxTime']);
    expect(await reasonsOf(tooLong('queued'), post)).toEqual(['maxTime']);
    expect(await reasonsOf(tooLong('started'), post)).toEqual([]);
  });
});

describe('what pays', () => {
  const purse = (tokens: number): Budget & { readonly log: string[] } => {
    const log: string[] = [];
    return {
      log,
      take: (kind) => (log.push(`take ${kind}`), tokens-- > 0),
      refund: (kind) => void log.push(`refund ${kind}`),
      earn: () => void log.push('earn'),
    };
  };

  it('is the budget of the origin; when it is empty the call ends with what it has', async () => {
    const budget = purse(2);
    const { sent, response } = await run({}, [readTimeout(), 500, 503], { budget });

    expect([sent, response?.status]).toEqual([3, 503]);
    expect(budget.log).toEqual(['take timeout', 'take value', 'take throttle']);
  });

  it('is charged as throttled where the server asked for the wait', async () => {
    const budget = purse(2);
    await run({}, [answer(503, { 'retry-after': '1' }), 200], { budget });

    expect(budget.log).toEqual(['take throttle', 'earn']);
  });

  it('is the budget of the settings where they name one, or none', async () => {
    const own = purse(0);
    const origins = purse(0);

    expect((await run({ budget: own }, [500], { budget: origins })).sent).toBe(1);
    expect((await run({ budget: false }, [503], { budget: origins })).sent).toBe(4);
    expect([own.log, origins.log]).toEqual([['take value'], []]);
  });
});

describe('handlers', () => {
  const warnings = catchWarnings();

  it('are told of the request, the response or the error, and the wait', async () => {
    const told: unknown[] = [];
    const onBackoff = ({ args, wait, value, error, tries }: HttpBackoffDetails): unknown =>
      told.push([args[0].request.url.pathname, tries, wait, value?.status ?? error?.name]);
    await run({ onBackoff: [onBackoff], onAttempt: ({ tries }) => told.push(tries) }, [
      503,
      connectTimeout(),
      200,
    ]);

    expect(told).toEqual([1, ['/path', 1, 100, 503], 2, ['/path', 2, 200, 'ConnectTimeoutError'], 3]);
  });

  it('may read a body before it is let go of', async () => {
    const first = answer(503, {}, 'why');
    const texts: string[] = [];
    await run({ onBackoff: async ({ value }) => void texts.push((await value?.text()) ?? '') }, [first, 200]);

    expect(texts).toEqual(['why']);
    expect(first.isClosed).toBe(true);
  });

  it('change nothing by failing', async () => {
    const fails = (): never => {
      throw new Error('handler');
    };
    const { response } = await run({ onBackoff: fails, onSuccess: fails, onAttempt: fails }, [503, 200]);

    expect(response?.status).toBe(200);
    expect(warnings.texts[0]).toContain('A handler of http failed: Error: handler.');
  });
});

describe('a wait made by the user', () => {
  it('is asked with the response, and what it throws reaches the caller', async () => {
    const backoff = runtime({ value: (outcome) => (outcome.ok ? outcome.value.status : 0) });
    const broken = runtime({
      value: () => {
        throw new Error('no wait');
      },
    });

    expect((await run({ backoff }, [503, 200])).waits).toEqual([503]);
    expect((await run({ backoff: broken }, [503, 200])).error.code).toBe('ERR_OPTION');
  });

  it('ends the call where it has no more', async () => {
    const backoff = function* (): Generator<number> {
      yield 5;
    };

    expect((await run({ backoff }, [503])).sent).toBe(2);
  });
});

describe('a status', () => {
  it.each([
    ['retried for every method', {}, answer(503), 'POST', 2],
    ['not retried for a method that may not be repeated', {}, answer(500), 'POST', 1],
    ['retried for one that may', {}, answer(500), 'GET', 2],
    ['an answer like others', {}, answer(404), 'GET', 1],
    ['a success', {}, answer(200), 'GET', 1],
    ['retried since the server says when', {}, answer(413, { 'retry-after': '1' }), 'GET', 2],
    ['not asked when', { respectRetryAfter: false }, answer(413, { 'retry-after': '1' }), 'GET', 1],
    ['listed by the user', { statusForcelist: [202] }, answer(202), 'GET', 2],
    ['taken as it is by giveup', { giveup: () => true }, answer(503), 'GET', 1],
    ['not retried where nothing is', { retries: false as const }, answer(503), 'GET', 1],
    ['not retried where retries are switched off', { enabled: false }, answer(503), 'GET', 1],
  ])('%s', async (_, options, response, method, sent) => {
    expect((await run(options, [response, 200], { method })).sent).toBe(sent);
  });
});
