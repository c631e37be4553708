/**
 * What a reader is told who points at a chart, touches it, or goes through it by keys: in a real Chromium.
 */
import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { LabRecord, Series } from '../../../src/lab/record.js';
import { valueOf } from '../../../src/lab/report/page/read-out.js';
import { itInChromium } from '../../support/chromium.js';
import { madeUpRecord } from '../support/made-up-record.js';
import { reports } from '../support/open-report.js';

const seconds = 10;
const counted = Array.from({ length: seconds }, (_, second) => second);

describe('the read-out of the report', () => {
  const { open } = reports();

  itInChromium('says what the second brought that is pointed at, from its beginning to its end', async () => {
    const { page, troubles } = await open(recordWith({ retries: counted }));

    for (const [moment, second] of [
      [3.05, 3],
      [3.7, 3],
      [3.95, 3],
      [4.05, 4],
      [0.05, 0],
      [9.95, 9],
    ] as const) {
      await point(page, '#i-retries', 0, moment);

      expect(await readOut(page, '#i-retries', 0)).toEqual([`second ${second}`, `${second}/s`]);
    }
    expect(troubles).toEqual([]);
  });

  itInChromium('marks the same second in all charts of the scenario, and in no others', async () => {
    const { page } = await open(madeUpRecord());

    await point(page, '#i-availability', 1, 3.7);

    expect(await page.locator('#scenario-i .read-out tr:first-child .u-value').allInnerTexts()).toEqual(
      Array.from({ length: 25 }, () => 'second 3'),
    );
    expect(await page.locator('#scenario-ii .read-out').allInnerTexts()).toEqual(
      Array.from({ length: 25 }, () => expect.not.stringContaining('second')),
    );
    for (const [row, column] of [
      ['#i-availability', 1],
      ['#i-circuits', 3],
      ['#i-retries', 0],
    ] as const) {
      expect(await band(page, row, column)).toEqual({ from: '3.0', to: '4.0' });
    }
    expect(await page.locator('#scenario-ii .u-cursor-x:not(.u-off)').count()).toBe(0);
  });

  itInChromium('brings the unit of the axis', async () => {
    const { page } = await open(madeUpRecord());

    await point(page, '#i-availability', 3, 3.5);

    expect(await readOut(page, '#i-availability', 3)).toEqual(['second 3', '100 %', '2.0 %']);
    expect(await readOut(page, '#i-load-recommendations', 3)).toEqual(['second 3', '2/s', '50/s']);
    expect(await readOut(page, '#i-latency', 3)).toEqual(['second 3', '10 ms', '20 ms']);
    expect(await readOut(page, '#i-latency', 0)).toEqual(['second 3', '–', '2 s']);
  });

  itInChromium(
    'counts the circuits in each state, although they are drawn on top of each other',
    async () => {
      const { page } = await open(
        recordWith({ circuits: { recommendations: { closed: all(4), halfOpen: all(2), open: all(1) } } }),
      );

      await point(page, '#i-circuits', 3, 8.5);

      expect(await readOut(page, '#i-circuits', 3)).toEqual(['second 8', '4', '2', '1']);
    },
  );

  itInChromium('says which value is of which line, to those who do not see its colour', async () => {
    const { page } = await open(madeUpRecord());

    const labels = page.locator('#i-latency [data-column="0"] + .read-out .u-label');

    expect(await labels.allTextContents()).toEqual([
      'time',
      'half of them are faster (p50)',
      '95 % of them are faster (p95)',
    ]);
  });

  itInChromium('ends when the pointer leaves', async () => {
    const { page } = await open(madeUpRecord());
    await point(page, '#i-availability', 1, 3.7);

    await page.locator('h1').hover();

    expect(await page.locator('.read-out .u-value').allInnerTexts()).toEqual(
      expect.not.arrayContaining([expect.stringContaining('second')]),
    );
    expect(await page.locator('.u-cursor-x:not(.u-off)').count()).toBe(0);
  });

  itInChromium('comes with a touch', async () => {
    const { page } = await open(madeUpRecord(), {
      hasTouch: true,
      isMobile: true,
      viewport: { width: 400, height: 800 },
    });
    const over = page.locator('#i-load-recommendations [data-column="1"] .u-over');

    const { width } = (await over.boundingBox())!;
    await over.tap({ position: { x: width * 0.37, y: 40 } });

    expect(await readOut(page, '#i-load-recommendations', 1)).toEqual(['second 3', '200/s', '50/s']);
    expect(await readOut(page, '#i-retries', 3)).toEqual(['second 3', '0/s']);
  });

  itInChromium('goes through the seconds by keys, and tells a screen reader of that row only', async () => {
    const { page } = await open(recordWith({ retries: counted }));
    const now = async (): Promise<string | undefined> => (await readOut(page, '#i-retries', 2))[1];

    await page.locator('#i-retries .columns').focus();
    const read: unknown[] = [];
    for (const key of ['ArrowRight', 'ArrowRight', 'End', 'ArrowRight', 'ArrowLeft', 'Home', 'ArrowLeft']) {
      await page.keyboard.press(key);
      read.push(await now());
    }

    expect(read).toEqual(['0/s', '1/s', '9/s', '9/s', '8/s', '0/s', '0/s']);
    expect(await page.locator('[aria-live="polite"]').count()).toBe(4);
    await page.keyboard.press('Escape');
    expect(await now()).toBe('');
    await page.keyboard.press('ArrowLeft');
    expect(await now()).toBe('9/s');
    await page.keyboard.press('Tab');
    expect(await now()).toBe('');
    expect(await page.locator('#i-retries [aria-live="polite"]').count()).toBe(0);
  });

  itInChromium('is as it was after the charts were drawn anew', async () => {
    const { page, troubles } = await open(recordWith({ retries: counted }));

    await page.setViewportSize({ width: 800, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction(`document.querySelector('.uplot').clientWidth < 400`);
    await point(page, '#i-retries', 0, 6.5);

    expect(await page.locator('.read-out .u-legend').count()).toBe(100);
    expect(await readOut(page, '#i-retries', 0)).toEqual(['second 6', '6/s']);
    expect(troubles).toEqual([]);
  });

  itInChromium('is not printed', async () => {
    const { page } = await open(madeUpRecord());
    await point(page, '#i-availability', 1, 3.7);

    await page.emulateMedia({ media: 'print' });

    expect(await page.locator('.read-out:visible, .u-cursor-x:visible, .by-hand:visible').count()).toBe(0);
  });

  it('says nothing of no point', () => {
    expect(valueOf(['a', 'b'])({}, null, 1, null)).toBe('');
    expect(valueOf()({}, null, 0, null)).toBe('');
  });
});

function all(count: number): number[] {
  return counted.map(() => count);
}

/** All runs with a part of their series changed. */
function recordWith(series: Partial<Series>): LabRecord {
  const record = madeUpRecord();
  return {
    ...record,
    runs: record.runs.map((run) => ({ ...run, series: { ...run.series, ...series } })),
  };
}

/** @param moment  In seconds since the start of the run. */
async function point(page: Page, row: string, column: number, moment: number): Promise<void> {
  const over = page.locator(`${row} [data-column="${column}"] .u-over`);
  const { width, height } = (await over.boundingBox())!;
  await over.hover({ position: { x: (width * moment) / seconds, y: height / 2 } });
}

function readOut(page: Page, row: string, column: number): Promise<string[]> {
  return page.locator(`${row} [data-column="${column}"] + .read-out .u-value`).allInnerTexts();
}

/** From which second to which the cursor of a chart reaches. */
async function band(page: Page, row: string, column: number): Promise<{ from: string; to: string }> {
  const chart = page.locator(`${row} [data-column="${column}"]`);
  const over = (await chart.locator('.u-over').boundingBox())!;
  const cursor = (await chart.locator('.u-cursor-x').boundingBox())!;
  const secondAt = (x: number): string => ((seconds * (x - over.x)) / over.width).toFixed(1);
  return { from: secondAt(cursor.x), to: secondAt(cursor.x + cursor.width) };
}
