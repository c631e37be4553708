/**
 * What runs in the page: it draws the charts, and draws them again when their width or the colours change.
 *
 * The functions travel into the page as text, so they use nothing but their arguments and each other. `browser.ts` says
 * what they see of the browser.
 */
import type { ScenarioCharts } from '../charts.js';
import type { Page, Plot } from './browser.js';
import { drawChart } from './chart.js';
import { levelsOf, markEvent, shadeFault } from './marks.js';
import { cursorOf, legendOf, readByKeys, valueOf } from './read-out.js';

/** The text of a script that does it all. */
export function pageScript(): string {
  const travellers = [
    levelsOf,
    shadeFault,
    markEvent,
    cursorOf,
    legendOf,
    valueOf,
    readByKeys,
    drawChart,
    drawCharts,
  ];
  return `(() => {\n${travellers.map(String).join('\n')}\ndrawCharts(window);\n})();`;
}

/** @param page  `window`. */
function drawCharts(page: Page): void {
  const { document, uPlot } = page;
  const root = document.documentElement;
  const all = JSON.parse(document.getElementById('charts')?.textContent ?? '[]') as ScenarioCharts[];
  let plots: readonly (Plot | undefined)[] = [];
  let width = 0;

  const draw = (): void => {
    for (const plot of plots) plot?.destroy();
    plots = [...document.querySelectorAll('.chart[data-row]')].map((place) => {
      const charts = all.find(({ id }) => id === place.dataset['scenario']);
      return charts && drawChart(page, place, charts);
    });
    width = root.clientWidth;
  };
  let isPlanned = false;
  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    page.requestAnimationFrame(() => {
      isPlanned = false;
      draw();
    });
  };

  draw();
  for (const row of document.querySelectorAll('.columns')) readByKeys(uPlot, row);
  page.addEventListener('resize', () => {
    if (root.clientWidth !== width) plan(); // a phone that hides its address bar changes the height only
  });
  page.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', plan);
  // Paper is white and has a width of its own, whatever the screen was.
  page.addEventListener('beforeprint', () => {
    root.classList.add('paper');
    draw();
  });
  page.addEventListener('afterprint', () => {
    root.classList.remove('paper');
    draw();
  });
}
