/**
 * A program of its own around a file of `src/http`: for what a test runner hides, such as when a process ends, what is
 * left on its heap, and what it warns of.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../../..');
const programs = path.join(root, 'tmp/programs'); // below the root, where packages are found

/** What a program printed, and how long it lived. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds. */
  readonly took: number;
}

/**
 * Runs a module, and gives what it printed. A failing program rejects.
 *
 * @param source  Plain JavaScript, at most a minute of it. It imports by paths below the root: './src/http/...'.
 * @param flags   Of Node, such as `--expose-gc`.
 */
export async function runInNode(source: string, flags: readonly string[] = []): Promise<Ran> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  await mkdir(programs, { recursive: true });
  const folder = await mkdtemp(path.join(programs, 'program-'));
  try {
    const file = path.join(folder, 'program.mjs');
    await writeFile(file, outputFiles[0]?.text ?? '');
    return await run([...flags, file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(args: readonly string[]): Promise<Ran> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: 100_000 }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr, took: performance.now() - start });
      else reject(error);
    });
  });
}
