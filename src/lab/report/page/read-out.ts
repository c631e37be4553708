/**
 * What did this second bring? In a browser: these functions travel there as text.
 *
 * Where a reader points, uPlot's cursor covers a second, in all charts of the scenario at once, and uPlot's live legend
 * below each chart reads out its values. Arrow keys do the same for a row of charts that has the focus.
 */
import type { ChartData, ChartRow } from '../charts.js';
import type { Element, Plot, UPlot } from './browser.js';

/** uPlot's `cursor`: on the middle of a second, at which a band of its width stands (`style.ts`). */
export function cursorOf(key: string, seconds: number): object {
  const secondAt = (moment: number): number => Math.min(seconds - 1, Math.max(0, Math.floor(moment)));
  return {
    y: false,
    points: { show: false },
    drag: { x: false, y: false, setScale: false },
    // The scale of the values is not shared: only the time is.
    sync: { key, scales: ['x', null] },
    move: (plot: Plot, left: number, top: number) =>
      // uPlot hides a cursor that is left of all.
      left < 0 ? [left, top] : [plot.valToPos(secondAt(plot.posToVal(left, 'x')) + 0.5, 'x'), top],
    // Each second has two points, at its beginning and at its end.
    dataIdx: (_plot: Plot, _line: number, _closest: number, moment: number) => 2 * secondAt(moment),
  };
}

/** uPlot's `legend`, in the place for it below the chart. */
export function legendOf(place: Element, { lines }: ChartRow, colour: (name: string) => string): object {
  const isArea = (index: number): boolean => lines[index - 1]?.look === 'area';
  const colourOf = (index: number): string => colour(lines[index - 1]?.colour ?? 'text');
  return {
    live: true,
    mount: (_plot: Plot, legend: Element) => place.nextElementSibling?.append(legend),
    markers: {
      width: (_plot: Plot, index: number) => (isArea(index) ? 0 : 2),
      dash: (_plot: Plot, index: number) => (lines[index - 1]?.look === 'dashed' ? 'dashed' : 'solid'),
      stroke: (_plot: Plot, index: number) => colourOf(index),
      fill: (_plot: Plot, index: number) => (isArea(index) ? colourOf(index) : 'none'),
    },
  };
}

/** uPlot's `value` of a line, or of the time if there is none: what its legend says of a point; nothing of no point. */
export function valueOf(texts?: ChartData['texts'][number]): (...given: unknown[]) => string {
  return (_plot, _value, _line, point) => {
    if (typeof point !== 'number') return '';
    return texts === undefined ? `second ${point / 2}` : (texts[point / 2] ?? '–');
  };
}

/** Left and right, Home and End go through the seconds; Escape ends it. */
export function readByKeys(uPlot: UPlot, row: Element): void {
  const key = row.dataset['scenario'] ?? '';
  const last = Number(row.dataset['seconds']) - 1;
  const go = (second: number | null): void => {
    for (const plot of uPlot.sync(key).plots)
      plot.setCursor({ left: second === null ? -10 : plot.valToPos(second + 0.5, 'x'), top: 0 });
  };
  const say = (how: string): void => {
    for (const place of row.querySelectorAll('.read-out')) place.ariaLive = how;
  };
  row.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const point = uPlot.sync(key).plots[0]?.cursor.idxs?.[0] ?? null;
    const now = point === null ? null : point / 2;
    const goals = new Map([
      ['ArrowLeft', now === null ? last : Math.max(0, now - 1)],
      ['ArrowRight', now === null ? 0 : Math.min(last, now + 1)],
      ['Home', 0],
      ['End', last],
      ['Escape', null],
    ]);
    const goal = goals.get(event.key);
    if (goal === undefined) return;
    event.preventDefault();
    go(goal);
  });
  row.addEventListener('focus', () => say('polite'));
  row.addEventListener('blur', () => {
    say('off');
    go(null);
  });
}
