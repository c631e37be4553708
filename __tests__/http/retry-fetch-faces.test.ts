/**
 * One table, three faces: what a `RetrySession` does, `retryFetch` and `retryInterceptor` do.
 *
 * Where a face differs, the table says so and why.
 */
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, FormData as UndiciForm, request } from 'undici';
import { retryBudget, retryHistory } from '../../src/core.js';
import {
  type HttpAttempt,
  type HttpResponse,
  HttpStatusError,
  RetrySession,
  retryFetch,
  retryInterceptor,
  type RetryGuestOptions,
} from '../../src/http/index.js';
import {
  type TestServer,
  closesAfterRequest,
  closing,
  httpServer,
  nobody,
  rawServer,
  scripted,
  silent,
  until,
} from './support/servers.js';

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: any;
  readonly signal?: AbortSignal;
}

interface Face {
  readonly name: string;
  make(options?: RetryGuestOptions): {
    call(url: string, asked?: Asked): Promise<{ readonly status: number; text(): Promise<string> }>;
    close(): Promise<void>;
  };
  /** A body that can be read only once. */
  stream(text: string): unknown;
  form(): unknown;
  /** What a lost connection is to the caller. */
  readonly lost: { readonly name: string; code(error: any): unknown };
  /** What it is where a stream would have to be sent again. */
  readonly lostStream: string;
}

const quick = { backoff: { type: 'fixed', delay: 1 }, jitter: null, log: false } as const;

const faces: readonly Face[] = [
  {
    name: 'RetrySession',
    make(options) {
      const session = new RetrySession({ ...quick, ...(options as object) });
      return {
        call: (url, { method = 'GET', ...asked } = {}) => session.request(method, url, asked),
        close: () => session.close(),
      };
    },
    stream: (text) => Readable.from([Buffer.from(text)]),
    form: globalForm,
    lost: { name: 'ConnectionError', code: (error) => error.transportCode },
    lostStream: 'BodyReplayError',
  },
  {
    name: 'retryFetch',
    make(options) {
      const fetched = retryFetch(fetch, { ...quick, ...options });
      return {
        call: (url, asked = {}) => fetched(url, { ...asked, ...({ duplex: 'half' } as object) }),
        close: async () => {},
      };
    },
    stream: (text) =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(text));
          controller.close();
        },
      }),
    form: globalForm,
    // The error of a fetch is its own, the very same object.
    lost: { name: 'TypeError', code: (error) => error.cause.code },
    lostStream: 'TypeError',
  },
  {
    name: 'undici.request over retryInterceptor',
    make(options) {
      const agent = new Agent();
      const dispatcher = agent.compose(retryInterceptor({ ...quick, ...options }));
      return {
        async call(url, { method = 'GET', ...asked } = {}) {
          const options = { ...asked, method: method as 'GET', dispatcher };
          const { statusCode, body } = await request(url, options as object);
          return { status: statusCode, text: () => body.text() };
        },
        close: () => agent.destroy(),
      };
    },
    stream: (text) => Readable.from([Buffer.from(text)]),
    form() {
      const form = new UndiciForm();
      form.append('name', 'välue');
      return form;
    },
    // undici's errors are handed on as they are.
    lost: { name: 'Error', code: (error) => error.code },
    lostStream: 'BodyReplayError',
  },
];

function globalForm(): FormData {
  const form = new FormData();
  form.append('name', 'välue');
  return form;
}

/** What a call ends with that must fail. */
function rejection(call: Promise<unknown>): Promise<any> {
  return call.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );
}

describe.each(faces)('$name', (face) => {
  const { open } = closing();
  const make = async (options?: RetryGuestOptions) => open(face.make(options));

  describe('a status', () => {
    let server: TestServer;
    const seen = new Map<string, number>();
    beforeAll(async () => {
      // The first answer to a path is the status it names, all others 200.
      server = await httpServer(({ method, url, headers }, response) => {
        const key = `${method} ${url}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        const wait = headers['x-wait'];
        const first = wait === undefined ? {} : { 'retry-after': String(wait) };
        response.writeHead(seen.get(key) === 1 ? Number(url.slice(1)) : 200, first).end('body');
      });
    });
    afterAll(() => server.close());

    it.each<[status: number, which: 'both' | 'GET' | 'none']>([
      [429, 'both'],
      [502, 'both'],
      [503, 'both'],
      [425, 'both'],
      [421, 'both'],
      [408, 'GET'],
      [500, 'GET'],
      [504, 'GET'],
      [520, 'GET'],
      [521, 'GET'],
      [522, 'GET'],
      [523, 'GET'],
      [524, 'GET'],
      [529, 'GET'],
      [400, 'none'],
      [401, 'none'],
      [404, 'none'],
      [409, 'none'],
      [413, 'none'],
      [501, 'none'],
      [505, 'none'],
      [507, 'none'],
      [508, 'none'],
      [511, 'none'],
    ])('%i is retried for %s', async (status, which) => {
      const { call } = await make({ circuitBreaker: false, budget: false });
      seen.clear();

      const got = await call(`${server.url}/${status}`);
      const posted = await call(`${server.url}/${status}`, { method: 'POST', body: 'x' });

      expect(got.status).toBe(which === 'none' ? status : 200);
      expect(posted.status).toBe(which === 'both' ? 200 : status);
      expect([...seen.values()]).toEqual([which === 'none' ? 1 : 2, which === 'both' ? 2 : 1]);
      expect(await got.text()).toBe('body');
      await posted.text();
    });

    it('413 is retried when it says when to come back', async () => {
      const { call } = await make();
      seen.clear();

      const got = await call(`${server.url}/413`, { method: 'POST', body: 'x', headers: { 'x-wait': '0' } });

      expect(got.status).toBe(200);
    });
  });

  it('waits as long as the server asks', async () => {
    const server = await open(scripted({ status: 503, headers: { 'retry-after-ms': '80' } }, 200));
    const { call } = await make();
    const start = performance.now();

    const got = await call(server.url);

    expect(got.status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(79);
  });

  it('gives up at once when the server asks for too long, and gives the response', async () => {
    const server = await open(scripted({ status: 503, headers: { 'retry-after': '3600' }, body: 'later' }));
    const { call } = await make();

    const got = await call(server.url);

    expect(got.status).toBe(503);
    expect(await got.text()).toBe('later');
    expect(server.requests).toHaveLength(1);
  });

  it('gives the last response when retries are spent, with its body', async () => {
    const server = await open(scripted({ status: 500, body: 'one' }, { status: 503, body: 'two' }));
    const { call } = await make({ retries: 1 });

    const got = await call(server.url);

    expect(got.status).toBe(503);
    expect(await got.text()).toBe('two');
  });

  it('throws an HttpStatusError with history and body where raiseOnStatus asks for it', async () => {
    const server = await open(scripted({ status: 503, body: 'busy' }));
    const { call } = await make({ raiseOnStatus: true, retries: 2 });

    const error = await rejection(call(server.url));

    expect(error).toBeInstanceOf(HttpStatusError);
    const { response, attempts } = error as HttpStatusError;
    expect(attempts.map(({ tries, status }) => [tries, status])).toEqual([
      [1, 503],
      [2, 503],
      [3, 503],
    ]);
    expect(await response.text()).toBe('busy');
  });

  it.each([
    ['status', { total: 5, status: 1 }, 2],
    ['total', { total: 1, status: 5 }, 2],
    ['none', false, 1],
  ] as const)('counts retries: %s', async (_, retries, expected) => {
    const server = await open(scripted(503));
    const { call } = await make({ retries });

    await (await call(server.url)).text();

    expect(server.requests).toHaveLength(expected);
  });

  it('retries a refused connection for every method, as often as connect says', async () => {
    const server = await nobody();
    let attempts = 0;
    const { call } = await make({ retries: { connect: 4, read: 0 }, onAttempt: () => (attempts += 1) });

    const error = await rejection(call(server.url, { method: 'POST', body: 'x' }));

    expect(attempts).toBe(5);
    expect(error.name).toBe(face.lost.name);
    expect(face.lost.code(error)).toBe('ECONNREFUSED');
    expect(retryHistory(error)?.attempts).toHaveLength(5);
  });

  it.each([
    ['GET', undefined, 3],
    ['PUT', 'x', 3],
    ['POST', 'x', 1],
  ])(
    'retries a %s whose connection is lost after sending, if it may be repeated',
    async (method, body, expected) => {
      const server = await open(closesAfterRequest('rst'));
      const { call } = await make();

      const error = await rejection(call(server.url, { method, ...(body && { body }) }));

      expect(server.requests).toHaveLength(expected);
      expect(error.name).toBe(face.lost.name);
    },
  );

  it('repeats a POST that has a key, the same in every attempt', async () => {
    const server = await open(closesAfterRequest('fin'));
    const { call } = await make({ idempotencyKey: 'auto' });

    await call(server.url, { method: 'POST', body: 'x' }).catch(() => {});

    const keys = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('lets giveup read the body, which the caller can still read', async () => {
    const server = await open(scripted({ status: 500, body: 'User not exists.' }));
    const read: string[] = [];
    const { call } = await make({
      giveup: async (response) => {
        read.push(await response.text());
        return read.length === 2;
      },
    });

    const got = await call(server.url);

    expect(server.requests).toHaveLength(2);
    expect(read).toEqual(['User not exists.', 'User not exists.']);
    expect(await got.text()).toBe('User not exists.');
  });

  it('shows a callback the attempts that led to an answer', async () => {
    const server = await open(scripted(503, 503, 200));
    const seen: unknown[] = [];
    const see = ({ attempts }: HttpResponse): boolean =>
      seen.push(attempts.map(({ status }) => status)) === 0;
    const { call } = await make({ giveup: see, onSuccess: ({ value }) => void see(value) });

    await (await call(server.url)).text();

    expect(seen).toEqual([[503], [503, 503], [503, 503, 200]]);
  });

  it('counts an answer below 300 that retryWhen has retried', async () => {
    const server = await open(scripted(200, 200, 201));
    const seen: unknown[] = [];
    const { call } = await make({
      retryWhen: (_, { response }) => response?.status === 200,
      onSuccess: ({ value }) => void seen.push(...value.attempts.map(({ tries, status }) => [tries, status])),
    });

    await (await call(server.url)).text();

    expect(seen).toEqual([
      [1, 200],
      [2, 200],
      [3, 201],
    ]);
  });

  it('shows a handler no secret, however its details are logged', async () => {
    const server = await open(scripted(503, 200));
    const shown: string[] = [];
    const { call } = await make({
      onBackoff: (details) => void shown.push(inspect(details, { depth: 9 }), JSON.stringify(details)),
    });

    const headers = { authorization: 'secret' };
    await (await call(`${server.url}/?key=secret`, { method: 'POST', headers, body: 'secret' })).text();

    expect(shown[0]).toContain(`POST ${server.url}/ }`);
    expect(shown[1]).toContain(`"args":[{"request":{"method":"POST","url":"${server.url}/"}}]`);
    expect(shown.join()).not.toContain('secret');
  });

  it('leaves the error of another call, thrown by a callback, as it is', async () => {
    const server = await open(scripted(503));
    const { call: other } = await make({ retries: 1, raiseOnStatus: true });
    const theirs = await rejection(other(`${server.url}/theirs`));
    const { call } = await make({
      giveup: () => {
        throw theirs;
      },
    });

    const error = await rejection(call(`${server.url}/ours`));

    expect(error).toBe(theirs);
    const urls = [...error.attempts, ...error.response.attempts].map(({ url }: HttpAttempt) => url);
    expect(urls).toEqual(Array(4).fill(`${server.url}/theirs`));
  });

  it('frees the connection of a body that a callback reads in vain', async () => {
    const server = await open(
      httpServer((_request, response) => {
        response.writeHead(503).write('a part');
      }),
    );
    const aborter = new AbortController();
    const { call } = await make({ giveup: async (answer) => (await answer.text()) === '' });

    const error = rejection(call(server.url, { signal: aborter.signal }));
    await until(() => server.requests.length === 1);
    aborter.abort(new Error('enough'));

    expect(await error).toHaveProperty('message', 'enough');
    await until(() => server.sockets.size < server.connections);
  });

  it('asks retryWhen before the rules', async () => {
    const server = await open(scripted({ status: 404, body: 'soon' }, { status: 200, body: 'here' }));
    const { call } = await make({
      retryWhen: async (method, { response }) => method === 'POST' && response?.status === 404,
    });

    const got = await call(server.url, { method: 'POST', body: 'x' });

    expect(await got.text()).toBe('here');
  });

  it('tells retryWhen of an error what it means', async () => {
    const server = await nobody();
    const told: unknown[] = [];
    const { call } = await make({
      retryWhen: (_, { error }) => {
        told.push((error as any)?.sent, (error as any)?.transportCode);
        return false;
      },
    });

    await call(server.url).catch(() => {});

    expect(told).toEqual([false, 'ECONNREFUSED']);
  });

  it('tells handlers what is retried, and why', async () => {
    const server = await open(scripted(503, 200));
    const told: unknown[] = [];
    const { call } = await make({
      onBackoff: ({ args, ok, tries, ...rest }) => {
        const { method, url } = args[0].request;
        told.push(method, url.pathname, tries, ok, (rest as any).value.status);
      },
      onSuccess: ({ value }) => void told.push(value.status),
    });

    await call(`${server.url}/users`);

    expect(told).toEqual(['GET', '/users', 1, true, 503, 200]);
  });

  it('logs the address without its query, and what an error means', async () => {
    const server = await nobody();
    const lines: string[] = [];
    const { call } = await make({ retries: 1, log: (_, text) => void lines.push(text) });

    await call(`${server.url}/path?secret=1`).catch(() => {});

    const [first] = lines;
    expect(first).toMatch(
      /^Backing off GET http:\/\/127\.0\.0\.1:\d+\/path for \d+ms \(ConnectionError: .*ECONNREFUSED/,
    );
    expect(lines.join()).not.toContain('secret');
  });

  it('sends nothing while the circuit of an origin is open, and does for another', async () => {
    const server = await open(scripted(500));
    const other = await open(scripted(200));
    const { call } = await make({ retries: 0, circuitBreaker: { consecutive: 3 } });
    for (let n = 0; n < 3; n++) await (await call(server.url)).text();

    const error = await rejection(call(server.url));
    const got = await call(other.url);

    expect(error.code).toBe('ERR_CIRCUIT_OPEN');
    expect(server.requests).toHaveLength(3);
    expect(got.status).toBe(200);
  });

  it('opens the circuit for connections that are lost, too', async () => {
    const server = await nobody();
    const { call } = await make({ retries: 0, circuitBreaker: { consecutive: 2 } });
    for (let n = 0; n < 2; n++) await call(server.url).catch(() => {});

    const error = await rejection(call(server.url));

    expect(error.code).toBe('ERR_CIRCUIT_OPEN');
  });

  it('ends with the response it has when the circuit opens under a retry', async () => {
    const server = await open(scripted({ status: 500, body: 'no' }));
    const { call } = await make({ retries: 5, circuitBreaker: { consecutive: 2 } });

    const got = await call(server.url);

    expect(got.status).toBe(500);
    expect(await got.text()).toBe('no');
    expect(server.requests).toHaveLength(2);
  });

  it('retries no more than the budget pays for', async () => {
    const server = await open(scripted(500));
    const budget = retryBudget({ minimum: 2, maximum: 2, ratio: 0 });
    const { call } = await make({ retries: 5, budget });

    await (await call(server.url)).text();
    await (await call(server.url)).text();

    expect(server.requests).toHaveLength(4);
  });

  it('ends at once when it is aborted while it waits', async () => {
    const server = await open(scripted(503));
    const { call } = await make({ backoff: { type: 'fixed', delay: '1h' } });
    const controller = new AbortController();
    const reason = new Error('enough');
    const ended = rejection(call(server.url, { signal: controller.signal }));
    await until(() => server.requests.length === 1);

    setTimeout(() => controller.abort(reason), 20);

    expect(await ended).toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  it('ends at once when it is aborted while nothing comes', async () => {
    const server = await open(silent());
    const { call } = await make();
    const controller = new AbortController();
    const reason = new Error('enough');
    const ended = rejection(call(server.url, { signal: controller.signal }));
    await until(() => server.requests.length === 1);

    controller.abort(reason);

    expect(await ended).toBe(reason);
    await until(() => server.sockets.size === 0);
  });

  it('sends nothing when it is aborted already', async () => {
    const server = await open(scripted(200));
    const { call } = await make();
    const reason = new Error('never');

    const ended = await rejection(call(server.url, { signal: AbortSignal.abort(reason) }));

    expect(ended).toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['text', () => 'grüße', 'grüße'],
    ['bytes', () => new Uint8Array([0, 255, 10, 13]), Buffer.from([0, 255, 10, 13])],
    ['a megabyte', () => Buffer.alloc(1_000_000, 'ab'), Buffer.alloc(1_000_000, 'ab')],
    ['a Blob', () => new Blob(['blob', 'by'], { type: 'text/x-blob' }), 'blobby'],
  ])('replays %s byte for byte', async (_, body, expected) => {
    const server = await open(scripted(503, 503, 200));
    const { call } = await make();

    const got = await call(server.url, { method: 'POST', body: body() });

    expect(got.status).toBe(200);
    expect(server.requests).toHaveLength(3);
    for (const { body: received } of server.requests)
      expect(received.equals(Buffer.from(expected))).toBe(true);
    const lengths = server.requests.map(({ headers }) => headers['content-type']);
    expect(new Set(lengths).size).toBe(1);
  });

  it('replays a form, with whatever boundary', async () => {
    const server = await open(scripted(503, 200));
    const { call } = await make();

    await (await call(server.url, { method: 'POST', body: face.form() })).text();

    // undici and fetch draw a boundary for each attempt, a session one for all of them.
    const forms = server.requests.map(({ body, headers }) => {
      const [, boundary = 'none'] = /boundary=(.*)$/.exec(headers['content-type'] ?? '') ?? [];
      return body.toString().replaceAll(boundary, '');
    });
    expect(forms).toHaveLength(2);
    expect(forms[0]).toContain('välue');
    expect(forms[1]).toBe(forms[0]);
  });

  it('sends what it was given when the call was made', async () => {
    const server = await open(scripted(503, 200));
    const { call } = await make({ backoff: { type: 'fixed', delay: 100 } });
    const body = new TextEncoder().encode('before');
    const headers = { 'x-tag': 'before' };

    const got = call(server.url, { method: 'POST', body, headers });
    await until(() => server.requests.length > 0);
    body.fill(0);
    headers['x-tag'] = 'after';
    await (await got).text();

    expect(
      server.requests.map(({ body: sent, headers: sentTag }) => [sent.toString(), sentTag['x-tag']]),
    ).toEqual([
      ['before', 'before'],
      ['before', 'before'],
    ]);
  });

  it('gives the response to a stream, which it does not send again', async () => {
    const server = await open(scripted({ status: 503, body: 'busy' }));
    const { call } = await make();

    const got = await call(server.url, { method: 'PUT', body: face.stream('once') });

    expect(got.status).toBe(503);
    expect(await got.text()).toBe('busy');
    expect(server.requests.map(({ body }) => body.toString())).toEqual(['once']);
  });

  it('does not send a stream again after its connection was lost', async () => {
    const server = await open(httpServer(({ socket }) => socket.resetAndDestroy()));
    const { call } = await make();

    const error = await rejection(call(server.url, { method: 'PUT', body: face.stream('once') }));

    expect(server.requests).toHaveLength(1);
    expect(error.name).toBe(face.lostStream);
    expect(error.cause).toHaveProperty('message');
  });

  it('lets go of the bodies of what it retries, so that one connection serves all attempts', async () => {
    const busy = { status: 503, body: 'x'.repeat(20_000) };
    const server = await open(scripted(busy, busy, busy, 200));
    const { call } = await make({ backoff: { type: 'fixed', delay: 20 } });

    const got = await call(server.url);

    expect(got.status).toBe(200);
    expect(server.connections).toBe(1);
  });

  it('closes the connection of a large body that nobody wants', async () => {
    const busy = { status: 503, body: Buffer.alloc(5_000_000) };
    const server = await open(scripted(busy, 200));
    const { call } = await make();

    const got = await call(server.url);
    await got.text();

    expect(got.status).toBe(200);
    await until(() => server.sockets.size < server.connections);
  });

  it('closes the connection of a body that does not end', async () => {
    const server = await open(
      rawServer((socket, n) => {
        socket.write(
          n === 1
            ? 'HTTP/1.1 503 No\r\ncontent-length: 9\r\n\r\nb'
            : 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
        );
      }),
    );
    const { call } = await make();

    const got = await call(server.url);

    expect(got.status).toBe(200);
    await until(() => server.sockets.size < server.connections);
  });

  it('makes exactly one attempt where retries are switched off', async () => {
    const server = await open(scripted(503));
    const { call } = await make({ enabled: false });

    const got = await call(server.url);

    expect(got.status).toBe(503);
    expect(server.requests).toHaveLength(1);
  });
});
