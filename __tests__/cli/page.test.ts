/**
 * Does every command on the page about the command line print what the page says it prints?
 *
 * In a `console` block a line that begins with `$ ` is a command, and what follows is what a terminal would show.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { bin, startProgram } from './stampede.js';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/cli.md'), 'utf8');
const examples = [...page.matchAll(/^```console\n\$ (.+)\n((?:.*\n)*?)```$/gm)].map(([, command, shown]) => ({
  command: command!,
  shown: shown!,
}));

const folder = mkdtempSync(path.join(tmpdir(), 'stampede-test-'));
symlinkSync(bin, path.join(folder, 'stampede'));

afterAll(() => rmSync(folder, { recursive: true }));

describe('docs/cli.md', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(4);
  });

  it.each(examples)('shows what $command prints', async ({ command, shown }) => {
    const env = { PATH: `${folder}:${process.env['PATH']}` };

    const { out } = await startProgram('bash', ['-c', `exec 2>&1; ${command}`], { env, cwd: folder }).ended;

    expect(out).toBe(shown);
  });
});
