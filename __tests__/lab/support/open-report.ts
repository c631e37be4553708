/**
 * The report as its readers open it: a file on a disk, in a real Chromium, without a network.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { LabRecord } from '../../../src/lab/record.js';
import { reportHtml } from '../../../src/lab/report/html.js';
import { executable } from '../../support/chromium.js';

export interface OpenReport {
  readonly page: Page;
  /** What it printed, and the errors that nobody caught. */
  readonly troubles: readonly string[];
  /** What it asked for, itself left out. */
  readonly requests: readonly string[];
}

/** One browser for the tests of a file; each report is closed after its test. */
export function reports(): {
  open(record: LabRecord, options?: BrowserContextOptions): Promise<OpenReport>;
} {
  let browser: Browser | undefined;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'stampede-report-'));
    if (executable === undefined) return;
    const { chromium } = await import('playwright-core');
    browser = await chromium.launch({ executablePath: executable, timeout: 25_000 });
  });

  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  return {
    async open(record, options = {}) {
      const file = path.join(folder, 'report.html');
      writeFileSync(file, reportHtml(record));
      const page = await browser!.newPage({ viewport: { width: 1280, height: 800 }, ...options });
      const troubles: string[] = [];
      const requests: string[] = [];
      page.on('pageerror', (error) => troubles.push(String(error)));
      page.on('console', (message) => troubles.push(message.text()));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      return { page, troubles, requests: requests.filter((url) => !/^(?:file|data):/.test(url)) };
    },
  };
}
