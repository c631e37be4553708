/**
 * HTTP/2, where a dispatcher brings it: a stream that the server has refused was not looked at, so every method may be
 * sent again; of one that was reset for another reason nobody knows.
 */
import { constants, createSecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, fetch as undiciFetch, request } from 'undici';
import {
  type ConnectionError,
  RetrySession,
  type RetryFetchOptions,
  retryFetch,
  retryInterceptor,
} from '../../src/http/index.js';
import { local } from './support/certificates.js';
import { rejection } from './support/residue.js';
import { closing } from './support/servers.js';

const { open } = closing();
const quick = { backoff: { type: 'fixed', delay: 1 }, jitter: null, log: false } satisfies RetryFetchOptions;

const agents: Agent[] = [];
afterEach(() => Promise.all(agents.splice(0).map((agent) => agent.destroy())));

function agent(): Agent {
  const made = new Agent({ allowH2: true, connect: { ca: local.cert } });
  agents.push(made);
  return made;
}

/** Resets its first streams with these codes, and answers the others with the number of streams there were. */
async function resetting(...codes: number[]): Promise<Http2> {
  const server = createSecureServer(local);
  const sockets = new Set<Socket>();
  const methods: string[] = [];
  server.on('secureConnection', (socket: Socket) => void sockets.add(socket.on('error', () => {})));
  server.on('stream', (stream, { ':method': method = '' }) => {
    stream.on('error', () => {});
    const code = codes[methods.push(method) - 1];
    if (code === undefined) {
      stream.respond({ ':status': 200 });
      stream.end(String(methods.length));
    } else {
      stream.close(code);
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    methods,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

interface Http2 {
  readonly url: string;
  readonly methods: readonly string[];
  close(): Promise<void>;
}

const { NGHTTP2_INTERNAL_ERROR: internal, NGHTTP2_REFUSED_STREAM: refused } = constants;
const post = { method: 'POST', body: 'x' } as const;

const faces = [
  [
    'retryInterceptor',
    async (url: string) => {
      const dispatcher = agent().compose(retryInterceptor(quick));
      return (await request(url, { ...post, dispatcher })).body.text();
    },
  ],
  [
    'a RetrySession with a dispatcher',
    async (url: string) =>
      (await new RetrySession(quick).post(url, { body: 'x', dispatcher: agent() })).text(),
  ],
  [
    'retryFetch',
    async (url: string) =>
      (await retryFetch(undiciFetch, quick)(url, { ...post, dispatcher: agent() })).text(),
  ],
] as const;

describe.each(faces)('%s over HTTP/2', (_, send) => {
  it('sends a POST again whose stream was refused', async () => {
    const server = await open(resetting(refused));

    const answer = await send(server.url);

    expect(answer).toBe('2');
    expect(server.methods).toEqual(['POST', 'POST']);
  });

  it('sends it again once, and then throws', async () => {
    const server = await open(resetting(refused, refused, refused));

    await expect(send(server.url)).rejects.toThrow();

    expect(server.methods).toHaveLength(2);
  });

  it('sends no POST again whose stream was reset for another reason', async () => {
    const server = await open(resetting(internal));

    await expect(send(server.url)).rejects.toThrow();

    expect(server.methods).toHaveLength(1);
  });
});

describe('the error of a stream that was reset', () => {
  it('tells why', async () => {
    const server = await open(resetting(internal));
    const session = new RetrySession({ retries: false });

    const error = await rejection<ConnectionError>(session.get(server.url, { dispatcher: agent() }));

    expect(error.transportCode).toBe('NGHTTP2_INTERNAL_ERROR');
    expect(error.sent).toBe(true);
  });
});
