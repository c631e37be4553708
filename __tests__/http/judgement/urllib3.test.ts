/**
 * urllib3's own tests of `Retry` (2.7, `test_retry.py`), replayed. U7 is the seventh of them.
 *
 * Where urllib3 raises `MaxRetryError` with a reason, ours throws the reason itself, or gives the last response.
 * Where it hands out a counter that is left, ours shows how many attempts were made.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, chain, constant, expo, randomJitter, seeded } from '../../../src/core.js';
import { DecodeError, HttpStatusError, ReadTimeoutError } from '../../../src/http/http-errors.js';
import type { HttpSuccessDetails } from '../../../src/http/judgement/retry-options.js';
import { checkRetryOptions, mergeRetryOptions } from '../../../src/http/judgement/retry-settings.js';
import { runInNode } from '../../support/run-in-node.js';
import { type End, answer, connectTimeout, connectionError, name, readTimeout, run } from './fake-call.js';

const CT = connectTimeout;
const RT = readTimeout;
const post = { method: 'POST' };
const quick = { backoff: false } as const;

describe("urllib3's counters", () => {
  it('U1: a total of ten leaves seven after three failures', async () => {
    const { counts } = checkRetryOptions({ retries: 10 });

    expect(counts).toEqual({ total: 10, connect: 10, read: 10, status: 10, other: 10 });
    expect((await run({ ...quick, retries: 10 }, [503, 503, 503, ...Array(7).fill(503), 200])).sent).toBe(11);
    expect((await run({ ...quick, retries: 10 }, [503])).sent).toBe(11);
  });

  it('U2: connect 3, total 2: the third connect timeout is thrown', async () => {
    const errors = [CT(), CT(), CT(), CT()];

    expect(await run({ retries: { connect: 3, total: 2 } }, errors)).toMatchObject({
      sent: 3,
      error: errors[2],
    });
  });

  it('U3: connect 2, total 3: the third connect timeout is thrown', async () => {
    const errors = [CT(), CT(), CT(), CT()];

    expect(await run({ retries: { connect: 2, total: 3 } }, errors)).toMatchObject({
      sent: 3,
      error: errors[2],
    });
  });

  it('U4: read 2, total 3: the third read timeout is thrown', async () => {
    const errors = [RT(), RT(), RT(), RT()];

    expect(await run({ retries: { read: 2, total: 3 } }, errors)).toMatchObject({
      sent: 3,
      error: errors[2],
    });
  });

  it('U5: connect 2 without total: the third connect timeout is thrown, three read timeouts are not', async () => {
    const retries = { connect: 2, total: Infinity };
    const errors = [CT(), CT(), CT()];

    expect((await run({ retries }, [...errors, 200])).error).toBe(errors[2]);
    expect((await run({ retries }, [RT(), RT(), RT(), 200])).response?.status).toBe(200);
  });

  it('U6: of a total alone each kind may use all; ours is three where nothing is said', async () => {
    for (const failure of [CT, RT, () => 503]) {
      expect((await run({ ...quick, retries: 10 }, [failure()])).sent).toBe(11);
    }
    expect(checkRetryOptions().counts.total).toBe(3);
  });

  it('U7: connect 1: the second connect timeout is thrown, one is not', async () => {
    expect((await run({ retries: { connect: 1 } }, [CT(), CT(), 200])).sent).toBe(2);
    expect((await run({ retries: { connect: 1 } }, [CT(), 200])).response?.status).toBe(200);
  });

  it('U8: 0 and false leave redirects alone: these are no retries', () => {
    expect(checkRetryOptions({ retries: 0 }).raiseOnRedirect).toBe(true);
    expect(checkRetryOptions({ retries: false })).toMatchObject({
      raiseOnRedirect: true,
      maxRedirects: undefined,
    });
  });

  it('U9: connect 1 does not count other failures, other 1 does; a certificate that is wrong is final', async () => {
    const other = (): Error => new DecodeError(name, 'not gzip');
    const options = {
      ...quick,
      retryWhen: (_: string, { error }: { error?: Error | undefined }) => error && true,
    };
    const certificate = connectionError({ phase: 'queued', isPermanent: true });

    expect((await run({ ...options, retries: { connect: 1 } }, [other(), other(), 200])).sent).toBe(3);
    expect((await run({ ...options, retries: { other: 1 } }, [other(), other(), 200])).sent).toBe(2);
    expect(await run({}, [certificate, 200])).toMatchObject({ sent: 1, error: certificate });
  });

  it('U10: read 0: the first read timeout is thrown', async () => {
    const error = RT();

    expect(await run({ retries: { read: 0 } }, [error, 200])).toMatchObject({ sent: 1, error });
  });

  it('U11: status 2: the third 400 is raised', async () => {
    const options = { retries: { status: 2 }, statusForcelist: [400], raiseOnStatus: true };
    const { sent, error } = await run(options, [400]);

    expect(sent).toBe(3);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error.message).toContain('400 Client Error');
  });
});

describe("urllib3's backoff", () => {
  it('U12: factor 200 ms: 0, 400, 800, 1600 ... 120 s', async () => {
    const { waits } = await run({ retries: 14, backoffFactor: 200 }, [503]);

    expect(waits.slice(0, 4)).toEqual([0, 400, 800, 1600]);
    expect(waits[13]).toBe(120_000);
  });

  it('U13: the same up to 1 s', async () => {
    const backoff = chain(constant([0]), expo({ factor: 400, maxValue: '1s' }));

    expect((await run({ retries: 5, backoff }, [503])).waits).toEqual([0, 400, 800, 1000, 1000]);
  });

  it('U14: a Retry-After of the longest is waited for, one second more ends the call', async () => {
    const after = (seconds: string) => answer(503, { 'retry-after': seconds });

    expect((await run({ maxRetryAfter: '6h' }, [after('21600'), 200])).waits).toEqual([21_600_000]);
    expect((await run({ maxRetryAfter: '6h' }, [after('21601'), 200])).sent).toBe(1);
    expect((await run({ maxRetryAfter: '1s' }, [after('1'), 200])).waits).toEqual([1000]);
    expect((await run({ maxRetryAfter: '1s' }, [after('2'), 200])).sent).toBe(1);
  });

  it('U15: jitter of up to 400 ms on top', async () => {
    const backoff = chain(constant([0]), expo({ factor: 400, maxValue: '1s' }));
    const jitter = randomJitter({ max: 400 });
    const { waits } = await run({ retries: 5, backoff, jitter, random: seeded(1) }, [503]);

    for (const [index, least] of [0, 400, 800, 1000, 1000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(least);
      expect(waits[index]).toBeLessThanOrEqual(least + 400);
    }
    expect(waits.every(Number.isInteger)).toBe(false);
  });

  it('U16: no backoff is false here; where nothing is said there is one', async () => {
    expect((await run({ backoff: false }, [503, 503, 200])).waits).toEqual([0, 0]);
    expect((await run({}, [503, 503, 200])).waits).toEqual([100, 200]);
  });

  it('U17: a redirect neither waits nor makes the next wait shorter', async () => {
    const redirected: End = (call) => {
      call.request = { ...call.request, url: new URL('https://host.test/elsewhere') };
      return 503;
    };
    const { waits } = await run({ retries: 5, backoffFactor: 200 }, [503, 503, redirected, 503, 503]);

    expect(waits).toEqual([0, 400, 800, 1600, 3200]);
  });

  it('U18: a factor of a tenth of a millisecond is refused, for 0.1 is meant in seconds', () => {
    expect(() => checkRetryOptions({ backoffFactor: 0.1 })).toThrow(/in milliseconds \(did you mean 100\?\)/);
  });
});

describe("urllib3's lists", () => {
  const sentOn = async (options: object, status: number, method = 'GET'): Promise<number> =>
    (await run({ retries: 1, ...options }, [status, 200], { method })).sent;

  it('U19: forcelist 500 to 599: 200 and 400 are not retried, 500 is', async () => {
    const statusForcelist = Array.from({ length: 100 }, (_, index) => 500 + index);

    expect(await sentOn({ statusForcelist }, 200)).toBe(1);
    expect(await sentOn({ statusForcelist }, 400)).toBe(1);
    expect(await sentOn({ statusForcelist }, 500)).toBe(2);
  });

  it('U20: forcelist 418: 400 is not retried, 418 is; a text is refused', async () => {
    expect(await sentOn({ statusForcelist: [418] }, 400)).toBe(1);
    expect(await sentOn({ statusForcelist: [418] }, 418)).toBe(2);
    expect(() => checkRetryOptions({ statusForcelist: ['418'] as never })).toThrow('whole numbers');
  });

  it('U21: forcelist 500, methods null: GET and POST are retried', async () => {
    const options = { statusForcelist: [500], allowedMethods: null };

    expect(await sentOn(options, 500)).toBe(2);
    expect(await sentOn(options, 500, 'POST')).toBe(2);
  });

  it('U22: forcelist 500, methods POST: GET is not retried, POST is', async () => {
    const options = { statusForcelist: [500], allowedMethods: ['POST'] };

    expect(await sentOn(options, 500)).toBe(1);
    expect(await sentOn(options, 500, 'POST')).toBe(2);
  });
});

describe("urllib3's ends", () => {
  it('U23: 0 is one attempt, 1 is two, -1 is refused', async () => {
    expect((await run({ retries: 0 }, [503, 200])).sent).toBe(1);
    expect((await run({ retries: 1 }, [503, 503, 200])).sent).toBe(2);
    expect(() => checkRetryOptions({ retries: -1 })).toThrow('retries must be a whole number');
  });

  it('U24: -1 is refused before anything is sent', async () => {
    await expect(run({ retries: -1 }, [200])).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });

  it('U25: 0: the first failure is the end', async () => {
    const error = CT();

    expect(await run({ retries: 0 }, [error, 200])).toMatchObject({ sent: 1, error });
  });

  it('U26: total 0: the error tells of the read timeout, not of redirects', async () => {
    const { error } = await run({ retries: { total: 0 } }, [RT()]);

    expect(error.message).toBe('GET https://host.test/path: no answer within 25 ms');
  });

  it('U27: total 1: the second bad answer to a POST is raised, and says which it was', async () => {
    const { error, sent } = await run({ retries: 1, raiseOnStatus: true }, [503], post);

    expect(sent).toBe(2);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error.response.status).toBe(503);
  });

  it('U28: total 1: the second 500 to a POST is raised by its status', async () => {
    const options = {
      retries: 1,
      raiseOnStatus: true,
      statusForcelist: [500],
      allowedMethods: 'any',
    } as const;
    const { error, sent } = await run(options, [500], post);

    expect(sent).toBe(2);
    expect(error.message).toContain('500 Server Error');
  });

  it('U29: connect 1: the error says what happened', async () => {
    const { error } = await run({ retries: { connect: 1 } }, [CT()]);

    expect(error.message).toContain('no connection within 5 ms');
  });

  it('U30: the history has each attempt, in order', async () => {
    const histories: unknown[] = [];
    const onSuccess = ({ history }: HttpSuccessDetails): unknown =>
      histories.push(history.attempts.map(({ error, value }) => error ?? (value as Response).status));
    const [first, second] = [CT(), RT()];
    const options = { retries: 10, allowedMethods: ['GET', 'POST'], onSuccess };

    await run(options, [200], post);
    await run(options, [first, 200], post);
    await run(options, [first, second, 200], post);
    await run(options, [first, second, 500, 200], post);
    expect(histories).toEqual([[200], [first, 200], [first, second, 200], [first, second, 500, 200]]);
  });

  it('U31: a read timeout of a POST is thrown as it is', async () => {
    const error = RT();

    expect(await run({}, [error, 200], post)).toMatchObject({ sent: 1, error: expect.any(ReadTimeoutError) });
    expect((await run({}, [error, 200], post)).error).toBe(error);
  });
});

describe("urllib3's Retry-After", () => {
  const waitFor = async (value: string, options: object = {}): Promise<number | undefined> => {
    const response = answer(503, { 'retry-after': value });
    return (await run({ maxRetryAfter: '6h', ...options }, [response, 200])).waits[0];
  };

  it.each([
    ['U34', '-1'],
    ['U35', '+1'],
    ['U36', '1.0'],
    ['U37', '\u00b2'],
  ])('%s: %p is junk, and takes nothing from the caller: the backoff counts', async (_, value) => {
    expect(await waitFor(value)).toBe(100);
  });

  it('U38: "0" leaves it to the backoff', async () => {
    expect(await waitFor('0')).toBe(100);
  });

  it('U39: "1000" is a thousand seconds', async () => {
    expect(await waitFor('1000')).toBe(1_000_000);
  });

  it('U40: space around a number is no matter', async () => {
    expect(await waitFor('\t42 ')).toBe(42_000);
  });

  it.each([
    ['U41', true],
    ['U42', false],
  ])('%s: respectRetryAfter %p is kept by a changed copy', (_, respectRetryAfter) => {
    const copy = mergeRetryOptions({ respectRetryAfter }, { retries: 5 });

    expect(checkRetryOptions(copy)).toMatchObject({ respectRetryAfter, counts: { total: 5 } });
  });

  const now = Date.UTC(2019, 5, 3, 11);
  const dated = async (value: string, respectRetryAfter: boolean): Promise<readonly number[]> => {
    const response = answer(503, { 'retry-after': value }, '', now);
    const options = { clock: new VirtualClock(now), maxRetryAfter: '6h', backoff: false } as const;
    return (await run({ ...options, respectRetryAfter }, [response, 200])).waits;
  };

  it.each<[string, boolean, number]>([
    ['3600', true, 3_600_000],
    ['3600', false, 0],
    ['Mon, 03 Jun 2019 12:00:00 GMT', true, 3_600_000],
    ['Mon, 03 Jun 2019 12:00:00 GMT', false, 0],
    ['Mon, 03 Jun 2019 11:00:00 GMT', true, 0],
    ['Mon, 03 Jun 2019 11:00:00 GMT', false, 0],
    ['Mon, 03 Jun 2019 11:30:12 GMT', true, 1_812_000],
    ['Monday, 03-Jun-19 11:30:12 GMT', true, 1_812_000],
    ['Mon Jun  3 11:30:12 2019', true, 1_812_000],
    ['Mon, 3 Jun 2019 12:00:00 UTC', true, 0], // none of the three forms of RFC 9110
  ])('U43: %p, respected: %p, has the call wait %i ms', async (value, respected, wait) => {
    expect(await dated(value, respected)).toEqual([wait]);
  });

  it('U43: in every time zone', async () => {
    const { stdout } = await runInNode(`
      for (const zone of ['UTC', 'Asia/Jerusalem', 'America/St_Johns']) {
        process.env.TZ = zone;
        const offset = new Date(${now}).getTimezoneOffset();
        const forms = ['Mon, 03 Jun 2019 11:30:12 GMT', 'Monday, 03-Jun-19 11:30:12 GMT', 'Mon Jun  3 11:30:12 2019'];
        console.log(offset, ...forms.map((form) => stampede.parseRetryAfter(form, ${now})));
      }
    `);

    expect(stdout.trim().split('\n')).toEqual([
      '0 1812000 1812000 1812000',
      '-180 1812000 1812000 1812000',
      '150 1812000 1812000 1812000',
    ]);
  });
});

describe("urllib3's parameters", () => {
  const attempts = async (options: object, script: Parameters<typeof run>[1], facts = {}): Promise<number> =>
    (await run({ ...quick, ...options }, script, facts)).sent;

  it('total: over all kinds, wins where it is lower; Infinity is None; false is off', async () => {
    const mixed = [CT(), 503, RT(), CT(), 503];

    expect(await attempts({ retries: { total: 2, connect: 9, read: 9, status: 9 } }, mixed)).toBe(3);
    expect(await attempts({ retries: Infinity }, [...Array(50).fill(503), 200])).toBe(51);
    expect(await attempts({ retries: false, raiseOnStatus: true }, [503, 200])).toBe(1);
    expect(await attempts({ retries: { total: false } }, [503, 200])).toBe(1);
  });

  it('connect: nothing was sent, so any method is retried; false is none', async () => {
    expect(await attempts({}, [CT(), 200], post)).toBe(2);
    expect(await attempts({ retries: { connect: false } }, [CT(), 200])).toBe(1);
  });

  it('read: only allowed methods; false is none', async () => {
    expect(await attempts({}, [RT(), 200])).toBe(2);
    expect(await attempts({}, [RT(), 200], { method: 'PATCH' })).toBe(1);
    expect(await attempts({ retries: { read: false } }, [RT(), 200])).toBe(1);
  });

  it('redirect: how many are followed; false is none', () => {
    expect(checkRetryOptions({ retries: { redirect: 5 } }).maxRedirects).toBe(5);
    expect(checkRetryOptions({ retries: { redirect: false } }).maxRedirects).toBe(false);
  });

  it('status: the retries because of a status', async () => {
    expect(await attempts({ retries: { status: 1 } }, [503, 503, 200])).toBe(2);
    expect(await attempts({ retries: { status: 1 } }, [503, CT(), 200])).toBe(3);
  });

  it('other: what is neither; not for a POST, unlike urllib3', async () => {
    const other = (): Error => new DecodeError(name, 'not gzip');

    expect(await attempts({}, [other(), 200], post)).toBe(1);
    expect(await attempts({ retries: { other: 0 }, retryWhen: () => true }, [other(), 200])).toBe(1);
  });

  it('allowed_methods: in any case; None is null or any, [] and false are refused', async () => {
    expect(await attempts({ allowedMethods: ['post'] }, [RT(), 200], post)).toBe(2);
    expect(await attempts({ allowedMethods: 'any' }, [RT(), 200], post)).toBe(2);
    for (const allowedMethods of [[], false]) {
      expect(() => checkRetryOptions({ allowedMethods } as object)).toThrow('allowedMethods must be');
    }
  });

  it('RETRY_AFTER_STATUS_CODES: 413, 429 and 503 with the header, without end, too, and for a POST', async () => {
    for (const status of [413, 429, 503]) {
      const response = answer(status, { 'retry-after': '1' });
      expect(await attempts({ retries: Infinity }, [response, 200])).toBe(2);
      expect(await attempts({}, [response, 200], post)).toBe(2);
      expect(await attempts({ statusForcelist: [] }, [response, 200])).toBe(1); // a list is the whole list
    }
  });

  it('raise_on_status: false is our default; true raises', async () => {
    expect((await run({ retries: 1 }, [503])).response?.status).toBe(503);
    expect((await run({ retries: 1, raiseOnStatus: true }, [503])).error).toBeInstanceOf(HttpStatusError);
  });

  it('raise_on_redirect: true is the default', () => {
    expect(checkRetryOptions().raiseOnRedirect).toBe(true);
    expect(checkRetryOptions({ raiseOnRedirect: false }).raiseOnRedirect).toBe(false);
  });

  it('sleep: the header counts on any status that is retried', async () => {
    expect((await run({}, [answer(500, { 'retry-after': '7' }), 200])).waits).toEqual([7000]);
  });

  it('from_int: a number is the total, nothing is the default, true is refused', () => {
    expect(checkRetryOptions({ retries: 7 }).counts.total).toBe(7);
    expect(checkRetryOptions({ retries: undefined }).counts.total).toBe(3);
    expect(() => checkRetryOptions({ retries: true as never })).toThrow('true is no number');
  });
});
