/**
 * Tables, bars and paragraphs, as all commands draw them: without frames, so that a piped table is still good for `awk`.
 */
import { stripVTControlCharacters } from 'node:util';
import Chartscii from 'chartscii';
import Table from 'cli-table3';
import type { Terminal } from './terminal.js';

/** One column: its title, and at which side its cells stand. */
export interface Column {
  readonly title: string;
  /** @default 'right' */
  readonly align?: 'left' | 'right';
}

const frame =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid';

/**
 * Draws a table; each line ends with a line end.
 *
 * @param terminal  Says whether titles are painted.
 * @param rows      A cell per column.
 */
export function table(
  { colours }: Pick<Terminal, 'colours'>,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const drawn = new Table({
    head: columns.map(({ title }) => colours.bold(title)),
    colAligns: columns.map(({ align }) => align ?? 'right'),
    chars: { ...Object.fromEntries(frame.split(' ').map((name) => [name, ''])), middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push(...rows.map((row) => [...row]));
  return lines(drawn.toString());
}

/**
 * A text, broken between words where the terminal ends, and at 100 columns; each line ends with a line end. For texts of
 * ours: a word that is longer than a line is cut.
 */
export function paragraph({ width }: Pick<Terminal, 'width'>, text: string): string {
  const drawn = new Table({
    colWidths: [Math.min(width, 100)],
    wordWrap: true,
    chars: Object.fromEntries([...frame.split(' '), 'middle'].map((name) => [name, ''])),
    style: { 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push([text]);
  return lines(drawn.toString());
}

/** One bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What stands at its end. */
  readonly text: string;
}

/**
 * Draws horizontal bars, the longest as long as the terminal allows; each line ends with a line end.
 *
 * @param terminal  Says how wide, and whether the bars are painted.
 */
export function barChart(
  { colours, width }: Pick<Terminal, 'colours' | 'width'>,
  bars: readonly Bar[],
): string {
  const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
  const labels = longest(bars.map(({ label }) => label));
  const texts = longest(bars.map(({ text }) => text));
  let shown = 0;
  const chart = new Chartscii(
    bars.map(({ label, value }) => ({ label, value })),
    {
      naked: true,
      barSize: 1,
      padding: 0,
      sort: false,
      width: Math.max(10, Math.min(width, 100) - labels - texts - 3),
      valueLabels: true,
      valueLabelFormat: () => bars[shown++]?.text ?? '',
    },
  );
  return lines(stripVTControlCharacters(chart.create())).replaceAll(/█+/g, (bar) => colours.cyan(bar));
}

/** The lines of a drawing, without what only fills them up. */
function lines(drawing: string): string {
  return drawing
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
}
