import { afterAll, describe, expect, it } from '@jest/globals';
import { Agent, MockAgent } from 'undici';
import { OptionError } from '../../../src/core.js';
import {
  ConnectTimeoutError,
  ConnectionError,
  ProtocolError,
  ReadTimeoutError,
  ResponseSizeError,
  TotalTimeoutError,
} from '../../../src/http/http-errors.js';
import { elsewhere, local } from '../support/certificates.js';
import {
  type TestServer,
  closesAfterRequest,
  closesAtAccept,
  closing,
  cutBody,
  dropsReused,
  endlessHeaders,
  httpServer,
  jsonServer,
  largeBody,
  neverAccepts,
  nobody,
  proxyServer,
  rawServer,
  silent,
  trickle,
  until,
  writes,
} from '../support/servers.js';
import { agents, errorOf, optionsFor, rested, send, textOf, time } from './exchanges.js';
import { exchange } from '../../../src/http/wire/exchange.js';

afterAll(() => agents.destroy());

const answer = 'HTTP/1.1 200 OK\r\n';

interface Case {
  readonly server: () => Promise<TestServer>;
  readonly error: new (...args: never[]) => Error;
  readonly facts: object;
  readonly says?: RegExp;
}

const cases: Record<string, Case> = {
  'nobody listens': {
    server: nobody,
    error: ConnectionError,
    facts: { phase: 'queued', sent: false, transportCode: 'ECONNREFUSED', isPermanent: false },
    says: /^POST http:\/\/127\.0\.0\.1:\d+\/a: no connection: connect ECONNREFUSED/,
  },
  'nobody accepts': {
    server: neverAccepts,
    error: ConnectTimeoutError,
    facts: { phase: 'queued', sent: false, timeout: 80, code: 'ERR_TIMEOUT' },
    says: /no connection within 80 ms/,
  },
  'the server closes with FIN at accept': {
    server: () => closesAtAccept('fin'),
    error: ConnectionError,
    facts: { phase: 'started', sent: true, transportCode: 'UND_ERR_SOCKET', isStale: false },
  },
  'the server closes with FIN after the request': {
    server: () => closesAfterRequest('fin'),
    error: ConnectionError,
    facts: { phase: 'started', sent: true, transportCode: 'UND_ERR_SOCKET', isStale: false },
    says: /the connection was lost before an answer came/,
  },
  'the server closes with RST after the request': {
    server: () => closesAfterRequest('rst'),
    error: ConnectionError,
    facts: { phase: 'started', sent: true, transportCode: 'ECONNRESET', isStale: false },
  },
  'the server says nothing': {
    server: silent,
    error: ReadTimeoutError,
    facts: { phase: 'started', sent: true, timeout: 80, code: 'ERR_TIMEOUT' },
    says: /no answer within 80 ms/,
  },
  'the answer is not HTTP': {
    server: () => writes('SSH-2.0-OpenSSH_9.6\r\n'),
    error: ProtocolError,
    facts: { phase: 'started', sent: true },
    says: /the answer is not HTTP/,
  },
  'the status is not a number': {
    server: () => writes('HTTP/1.1 abc OK\r\n\r\n'),
    error: ProtocolError,
    facts: { phase: 'started', sent: true },
  },
  'the headers are cut': {
    server: () => writes(`${answer}content-le`, 'fin'),
    error: ConnectionError,
    facts: { phase: 'started', sent: true, isStale: false },
  },
  'the content-length is no number': {
    server: () => writes(`${answer}content-length: many\r\n\r\n`),
    error: ProtocolError,
    facts: { phase: 'started', sent: true },
  },
  'there are two lengths': {
    server: () => writes(`${answer}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`),
    error: ProtocolError,
    facts: { sent: true },
  },
  'the headers never end': {
    server: endlessHeaders,
    error: ResponseSizeError,
    facts: { code: 'ERR_RESPONSE_SIZE' },
    says: /headers of the answer are too large/,
  },
  'the body stalls': {
    server: () => cutBody('stall'),
    error: ReadTimeoutError,
    facts: { phase: 'body', sent: true },
    says: /no more of the body within 80 ms/,
  },
  'no byte of the body comes': {
    server: () => writes(`${answer}content-length: 5\r\n\r\n`),
    error: ReadTimeoutError,
    facts: { phase: 'headers', sent: true },
  },
  'the body is cut by FIN': {
    server: () => cutBody('fin'),
    error: ConnectionError,
    facts: { phase: 'body', sent: true, isPermanent: false },
    says: /the body was cut short/,
  },
  'the body is cut by RST': {
    server: () => cutBody('rst'),
    error: ConnectionError,
    facts: { phase: 'body', sent: true, transportCode: 'ECONNRESET' },
  },
  'a chunked body is cut by FIN': {
    server: () => cutBody('fin', { chunked: true }),
    error: ConnectionError,
    facts: { name: 'ConnectionError', phase: 'body', sent: true },
  },
  'a chunked body is no chunks': {
    server: () => writes(`${answer}transfer-encoding: chunked\r\n\r\nzzz\r\n`),
    error: ProtocolError,
    facts: { phase: 'headers', sent: true },
  },
  'the body is too large, as it says': {
    server: () => largeBody(20_000),
    error: ResponseSizeError,
    facts: {},
    says: /the body is larger than 10000 bytes/,
  },
  'the body is too large, and does not say so': {
    server: () => largeBody(20_000, { chunked: true }),
    error: ResponseSizeError,
    facts: {},
  },
};

describe('an exchange that fails', () => {
  const { open } = closing();

  it.each(Object.keys(cases))('%s', async (name) => {
    const { server: start, error: Kind, facts, says = / / } = cases[name] as Case;
    const server = await open(start());
    const connectTimeout = start === neverAccepts ? 80 : 5000;

    const error = await errorOf(
      send(`${server.url}/a?b=c`, {
        method: 'POST',
        body: 'hello',
        connectTimeout,
        readTimeout: 80,
        maxSize: 10_000,
      }),
    );

    expect(error).toBeInstanceOf(Kind);
    expect(error).toMatchObject(facts);
    expect(error.message).toMatch(says);
    expect(error.message).not.toContain('b=c');
    await until(() => start === neverAccepts || server.sockets.size === 0);
  });

  it('the server closes with RST at accept', async () => {
    const server = await open(closesAtAccept('rst'));

    const error = await errorOf(send(server.url, { method: 'POST', body: 'hello' }));

    // The kernel accepts before the server resets, so that either may be seen first.
    expect(error).toMatchObject({ name: 'ConnectionError', isPermanent: false, isStale: false });
    expect(['queued', 'started']).toContain(error.phase);
    expect(server.requests).toHaveLength(0);
  });

  it('says why even when several addresses were tried in vain', async () => {
    const server = await open(nobody());

    const error = await errorOf(send(server.url.replace('127.0.0.1', 'localhost')));

    expect(error).toMatchObject({ phase: 'queued', transportCode: 'ECONNREFUSED' });
    expect(error.message).toMatch(/no connection: .*ECONNREFUSED/);
  });

  it('an idle connection was closed, and nobody listens any more: never sent', async () => {
    const server = await open(jsonServer());
    await send(server.url);
    await rested();
    const closed = server.close();

    const error = await errorOf(send(server.url, { method: 'POST', body: 'hello' }));

    await closed;
    expect(error.transportCode).toMatch(/ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET/);
    expect(error.sent).toBe(error.transportCode !== 'ECONNREFUSED');
  });

  it('an idle connection was closed: another takes its place, and belongs to the exchange', async () => {
    const server = await open(jsonServer());
    await send(server.url);
    await rested();
    for (const socket of server.sockets) socket.destroy();
    const end = send(server.url);

    expect(await textOf(end)).toBe('200 {"ok":true}');
    expect(server.connections).toBe(2);
  });

  it('the server asked for another protocol that nobody wanted', async () => {
    const server = await open(
      writes('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    );

    expect(await errorOf(send(server.url))).toMatchObject({ phase: 'started', sent: true });
  });

  it('knows a name that nobody has as never sent', async () => {
    const error = await errorOf(send('http://nowhere.invalid/'));

    expect(error).toMatchObject({ phase: 'queued', sent: false, isPermanent: false });
    expect(error.transportCode).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it.each(['rst', 'fin'] as const)('knows a stale connection: used before, closed by %s', async (how) => {
    const server = await open(dropsReused(how));
    await send(server.url);
    await rested();

    const error = await errorOf(send(server.url));

    expect(error).toMatchObject({ phase: 'started', sent: true, isStale: true });
    expect(server.connections).toBe(1);
  });

  it('does not call a reused connection stale when a part of an answer came', async () => {
    let n = 0;
    const server = await open(
      rawServer((socket) => {
        n += 1;
        if (n === 1) socket.write(`${answer}content-length: 0\r\n\r\n`);
        else socket.end('HTTP/1.1 200');
      }),
    );
    await send(server.url);
    await rested();

    expect(await errorOf(send(server.url))).toMatchObject({ phase: 'started', isStale: false });
    expect(server.connections).toBe(1);
  });

  it('waits for a body without end as long as bytes come, but not past the deadline', async () => {
    const server = await open(trickle(10));
    const deadline = performance.now() + 150;

    const error = await errorOf(send(server.url, { readTimeout: 60, deadline, timeoutOfDeadline: 150 }));

    expect(error).toBeInstanceOf(TotalTimeoutError);
    expect(error).toMatchObject({ phase: 'body', timeout: 150, isPermanent: true });
    await until(() => server.sockets.size === 0);
  });

  it.each([
    ['while connecting', neverAccepts, 'queued'],
    ['while waiting for headers', silent, 'started'],
  ] as const)('ends at the deadline %s', async (_, start, phase) => {
    const server = await open(start());
    const deadline = performance.now() + 50;

    const error = await errorOf(send(server.url, { deadline, timeoutOfDeadline: 50 }));

    expect(error).toBeInstanceOf(TotalTimeoutError);
    expect(error.phase).toBe(phase);
  });

  it('sends nothing when the deadline has passed', async () => {
    const server = await open(jsonServer());

    const error = await errorOf(send(server.url, { deadline: performance.now() - 1, timeoutOfDeadline: 5 }));

    expect(error).toBeInstanceOf(TotalTimeoutError);
    expect(error.sent).toBe(false);
    expect(server.connections).toBe(0);
  });

  it('takes a caller at fault for permanent: a wrong content-length of his own', async () => {
    const server = await open(jsonServer());
    const wrong = { method: 'POST', body: 'hello', headers: ['content-length', '3'] };

    const error = await errorOf(send(server.url, wrong));

    expect(error).toMatchObject({ isPermanent: true, transportCode: 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH' });
    expect(server.requests).toHaveLength(0);
    expect(await textOf(send(server.url))).toBe('200 {"ok":true}');
  });

  it('takes what undici refuses for permanent', async () => {
    const server = await open(jsonServer());

    expect(await errorOf(send(server.url, { headers: ['a b', 'c'] }))).toMatchObject({
      isPermanent: true,
      sent: false,
    });
  });

  it('takes a closed agent for permanent', async () => {
    const dispatcher = new Agent();
    await dispatcher.close();

    const error = await errorOf(send('http://127.0.0.1:1', { transport: { dispatcher } }));

    expect(error).toMatchObject({ isPermanent: true, phase: 'queued', transportCode: 'UND_ERR_DESTROYED' });
  });
});

describe('an exchange by TLS', () => {
  const { open } = closing();
  const secure = (tls: { cert: string; key: string }): Promise<TestServer> =>
    open(httpServer((_request, response) => response.end('secret'), { tls }));

  it('is sent to whom it believes', async () => {
    const server = await secure(local);

    expect(await textOf(send(server.url, { transport: { verify: local.cert } }))).toBe('200 secret');
    expect(await textOf(send(server.url, { transport: { verify: false } }))).toBe('200 secret');
  });

  it.each([
    ['a certificate that signs itself', local, true, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['a certificate for another name', elsewhere, elsewhere.cert, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('fails for good for %s, and nothing was sent', async (_, tls, verify, transportCode) => {
    const server = await secure(tls);

    const error = await errorOf(send(server.url, { transport: { verify } }));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ phase: 'queued', sent: false, isPermanent: true, transportCode });
    expect(server.requests).toHaveLength(0);
  });

  it('fails for good when the server does not speak TLS', async () => {
    const server = await open(jsonServer());

    const error = await errorOf(send(server.url.replace('http:', 'https:')));

    expect(error).toMatchObject({ phase: 'queued', sent: false, isPermanent: true });
  });

  it('gives up a handshake that is not answered at its connect timeout', async () => {
    const server = await open(silent());
    let error: unknown;

    const took = await time(async () => {
      error = await errorOf(send(server.url.replace('http:', 'https:'), { connectTimeout: 60 }));
    });

    expect(error).toBeInstanceOf(ConnectTimeoutError);
    expect(took).toBeGreaterThanOrEqual(59);
    expect(took).toBeLessThan(1200);
    await until(() => server.sockets.size === 0);
  });

  it('knows a stale connection', async () => {
    const server = await open(
      httpServer(
        (_request, response, n) => {
          if (n === 1) response.end('first');
          else response.socket?.destroy();
        },
        { tls: local },
      ),
    );
    const transport = { verify: local.cert };
    await send(server.url, { transport });
    await rested();

    expect(await errorOf(send(server.url, { transport }))).toMatchObject({ isStale: true, phase: 'started' });
  });
});

describe('an exchange through a proxy', () => {
  const { open } = closing();

  it.each([
    ['407: for good', 407, { transportCode: 'UND_ERR_ABORTED', isPermanent: true }],
    ['403: for good', 403, { isPermanent: true }],
    ['502: for now', 502, { isPermanent: false }],
    ['a hang-up: for now', 0, { isPermanent: false }],
  ])('was never sent when the proxy refuses with %s', async (_, refuses, facts) => {
    const target = await open(jsonServer());
    const proxy = await open(proxyServer({ refuses }));

    const error = await errorOf(send(target.url, { transport: { proxies: { all: proxy.url } } }));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ phase: 'queued', sent: false, ...facts });
    expect(target.connections).toBe(0);
    expect(proxy.connections).toBe(1);
  });

  it('was never sent when the proxy is not there, or does not accept', async () => {
    const gone = await open(nobody());
    const full = await open(neverAccepts());

    const refused = await errorOf(send('http://any.test', { transport: { proxies: { all: gone.url } } }));
    const hanging = { transport: { proxies: { all: full.url } }, connectTimeout: 60 };
    const late = await errorOf(send('http://any.test', hanging));

    expect(refused).toMatchObject({ sent: false, transportCode: 'ECONNREFUSED', isPermanent: false });
    expect(late).toBeInstanceOf(ConnectTimeoutError);
  });

  it.each(['http', 'https'])(
    'gives up at its connect timeout when the proxy says nothing (%s)',
    async (scheme) => {
      const proxy = await open(proxyServer({ refuses: -1 }));
      const options = { transport: { proxies: { all: proxy.url } }, connectTimeout: 60 };

      const took = await time(async () => {
        expect(await errorOf(send(`${scheme}://any.test`, options))).toBeInstanceOf(ConnectTimeoutError);
      });

      expect(took).toBeLessThan(1200);
      expect(proxy.requests).toHaveLength(1);
      await until(() => proxy.sockets.size === 0);
    },
  );
});

describe('an exchange with a mock', () => {
  const mocked = (): { agent: MockAgent; reply: (error: Error) => void } => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    const pool = agent.get('http://mock.test');
    return { agent, reply: (error) => void pool.intercept({ path: '/' }).replyWithError(error) };
  };

  it.each([
    ['other side closed', 'UND_ERR_SOCKET', ConnectionError, 'started'],
    ['Headers Timeout Error', 'UND_ERR_HEADERS_TIMEOUT', ReadTimeoutError, 'started'],
    ['Body Timeout Error', 'UND_ERR_BODY_TIMEOUT', ReadTimeoutError, 'body'],
    ['read ECONNRESET', 'ECONNRESET', ConnectionError, 'started'],
    ['write EPIPE', 'EPIPE', ConnectionError, 'started'],
    ['socket hang up', '', ConnectionError, 'started'],
    ['connect ECONNRESET', 'ECONNRESET', ConnectionError, 'queued'],
    ['connect ECONNREFUSED', 'ECONNREFUSED', ConnectionError, 'queued'],
    ['Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT', ConnectTimeoutError, 'queued'],
    ['getaddrinfo ENOTFOUND mock.test', 'ENOTFOUND', ConnectionError, 'queued'],
  ])('%s (%s) counts as sent or not, as it would without the mock', async (text, code, Kind, phase) => {
    const cause = Object.assign(new Error(text), code === '' ? {} : { code });
    const { agent, reply } = mocked();
    reply(cause);

    const error = await errorOf(send('http://mock.test/', { transport: { dispatcher: agent } }));

    expect(error).toBeInstanceOf(Kind);
    expect(error).toMatchObject({ phase, cause, isPermanent: false });
  });

  it('is answered', async () => {
    const { agent } = mocked();
    agent.get('http://mock.test').intercept({ path: '/' }).reply(201, { made: true }).times(2);
    const options = { transport: { dispatcher: agent } };

    expect(await textOf(send('http://mock.test/', options))).toBe('201 {"made":true}');
    expect(await textOf(send('http://mock.test/', { ...options, collects: () => false }))).toBe(
      '201 {"made":true}',
    );
  });

  it('fails for good where nothing was mocked', async () => {
    const { agent } = mocked();

    const error = await errorOf(send('http://mock.test/other', { transport: { dispatcher: agent } }));

    expect(error).toMatchObject({ isPermanent: true, sent: false });
  });

  it('gives up a mock that takes too long', async () => {
    const { agent } = mocked();
    agent.get('http://mock.test').intercept({ path: '/' }).reply(200, 'late').delay(500);

    const error = await errorOf(
      send('http://mock.test/', { transport: { dispatcher: agent }, readTimeout: 20 }),
    );

    expect(error).toBeInstanceOf(ReadTimeoutError);
  });
});

describe('a dispatcher of an older undici', () => {
  it('is refused in words', async () => {
    // What undici 6 does with a handler of the new shape.
    const dispatch = (): boolean => {
      throw Object.assign(new Error('invalid onError method'), { code: 'UND_ERR_INVALID_ARG' });
    };

    const error = await errorOf(exchange({ dispatch } as never, optionsFor('http://127.0.0.1:1')));

    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toMatch(
      /^dispatcher must be a dispatcher of undici 7 or later; got one of undici 6/,
    );
  });
});
