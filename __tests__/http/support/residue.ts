/**
 * What is left when a test is over: nothing, or the test fails.
 *
 *     const { open, session } = leavesNothing();
 *     it('...', async () => {
 *       const server = await open(scripted(503, 200));
 *       await session({ retries: 2 }).get(server.url);
 *     });
 *
 * After each test its sessions are closed; then the servers must have no connection, and the process neither sockets
 * nor timers that it did not have before.
 */
import { afterEach, beforeEach } from '@jest/globals';
import { RetrySession, type RetrySessionOptions } from '../../../src/http/index.js';
import { type TestServer, until } from './servers.js';

type Closable = Omit<TestServer, 'connections'> & { readonly connections: number };

/** What keeps this process alive, but for its pipes and files: kind and number. */
export function resources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/^(Timeout|Immediate|TCP|TLS|ConnectWrap|GetAddrInfo|Zlib|FSReq)/.test(kind)) {
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  return counts;
}

/** Waits until nothing is there that was not there before. */
export async function backTo(before: Readonly<Record<string, number>>): Promise<void> {
  const grown = (): string[] =>
    Object.entries(resources())
      .filter(([kind, count]) => count > (before[kind] ?? 0))
      .map(([kind, count]) => `${count} ${kind}, before ${before[kind] ?? 0}`);
  await until(() => grown().length === 0).catch(() => {
    throw new Error(`Left behind: ${grown().join('; ')}`);
  });
}

/** For a file of tests, each of which must leave nothing. */
export function leavesNothing(): {
  /** A server that is closed after the test. */
  open<S extends Closable>(server: S | Promise<S>): Promise<S>;
  /** A session that is closed after the test. Without circuits and budgets, and waits, unless told otherwise. */
  session(options?: RetrySessionOptions): RetrySession;
} {
  const servers: Closable[] = [];
  const sessions: RetrySession[] = [];
  let before: Readonly<Record<string, number>> = {};
  beforeEach(() => {
    before = resources();
  });
  afterEach(async () => {
    const [ended, running] = [sessions.splice(0), servers.splice(0)];
    try {
      await Promise.all(ended.map((session) => session.close()));
      // One that never accepts holds connections of its own.
      await until(() => running.every(({ sockets, connections }) => connections === 0 || sockets.size === 0));
    } finally {
      await Promise.all(running.map((server) => server.close()));
    }
    await backTo(before);
  });
  return {
    async open(server) {
      const ready = await server;
      servers.push(ready);
      return ready;
    },
    session(options = {}) {
      const made = new RetrySession({ circuitBreaker: false, budget: false, backoff: false, ...options });
      sessions.push(made);
      return made;
    },
  };
}

/** What a promise is rejected with. @throws when it is not. */
export async function rejection<E = Error & Record<string, unknown>>(work: Promise<unknown>): Promise<E> {
  let value: unknown;
  try {
    value = await work;
  } catch (error) {
    return error as E;
  }
  throw new Error(`It was to fail, and gave ${String(value)}`);
}

/** Milliseconds that something takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
