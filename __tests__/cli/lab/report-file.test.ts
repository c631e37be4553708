/**
 * Whether a report can be written, asked long before it is; and where it is, told afterwards.
 */
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { foundText, makeWritable } from '../../../src/cli/lab/report-file.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stampede-test-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('makeWritable', () => {
  it('makes the folders above the file, and no file', () => {
    makeWritable(path.join(folder, 'a/b/outage.html'));

    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['a', 'a/b']);
  });

  it('leaves a file that is there as it is', () => {
    const file = path.join(folder, 'outage.html');
    writeFileSync(file, 'the one before');

    makeWritable(file);

    expect(readFileSync(file, 'utf8')).toBe('the one before');
  });

  it('refuses a path that is empty', () => {
    expect(() => {
      makeWritable('');
    }).toThrow('it is empty');
  });

  it('refuses a folder', () => {
    expect(() => {
      makeWritable(folder);
    }).toThrow('it is a folder');
  });

  it('refuses a path through a file', () => {
    writeFileSync(path.join(folder, 'file'), '');

    expect(() => {
      makeWritable(path.join(folder, 'file/outage.html'));
    }).toThrow('ENOTDIR');
  });

  (process.platform === 'linux' ? it : it.skip)('refuses a folder that cannot be made', () => {
    expect(() => {
      makeWritable('/proc/nowhere/outage.html');
    }).toThrow('ENOENT');
  });

  // The superuser may write everywhere.
  const ordinary = process.getuid?.() === 0 || process.platform === 'win32' ? it.skip : it;

  ordinary('refuses what is not ours to write', () => {
    const file = path.join(folder, 'outage.html');
    writeFileSync(file, '');
    chmodSync(file, 0o444);
    chmodSync(folder, 0o555);

    expect(() => {
      makeWritable(file);
    }).toThrow('EACCES');
    expect(() => {
      makeWritable(path.join(folder, 'another.html'));
    }).toThrow('EACCES');
    chmodSync(folder, 0o755);
  });
});

describe('what is told of a report that is written', () => {
  it.each(['outage-lab.html', '../pictures/outage lab.html', '/tmp/50 %#1?.html', '/tmp/\u001b[31m\n.html'])(
    'ends with an address of plain signs that is the file: %j',
    (file) => {
      const [, address] = /^The pictures are in (file:\/\/\/[!-~]+)\n$/.exec(foundText(file)) ?? [];

      expect(fileURLToPath(address!)).toBe(path.resolve(file));
    },
  );
});
