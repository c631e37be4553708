/**
 * Callbacks of the user that throw, say nonsense, or never end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { catchWarnings } from '../../support/warnings.js';
import { OptionError } from '../../../src/core.js';
import {
  ConnectionError,
  type HttpError,
  HttpStatusError,
  type RetryCallOptions,
  TotalTimeoutError,
} from '../../../src/http/index.js';
import { leavesNothing, rejection, time } from '../support/residue.js';
import { httpServer, jsonServer, largeBody, nobody, scripted, silent, until } from '../support/servers.js';

const { open, session } = leavesNothing();

const boom = new Error('boom');
const throws = (): never => {
  throw boom;
};
const rejects = (): Promise<never> => Promise.reject(boom);
const never = (): Promise<never> => new Promise(() => {});
const large = 'x'.repeat(2_000_000);

describe('a callback that throws', () => {
  it.each<[string, RetryCallOptions]>([
    ['giveup', { giveup: throws }],
    ['giveup, later', { giveup: rejects }],
    ['retryWhen', { retryWhen: throws }],
    ['retryWhen, later', { retryWhen: rejects }],
    ['a hook', { hooks: { response: throws }, retries: false }],
    ['a hook, later', { hooks: { response: rejects }, retries: false }],
    ['auth', { auth: throws }],
    ['auth, later', { auth: rejects }],
    ['enabled', { enabled: throws }],
  ])('ends the call with what it throws, and keeps no connection busy: %s', async (_, options) => {
    const server = await open(scripted({ status: 503, body: large }));

    const error = await rejection(session().get(server.url, options));

    expect([error, error.cause]).toContain(boom);
  });

  it('as the wait is named', async () => {
    const server = await open(scripted(503));

    const error = await rejection(session().get(server.url, { backoff: throws }));

    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toMatch(/The waits of throws must not throw; got Error: boom/);
  });

  it('of an error has it as cause', async () => {
    const { url } = await nobody();

    const error = await rejection(
      session().get(url, {
        retryWhen: () => {
          throw new Error('confused');
        },
      }),
    );

    expect(error.message).toBe('confused');
    expect(error.cause).toBeInstanceOf(ConnectionError);
  });

  describe('as a handler', () => {
    const warnings = catchWarnings();

    it('changes nothing, and is told of', async () => {
      for (const name of ['onAttempt', 'onBackoff', 'onSuccess', 'onGiveup'] as const) {
        const server = await open(scripted(503, 503, name === 'onGiveup' ? 503 : 200));
        let others = 0;
        const handlers = [throws, rejects, () => (others += 1)];

        const response = await session({ retries: 2, [name]: handlers }).get(server.url);

        expect(response.attempts).toHaveLength(3);
        expect(others).toBe({ onAttempt: 3, onBackoff: 2, onSuccess: 1, onGiveup: 1 }[name]);
      }

      await sleep(1);
      expect([...new Set(warnings.texts)]).toEqual([
        'A handler of http failed: Error: boom. The call goes on without it.',
      ]);
    });
  });
});

describe('a callback that says nonsense', () => {
  it.each<[string, RetryCallOptions, RegExp]>([
    ['retryWhen', { retryWhen: (() => 'yes') as never }, /retryWhen must give true, false or undefined/],
    ['enabled', { enabled: (() => 1) as never }, /enabled must give true or false/],
    ['auth', { auth: (() => 5) as never }, /auth must give the value of authorization/],
    ['auth, with CR LF', { auth: () => 'Bearer s3cret\r\nx: y' }, /headers\["authorization"\]/],
  ])('is told so: %s', async (_, options, words) => {
    const server = await open(scripted(503));

    const error = await rejection(session().get(server.url, options));

    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('s3cret');
  });
});

describe('a callback that never ends', () => {
  it.each<[string, RetryCallOptions]>([
    ['a hook', { hooks: { response: never } }],
    ['auth', { auth: never }],
    ['giveup', { giveup: never }],
    ['retryWhen', { retryWhen: never }],
  ])('is no longer waited for than the call may take: %s', async (_, options) => {
    const server = await open(scripted({ status: 503, body: large }));
    const timeout = { connect: 1000, read: 1000, total: 100 };
    let error: unknown;

    const took = await time(async () => {
      error = await rejection(session({ timeout, retries: 1 }).get(server.url, options));
    });

    expect(error).toBeInstanceOf(TotalTimeoutError);
    expect(took).toBeGreaterThanOrEqual(99);
    expect(took).toBeLessThan(2000);
  });
});

describe('a callback that reads the answer', () => {
  it('may read it, and the caller still can', async () => {
    const server = await open(scripted({ status: 503, body: '{"code":7}' }));
    const bodies: unknown[] = [];

    const response = await session({ raiseOnStatus: false }).get(server.url, {
      giveup: async (answer) => {
        bodies.push(await answer.json());
        return true;
      },
      hooks: { response: async (answer) => void bodies.push(await answer.text()) },
    });

    expect(bodies).toEqual([{ code: 7 }, '{"code":7}']);
    expect(await response.json()).toEqual({ code: 7 });
  });

  it('that is too large or not whole is told so, and the call ends with that', async () => {
    const server = await open(
      httpServer((_request, response) => {
        response.writeHead(503, { 'content-length': 5000 }).end(Buffer.alloc(5000));
      }),
    );

    const error = await rejection<HttpError>(
      session({ maxResponseSize: 1000 }).get(server.url, {
        giveup: async (answer) => (await answer.text()) === 'stop',
      }),
    );

    expect(error.code).toBe('ERR_RESPONSE_SIZE');
  });

  it('and closes it, closes it for the caller, too, who is told so', async () => {
    const server = await open(largeBody(1_000_000));

    const response = await session().get(server.url, {
      stream: true,
      hooks: { response: (answer) => answer.close() },
    });

    expect(response.status).toBe(200);
    expect((await rejection(response.text())).message).toMatch(/let go of/);
  });
});

describe('the answer that an error holds', () => {
  it.each<[string, RetryCallOptions]>([
    ['raiseOnStatus', { raiseOnStatus: true, retries: 1 }],
    ['a hook that raises', { retries: false, hooks: { response: (answer) => void answer.raiseForStatus() } }],
  ])('is whole, and its connection is free: %s', async (_, options) => {
    const server = await open(scripted({ status: 503, body: large }));
    const client = session();

    const errors: HttpStatusError[] = [];
    for (let n = 0; n < 5; n++) {
      errors.push(await rejection<HttpStatusError>(client.get(server.url, options)));
      await sleep(1);
    }
    await until(() => server.sockets.size <= 2);
    await client.close(); // waits for what is under way

    for (const error of errors) {
      expect(error).toBeInstanceOf(HttpStatusError);
      expect(await error.response.text()).toBe(large);
    }
  });

  it('can be shown as JSON', async () => {
    const server = await open(jsonServer());
    const { url } = await nobody();
    const stale = await open(silent());

    const refused = await rejection(session().get(url));
    const late = await rejection(session({ timeout: [1000, 20] }).get(stale.url));
    const status = await rejection(
      session().get(server.url, {
        hooks: {
          response: (answer) => {
            throw new HttpStatusError(answer, answer);
          },
        },
      }),
    );

    for (const error of [refused, late, status]) {
      const shown = JSON.parse(JSON.stringify(error)) as { message: string; attempts: object[] };
      expect(shown.message).toBe(error.message);
      expect(shown.attempts.length).toBeGreaterThan(0);
    }
  });
});
