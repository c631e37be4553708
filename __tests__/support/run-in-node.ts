/**
 * A program of its own: a fresh Node process, with nothing in it but the library.
 *
 * For what a test runner hides: the process's own warnings, its timers, its heap, its stack traces.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const core = path.resolve(import.meta.dirname, '../../src/core.ts');
const modules = path.resolve(import.meta.dirname, '../../node_modules');

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a module whose `stampede` is the library, and gives what it printed. A failing program rejects.
 *
 * @param source  Plain JavaScript; `import ... from 'stampede'` is there already, as `stampede`.
 * @param flags   Of Node, such as `--expose-gc`.
 */
export async function runInNode(source: string, flags: readonly string[] = []): Promise<Ended> {
  const { outputFiles } = await build({
    stdin: { contents: `import * as stampede from ${JSON.stringify(core)};\n${source}`, resolveDir: modules },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['debug'],
    logLevel: 'silent',
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'stampede-'));
  try {
    const file = path.join(folder, 'program.mjs');
    await writeFile(file, outputFiles[0]?.text ?? '');
    return await promisify(execFile)(process.execPath, [...flags, file], { timeout: 60_000 });
  } finally {
    await rm(folder, { recursive: true });
  }
}
