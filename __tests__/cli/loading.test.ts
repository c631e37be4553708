/**
 * What every start of the command loads: little, so that `stampede waits` is quick whatever else there is.
 *
 * Looked up in `dist/`: run `npm run build` first.
 */
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { bin } from './stampede.js';

const esm = path.resolve(path.dirname(bin), '..');

describe('a start of the command', () => {
  let loaded: readonly string[];

  beforeAll(async () => {
    loaded = await loadedAtOnce();
  });

  it('loads nothing of the outage lab but what its help needs', () => {
    expect(loaded.filter((name) => name.startsWith('lab/')).sort()).toEqual([
      'lab/all-bounds.js',
      'lab/index.js',
      'lab/plan.js',
    ]);
  });

  it.each(['cli-table3', 'chartscii', 'undici', 'uplot'])('does not load %s', (name) => {
    expect(loaded).not.toContain(name);
  });

  it('loads commander, without which this test would look at nothing', () => {
    expect(loaded).toContain('commander');
  });
});

/** Modules by their path in `dist/esm`, and packages by their name: all that `import` statements lead to. */
async function loadedAtOnce(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: esm,
    entryPoints: [bin],
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    splitting: true,
    outdir: 'nowhere',
    logLevel: 'silent',
  });
  const found = new Set<string>();
  const follow = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const one of metafile.inputs[name]?.imports ?? []) {
      if (one.kind === 'import-statement') follow(one.path);
    }
  };
  follow('cli/bin.js');
  return [...found];
}
