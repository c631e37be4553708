/**
 * What the outage lab has found, for people: the claims, the two answers, and the verdict.
 */
import type { Ms } from '../../core.js';
import {
  type AnswerRecord,
  type BoundRecord,
  type Described,
  type LabRecord,
  type ScenarioId,
  allBounds,
} from '../../lab/index.js';
import { paragraph, table } from '../table.js';
import type { Terminal } from '../terminal.js';

type Painter = Pick<Terminal, 'colours' | 'width'>;

type Run = (LabRecord['runs'] | LabRecord['controlRuns'])[number];

/** The claims, what was measured of each, and the answers; the text ends with a line end. */
export function findingsText(terminal: Painter, record: LabRecord): string {
  const { bold, dim } = terminal.colours;
  const scenarios = record.scenarios.map(
    ({ id, title }) => `${bold(`(${id}) ${title}`)}\n${scenarioTable(terminal, record, id)}\n`,
  );
  const measures = record.measures.map(({ name, text }) => dim(paragraph(terminal, `${name}: ${text}`)));
  const legend =
    'A tick says that it is as claimed; of a system without protection it is claimed that it fails.';
  const answers = record.answers.map((answer) => `${answerText(terminal, answer)}\n`);
  return [...scenarios, paragraph(terminal, legend), ...measures, '\n', ...answers].join('');
}

/** A row for each measure, a column for each protection; in each cell what was measured, and its bound. */
function scenarioTable(
  terminal: Painter,
  { bounds, measures, columns }: LabRecord,
  scenario: ScenarioId,
): string {
  const cell = (measure: string, { id }: Described<string>): string => {
    const bound = bounds.find(
      (one) => one.scenario === scenario && one.protection === id && one.name === measure,
    );
    return bound === undefined ? '' : verdict(terminal, bound, '\n');
  };
  return table(
    terminal,
    [
      { title: '', align: 'left' },
      ...columns.map(({ title }) => ({ title: title.replaceAll(', ', ',\n'), align: 'left' as const })),
    ],
    measures.map(({ name }) => [name, ...columns.map((column) => cell(name, column))]),
  );
}

function verdict({ colours }: Painter, { ok, measured, bound }: BoundRecord, between: string): string {
  const { green, red, dim } = colours;
  return `${ok ? green('✓') : red('✗')} ${ok ? measured : red(measured)}${between}${dim(bound)}`;
}

function answerText(
  terminal: Painter,
  { scenario, question, answer, numbers, bounds }: AnswerRecord,
): string {
  const { bold, dim } = terminal.colours;
  const shown = numbers.map(({ name, measured, without }) => {
    const control = without === undefined ? '' : dim(` (without the cause: ${without})`);
    return `- ${name}: ${measured}${control}`;
  });
  const claimed = bounds.map((bound) => `- ${bound.name}: ${verdict(terminal, bound, '  ')}`);
  const texts = [bold(`(${scenario}) ${question}`), answer, ...shown, ...claimed];
  return texts.map((text) => paragraph(terminal, text)).join('');
}

/**
 * Each claim that does not hold, and why it was made; then those of their runs that were disturbed.
 * Empty where all hold.
 *
 * @param tooLate  A timer that was later than this says that the machine was busy with something else.
 */
export function failuresText(record: LabRecord, tooLate: Ms): string {
  const failed = allBounds(record).filter(({ ok }) => !ok);
  const lines = failed.map(
    ({ scenario, protection, name, bound, measured, why }) =>
      `(${scenario}, ${protection}) ${name}: measured ${measured}, claimed ${bound}. ${why}\n`,
  );
  // A run excuses its own claims, and no others.
  const theirs = [...record.runs, ...record.controlRuns].filter((run) =>
    failed.some(({ scenario, protection }) => scenario === run.scenario && protection === run.protection),
  );
  return [...lines, ...theirs.map((run) => disturbanceText(run, tooLate))].join('');
}

/** How the machine disturbed a run; empty where it let it be. */
function disturbanceText({ scenario, protection, marks }: Run, tooLate: Ms): string {
  const { lateBy, held } = marks.machine;
  const pages = held === 1 ? '1 page was' : `${held} pages were`;
  const signs = [
    ...(lateBy > tooLate ? [`timers were up to ${Math.round(lateBy)} ms late`] : []),
    ...(held > 0 ? [`${pages} held back, as too many were under way`] : []),
  ];
  if (signs.length === 0) return '';
  const text = signs.join(', and ');
  return `(${scenario}, ${protection}) was disturbed, which may be all that is wrong: ${text}.\n`;
}

/** How many claims hold, in a line. */
export function verdictText(record: LabRecord): string {
  const bounds = allBounds(record);
  const held = bounds.filter(({ ok }) => ok).length;
  return `${held} of ${bounds.length} claims hold, after ${Math.round(record.took / 1000)} s.\n`;
}
