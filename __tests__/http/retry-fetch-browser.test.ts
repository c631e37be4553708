/**
 * `retryFetch` as a browser has it: bundled for one, run where there is nothing of Node.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type BuildResult, build } from 'esbuild';
import { closing, scripted } from './support/servers.js';

const src = path.resolve(import.meta.dirname, '../../src');
const entry = path.join(src, 'http/fetch/index.ts');

/** What pages have, as far as it matters here. */
const globals = {
  AbortController,
  AbortSignal,
  Blob,
  DOMException,
  FormData,
  Headers,
  ReadableStream,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  clearTimeout,
  console,
  crypto,
  fetch,
  performance,
  setTimeout,
};

describe('retryFetch in a browser', () => {
  const { open } = closing();
  let bundled: BuildResult & { outputFiles: { readonly text: string }[] };
  beforeAll(async () => {
    bundled = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser', // a Node import is an error here
      format: 'iife',
      globalName: 'stampede',
      target: 'es2022',
      external: ['debug'],
      logLevel: 'silent',
    });
  });

  it('is bundled without anything of Node, undici or tough-cookie', () => {
    const files = Object.keys(bundled.metafile!.inputs);

    expect(files.every((file) => file.startsWith('src/'))).toBe(true);
  });

  it('has all that both doors need in common.ts, so that there is one class of each error', async () => {
    const held = [...readFileSync(path.join(src, 'http/common.ts'), 'utf8').matchAll(/from '\.\/(.+)\.js'/g)];
    const { metafile } = await build({
      entryPoints: [path.join(src, 'http/index.ts')],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'silent',
    });

    const both = Object.keys(bundled.metafile!.inputs).filter((file) => file in metafile.inputs);
    const own = both.filter((file) => file.startsWith('src/http/') && !file.startsWith('src/http/fetch/'));

    const shared = held.map(([, name]) => `src/http/${name}.ts`);
    expect(own.filter((file) => !shared.includes(file))).toEqual([]);
  });

  it('retries a status, replays a body, and resolves a relative address', async () => {
    const server = await open(scripted(503, 503, { status: 200, body: 'fine' }));
    const page = { ...globals, location: { href: `${server.url}/page/index.html` } };
    const text: unknown = await run(
      page,
      `
      const get = stampede.retryFetch((input, init) => fetch(new URL(input, location.href), init), { backoff: false });
      get('../users', { method: 'POST', body: new Uint8Array([1, 2, 3]) }).then((response) => response.text())`,
    );

    expect(text).toBe('fine');
    expect(server.requests.map(({ url, body }) => [url, [...body]])).toEqual(
      Array(3).fill(['/users', [1, 2, 3]]),
    );
  });

  it('repeats a GET that failed without a word, and no POST', async () => {
    const calls = await run(
      globals,
      `
      const calls = [];
      const get = stampede.retryFetch(async (input, init) => {
        calls.push(init.method ?? 'GET');
        throw new TypeError('Failed to fetch');
      }, { backoff: false });
      get('https://host.test').catch(() => get('https://host.test', { method: 'POST' })).catch(() => calls.join())`,
    );

    expect(calls).toBe('GET,GET,GET,POST');
  });

  it('ends an attempt in time', async () => {
    const name = await run(
      globals,
      `
      stampede.retryFetch(() => new Promise(() => {}), { timeout: 20, retries: 1, backoff: false })('https://host.test')
        .catch((error) => error.name + ' ' + error.attempts.length)`,
    );

    expect(name).toBe('ReadTimeoutError 2');
  });

  function run(page: object, script: string): unknown {
    const context = createContext({ ...page });
    return runInContext(`${bundled.outputFiles[0]!.text}\n;${script}`, context);
  }
});
