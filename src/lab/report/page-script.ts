/**
 * What runs in the page: it draws the charts, and draws them again when their width or the colours change.
 *
 * The function travels into the page as text, so it uses nothing but its arguments. Of the browser it sees only what is
 * spelled out here, since the rest of the project is compiled without one.
 */
import type { ScenarioCharts } from './charts.js';

/** The part of `window` that is used. */
export interface Page {
  readonly document: {
    querySelectorAll(selector: string): Iterable<Element>;
    getElementById(id: string): Element | null;
    createElement(name: string): Element;
    readonly documentElement: Element;
  };
  readonly uPlot: UPlot;
  getComputedStyle(element: Element): { getPropertyValue(name: string): string };
  matchMedia(query: string): { addEventListener(event: 'change', listener: () => void): void };
  addEventListener(event: string, listener: () => void): void;
  requestAnimationFrame(callback: () => void): void;
}

interface Element {
  readonly dataset: Readonly<Record<string, string | undefined>>;
  readonly style: Record<string, string>;
  readonly clientWidth: number;
  readonly classList: { add(name: string): void; remove(name: string): void };
  className: string;
  textContent: string | null;
  title: string;
  append(child: Element): void;
  replaceChildren(): void;
}

interface Chart {
  readonly over: Element;
}

interface UPlot {
  new (options: unknown, data: unknown, target: Element): Chart;
  readonly paths: { stepped(options: { align: 1 | -1 }): unknown };
}

/** @param page  `window`. */
export function drawCharts(page: Page): void {
  const { document, uPlot } = page;
  const all = JSON.parse(document.getElementById('charts')?.textContent ?? '[]') as ScenarioCharts[];
  const colour = (name: string): string =>
    page.getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const draw = (place: Element): void => {
    const { scenario, row: rowId, column } = place.dataset;
    const charts = all.find(({ id }) => id === scenario);
    const row = charts?.rows.find(({ id }) => id === rowId);
    const values = row?.charts[Number(column)];
    if (charts === undefined || row === undefined || !values) return;

    const { seconds } = charts;
    const { scale, lines } = row;
    const text = colour('text-soft');
    const font = '11px system-ui, sans-serif';
    const grid = { stroke: colour('grid'), width: 1 };
    const ticks = { show: false };
    const every = seconds > 14 || place.clientWidth < 220 ? 5 : 2;
    const moments = Array.from({ length: Math.floor(seconds / every) + 1 }, (_, n) => n * every);
    const levels = Math.max(
      1,
      ...charts.marks.map((marks) => Math.max(0, ...marks.map(({ level }) => level + 1))),
    );

    place.replaceChildren();
    const chart = new uPlot(
      {
        width: place.clientWidth,
        height: 136 + 16 * levels,
        padding: [16 * levels + 4, 20, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        select: { show: false },
        scales: {
          x: { time: false, range: [0, seconds] },
          y: { range: [scale.min, scale.max], ...(scale.isLog ? { distr: 3, log: 10 } : {}) },
        },
        axes: [
          {
            stroke: text,
            font,
            grid,
            ticks,
            size: 24,
            gap: 4,
            splits: () => moments,
            values: () => moments.map((moment) => `${moment} s`),
          },
          {
            stroke: text,
            font,
            grid,
            ticks,
            size: 46,
            gap: 4,
            splits: () => scale.ticks.map(({ at }) => at),
            values: () => scale.ticks.map((tick) => tick.text),
            filter: (_: unknown, splits: readonly number[]) => splits,
          },
        ],
        series: [
          {},
          ...lines.map((line) => ({
            stroke: colour(line.colour),
            // A dashed line on top of a solid one leaves both to be seen.
            width: line.look === 'area' ? 1 : line.look === 'dashed' ? 1.5 : 2.5,
            ...(line.look === 'dashed' ? { dash: [5, 4] } : {}),
            ...(line.look === 'area' ? { fill: colour(line.colour) } : {}),
            paths: uPlot.paths.stepped({ align: 1 }),
            points: { show: false },
          })),
        ],
      },
      // A step goes from its second to the next, so the last value stands once more at the end.
      [
        Array.from({ length: seconds + 1 }, (_, second) => second),
        ...values.map((one) => [...one, one.at(-1) ?? null]),
      ],
      place,
    );

    const at = (moment: number): string => `${Math.min(100, Math.max(0, moment / seconds / 10))}%`;
    const fault = charts.faults[Number(column)];
    if (fault) {
      const shade = document.createElement('div');
      shade.className = 'fault';
      shade.style['left'] = at(fault.from);
      shade.style['width'] = at(fault.to - fault.from);
      chart.over.append(shade);
    }
    for (const { at: moment, number, text: what, level } of charts.marks[Number(column)] ?? []) {
      const mark = document.createElement('div');
      mark.className = 'mark';
      mark.style['left'] = at(moment);
      mark.style['top'] = `${-16 * (level + 1)}px`;
      mark.title = what;
      const label = document.createElement('span');
      label.textContent = String(number);
      mark.append(label);
      chart.over.append(mark);
    }
  };

  const drawAll = (): void => {
    for (const place of document.querySelectorAll('.chart[data-row]')) draw(place);
  };
  let isPlanned = false;
  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    page.requestAnimationFrame(() => {
      isPlanned = false;
      drawAll();
    });
  };
  drawAll();
  page.addEventListener('resize', plan);
  page.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', plan);
  // Paper is white, whatever the screen was.
  page.addEventListener('beforeprint', () => {
    document.documentElement.classList.add('paper');
    drawAll();
  });
  page.addEventListener('afterprint', () => {
    document.documentElement.classList.remove('paper');
    drawAll();
  });
}
