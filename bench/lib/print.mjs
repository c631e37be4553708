/** Tables and progress for people. */
import { styleText } from 'node:util';
import Table from 'cli-table3';

const colourful = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (format, text) => (colourful ? styleText(format, text) : text);

/** A suite's table: one row per contender, best first, with the targets it has. */
export function suiteTable({ title, columns, rows }) {
  const aimed = rows.some((row) => row.targets.length > 0);
  const table = new Table({
    head: ['', ...columns.map(({ label }) => label), ...(aimed ? ['target', ''] : [])],
    colAligns: ['left', ...columns.map(() => 'right'), 'left', 'left'],
    style: { head: [], border: colourful ? ['grey'] : [], compact: true },
  });

  for (const row of rows) {
    const cells = columns.map(({ key, digits }) => number(row.metrics[key]?.median, digits));
    const targets = aimed ? [targetCell(row, columns), verdictCell(row)] : [];
    table.push([name(row), ...cells, ...targets]);
  }
  const notes = rows.filter(({ note }) => note).map((row) => `  ${row.contender}: ${row.note}`);
  return [`\n${paint('bold', title)}`, table.toString(), ...notes].join('\n');
}

/** All targets at the end, missed or not. */
export function targetTable(results) {
  const table = new Table({
    head: ['target', 'measured', 'at most', ''],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: colourful ? ['grey'] : [], compact: true },
  });
  for (const { suite, contender, label, value, atMost, ok } of results) {
    table.push([`${suite}: ${contender}, ${label}`, number(value, 2), number(atMost, 2), verdict(ok)]);
  }
  return `\n${paint('bold', 'Targets')}\n${table}`;
}

/** One line on a terminal that tells what is being measured; nothing elsewhere. */
export function progress(text) {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\x1b[2K${text}`);
}

function name({ kind, contender }) {
  return kind === 'stampede' ? paint('bold', contender) : contender;
}

function targetCell({ targets }, columns) {
  const label = (metric) => columns.find(({ key }) => key === metric).label;
  return targets
    .map(({ metric, atMost }) =>
      targets.length === 1 ? `≤ ${atMost}` : `${label(metric)} ≤ ${atMost.toLocaleString('en')}`,
    )
    .join(', ');
}

function verdictCell({ targets }) {
  return targets.length === 0 ? '' : verdict(targets.every(({ ok }) => ok));
}

function verdict(ok) {
  return ok ? paint('green', 'ok') : paint('red', 'MISSED');
}

function number(value, digits) {
  if (value === undefined || Number.isNaN(value)) return '–';
  const shown = Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value; // never "-0"
  return shown.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
