/**
 * The program that asks for pages, as a process of its own against a real server. Run `npm run build` first.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type RequestListener, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LoadDone, LoadStart, Pages } from '../../src/lab/messages.js';
import type { PageRecord } from '../../src/lab/record.js';

const program = path.resolve(import.meta.dirname, '../../dist/esm/lab/load.js');
const children: ChildProcess[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  }
});

/** Half a second of readers at 200 pages a second; the server answers as it likes once they have begun to come. */
async function load(
  answer: RequestListener,
): Promise<{ readonly pages: readonly PageRecord[]; readonly done: LoadDone }> {
  let warm = false;
  const server = createServer((request, response) => {
    if (warm) answer(request, response);
    else response.end('{"missing":[]}');
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const told: LoadStart = { targets: [target], rate: 200, seconds: 0.5, seed: 7 };
  const child = fork(program, [JSON.stringify(told)]);
  children.push(child);
  const pages: PageRecord[] = [];
  const done = new Promise<LoadDone>((resolve, reject) => {
    child.on('message', (message: object) => {
      if ('pages' in message) pages.push(...(message as Pages).pages);
      if ('loadDone' in message) resolve(message as LoadDone);
      if ('isWarm' in message) {
        warm = true;
        child.send({ ask: 'begin', startsAt: Date.now() + 50 });
      }
    });
    child.once('exit', () => {
      reject(new Error('The load ended by itself.'));
    });
  });
  return { done: await done, pages };
}

const page = (body: unknown): RequestListener => {
  return (_, response) => void response.end(JSON.stringify(body));
};

describe('the load', () => {
  it('comes as it does, whether or not anybody is served', async () => {
    const served = await load(page({ missing: [] }));
    const waiting = await load(() => undefined);

    const times = ({ pages }: typeof served): number[] => pages.map(({ at }) => at).sort((a, b) => a - b);
    expect(times(waiting)).toEqual(times(served));
    expect(served.pages.length).toBeGreaterThan(50);
    expect(served.pages.some(({ isDegraded }) => isDegraded)).toBe(false);
    expect(waiting.done.mostInFlight).toBe(waiting.pages.length);
    expect(new Set(waiting.pages.map(({ status }) => status))).toEqual(new Set([0]));
  });

  it('tells of each page how it ended, and whether a list was missing', async () => {
    const { pages } = await load((request, response) => {
      if (request.headers.authorization === 'Bearer forged') response.writeHead(401).end();
      else page({ popular: [], missing: ['popular'] })(request, response);
    });

    const strangers = pages.filter(({ status }) => status === 401);
    expect(strangers.length).toBe(Math.floor(pages.length / 50));
    expect(strangers.length).toBeGreaterThan(0);
    expect(pages.filter(({ status }) => status === 200).every(({ isDegraded }) => isDegraded)).toBe(true);
    for (const { at, latency } of pages) {
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThan(500);
      expect(latency).toBeGreaterThan(0);
    }
  });

  it('takes a connection that breaks for no answer', async () => {
    const { pages } = await load((request) => void request.socket.destroy());

    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([0]));
  });
});
