/** Does the tool for the pictures of `docs/outage-lab.md` find its rows in a report? */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reportHtml } from '../../src/lab/report/html.js';
import { madeUpRecord } from '../lab/support/made-up-record.js';
import { executable, itInChromium } from '../support/chromium.js';

const root = path.resolve(import.meta.dirname, '../..');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lab-pictures-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('tools/lab-pictures.mjs', () => {
  itInChromium('takes the pictures that the page shows, in a folder that it makes', async () => {
    const report = path.join(folder, 'report.html');
    const pictures = path.join(folder, 'docs', 'pictures');
    writeFileSync(report, reportHtml(madeUpRecord()));

    const { status, stderr } = take(report, pictures);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const shown = readFileSync(path.join(root, 'docs/outage-lab.md'), 'utf8').matchAll(
      /\(pictures\/(.+?)\)/g,
    );
    expect(readdirSync(pictures).sort()).toEqual([...shown].map(([, name]) => name).sort());
    for (const name of readdirSync(pictures)) {
      const { signature, width, height } = pngHead(readFileSync(path.join(pictures, name)));
      expect(signature).toBe('\u0089PNG\r\n\u001A\n');
      expect(width).toBeGreaterThan(1000);
      expect(height).toBeGreaterThan(150);
    }
  });

  itInChromium('names the row that is not there', async () => {
    const report = path.join(folder, 'other.html');
    writeFileSync(report, '<title>not a report</title>');

    const { status, stderr } = take(report, path.join(folder, 'none'));

    expect(status).toBe(1);
    expect(stderr).toContain('no row "i-availability"');
  });

  it('says what it needs to know', () => {
    const { status, stderr } = take();

    expect(status).toBe(2);
    expect(stderr).toContain('name the report and the folder');
  });
});

function take(...args: string[]): { status: number | null; stderr: string } {
  const env = { ...process.env, ...(executable === undefined ? {} : { CHROMIUM: executable }) };
  const tool = path.join(root, 'tools/lab-pictures.mjs');
  return spawnSync(process.execPath, [tool, ...args], { cwd: root, encoding: 'utf8', env, timeout: 60_000 });
}

/** See https://www.w3.org/TR/png/#11IHDR: its first chunk has the size. */
function pngHead(png: Buffer): { signature: string; width: number; height: number } {
  return {
    signature: png.subarray(0, 8).toString('latin1'),
    width: png.readUInt32BE(16),
    height: png.readUInt32BE(20),
  };
}
