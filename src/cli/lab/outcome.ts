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

/** The claims, what was measured of each, and the answers; the text ends with a line end. */
export function findingsText(terminal: Painter, record: LabRecord): string {
  const { bold, dim } = terminal.colours;
  const scenarios = record.scenarios.map(
    ({ id, title }) => `${bold(`(${id}) ${title}`)}\n${scenarioTable(terminal, record, id)}\n`,
  );
  const measures = record.measures.map(({ name, text }) => dim(`${name}: ${text}\n`));
  const answers = record.answers.map((answer) => `${answerText(terminal, answer)}\n`);
  return [...scenarios, ...measures, '\n', ...answers].join('');
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
  const told = numbers.map(({ name, measured, without }) => {
    const control = without === undefined ? '' : dim(` (without the cause: ${without})`);
    return `  ${name}: ${measured}${control}\n`;
  });
  const claimed = bounds.map((bound) => `  ${bound.name}: ${verdict(terminal, bound, '  ')}\n`);
  return [`${bold(`(${scenario}) ${question}`)}\n${paragraph(terminal, answer)}`, ...told, ...claimed].join(
    '',
  );
}

/**
 * Each claim that does not hold, and why it was made; empty where all hold.
 *
 * @param tooLate  A timer that was later than this says that the machine was busy with something else.
 */
export function failuresText(record: LabRecord, tooLate: Ms): string {
  const failed = allBounds(record).filter(({ ok }) => !ok);
  const lines = failed.map(
    ({ scenario, protection, name, bound, measured, why }) =>
      `(${scenario}, ${protection}) ${name} is ${measured}; it should be ${bound}. ${why}\n`,
  );
  const lateBy = Math.max(
    ...[...record.runs, ...record.controlRuns].map(({ marks }) => marks.machine.lateBy),
  );
  if (failed.length > 0 && lateBy > tooLate) {
    const late = `timers were up to ${Math.round(lateBy)} ms late`;
    lines.push(`This machine was busy with something else (${late}), which may be all that is wrong.\n`);
  }
  return lines.join('');
}

/** How many claims hold, in a line. */
export function verdictText(record: LabRecord): string {
  const bounds = allBounds(record);
  const held = bounds.filter(({ ok }) => ok).length;
  return `${held} of ${bounds.length} claims hold, after ${Math.round(record.took / 1000)} s.\n`;
}
