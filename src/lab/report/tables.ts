/**
 * What the report says in words and numbers: the events, each scenario in figures, the bounds, the two questions.
 */
import { allBounds } from '../all-bounds.js';
import { measures } from '../measures.js';
import type { AnswerRecord, BoundRecord, LabRecord, PhaseTotals, RunRecord, ScenarioId } from '../record.js';
import { percent, time, times } from '../units.js';
import { runsOf } from './charts.js';
import { escaped, unbroken } from './text.js';

/** The numbers in the charts, what they mean, and when they were in each column. */
export function eventTable(record: LabRecord, id: ScenarioId): string {
  const runs = runsOf(record, id);
  const texts = new Map(runs.flatMap((run) => run?.events ?? []).map(({ number, text }) => [number, text]));
  const rows = [...texts]
    .toSorted(([a], [b]) => a - b)
    .map(([number, text]) => {
      const moments = runs.map((run) => {
        const event = run?.events.find((one) => one.number === number);
        return `<td class="number">${event === undefined ? '–' : `${(event.at / 1000).toFixed(1)} s`}</td>`;
      });
      return `<tr class="event-row"><td><span class="event">${number}</span></td><td>${escaped(text)}</td>${moments.join('')}</tr>`;
    });
  return table(
    'What the numbers in the charts mean, and when it was',
    ['', 'event', ...titles(record)],
    rows,
    2,
  );
}

/** A scenario in figures, a row for each. */
export function figureTable(record: LabRecord, id: ScenarioId): string {
  const runs = runsOf(record, id);
  const row = (title: string, figure: (run: RunRecord, during: PhaseTotals) => string): string => {
    const cells = runs.map((run) => {
      return `<td class="number">${run === undefined ? '–' : escaped(figure(run, run.phases.during))}</td>`;
    });
    return `<tr class="figure"><td>${unbroken(title)}</td>${cells.join('')}</tr>`;
  };
  return table(
    'The same in figures',
    ['while the fault lasted', ...titles(record)],
    [
      row('availability, degraded pages included', (run) => percent(measures.shown.of(run))),
      row('availability, pages with all their lists', (run) => percent(measures.whole.of(run))),
      row('attempts on the struck upstream, over fresh load', (run) => times(measures.attempts.of(run))),
      row('retries', (_, { retries }) => String(retries)),
      row('connection errors', (_, { connectionErrors }) => String(connectionErrors)),
      row('time to answer, half of the pages (p50)', (run) => time(measures.latency.of(run))),
      row('time to answer, 95 % of the pages (p95)', (_, { latencyP95 }) => time(latencyP95)),
      row('back to normal, after the end of the fault', ({ marks }) =>
        marks.backToNormal === null ? 'not in this run' : time(marks.backToNormal),
      ),
    ],
    1,
  );
}

/** Each claim, and whether it held. */
export function boundTable(record: LabRecord): string {
  const titleOf = ({ protection }: BoundRecord): string =>
    [...record.columns, ...record.controls].find(({ id }) => id === protection)?.title ?? protection;
  const rows = allBounds(record).map((bound) => {
    const { scenario, name, ok, why } = bound;
    const cells = [`(${scenario})`, titleOf(bound), name].map((text) => `<td>${escaped(text)}</td>`);
    const numbers = [bound.bound, bound.measured].map(
      (text, n) => `<td class="number" data-head="${boundHead[3 + n]}">${escaped(unbroken(text))}</td>`,
    );
    const verdict = ok ? '<td class="pass">✓ pass</td>' : '<td class="fail">✗ FAIL</td>';
    return `<tr class="bound${ok ? '' : ' fails'}">${cells.join('')}${numbers.join('')}${verdict}<td class="why">${escaped(unbroken(why))}</td></tr>`;
  });
  const measures = record.measures.map(
    ({ name, text }) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`,
  );
  return `<p>A tick says that it is as claimed. What is claimed of a system without protection is that it fails.</p>
<dl class="measures">${measures.join('')}</dl>
${table('Bounds, and what was measured', boundHead, rows, 3, 2)}`;
}

const boundHead = ['scenario', 'protection', 'what is bounded', 'bound', 'measured', 'held', 'why this much'];

/** A question, its answer, and the numbers on which the answer rests. */
export function answerText({ scenario, question, answer, numbers }: AnswerRecord): string {
  const rows = numbers.map(
    ({ name, measured, without }) =>
      `<tr><td>${escaped(name)}</td><td class="number">${escaped(unbroken(measured))}</td><td class="number">${escaped(unbroken(without ?? '–'))}</td></tr>`,
  );
  const head = ['number', 'measured', 'with its cause switched off'];
  return `<section class="answer"><h3>(${scenario}) ${escaped(question)}</h3>
<p>${escaped(answer)}</p>${table('', head, rows, 1)}</section>`;
}

function titles({ columns }: LabRecord): string[] {
  return columns.map(({ title }) => title);
}

/** @param from  The first column of numbers, and how many there are. */
function table(
  caption: string,
  head: readonly string[],
  rows: readonly string[],
  from: number,
  count = Infinity,
): string {
  const isNumber = (column: number): boolean => column >= from && column < from + count;
  const cells = head.map((text, column) => {
    return `<th scope="col"${isNumber(column) ? ' class="number"' : ''}>${escaped(text)}</th>`;
  });
  const title = caption === '' ? '' : `<caption>${escaped(caption)}</caption>`;
  return `<div class="scroll"><table>${title}<thead><tr>${cells.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}
