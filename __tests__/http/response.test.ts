/**
 * What an answer gives, besides what `session.test.ts` shows of it; and what is left of one whose body is no good.
 */
import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { RetrySession, Session } from '../../src/http/index.js';
import { DecodeError, type HttpResponse, ResponseSizeError } from '../../src/http/index.js';
import { leavesNothing, rejection } from './support/residue.js';
import { httpServer, jsonServer, scripted } from './support/servers.js';

const { open, session } = leavesNothing();

describe('an answer', () => {
  it('gives its body as whatever fetch gives, as often as it is asked', async () => {
    const server = await open(jsonServer());
    const response = await session().get(server.url);

    const blob = await response.blob();
    const [one, other] = [await response.arrayBuffer(), await response.arrayBuffer()];

    expect([blob.type, await blob.text()]).toEqual(['application/json', '{"ok":true}']);
    expect(Buffer.from(one).toString()).toBe('{"ok":true}');
    expect(one).not.toBe(other);
    expect(await new Blob([await response.bytes()]).text()).toBe('{"ok":true}');
    expect(await response.json()).toEqual({ ok: true });
  });

  it('has links', async () => {
    const server = await open(scripted({ headers: { link: ['</a?page=2>; rel=next', '</a>; rel=first'] } }));

    const { links } = await session().get(`${server.url}/a?page=1`);

    expect(links['next']?.url).toBe(`${server.url}/a?page=2`);
    expect(links['first']?.url).toBe(`${server.url}/a`);
    expect(links['prev']).toBeUndefined();
  });

  it('shows in logs what it is, and no secret', async () => {
    const headers = { 'content-type': 'text/plain', 'set-cookie': 'id=secret', 'x-token': 'secret' };
    const server = await open(scripted({ status: 404, headers, body: 'secret' }));
    const response = await session().get(`${server.url}/path?key=secret`);

    const shown = inspect(response);

    expect(shown).toMatch(/^HttpResponse \{\s+status: 404,\s+reason: 'Not Found',\s+method: 'GET',/);
    expect(shown).toContain(`url: '${server.url}/path'`);
    expect(shown).toContain("'x-token'");
    expect([shown, JSON.stringify(response)].join()).not.toContain('secret');
    expect(inspect(response.headers)).toMatch(
      /'x-token': 'secret'.*'set-cookie': '\(not shown\)'|'set-cookie': '\(not shown\)'[^]*'x-token': 'secret'/s,
    );
  });

  it('has lines of no more characters than it may have bytes', async () => {
    const server = await open(scripted({ body: `short\n${'x'.repeat(2000)}` }));
    const response = await session().get(server.url, { stream: true, maxResponseSize: 1000 });
    const seen: string[] = [];

    const error = await rejection(
      (async () => {
        for await (const line of response.lines()) seen.push(line);
      })(),
    );

    expect(seen).toEqual(['short']);
    expect(error).toBeInstanceOf(ResponseSizeError);
    expect(error.message).toMatch(/a line of the body is longer than 1000 characters \(maxResponseSize\)/);
  });
});

describe('an answer whose body is no good', () => {
  const kept = (owner: Session | RetrySession, url: string): string => owner.jar.getCookieStringSync(url);
  const cookie = { 'set-cookie': 'id=7' };
  const large = Buffer.alloc(5000);

  it.each([
    ['not decoded', { headers: { ...cookie, 'content-encoding': 'gzip' }, body: 'no' }, DecodeError],
    ['too large', { headers: cookie, body: large }, ResponseSizeError],
    [
      'too large inflated',
      { headers: { ...cookie, 'content-encoding': 'gzip' }, body: gzipSync(large) },
      ResponseSizeError,
    ],
  ])('says all the same that the work was done: %s', async (_, reply, kind) => {
    const server = await open(scripted({ status: 201, ...reply }));
    const owner = session({ maxResponseSize: 1000 });

    const error = await rejection<DecodeError>(owner.post(server.url, { json: 1 }));

    expect(error).toBeInstanceOf(kind);
    expect(error.response).toMatchObject({ status: 201, ok: true, cookies: { id: '7' } });
    expect(error.attempts).toMatchObject([{ tries: 1, method: 'POST', status: 201, error }]);
    expect(kept(owner, server.url)).toBe('id=7');
    expect(await rejection((error.response as HttpResponse).bytes())).toBeInstanceOf(kind);
    expect(server.requests).toHaveLength(1);
  });

  it('keeps its cookies also when it is cut short', async () => {
    const server = await open(
      httpServer((request, response) => {
        response.writeHead(200, { ...cookie, 'content-length': 100 }).write('half');
        setTimeout(() => void request.socket.destroy(), 20);
      }),
    );
    const owner = session({ retries: false });

    await rejection(owner.get(server.url));

    expect(kept(owner, server.url)).toBe('id=7');
  });

  it.each(['utf-8', 'gzip, klingon'])(
    'is given as it is in an encoding that nobody knows: %s',
    async (encoding) => {
      const server = await open(
        scripted({ status: 404, headers: { 'content-encoding': encoding }, body: 'none' }),
      );

      const response = await session().get(server.url);
      const streamed = await session().get(server.url, { stream: true });

      expect(await response.text()).toBe('none');
      expect(Buffer.concat((await streamed.body.toArray()) as Buffer[]).toString()).toBe('none');
    },
  );

  it('says so when its stream failed before it was read', async () => {
    const server = await open(scripted({ headers: { 'content-encoding': 'deflate' }, body: '<html>' }));
    const response = await session().get(server.url, { stream: true });
    const { body } = response;
    await sleep(50);

    const error = await rejection<DecodeError>(body.toArray());

    expect(error).toBeInstanceOf(DecodeError);
    expect(error.response).toBe(response);
  });

  it('reads a deflated stream of either kind, line by line', async () => {
    const server = await open(
      scripted({ headers: { 'content-encoding': 'deflate' }, body: deflateSync('a\nb\n') }),
    );
    const seen: string[] = [];

    for await (const line of (await session().get(server.url, { stream: true })).lines()) seen.push(line);

    expect(seen).toEqual(['a', 'b']);
  });
});

describe('an answer whose retry is refused', () => {
  const circuitBreaker = { lastCalls: 2, minCalls: 2 };

  it('says why a large body cannot be read', async () => {
    const server = await open(scripted({ status: 503, body: Buffer.alloc(300_000) }));
    const owner = session({ circuitBreaker });

    const response = await owner.get(server.url, { retries: 5 });

    expect(response.status).toBe(503);
    await expect(response.bytes()).rejects.toThrow(
      'The body has been let go of because a retry was due (no more than 64 KiB of it is kept then), so it can be read no more.',
    );
  });

  it('has a small body that was still on its way', async () => {
    const server = await open(
      httpServer(async (_request, response) => {
        response.writeHead(503).write('last ');
        await sleep(30);
        response.end('words');
      }),
    );
    const owner = session({ circuitBreaker });

    const response = await owner.get(server.url, { retries: 5 });

    expect(await response.text()).toBe('last words');
  });
});
