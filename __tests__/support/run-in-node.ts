/**
 * A program of its own: a fresh Node process, with nothing in it but the library.
 *
 * For what a test runner hides: the process's own warnings, its timers, its heap, its stack traces.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const core = path.join(root, 'src/core.ts');
const programs = path.join(root, 'tmp/programs'); // below the root, where the package `debug` is found

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a module in which `stampede` is the library, and gives what it printed. A failing program rejects.
 *
 * @param source  Plain JavaScript, at most a minute of it.
 * @param flags   Of Node, such as `--expose-gc`.
 */
export async function runInNode(source: string, flags: readonly string[] = []): Promise<Ended> {
  const { outputFiles } = await build({
    stdin: { contents: `import * as stampede from ${JSON.stringify(core)};\n${source}`, resolveDir: root },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['debug'],
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

function run(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: 100_000 }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(error);
    });
  });
}
