/**
 * How is one chart drawn? In a browser: this function travels there as text.
 */
import type { ScenarioCharts } from '../charts.js';
import type { Element, Page, Plot } from './browser.js';
import { levelsOf, markEvent, shadeFault } from './marks.js';
import { cursorOf, legendOf, valueOf } from './read-out.js';

/** @param place  Says of which row and column its chart is. */
export function drawChart(page: Page, place: Element, charts: ScenarioCharts): Plot | undefined {
  const column = Number(place.dataset['column']);
  const row = charts.rows.find(({ id }) => id === place.dataset['row']);
  const data = row?.charts[column];
  if (row === undefined || !data) return undefined;

  const { id, seconds, events } = charts;
  const { scale, lines } = row;
  const colour = (name: string): string =>
    page.getComputedStyle(page.document.documentElement).getPropertyValue(`--${name}`).trim();
  const [left, right, label] = [46, 20, 16];
  const second = (place.clientWidth - left - right) / seconds;
  const every = [1, 2, 5, 10, 20, 30, 60].find((step) => step * second >= 36) ?? seconds;
  const moments = Array.from({ length: Math.floor(seconds / every) + 1 }, (_, n) => n * every);
  // As many in all columns, so that their charts are equally high.
  const levels = events.map((those) => levelsOf(those, (1000 * label) / second));
  const highest = label * Math.max(1, ...levels.flat().map((level) => level + 1));

  const axis = {
    stroke: colour('text-soft'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { show: false },
  };
  const plot = new page.uPlot(
    {
      width: place.clientWidth,
      height: 138 + highest,
      padding: [highest + 4, right, 0, 0],
      legend: legendOf(place, row, colour),
      cursor: cursorOf(id, seconds),
      select: { show: false },
      scales: {
        x: { time: false, range: [0, seconds] },
        y: { range: [scale.min, scale.max], ...(scale.isLog ? { distr: 3, log: 10 } : {}) },
      },
      axes: [
        {
          ...axis,
          size: 26,
          gap: 6,
          splits: () => moments,
          values: () => moments.map((moment) => `${moment} s`),
        },
        {
          ...axis,
          size: left,
          gap: 4,
          splits: () => scale.ticks.map(({ at }) => at),
          values: () => scale.ticks.map(({ text }) => text),
          filter: (_: unknown, splits: readonly number[]) => splits,
        },
      ],
      series: [
        { label: 'time', value: valueOf() },
        ...lines.map((line, n) => ({
          label: line.label,
          class: line.look,
          value: valueOf(data.texts[n]),
          stroke: colour(line.colour),
          // A dashed line on top of a solid one leaves both to be seen.
          width: line.look === 'area' ? 0 : line.look === 'dashed' ? 1.5 : 2.5,
          ...(line.look === 'dashed' ? { dash: [5, 4] } : {}),
          ...(line.look === 'area' ? { fill: colour(line.colour) } : {}),
          points: { show: false },
        })),
      ],
    },
    // Two points make a level line for each second, whatever is or is not on its sides.
    [
      Array.from({ length: 2 * seconds }, (_, n) => Math.ceil(n / 2)),
      ...data.heights.map((one) => Array.from({ length: 2 * seconds }, (_, n) => one[n >> 1] ?? null)),
    ],
    place,
  );

  const fault = charts.faults[column];
  if (fault) shadeFault(page, plot, fault, seconds);
  for (const [n, event] of (events[column] ?? []).entries())
    markEvent(page, plot, event, seconds, `${-label * ((levels[column]?.[n] ?? 0) + 1)}px`);
  return plot;
}
