/**
 * Which pictures does `docs/outage-lab.md` show?
 *
 * Takes them from a report of the outage lab, as a browser draws it: a row of charts each.
 *
 *     npm start -- --report tmp/outage-lab.html
 *     node tools/lab-pictures.mjs tmp/outage-lab.html docs/pictures
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/** The rows of the report that are shown, by their ids. */
const ROWS = ['i-availability', 'i-load-recommendations', 'iii-latency', 'iv-load-recommendations'];

const [report, folder] = process.argv.slice(2);
if (report === undefined || folder === undefined) {
  console.error('lab-pictures: name the report and the folder: tmp/outage-lab.html docs/pictures');
  process.exit(2);
}

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' });
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(path.resolve(report)).href);
  for (const row of ROWS) {
    const charts = page.locator(`#${row}`);
    if ((await charts.count()) === 0) throw new Error(`${report} has no row "${row}"; play all scenarios.`);
    await charts.screenshot({ path: path.join(folder, `${row}.png`) });
  }
} finally {
  await browser.close();
}
