/**
 * Servers on 127.0.0.1, good ones and bad ones, each as much of one as a test needs.
 *
 *     const server = await scripted(503, { status: 200, body: '{"ok":true}' });
 *     // ... requests to server.url; server.requests tells what came ...
 *     await server.close();
 *
 * `closing()` gives a function that closes all servers of a file after each test.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  type Server,
  type Socket,
  connect,
  createServer as createTcpServer,
} from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TlsOptions } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { afterEach } from '@jest/globals';

/** What came in. */
export interface Received {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** What had come when the request was answered: all of it, but for raw servers, which answer at the headers. */
  readonly body: Buffer;
}

export interface TestServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** How many connections there ever were. */
  readonly connections: number;
  readonly requests: readonly Received[];
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A reply of `scripted`. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
  /** Milliseconds before the headers. */
  readonly delay?: number;
}

/** Closes servers after each test of a file: `const { open } = closing(); const server = await open(silent());`. */
export function closing(): {
  open<S extends { close(): Promise<unknown> }>(server: S | Promise<S>): Promise<S>;
} {
  const opened: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((server) => server.close()));
  });
  return {
    async open(server) {
      const ready = await server;
      opened.push(ready);
      return ready;
    },
  };
}

// ---- good servers

export type Handler = (request: IncomingMessage & Received, response: ServerResponse, n: number) => unknown;

/** A server of node:http. `handler` is called when the request has been read; `n` counts from 1. */
export function httpServer(
  handler: Handler,
  options: { readonly tls?: TlsOptions } = {},
): Promise<TestServer> {
  const requests: Received[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const received = { method, url, headers, body: Buffer.concat(chunks) };
      requests.push(received);
      void handler(Object.assign(request, received), response, requests.length);
    });
  };
  const { tls } = options;
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  return listening(server, requests, tls === undefined ? 'http' : 'https');
}

/** Answers every request with the same JSON. */
export function jsonServer(value: unknown = { ok: true }): Promise<TestServer> {
  return scripted({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
}

/** Answers the first request with the first reply, the second with the second; the last reply stays. */
export function scripted(...replies: (Reply | number)[]): Promise<TestServer> {
  return httpServer(async (_request, response, n) => {
    const reply = replies[Math.min(n, replies.length) - 1] ?? 200;
    const {
      status = 200,
      headers = {},
      body = '',
      delay,
    } = typeof reply === 'number' ? { status: reply } : reply;
    if (delay !== undefined) await sleep(delay);
    response.writeHead(status, headers).end(body);
  });
}

/** Answers with what it was sent: method, url, headers, and the body as text. */
export function echoServer(): Promise<TestServer> {
  return httpServer(({ method, url, headers, body }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, body: body.toString() }));
  });
}

/** Answers every request with `pong`, in a thread of its own: it answers also while this one is blocked. */
export async function serverApart(): Promise<{ url: string; close(): Promise<unknown> }> {
  const worker = new Worker(pongServer, { eval: true });
  const port = await new Promise<number>((resolve) => void worker.once('message', resolve));
  return { url: `http://127.0.0.1:${port}`, close: () => worker.terminate() };
}

const pongServer = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => setTimeout(() => response.end('pong'), 5));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** A body of `size` bytes, with its length or in chunks. */
export function largeBody(size: number, { chunked = false } = {}): Promise<TestServer> {
  return httpServer((_request, response) => {
    const body = Buffer.alloc(size, 'x');
    if (chunked) response.write(body);
    else response.setHeader('content-length', size);
    response.end(chunked ? undefined : body);
  });
}

// ---- servers that never get so far

/** Nobody listens there. */
export async function nobody(): Promise<TestServer> {
  const server = await rawServer(() => {});
  await server.close();
  return server;
}

/** Listens, and never accepts: its queue is full, so that connecting to it hangs. */
export async function neverAccepts(): Promise<TestServer> {
  const worker = new Worker(blockedListener, { eval: true });
  const port = await new Promise<number>((resolve) => void worker.once('message', resolve));
  const sockets = new Set<Socket>();
  for (let isFull = false; !isFull;) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.add(socket);
    const isConnected = new Promise<boolean>((resolve) => void socket.once('connect', () => resolve(true)));
    await Promise.race([isConnected, sleep(100)]);
    await sleep(0); // on a busy machine both are there, and the timer was looked at first
    isFull = socket.connecting;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    sockets,
    connections: 0,
    requests: [],
    async close() {
      for (const socket of sockets) socket.destroy();
      await worker.terminate();
    },
  };
}

const blockedListener = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

// ---- servers that write their own bytes

/** What a raw server does. */
export interface RawBehaviour {
  /** A connection was made. */
  accepted?(socket: Socket): unknown;
  /** The headers of a request are here. `n` counts from 1. */
  requested?(socket: Socket, n: number): unknown;
}

/** A TCP server: every byte of an answer is in the hands of the test. */
export function rawServer(
  behaviour: RawBehaviour | (RawBehaviour['requested'] & object),
): Promise<TestServer> {
  const { accepted, requested } = typeof behaviour === 'function' ? { requested: behaviour } : behaviour;
  const requests: Received[] = [];
  const server = createTcpServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = parsed(text.slice(0, end));
        const size = Number(request.headers['content-length'] ?? 0);
        requests.push({ ...request, body: Buffer.from(text.slice(end + 4, end + 4 + size), 'latin1') });
        text = text.slice(end + 4 + size);
        requested?.(socket, requests.length);
      }
    });
    accepted?.(socket);
  });
  return listening(server, requests, 'http');
}

function parsed(head: string): Omit<Received, 'body'> {
  const [first = '', ...lines] = head.split('\r\n');
  const [method = '', url = ''] = first.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.replace(/^[^:]*: */, '')]),
  );
  return { method, url, headers };
}

/** Accepts, reads, and never answers. */
export function silent(): Promise<TestServer> {
  return rawServer({});
}

/** Closes every connection at once, with RST or FIN, before a byte was read. */
export function closesAtAccept(how: 'rst' | 'fin'): Promise<TestServer> {
  return rawServer({ accepted: (socket) => close(socket, how) });
}

/** Reads the request, then closes the connection with RST or FIN. */
export function closesAfterRequest(how: 'rst' | 'fin'): Promise<TestServer> {
  return rawServer((socket) => close(socket, how));
}

/** Writes these bytes for each request, and closes the connection if so said. */
export function writes(bytes: string | Buffer, end?: 'rst' | 'fin'): Promise<TestServer> {
  return rawServer((socket) => {
    socket.write(bytes, () => {
      if (end !== undefined) setTimeout(() => close(socket, end), 5);
    });
  });
}

/** Answers well, and then drops the connection when the next request comes on it, without a byte. */
export function dropsReused(how: 'rst' | 'fin'): Promise<TestServer> {
  const served = new WeakSet<Socket>();
  return rawServer((socket) => {
    if (served.has(socket)) close(socket, how);
    else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    served.add(socket);
  });
}

/** Headers at once, then a byte of the body every `interval` ms, for ever. */
export function trickle(interval: number): Promise<TestServer> {
  return rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 50000\r\n\r\n');
    const timer = setInterval(() => void socket.write('x'), interval);
    socket.once('close', () => clearInterval(timer));
  });
}

/** Headers and a part of the body, then nothing, or the end of the connection. */
export function cutBody(how: 'rst' | 'fin' | 'stall', { chunked = false } = {}): Promise<TestServer> {
  const head = `HTTP/1.1 200 OK\r\n${chunked ? 'transfer-encoding: chunked' : 'content-length: 100'}\r\n\r\n`;
  return writes(
    `${head}${chunked ? 'a\r\n0123456789\r\n' : '0123456789'}`,
    how === 'stall' ? undefined : how,
  );
}

/** A header line after the other, for ever. */
export function endlessHeaders(): Promise<TestServer> {
  return rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const more = (): void => {
      if (!socket.destroyed)
        socket.write(`x-more: ${'x'.repeat(1000)}\r\n`.repeat(10), () => void setImmediate(more));
    };
    more();
  });
}

/** A few bytes that are many: `size` zeroes in gzip. */
export function gzipBomb(size: number): Promise<TestServer> {
  const body = gzipSync(Buffer.alloc(size));
  return scripted({ headers: { 'content-encoding': 'gzip', 'content-length': String(body.length) }, body });
}

/** A proxy for CONNECT. `refuses`: with this status, or by hanging up (0), or by saying nothing (-1). */
export function proxyServer({ refuses }: { readonly refuses?: number } = {}): Promise<TestServer> {
  const requests: Received[] = [];
  const server = createServer((_request, response) => void response.writeHead(500).end());
  server.on('connect', ({ method = '', url = '', headers }: IncomingMessage, socket: Socket) => {
    requests.push({ method, url, headers, body: Buffer.alloc(0) });
    socket.on('error', () => {}).on('end', () => void socket.end());
    if (refuses !== undefined) socket.resume();
    if (refuses === 0) socket.destroy();
    else if (refuses === undefined) tunnel(socket, url);
    else if (refuses > 0) socket.end(`HTTP/1.1 ${refuses} No\r\ncontent-length: 0\r\n\r\n`);
  });
  return listening(server, requests, 'http');
}

function tunnel(socket: Socket, target: string): void {
  const [host, port] = target.split(':');
  const upstream = connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.pipe(upstream).pipe(socket);
  });
  const end = (): void => void socket.destroy();
  upstream.on('error', end).on('close', end);
  socket.on('close', () => void upstream.destroy());
}

function close(socket: Socket, how: 'rst' | 'fin'): void {
  if (how === 'rst') socket.resetAndDestroy();
  else socket.end();
}

async function listening(
  server: Server,
  requests: readonly Received[],
  scheme: 'http' | 'https',
): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => void sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    sockets,
    requests,
    get connections() {
      return connections;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** Waits until `is` says yes, at most a while. */
export async function until(is: () => boolean, most = 5000): Promise<void> {
  const end = performance.now() + most;
  while (!is()) {
    if (performance.now() > end) throw new Error(`It did not come to be in ${most} ms: ${is.toString()}`);
    await sleep(2);
  }
}
