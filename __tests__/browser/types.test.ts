/**
 * The types of the doors that open in browsers, in a project that has those of the DOM and none of Node.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');
const tsc = path.join(root, 'node_modules/typescript-native/bin/tsc');
const projects = path.join(root, 'tmp/programs'); // below the root, where the package finds itself

describe('a project for browsers, without the types of Node', () => {
  it('compiles against the core, with every declaration checked', async () => {
    const faults = await compile(`
      import { VirtualClock, circuitBreaker, constant, withRetry } from 'stampede-js';
      const get = withRetry(async (id: number) => (await fetch('/users/' + id)).text(), { wait: constant('1s') });
      const text: Promise<string> = get(42);
      export { VirtualClock, circuitBreaker, text };`);

    expect(faults).toEqual([]);
  });

  it('compiles against the fetch door', async () => {
    const faults = await compile(`
      import { type HttpResponse, retryFetch } from 'stampede-js/http/fetch';
      const get = retryFetch(fetch, { timeout: '5s', giveup: async (response) => (await response.text()) === 'no' });
      const response: Promise<Response> = get('/users', { signal: AbortSignal.timeout(1000) });
      declare const shown: HttpResponse;
      for (const [name, value] of shown.headers) console.log(name.length, value.length);
      const cookies: string[] | undefined = shown.headers.toJSON()['set-cookie'];
      // @ts-expect-error: a stream of Node, which is not there
      shown.body;
      export { cookies, response };`);

    expect(faults).toEqual([]);
  });

  it('compiles against the door for tests', async () => {
    const faults = await compile(`import * as testing from 'stampede-js/testing'; export { testing };`);

    expect(faults).toEqual([]);
  });

  it('is told of the types of Node, which the door for Node brings along', async () => {
    const faults = await compile(`import { RetrySession } from 'stampede-js/http'; new RetrySession();`);

    expect(faults.join('\n')).toContain('@types/node/');
  });
});

const compilerOptions = {
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  module: 'esnext',
  moduleResolution: 'bundler',
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  listFiles: true,
};

/** Compiles a module in a project of its own. @returns What is wrong, in `dist/` too, and the types of Node it saw. */
async function compile(source: string): Promise<string[]> {
  await mkdir(projects, { recursive: true });
  const folder = await mkdtemp(path.join(projects, 'browser-'));
  try {
    await writeFile(path.join(folder, 'page.ts'), source);
    await writeFile(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['page.ts'] }),
    );
    const output = await run([tsc, '-p', folder]);
    return output.split('\n').filter((line) => /error TS|[\\/]@types[\\/]node[\\/]/.test(line));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @returns What it printed, whether it succeeds or not. */
function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, timeout: 25_000 }, (error, stdout) => {
      if (stdout === '') reject(error ?? new Error('The compiler said nothing.'));
      else resolve(stdout);
    });
  });
}
