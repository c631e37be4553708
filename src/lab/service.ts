/**
 * A service that fails by script: what the clients in `client.ts` have to get through to.
 *
 * `start-service.ts` runs it as a process of its own. It listens on loopback at a port that the system chooses, tells
 * its parent the address, and leaves as soon as its parent is gone. Each outage has a path: `/errors`, `/queue` ...
 * With `--break=queue` that one outage never ends.
 */
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Ms } from '../core.js';

/** What the service tells its parent once it listens. */
export interface Ready {
  readonly url: string;
}

/** The outages of the script. */
export type Outage = keyof typeof script;

/** Answers one request. `nth` counts the requests of this outage from 1. */
type Answer = (response: ServerResponse, nth: number) => unknown;

const broken = parseArgs({ options: { break: { type: 'string' } } }).values.break;
const folder = mkdtempSync(path.join(tmpdir(), 'stampede-lab-'));
const queue: string[] = [];

const script = {
  errors: (response, nth) => (nth <= 3 ? response.writeHead(500).end() : response.end('hello, Ada')),

  'rate-limit': (response, nth) =>
    nth === 1 ? response.writeHead(429, { 'retry-after': '1' }).end() : response.end('12 results'),

  refused: async (response) => {
    // A second listener, closed at once: for a while nobody answers at its port.
    const door = createServer((_, late) => void late.end('welcome'));
    const { url, port } = await listen(door);
    await new Promise((closed) => void door.close(closed));
    recover('refused', 400, () => void door.listen(port, '127.0.0.1'));
    response.end(url);
  },

  reset: (response, nth) => (nth <= 2 ? response.socket?.resetAndDestroy() : response.end('9.99 EUR')),

  slow: (response, nth) =>
    nth <= 2 ? setTimeout(() => void response.end('too late'), 1000) : response.end('4 routes'),

  queue: (response, nth) => {
    if (nth === 1) recover('queue', 1200, () => void queue.push('paint', 'pack'));
    response.end(JSON.stringify(queue));
  },

  file: (response) => {
    const file = path.join(folder, 'invoice.txt');
    recover('file', 400, () => {
      // Under its own name only when it is complete, so that nobody reads half of it.
      writeFileSync(`${file}.part`, 'invoice 7');
      renameSync(`${file}.part`, file);
    });
    response.end(file);
  },
} satisfies Record<string, Answer>;

/** Ends an outage after a while, unless it was to last. */
function recover(outage: Outage, after: Ms, action: () => void): void {
  if (outage !== broken) setTimeout(action, after);
}

/** Starts to listen, at a port that nobody uses. */
async function listen(server: Server): Promise<{ readonly url: string; readonly port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port };
}

const requests = new Map<string, number>();

const service = createServer((request, response) => {
  const outage = (request.url ?? '').slice(1);
  // To a broken outage every request is the first.
  const nth = outage === broken ? 1 : (requests.get(outage) ?? 0) + 1;
  requests.set(outage, nth);
  const answer = (script as Record<string, Answer>)[outage];
  if (answer === undefined) response.writeHead(404).end();
  else answer(response, nth);
});

// We leave when our parent does: its channel to us closes. Ctrl-C reaches us too, and is not for us.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('SIGTERM', leave);
process.on('disconnect', leave);
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});

const { url } = await listen(service);
if (!process.connected) leave(); // our parent has left already
process.send?.({ url } satisfies Ready);

function leave(): never {
  process.exit();
}
