/**
 * The report: one HTML file with all that the lab has found, which needs nothing but itself.
 *
 * Charts are uPlot's, whose script and style are written into the page; it asks no network for anything, and a policy in
 * its head forbids it to.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { allBounds } from '../all-bounds.js';
import type { Described, LabRecord, ScenarioId } from '../record.js';
import { type ChartRow, type ScenarioCharts, scenarioCharts } from './charts.js';
import { pageScript } from './page/script.js';
import type { Line } from './rows.js';
import { style } from './style.js';
import { answerText, boundTable, eventTable, figureTable } from './tables.js';
import { escaped, scriptJson } from './text.js';

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
<noscript><p>The charts need JavaScript; “The same in figures”, below each outage, does not.</p></noscript>
${opening(record, played)}
${played.map((scenario, n) => scenarioSection(record, scenario, charts[n])).join('\n')}
${endings(record)
  .map(({ id, title, html }) => `<section id="${id}"><h2>${title}</h2>\n${html}</section>`)
  .join('\n')}
<script type="application/json" id="charts">${scriptJson(charts)}</script>
<script>${uPlotFile('uPlot.iife.min.js')}</script>
<script>${pageScript()}</script>
</body>
</html>
`;
}

/** What stands below all scenarios, as far as they had anything to say about it. */
function endings(record: LabRecord): { id: string; title: string; html: string }[] {
  const { answers } = record;
  const questions = answers.map(answerText).join('\n');
  return [
    ...(answers.length > 0 ? [{ id: 'questions', title: 'Questions', html: questions }] : []),
    ...(allBounds(record).length > 0
      ? [{ id: 'bounds', title: 'What was claimed, and what was measured', html: boundTable(record) }]
      : []),
  ];
}

function opening(record: LabRecord, played: readonly Described<ScenarioId>[]): string {
  const { node, processors, startedAt, took, command } = record;
  const bounds = allBounds(record);
  const held = bounds.filter(({ ok }) => ok).length;
  const verdict =
    bounds.length === 0
      ? 'No bounds were checked.'
      : held === bounds.length
        ? `<span class="pass">✓ All ${held} bounds held.</span>`
        : `<span class="fail">✗ ${bounds.length - held} of ${bounds.length} bounds did not hold.</span>`;
  const links = [
    ...played.map(({ id, title }) => ({ id: `scenario-${id}`, title: `(${id}) ${title}` })),
    ...endings(record),
  ].map(({ id, title }) => `<li><a href="#${id}">${escaped(title)}</a></li>`);
  const columns = record.columns.map(
    ({ title, text }) => `<li><b>${escaped(title)}</b>: ${escaped(text)}</li>`,
  );
  return `<header>
<h1>${played.length === 1 ? 'An outage' : 'Outages'} and four protections</h1>
<p class="verdict">${verdict}</p>
<p class="soft">Measured on ${escaped(startedAt.slice(0, 16).replace('T', ' '))} UTC by <code>${escaped(command)}</code>, in ${Math.round(took / 1000)} s, with Node ${escaped(node)} on ${processors} processors.</p>
<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>
<h3>How to read it</h3>
<p>A homepage asks three services. The same readers come in each run, and do not wait for one another. In each scenario one service fails while the shaded seconds last; the four columns differ only in how the homepage protects itself:</p>
<ul>${columns.join('')}</ul>
<p>All charts of a row have one scale, so higher is more in any column. The time below them is in seconds since the start of the run, and each step is what one second brought. The dotted lines with a number are the events that the table above the charts lists.</p>
<p class="by-hand">Point at a chart, or touch it, and all charts of its scenario read out what that second brought. With a keyboard, go to a row of charts and press the arrow keys.</p>
<p>Look at availability first: it is what readers see. Then at the load on the service that fails: where it rises above the dashed line, the homepage makes the outage worse. Then at how soon all is as it was, once the shade ends.</p>
</header>`;
}

function scenarioSection(
  record: LabRecord,
  { id, title, text }: Described<ScenarioId>,
  charts: ScenarioCharts | undefined,
): string {
  if (charts === undefined) return '';
  return `<section id="scenario-${id}"><h2>(${id}) ${escaped(title)}</h2>
<p>${escaped(text)}</p>
${eventTable(record, id)}
${charts.rows.map((row) => chartRow(record, charts, row)).join('\n')}
${figureTable(record, id)}</section>`;
}

function chartRow(
  { columns: protections }: LabRecord,
  { id, seconds }: ScenarioCharts,
  row: ChartRow,
): string {
  const columns = protections.map(({ title }, column) => {
    const data = row.charts[column];
    const alt = `${row.title}, ${title}. ${data?.alt ?? ''}.`;
    const place = data
      ? `<div class="chart" role="img" aria-label="${escaped(alt)}" data-scenario="${id}" data-row="${row.id}" data-column="${column}"></div><div class="read-out" aria-atomic="true"></div>`
      : `<div class="chart nothing">${escaped(row.nothing[column] ?? '')}</div>`;
    return `<div class="column"><h4>${escaped(title)}</h4>${place}</div>`;
  });
  const how = `${row.title}: with the arrow keys, second by second`;
  return `<div class="row" id="${id}-${row.id}"><h3>${escaped(row.title)} <span class="unit">${escaped(row.unit)}</span></h3>
<ul class="legend">${row.lines.map(legendLine).join('')}</ul>
<div class="columns" tabindex="0" role="group" aria-label="${escaped(how)}" data-scenario="${id}" data-seconds="${seconds}" style="--seconds: ${seconds}">${columns.join('')}</div></div>`;
}

function legendLine({ label, colour, look }: Line): string {
  const paint = `var(--${colour})`;
  const sample =
    look === 'area'
      ? `<rect width="26" height="10" fill="${paint}"/>`
      : `<line x1="0" y1="5" x2="26" y2="5" stroke="${paint}" stroke-width="2.5"${look === 'dashed' ? ' stroke-dasharray="5 4"' : ''}/>`;
  return `<li><svg aria-hidden="true">${sample}</svg>${escaped(label)}</li>`;
}
