/**
 * What the built package weighs, and what it drags along.
 *
 * Measured on `dist/`, as a user's bundler meets it: `npm run build` first.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { build, type BuildOptions } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

describe('the bundle for browsers', () => {
  it('of the whole core imports nothing but debug', async () => {
    const { imports, inputs } = await bundle(`export * from './dist/esm/index.js';`, { external: ['debug'] });

    expect(imports.filter((name) => name !== 'debug')).toEqual([]);
    expect(inputs.filter((file) => file !== '<stdin>')).toEqual(['dist/esm/index.js']);
  });

  it('imports nothing at all once debug, in its browser flavour, is bundled too', async () => {
    const { imports } = await bundle(`export * from './dist/esm/index.js';`);

    expect(imports).toEqual([]);
  });

  it('of withRetry and expo, without debug, is at most 16.1 kB gzipped and 14.6 kB with brotli', async () => {
    const { gzip, brotli } = await bundle(`export { withRetry, expo } from './dist/esm/index.js';`, {
      external: ['debug'],
    });

    // A guard against growth. The aim of 3,000 B collides with what every retry promises: bench/README.md says how.
    expect(gzip).toBeLessThanOrEqual(16_100);
    expect(brotli).toBeLessThanOrEqual(14_600);
  });

  it('of the whole core, without debug, is at most 40.6 kB gzipped', async () => {
    const { gzip } = await bundle(`export * from './dist/esm/index.js';`, { external: ['debug'] });

    expect(gzip).toBeLessThanOrEqual(40_600);
  });
});

describe('the built package', () => {
  it.each(['esm', 'cjs'])('holds one copy of the core in its %s doors', (format) => {
    const code = files(path.join(dist, format), '.js').map((file) => readFileSync(file, 'utf8'));

    expect(code.filter((text) => /\bclass Attempts\b|\bAttempts = class\b/.test(text))).toHaveLength(1);
  });

  it('is one and the same module for import and require', () => {
    const script = `
      import { createRequire } from 'node:module';
      import * as imported from 'stampede-js';
      const required = createRequire(import.meta.url)('stampede-js');
      console.log(imported.withRetry === required.withRetry);`;

    expect(run(script)).toBe('true');
  });

  it('brings every program of the command along, those that the outage lab runs as processes included', () => {
    const programs = ['cli', 'lab'].flatMap((folder) => files(path.join(dist, 'esm', folder), '.js'));

    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files: brought }] = JSON.parse(packed) as [{ files: { path: string }[] }];

    const expected = programs.map((file) => path.relative(root, file).replaceAll(path.sep, '/'));
    expect(expected).toContain('dist/esm/lab/run-service.js');
    expect(brought.map((file) => file.path)).toEqual(expect.arrayContaining(expected));
  });

  it('gives each function and class the name it is exported under', () => {
    const script = `
      for (const door of ['stampede-js', 'stampede-js/metadata', 'stampede-js/observe', 'stampede-js/observe/prometheus', 'stampede-js/observe/opentelemetry']) {
        for (const [name, value] of Object.entries(await import(door))) {
          if (typeof value === 'function' && value.name !== name) console.log(door, name, value.name);
        }
      }`;

    expect(run(script)).toBe('');
  });

  it('has types that need no types of another package, but those that a door stands on', () => {
    const beneath: Readonly<Record<string, RegExp>> = {
      http: /^(undici|tough-cookie|node:[\w/]+)$/,
      'observe/opentelemetry': /^@opentelemetry\/api$/,
      'observe/prometheus': /^prom-client$/,
    };
    const isBeneath = (file: string, name: string): boolean => {
      const [, ...below] = path.relative(dist, file).split(path.sep);
      const door = Object.keys(beneath).find((folder) => below.join('/').startsWith(`${folder}/`));
      return door !== undefined && beneath[door]!.test(name);
    };
    const foreign = files(dist, '.d.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*['"]([^'".][^'"]*)['"]/g)]
        .filter(([, name]) => !isBeneath(file, name!))
        .map(([, name]) => `${path.relative(root, file)}: ${name}`),
    );

    expect(foreign).toEqual([]);
  });
});

async function bundle(contents: string, options: BuildOptions = {}) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    // A Node import is an error here.
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
    ...options,
  });
  const { contents: code } = outputFiles![0]!;
  return {
    gzip: gzipSync(code, { level: 9 }).length,
    brotli: brotliCompressSync(code).length,
    imports: Object.values(metafile!.outputs).flatMap((output) => output.imports.map((one) => one.path)),
    inputs: Object.keys(metafile!.inputs),
  };
}

/** What a program in the package's own folder prints, where its name resolves through its `exports`. */
function run(script: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
}

function files(folder: string, extension: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith(extension))
    .map((file) => path.join(folder, file));
}
