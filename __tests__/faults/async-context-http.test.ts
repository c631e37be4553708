/**
 * The asynchronous context of HTTP calls: a connection that is kept alive carries the context of the call that opened it,
 * and the timer of all waits that of the call that set it. What a call runs for its user has neither.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request as undiciRequest } from 'undici';
import { constant } from '../../src/core.js';
import {
  type HttpResponse,
  type RetryHttpOptions,
  RetrySession,
  retryFetch,
  retryInterceptor,
} from '../../src/http/index.js';
import { type TestServer, httpServer } from '../http/support/servers.js';
import { Notes, ids, inEach, within } from '../support/contexts.js';

let server: TestServer;
const seen = new Map<string, number>();
beforeAll(async () => {
  // The first two requests of a call fail; the third of those to /flaky breaks off.
  server = await httpServer(({ url }, response) => {
    const tries = (seen.get(url) ?? 0) + 1;
    seen.set(url, tries);
    if (tries === 3 && url.startsWith('/flaky')) response.destroy();
    else response.writeHead(tries <= 2 ? 503 : 200).end('a body');
  });
});
afterAll(() => server.close());

/** The call that an address is of: its last part. */
const idOf = (url: URL | string): string => String(url).slice(-1);

/** All that can be asked and told. */
function options(notes: Notes) {
  const told =
    (what: string) =>
    ({ args }: { readonly args: readonly [{ readonly request: { readonly url: URL } }] }) =>
      notes.note(what, idOf(args[0].request.url));
  return {
    retries: 5,
    backoff: constant([3, 4, 5]),
    jitter: null,
    circuitBreaker: false,
    budget: false,
    retryWhen: (_method, { response, error }) => {
      notes.note('retryWhen', idOf(response?.url ?? (error?.url as string)));
      return undefined;
    },
    giveup: async (response) => {
      notes.note('giveup', idOf(response.url));
      await response.text();
      notes.note('giveup, past the body', idOf(response.url));
      return false;
    },
    onAttempt: told('onAttempt'),
    onBackoff: told('onBackoff'),
    onSuccess: told('onSuccess'),
    log: (_level, _text, { args }) => notes.note('log', idOf(args[0].request.url)),
  } satisfies RetryHttpOptions;
}

const common = ['giveup', 'giveup, past the body', 'log', 'onAttempt', 'onBackoff', 'onSuccess', 'retryWhen'];

describe('the asynchronous context of HTTP calls', () => {
  it.each(['steady', 'flaky'])(
    'is that of each call of a session, on connections of others: %s',
    async (way) => {
      const notes = new Notes();
      const agent = new Agent({ connections: 1 });
      const session = new RetrySession({
        ...options(notes),
        dispatcher: agent,
        auth: async ({ url }) => {
          notes.note('auth', idOf(url));
          await null;
          return 'Bearer abc';
        },
        hooks: {
          response: async (response: HttpResponse) => {
            notes.note('hook', idOf(response.url));
            await null;
            notes.note('hook, past an await', idOf(response.url));
          },
        },
      });
      await within('z', () => session.get(`${server.url}/z/warm-up/z`));

      const ends = await inEach(async (id) => {
        const { status } = await session.get(`${server.url}/${way}/session/${id}`);
        notes.note('caller', id);
        return status;
      });
      await session.close();
      await agent.close();

      expect(notes.wrong).toEqual([]);
      expect(notes.heard).toEqual(['auth', 'caller', ...common, 'hook', 'hook, past an await'].sort());
      expect(ends).toEqual(ids.map(() => ({ status: 'fulfilled', value: 200 })));
    },
  );

  it('is that of each call of retryFetch', async () => {
    const notes = new Notes();
    const get = retryFetch(fetch, options(notes));
    await within('z', async () => (await get(`${server.url}/fetch/z`)).text());

    const ends = await inEach(async (id) => (await get(`${server.url}/flaky/fetch/${id}`)).status);

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(common);
    expect(ends).toEqual(ids.map(() => ({ status: 'fulfilled', value: 200 })));
  });

  it('is that of each call of an intercepted dispatcher', async () => {
    const notes = new Notes();
    const agent = new Agent({ connections: 1 });
    const dispatcher = agent.compose(retryInterceptor(options(notes)));
    const get = (id: string, way: string) =>
      undiciRequest(`${server.url}/${way}/undici/${id}`, { dispatcher });
    await within('z', async () => (await get('z', 'steady')).body.text());

    const ends = await inEach(async (id) => (await get(id, 'flaky')).body.text());
    await agent.close();

    expect(notes.wrong).toEqual([]);
    expect(notes.heard).toEqual(common);
    expect(ends).toEqual(ids.map(() => ({ status: 'fulfilled', value: 'a body' })));
  });
});
