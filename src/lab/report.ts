/**
 * What happened, in two tables that a person likes to read.
 *
 * Colour is Node's to decide: on a terminal, unless `NO_COLOR` is set.
 */
import { styleText } from 'node:util';
import type { Ms } from '../core.js';
import type { Numbers } from './watch.js';

/** How one call went. */
export interface Row {
  /** What the service did. */
  readonly service: string;
  /** The face of Stampede, and the function under it. */
  readonly face: string;
  readonly name: string;
  readonly numbers: Numbers;
  /** From the call to its end. */
  readonly took: Ms;
  readonly ok: boolean;
  /** What the call gave, or the error it ended with, in a few words. */
  readonly outcome: string;
}

/** A row for each call: what the service did, and how the client got through. */
export function storyTable(rows: readonly Row[]): string {
  const lines = rows.map(({ service, face, numbers, took, ok, outcome }) => [
    service,
    face,
    String(numbers.attempts),
    waitsText(numbers.waits),
    seconds(took),
    ok ? `✓ ${outcome}` : '✗ did not get through',
  ]);
  return table(['the service', 'the client', 'attempts', 'waits in ms', 'took', 'outcome'], lines);
}

/** A row for each function: what the handlers counted. */
export function metricsTable(rows: readonly Row[]): string {
  const lines = rows.map(({ name, numbers: { attempts, retries, waits, successes, giveUps } }) => [
    name,
    ...[attempts, retries, waits.length].map(String),
    seconds(waits.reduce((sum, wait) => sum + wait, 0)),
    ...[successes, giveUps].map(String),
  ]);
  return table(['name', 'attempts', 'retries', 'backoffs', 'waited', 'successes', 'give-ups'], lines);
}

/** `84, 197, 350`; a long list loses its middle: `84, 197, 350, 702 … 1200`. */
export function waitsText(waits: readonly Ms[]): string {
  const texts = waits.map((wait) => String(Math.round(wait)));
  return texts.length <= 5 ? texts.join(', ') : `${texts.slice(0, 4).join(', ')} … ${texts.at(-1)}`;
}

export function seconds(ms: Ms): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function table(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const padded = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  return [
    styleText('bold', padded(titles)),
    styleText('dim', padded(widths.map((width) => '─'.repeat(width)))),
    ...lines.map((line) => padded(line).replace(/[✓✗].*$/, coloured)),
  ].join('\n');
}

function coloured(outcome: string): string {
  return styleText(outcome.startsWith('✓') ? 'green' : 'red', outcome);
}
