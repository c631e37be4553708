/**
 * The report: one HTML file with all that the lab has found, which needs nothing but itself.
 *
 * Charts are uPlot's, whose script and style are written into the page; it asks no network for anything, and a policy in
 * its head forbids it to.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Described, LabRecord, ScenarioId } from '../record.js';
import { type ChartRow, type Line, type ScenarioCharts, scenarioCharts } from './charts.js';
import { drawCharts } from './page-script.js';
import { style } from './style.js';
import { answerText, boundTable, eventTable, figureTable } from './tables.js';
import { escaped, scriptJson, time } from './text.js';

const { resolve } = createRequire(import.meta.url);
const uPlotFile = (name: string): string => readFileSync(resolve(`uplot/dist/${name}`), 'utf8');

/** The report as the text of an HTML file. */
export function reportHtml(record: LabRecord): string {
  const played = record.scenarios.filter(({ id }) => record.runs.some((run) => run.scenario === id));
  const charts = played.map(({ id }) => scenarioCharts(record, id));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>The outage lab of Stampede</title>
<style>${uPlotFile('uPlot.min.css')}</style>
<style>${style}</style>
</head>
<body>
${opening(record, played)}
${played.map((scenario, n) => scenarioSection(record, scenario, charts[n])).join('\n')}
<section id="questions"><h2>The two questions</h2>
${record.answers.map(answerText).join('\n')}</section>
<section id="bounds"><h2>What was claimed, and what was measured</h2>
${boundTable(record)}</section>
<script type="application/json" id="charts">${scriptJson(charts)}</script>
<script>${uPlotFile('uPlot.iife.min.js')}</script>
<script>(${drawCharts.toString()})(window)</script>
</body>
</html>
`;
}

function opening(record: LabRecord, played: readonly Described<ScenarioId>[]): string {
  const { bounds, node, processors, startedAt, took, command, protections } = record;
  const held = bounds.filter(({ ok }) => ok).length;
  const verdict =
    held === bounds.length
      ? `<span class="pass">✓ All ${held} bounds held.</span>`
      : `<span class="fail">✗ ${bounds.length - held} of ${bounds.length} bounds did not hold.</span>`;
  const links = played.map(
    ({ id, title }) => `<li><a href="#scenario-${id}">(${id}) ${escaped(title)}</a></li>`,
  );
  const columns = protections.map(({ title, told }) => `<li><b>${escaped(title)}</b>: ${escaped(told)}</li>`);
  return `<header>
<h1>Four outages, four protections</h1>
<p class="verdict">${verdict}</p>
<p class="soft">Measured on ${escaped(startedAt)} by <code>${escaped(command)}</code>, in ${time(took)}, with Node ${escaped(node)} on ${processors} processors.</p>
<nav aria-label="Contents"><ul>${links.join('')}<li><a href="#questions">The two questions</a></li><li><a href="#bounds">Bounds</a></li></ul></nav>
<h3>How to read it</h3>
<p>A homepage asks three services. The same readers come in each run, and do not wait for one another. In each scenario one service fails while the shaded seconds last; the four columns differ only in how the homepage protects itself:</p>
<ul>${columns.join('')}</ul>
<p>All charts of a row have one scale, so higher is more in any column. The time below them is in seconds since the start of the run, and each step is what one second brought. The dotted lines with a number are the events that the table above the charts lists.</p>
<p>Look at availability first: it is what readers see. Then at the load on the service that fails: where it rises above the dashed line, the homepage makes the outage worse. Then at how soon all is as it was, once the shade ends.</p>
</header>`;
}

function scenarioSection(
  record: LabRecord,
  { id, title, told }: Described<ScenarioId>,
  charts: ScenarioCharts | undefined,
): string {
  if (charts === undefined) return '';
  return `<section id="scenario-${id}"><h2>(${id}) ${escaped(title)}</h2>
<p>${escaped(told)}</p>
${eventTable(record, id)}
${charts.rows.map((row) => chartRow(record, charts, row)).join('\n')}
${figureTable(record, id)}</section>`;
}

function chartRow({ protections }: LabRecord, { id }: ScenarioCharts, row: ChartRow): string {
  const columns = protections.map((protection, column) => {
    const values = row.charts[column];
    const place =
      values === null || values === undefined
        ? `<div class="chart nothing">${escaped(row.nothing)}</div>`
        : `<div class="chart" role="img" aria-label="${escaped(described(row, protection.title, values))}" data-scenario="${id}" data-row="${row.id}" data-column="${column}"></div>`;
    return `<div class="column"><h4>${escaped(protection.title)}</h4>${place}</div>`;
  });
  return `<div class="row" id="${id}-${row.id}"><h3>${escaped(row.title)} <span class="unit">${escaped(row.unit)}</span></h3>
<ul class="legend">${row.lines.map(legendLine).join('')}</ul>
<div class="columns">${columns.join('')}</div></div>`;
}

function legendLine({ label, colour, look }: Line): string {
  const paint = `var(--${colour})`;
  const sample =
    look === 'area'
      ? `<rect width="26" height="10" fill="${paint}"/>`
      : `<line x1="0" y1="5" x2="26" y2="5" stroke="${paint}" stroke-width="2.5"${look === 'dashed' ? ' stroke-dasharray="5 4"' : ''}/>`;
  return `<li><svg aria-hidden="true">${sample}</svg>${escaped(label)}</li>`;
}

/** What a chart shows, for those who do not see it. */
function described(
  { title, lines }: ChartRow,
  protection: string,
  values: readonly (readonly (number | null)[])[],
): string {
  const ranges = lines.map(({ label, look }, line) => {
    const known = (values[line] ?? []).filter((value) => value !== null).map(Math.round);
    if (look === 'area' || known.length === 0) return label;
    return `${label}: ${Math.min(...known)} to ${Math.max(...known)}`;
  });
  return `${title}, ${protection}. ${ranges.join('; ')}.`;
}
