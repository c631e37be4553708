/**
 * Folders with files in them, for a test, and a process of its own that looks for a configuration from there.
 */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach } from '@jest/globals';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../../..');

/** Makes folders that are gone after the test. */
export function folders(): { make: (files?: Readonly<Record<string, string | Uint8Array>>) => string } {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return {
    make(files = {}) {
      const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'stampede-config-')));
      made.push(folder);
      write(folder, files);
      return folder;
    },
  };
}

/** Writes files below a folder, and the folders they stand in. */
export function write(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

/** How a program is run. */
export interface Run {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** As another user. */
  readonly uid?: number;
}

/** Runs programs in which `stampede` is the core with `stampede-js/config`, and `http` with `stampede-js/http`. */
export function programs(): (source: string, run: Run) => Promise<string> {
  let bundle: Promise<string> | undefined;
  afterAll(async () => {
    if (bundle !== undefined) rmSync(path.dirname(await bundle), { recursive: true, force: true });
  });
  return async (source, run) => {
    const library = await (bundle ??= makeBundle());
    const file = path.join(path.dirname(library), `program-${Math.random().toString(36).slice(2)}.mjs`);
    writeFileSync(file, `import * as stampede from ${JSON.stringify(library)};\n${source}`);
    return runFile(file, run);
  };
}

async function makeBundle(): Promise<string> {
  // Where any user may read it, which the home of this one may not be.
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'stampede-programs-')));
  const contents = ['core', 'config/index', 'http/index']
    .map((name) => `export * from ${JSON.stringify(path.join(root, 'src', `${name}.ts`))};`)
    .join('\n');
  const outfile = path.join(folder, 'library.mjs');
  await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    outfile,
    platform: 'node',
    format: 'esm',
    banner: {
      js: `import { createRequire as makeBundledRequire } from 'node:module'; const require = makeBundledRequire(import.meta.url);`,
    },
    external: ['debug', 'yaml'],
    logLevel: 'silent',
  });
  for (const name of ['debug', 'ms', 'yaml']) {
    const from = realpathSync(path.join(root, 'node_modules', name));
    cpSync(from, path.join(folder, 'node_modules', name), { recursive: true });
  }
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return outfile;
}

function runFile(file: string, { cwd, env, uid }: Run): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, timeout: 60_000, env: { PATH: process.env['PATH'], HOME: cwd, ...env } };
    execFile(
      process.execPath,
      [file],
      uid === undefined ? options : { ...options, uid },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout + stderr);
        else reject(error);
      },
    );
  });
}
