/**
 * The report as its readers open it: a file on a disk, in a real Chromium, without a network.
 */
import { describe, expect, it } from '@jest/globals';
import type { LabRecord, RunRecord } from '../../../src/lab/record.js';
import { reportHtml } from '../../../src/lab/report/html.js';
import { itInChromium } from '../../support/chromium.js';
import { madeUpRecord, madeUpRun } from '../support/made-up-record.js';
import { reports } from '../support/open-report.js';

describe('the report', () => {
  const { open } = reports();

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

    expect(await page.locator('tr.bound').count()).toBe(3);
    expect(await page.locator('tr.bound.fails').innerText()).toContain('✗ FAIL');
    expect(await page.locator('.verdict').innerText()).toBe('✗ 1 of 3 bounds did not hold.');
  });

  itInChromium('has each question with its answer and numbers', async () => {
    const { page } = await open(madeUpRecord());

    expect(await page.locator('.answer h3').allInnerTexts()).toEqual(['(i) Why is it so?']);
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
      scenarios: record.scenarios.map((one) => ({ ...one, title: nasty, text: nasty })),
      columns: record.columns.map((one) => ({ ...one, title: nasty, text: nasty })),
      runs: record.runs.map((run) => ({
        ...run,
        events: run.events.map((one) => ({ ...one, text: nasty })),
      })),
      bounds: record.bounds.map((one) => ({ ...one, name: nasty, measured: nasty, why: nasty })),
      answers: [
        {
          scenario: 'i',
          question: nasty,
          answer: nasty,
          numbers: [{ name: nasty, measured: nasty }],
          bounds: [],
        },
      ],
      measures: [{ name: nasty, text: nasty }],
    });

    expect(await page.locator('.answer h3').innerText()).toBe(`(i) ${nasty}`);
    expect(await page.locator('.uplot').count()).toBe(100);
    expect(await page.locator('img').count()).toBe(0);
    expect(requests).toEqual([]);
    expect(troubles).toEqual([]);
  });

  itInChromium('draws each second that has a value, also beside seconds that have none', async () => {
    const { page } = await open(
      withRuns((run) => ({
        ...run,
        series: { ...run.series, latencyP50: [40, 40, null, 40, null, null, 40, null, 40, null] },
      })),
    );

    const drawn = await page.evaluate(`(() => {
      const chart = document.querySelector('#i-latency [data-column="0"]');
      const canvas = chart.querySelector('canvas');
      const over = chart.querySelector('.u-over');
      const context = canvas.getContext('2d');
      // The solid line is blue, the dashed one is orange: in a column of points, is there a blue one?
      return Array.from({ length: 10 }, (_, second) => {
        const x = Math.round(over.offsetLeft + over.clientWidth * (second + 0.5) / 10);
        const { data } = context.getImageData(x, over.offsetTop, 1, over.clientHeight);
        return data.some((blue, at) => at % 4 === 2 && blue - data[at - 2] > 100) ? second : null;
      });
    })()`);

    expect(drawn).toEqual([0, 1, null, 3, null, null, 6, null, 8, null]);
  });

  itInChromium('says of a run that was not made that it was not, and draws the others', async () => {
    const record = madeUpRecord();
    const { page, troubles } = await open({
      ...record,
      runs: [madeUpRun('iii', 'retries')],
      bounds: [],
      answers: [],
    });

    expect(await page.locator('.uplot').count()).toBe(6);
    expect(await page.locator('#iii-circuits .column').allInnerTexts()).toEqual([
      'made-up none\nnot run',
      'made-up retries\nno circuit breakers here',
      'made-up timeouts\nnot run',
      'made-up full\nnot run',
    ]);
    expect(await page.locator('.figure').first().innerText()).toBe(
      'availability, degraded pages included\t–\t50.0 %\t–\t–',
    );
    expect(await page.locator('.verdict').innerText()).toBe('No bounds were checked.');
    expect(troubles).toEqual([]);
  });

  itInChromium('has the figures of the fault, as they were counted', async () => {
    const { page } = await open(
      withRuns((run) => ({
        ...run,
        phases: {
          ...run.phases,
          during: {
            ...run.phases.during,
            ...{ fresh: 8, answered: 1, degraded: 2, unauthorised: 1, refused: 3, failed: 1 },
            load: { ...run.phases.during.load, recommendations: { fresh: 8, attempts: 20 } },
            ...{ retries: 12, connectionErrors: 7, latencyP50: null, latencyP95: 1250 },
          },
        },
      })),
    );

    const figures = await page.locator('#scenario-i .figure').allInnerTexts();

    expect(figures.map((row) => row.split('\t').slice(0, 2))).toEqual([
      ['availability, degraded pages included', '50.0 %'],
      ['availability, pages with all their lists', '25.0 %'],
      ['attempts on the struck upstream, over fresh load', '2.50 ×'],
      ['retries', '12'],
      ['connection errors', '7'],
      ['time to answer, half of the pages (p50)', '–'],
      ['time to answer, 95\u00A0% of the pages (p95)', '1.25 s'],
      ['back to normal, after the end of the fault', 'not in this run'],
    ]);
  });

  itInChromium('keeps the numbers of events apart, however narrow its charts are', async () => {
    const events = [2, 2.1, 2.9, 3, 9.9, 10].map((at, n) => ({
      at: 1000 * at,
      number: n + 1,
      text: 'event',
    }));
    const { page } = await open(
      withRuns((run) => ({ ...run, events })),
      { viewport: { width: 400, height: 800 } },
    );

    const boxes = await page.evaluate(`
      [...document.querySelectorAll('#i-latency [data-column="0"] .mark span')].map((span) => {
        const { left, right, top, bottom } = span.getBoundingClientRect();
        return { left, right, top, bottom };
      })`);

    const overlaps = (boxes as Box[]).flatMap((one, n) =>
      (boxes as Box[]).slice(n + 1).filter((other) => isOver(one, other)),
    );
    expect(boxes).toHaveLength(6);
    expect(overlaps).toEqual([]);
  });

  itInChromium('has tables that fit a phone', async () => {
    const record = withRuns((run) => ({
      ...run,
      events: run.events.map((event) => ({ ...event, text: 'recommendations: 20 times slower' })),
    }));
    const titles = ['no protection', 'retries', 'retries, jitter, timeouts', 'budget, breaker, fallback'];
    const { page } = await open(
      { ...record, columns: record.columns.map((one, n) => ({ ...one, title: titles[n] ?? '' })) },
      { viewport: { width: 400, height: 800 } },
    );

    const tooWide = await page.evaluate(
      `[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth).length`,
    );

    expect(tooWide).toBe(0);
  });

  for (const width of [400, 1280]) {
    itInChromium(
      `is printed from a dark screen of ${width} px as paper is: white, four charts wide`,
      async () => {
        const { page } = await open(madeUpRecord(), {
          colorScheme: 'dark',
          viewport: { width, height: 800 },
        });

        await page.emulateMedia({ media: 'print' });
        await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);

        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
          'rgb(255, 255, 255)',
        );
        const boxes =
          await page.evaluate(`[...document.querySelectorAll('#i-availability .uplot')].map((one) => {
        const { left, right, top } = one.getBoundingClientRect();
        return { left, right, top };
      })`);
        const [first, second, third, fourth] = boxes as [Box, Box, Box, Box];
        expect([second.top, third.top, fourth.top]).toEqual([first.top, first.top, first.top]);
        expect(fourth.right - first.left).toBeLessThan(700); // A4 and Letter have more, within their margins
        await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
        expect(await page.evaluate(`document.documentElement.className`)).toBe('');
      },
    );
  }

  for (const width of [390, 1280]) {
    itInChromium(`fits a screen that is ${width} px wide, and turns dark with it`, async () => {
      const { page, troubles } = await open(madeUpRecord(), { viewport: { width, height: 800 } });

      await page.emulateMedia({ colorScheme: 'dark' });

      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(20, 23, 28)');
      expect(troubles).toEqual([]);
    });
  }

  it('leaves out what was not played, asked or claimed', () => {
    const record = madeUpRecord();

    const runs = record.runs.filter(({ scenario }) => scenario === 'iv');
    const html = reportHtml({ ...record, runs, answers: [], bounds: [] });

    expect([...html.matchAll(/<section id="([\w-]+)"/g)].map(([, id]) => id)).toEqual(['scenario-iv']);
    expect([...html.matchAll(/href="#([\w-]+)"/g)].map(([, id]) => id)).toEqual(['scenario-iv']);
  });
});

/** All runs, changed. */
function withRuns(change: (run: RunRecord) => RunRecord): LabRecord {
  const record = madeUpRecord();
  return { ...record, runs: record.runs.map(change) };
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function isOver(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
