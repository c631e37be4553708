/**
 * The report as its readers open it: a file on a disk, in a real Chromium, without a network.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { LabRecord } from '../../../src/lab/record.js';
import { reportHtml } from '../../../src/lab/report/html.js';
import { executable, itInChromium } from '../../support/chromium.js';
import { madeUpRecord } from '../support/made-up-record.js';

describe('the report', () => {
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

  itInChromium('has a chart for each protection and each row, and asks no network for anything', async () => {
    const { page, troubles, requests } = await open(madeUpRecord());

    // 4 scenarios of 7 rows of 4 columns; three columns of each scenario have no circuits
    expect(await page.locator('.uplot canvas').count()).toBe(4 * (7 * 4 - 3));
    expect(await page.locator('.nothing').allTextContents()).toEqual(
      Array.from({ length: 12 }, () => 'no circuit breakers here'),
    );
    expect(requests).toEqual([]);
    expect(troubles).toEqual([]);
  });

  itInChromium('draws lines in each chart, which alone have strong colours', async () => {
    const { page } = await open(madeUpRecord());

    const empty = await page.evaluate(`[...document.querySelectorAll('.uplot canvas')].filter((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) {
        const [red, green, blue, alpha] = data.subarray(at, at + 4);
        if (alpha === 255 && Math.max(red, green, blue) - Math.min(red, green, blue) > 100) return false;
      }
      return true;
    }).length`);

    expect(empty).toBe(0);
  });

  itInChromium('marks each event of its column in each chart, and explains its number', async () => {
    const { page } = await open(madeUpRecord());
    const marksOf = (column: number): Promise<string[]> =>
      page.locator(`#i-availability [data-column="${column}"] .mark`).allTextContents();

    expect(await marksOf(0)).toEqual(['1', '3']);
    expect(await marksOf(3)).toEqual(['1', '2', '3']);
    expect(await page.locator('#scenario-i .event-row').allInnerTexts()).toEqual([
      '1\tthe fault begins\t2.0 s\t2.0 s\t2.0 s\t2.0 s',
      '2\tcircuits open\t–\t–\t–\t2.1 s',
      '3\tthe fault ends\t6.0 s\t6.0 s\t6.0 s\t6.0 s',
    ]);
  });

  itInChromium('puts a mark where its moment is', async () => {
    const { page } = await open(madeUpRecord());
    const chart = page.locator('#i-availability [data-column="0"]');

    const over = (await chart.locator('.u-over').boundingBox())!;
    const mark = (await chart.locator('.mark').first().boundingBox())!;

    expect((mark.x - over.x) / over.width).toBeCloseTo(0.2, 1);
  });

  itInChromium('has a row for each bound, and says which failed', async () => {
    const { page } = await open(madeUpRecord());

    expect(await page.locator('tr.bound').count()).toBe(2);
    expect(await page.locator('tr.bound.fails').innerText()).toContain('✗ FAIL');
    expect(await page.locator('.verdict').innerText()).toBe('✗ 1 of 2 bounds did not hold.');
  });

  itInChromium('has each question with its answer and numbers', async () => {
    const { page } = await open(madeUpRecord());

    expect(await page.locator('.answer h3').allInnerTexts()).toEqual(['Why is it so?']);
    expect(await page.locator('.answer tbody tr').allInnerTexts()).toEqual([
      'with two\t7\t0',
      'with one\t8\t–',
    ]);
  });

  itInChromium('shows texts as they are, whatever markup they look like', async () => {
    const nasty = `</script><script>throw new Error('run')</script><img src="https://example.invalid/x"> & "'`;
    const record = madeUpRecord();
    const { page, troubles, requests } = await open({
      ...record,
      scenarios: record.scenarios.map((one) => ({ ...one, title: nasty, told: nasty })),
      protections: record.protections.map((one) => ({ ...one, title: nasty, told: nasty })),
      runs: record.runs.map((run) => ({
        ...run,
        events: run.events.map((one) => ({ ...one, text: nasty })),
      })),
      bounds: record.bounds.map((one) => ({ ...one, name: nasty, measured: nasty, why: nasty })),
      answers: [{ question: nasty, answer: nasty, numbers: [{ name: nasty, measured: nasty }] }],
    });

    expect(await page.locator('.answer h3').innerText()).toBe(nasty);
    expect(await page.locator('.uplot').count()).toBe(100);
    expect(await page.locator('img').count()).toBe(0);
    expect(requests).toEqual([]);
    expect(troubles).toEqual([]);
  });

  for (const width of [390, 1280]) {
    itInChromium(`fits a screen that is ${width} px wide, and turns dark with it`, async () => {
      const { page, troubles } = await open(madeUpRecord(), width);

      await page.emulateMedia({ colorScheme: 'dark' });

      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(20, 23, 28)');
      expect(troubles).toEqual([]);
    });
  }

  it('leaves out a scenario that was not played', () => {
    const record = madeUpRecord();

    const html = reportHtml({ ...record, runs: record.runs.filter(({ scenario }) => scenario === 'iv') });

    expect([...html.matchAll(/<section id="scenario-(\w+)"/g)].map(([, id]) => id)).toEqual(['iv']);
  });

  async function open(record: LabRecord, width = 1280): Promise<OpenReport> {
    const file = path.join(folder, 'report.html');
    writeFileSync(file, reportHtml(record));
    const page = await browser!.newPage({ viewport: { width, height: 800 } });
    const troubles: string[] = [];
    const requests: string[] = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => troubles.push(message.text()));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return { page, troubles, requests: requests.filter((url) => !/^(?:file|data):/.test(url)) };
  }
});

interface OpenReport {
  readonly page: Page;
  readonly troubles: readonly string[];
  /** What it asked for, itself left out. */
  readonly requests: readonly string[];
}
