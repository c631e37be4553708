/**
 * The end of a session: closed, when what is under way has ended, or destroyed at once.
 */
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../../src/core.js';
import { ConnectionError, RetrySession, Session } from '../../src/http/index.js';
import { rejection, time } from './support/residue.js';
import { runInNode } from './support/run-in-node.js';
import {
  closing,
  httpServer,
  jsonServer,
  largeBody,
  scripted,
  silent,
  trickle,
  until,
} from './support/servers.js';

const { open } = closing();

const mib = 1024 * 1024;
const stream = { stream: true } as const;
const faces = [
  ['Session', () => new Session()],
  ['RetrySession', () => new RetrySession({ backoff: false })],
  ['RetrySession of a Session', () => new RetrySession({ session: new Session(), backoff: false })],
] as const;

describe.each(faces)('a %s that is closed', (_, make) => {
  it('refuses what is new, and closes its connections', async () => {
    const server = await open(jsonServer());
    const session = make();
    await session.get(server.url);

    await session.close();
    await session.close();
    const error = await rejection(session.get(server.url));

    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe('The session has been closed, so it sends nothing more; make a new one.');
    expect(server.requests).toHaveLength(1);
  });

  it('waits for calls under way and for bodies that are being read', async () => {
    const server = await open(
      httpServer(async ({ url }, response) => {
        if (url === '/slow') await sleep(100);
        response.write(Buffer.alloc(mib));
        await sleep(50);
        response.end(Buffer.alloc(mib));
      }),
    );
    const session = make();
    const read = await session.get(server.url, stream);
    const reading = read.body.toArray();
    const slow = session.get(`${server.url}/slow`);
    await until(() => server.requests.length === 2);

    await session.close();

    const ends = await Promise.race([Promise.all([reading, slow]), sleep(20, undefined)]);
    expect(Buffer.concat(ends?.[0] as Buffer[])).toHaveLength(2 * mib);
    expect(await ends?.[1].bytes()).toHaveLength(2 * mib);
  });

  it('does not wait for a body that nobody reads', async () => {
    const server = await open(largeBody(5 * mib));
    const session = make();
    const unread = await session.get(server.url, stream);

    const took = await time(() => session.close());

    expect(took).toBeLessThan(900);
    await expect(unread.bytes()).rejects.toThrow(/let go of because its session was closed/);
    await until(() => server.sockets.size === 0);
  });

  it('takes in a small body that nobody has asked for yet', async () => {
    const server = await open(
      httpServer(async (_request, response) => {
        response.write('some');
        await sleep(50);
        response.end('thing');
      }),
    );
    const session = make();
    const unread = await session.get(server.url, stream);

    const closed = session.close();
    const text = await unread.text();

    expect(text).toBe('something');
    await closed;
  });

  it('waits for a reader that rests no longer than a second or two', async () => {
    const server = await open(largeBody(5 * mib));
    const session = make();
    const response = await session.get(server.url, stream);
    for await (const chunk of response.body.iterator({ destroyOnReturn: false })) {
      expect((chunk as Buffer).length).toBeGreaterThan(0);
      break;
    }

    const took = await time(() => session.close());

    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(8000);
    await expect(response.body.toArray()).rejects.toThrow(/because its session was closed/);
  });

  it('does not cut short a reader that is slow', async () => {
    const server = await open(largeBody(2 * mib));
    const session = make();
    const response = await session.get(server.url, stream);
    const slow = new PassThrough({ highWaterMark: 1 });
    let size = 0;
    const reading = (async () => {
      for await (const chunk of response.body.pipe(slow)) {
        size += (chunk as Buffer).length;
        if (size < 800_000) await sleep(100);
      }
    })();

    await session.close();
    await reading;

    expect(size).toBe(2 * mib);
  });
});

describe('a session that is closed', () => {
  it('lets a call under way make its retries and follow its redirects', async () => {
    const server = await open(
      httpServer(async ({ url }, response, n) => {
        await sleep(30);
        if (url === '/there') response.end('there');
        else if (n === 1) response.writeHead(503).end();
        else response.writeHead(302, { location: '/there' }).end();
      }),
    );
    const session = new RetrySession({ backoff: { type: 'fixed', delay: 100 }, jitter: null });
    const call = session.get(server.url);
    await until(() => server.requests.length === 1);
    await sleep(60);

    await session.close();

    expect(await (await call).text()).toBe('there');
    await until(() => server.sockets.size === 0);
  });

  it('closes what a RetrySession made of it uses, when its calls have ended; not the other way round', async () => {
    const server = await open(scripted({ body: 'slow', delay: 60 }));
    const session = new Session();
    const [retrying, other] = [1, 2].map(() => new RetrySession({ session }));

    await other!.close();
    expect((await session.get(server.url)).status).toBe(200);
    const call = retrying!.get(server.url);
    await until(() => server.requests.length === 2);
    await session.close();

    expect(await (await call).text()).toBe('slow');
    await expect(retrying!.get(server.url)).rejects.toThrow(/session has been closed/);
    await until(() => server.sockets.size === 0);
  });

  it('lets a process end that used it with a stream that nobody reads', async () => {
    const { stdout } = await runInNode(`
      import http from 'node:http';
      import { Session } from './src/http/index.ts';
      const server = http.createServer((request, response) => { response.write(Buffer.alloc(1000000)); });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      server.unref();
      server.on('connection', (socket) => socket.unref());
      const session = new Session();
      globalThis.kept = await session.get('http://127.0.0.1:' + server.address().port, { stream: true });
      await session[Symbol.asyncDispose]();
      console.log('end');
    `);

    expect(stdout).toBe('end\n');
  });
});

describe.each(faces)('a %s that is destroyed', (_, make) => {
  it('fails what is under way at once, and refuses what is new', async () => {
    const [dumb, dripping] = await Promise.all([open(silent()), open(trickle(5))]);
    const session = make();
    const streamed = await session.get(dripping.url, stream);
    const reading = rejection(streamed.body.toArray());
    const waiting = rejection(session.get(`${dumb.url}/path?key=secret`));
    await until(() => dumb.requests.length === 1);

    const took = await time(() => session.destroy());
    const error = await waiting;

    expect(took).toBeLessThan(900);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sent: true, isPermanent: true });
    expect(error.message).toBe(`GET ${dumb.url}/path: the session was destroyed`);
    expect((error as unknown as ConnectionError).attempts).toHaveLength(1);
    expect((await reading).message).toMatch('the session was destroyed');
    await expect(session.get(dumb.url)).rejects.toThrow(UsageError);
    await until(() => dumb.sockets.size + dripping.sockets.size === 0);
  });

  it('leaves alone what another session does', async () => {
    const server = await open(scripted({ body: 'slow', delay: 60 }));
    const session = make();
    await using other = new Session();
    const call = other.get(server.url);

    await session.destroy();

    expect(await (await call).text()).toBe('slow');
  });

  it('ends a call whose user does not come back', async () => {
    const session = make();
    const call = rejection(
      session.get('http://me:secret@127.0.0.1:1/path?key=secret', {
        auth: () => new Promise(() => {}),
        timeout: { total: 300 },
      }),
    );
    await sleep(5);

    await session.destroy();

    expect((await call).message).toBe('GET http://127.0.0.1:1/path: the session was destroyed');
  });
});

describe('a session that is destroyed', () => {
  it('ends a call between two attempts, which makes no other', async () => {
    const server = await open(scripted(503));
    const session = new RetrySession({ backoff: { type: 'fixed', delay: 80 }, jitter: null });
    const call = rejection(session.get(server.url));
    await until(() => server.requests.length === 1);
    await sleep(20);

    await session.destroy();
    const error = await Promise.race([call, sleep(40, undefined)]);
    await sleep(150);

    expect(error).toBeInstanceOf(ConnectionError);
    expect(server.requests).toHaveLength(1);
    expect(server.sockets.size).toBe(0);
  });

  it.each([
    ['itself', 'retrying'],
    ['with the session that it is made of', 'session'],
  ])('keeps no process alive for a call between two attempts: %s', async (_, which) => {
    const { stdout } = await runInNode(`
      import http from 'node:http';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { RetrySession, Session } from './src/http/index.ts';
      const server = http.createServer((request, response) => void response.writeHead(503).end());
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      server.unref();
      server.on('connection', (socket) => socket.unref());
      const session = new Session();
      const retrying = new RetrySession({ session, backoff: { type: 'fixed', delay: '50s' }, jitter: null });
      const waiting = new Promise((resolve) => {
        const onBackoff = () => void setTimeout(resolve, 10);
        const url = 'http://127.0.0.1:' + server.address().port;
        retrying.get(url, { onBackoff, timeout: null }).catch(({ name }) => console.log(name));
      });
      await waiting;
      await ${which}.destroy();
      setTimeout(() => { console.log('still alive'); process.exit(); }, 3000).unref();
    `);

    expect(stdout).toBe('ConnectionError\n');
  });

  it('need not have been closed before, and may be closed after', async () => {
    const server = await open(silent());
    const session = new Session();
    const call = rejection(session.get(server.url));
    await until(() => server.requests.length === 1);

    const closed = session.close();
    await session.destroy();
    await Promise.all([closed, session.close()]);

    expect(await call).toBeInstanceOf(ConnectionError);
  });
});
