/**
 * What the doors of `observe` load, as users meet them: `npm run build` first.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly failed: boolean;
}

function run(cwd: string, script: string): Promise<Ended> {
  return new Promise((resolve) => {
    const args = ['--input-type=module', '--eval', script];
    execFile(process.execPath, args, { cwd, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ stdout: stdout.trim(), stderr, failed: error !== null });
    });
  });
}

/** Runs a script where the package is installed, and of its peers only those that are named. */
async function runWith(peers: readonly string[], script: string): Promise<Ended> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stampede-peers-'));
  try {
    const modules = path.join(folder, 'node_modules');
    const installed = path.join(modules, 'stampede-js');
    await mkdir(installed, { recursive: true });
    await cp(path.join(root, 'package.json'), path.join(installed, 'package.json'));
    await cp(path.join(root, 'dist'), path.join(installed, 'dist'), { recursive: true });
    for (const peer of peers) {
      await mkdir(path.dirname(path.join(modules, peer)), { recursive: true });
      await symlink(path.join(root, 'node_modules', peer), path.join(modules, peer));
    }
    return await run(folder, script);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const peers = {
  'observe/opentelemetry': '@opentelemetry/api',
  'observe/prometheus': 'prom-client',
};
const doors = Object.entries(peers);

describe('the doors of observe', () => {
  it('load none of the peers with stampede-js/observe, which needs none', async () => {
    const { stdout, stderr } = await runWith(
      [],
      `import { observeWithDiagnostics } from 'stampede-js/observe';
       import { withRetry } from 'stampede-js';
       import { subscribe } from 'node:diagnostics_channel';
       subscribe('stampede:retry:end', ({ name }) => console.log(name));
       observeWithDiagnostics();
       await withRetry(async () => 42, { name: 'ping' })();`,
    );

    expect(stderr).toBe('');
    expect(stdout).toBe('ping');
  });

  it.each(doors)('say by Node’s own error what %s needs: %s', async (door, peer) => {
    const imported = await runWith([], `import 'stampede-js/${door}';`);
    const required = await runWith(
      [],
      `import { createRequire } from 'node:module'; createRequire(import.meta.url)('stampede-js/${door}');`,
    );

    expect([imported.failed, required.failed]).toEqual([true, true]);
    expect(imported.stderr).toContain(`Cannot find package '${peer}'`);
    expect(required.stderr).toMatch(new RegExp(`Cannot find (package|module) '${peer}'`));
  });

  it.each(doors)('work where %s has %s and nothing else beside it', async (door) => {
    const observe = door === 'observe/prometheus' ? 'observeWithPrometheus' : 'observeWithOpenTelemetry';
    const script = `
      import { ${observe} } from 'stampede-js/${door}';
      import { subscribe, withRetry } from 'stampede-js';
      const stop = ${observe}();
      console.log(await withRetry(async () => 42)());
      stop();`;
    // What prom-client itself depends on is found behind the link.
    const { stdout, stderr } = await runWith([peers[door as keyof typeof peers]], script);

    expect(stderr.includes('STAMPEDE_OPENTELEMETRY')).toBe(door === 'observe/opentelemetry'); // no SDK
    expect(stdout).toBe('42');
  });

  it('say to OpenTelemetry which version of the package it is', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    const { stdout, stderr } = await run(
      root,
      `import { createNoopMeter, metrics } from '@opentelemetry/api';
       import { observeWithOpenTelemetry } from 'stampede-js/observe/opentelemetry';
       const getMeter = (name, version) => (console.log(name, version), { ...createNoopMeter(), __proto__: createNoopMeter() });
       metrics.setGlobalMeterProvider({ getMeter });
       observeWithOpenTelemetry()();`,
    );

    expect(stderr).toBe('');
    expect(stdout).toBe(`stampede-js ${version}`);
  });

  it.each(doors)('of %s are the same for import and require', async (door) => {
    const { stdout, stderr } = await run(
      root,
      `import { createRequire } from 'node:module';
       import * as imported from 'stampede-js/${door}';
       const required = createRequire(import.meta.url)('stampede-js/${door}');
       console.log(Object.keys(imported).filter((key) => imported[key] !== required[key]).join() || 'same');`,
    );

    expect(stderr).toBe('');
    expect(stdout).toBe('same');
  });
});
