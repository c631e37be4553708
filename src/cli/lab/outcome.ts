/**
 * What the outage lab has found, for people: the claims, the two answers, and the verdict.
 */
import type { Ms } from '../../core.js';
import type { AnswerRecord, BoundRecord, LabRecord } from '../../lab/index.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';

type Painter = Pick<Terminal, 'colours'>;

/** The claims, what was measured of each, and the answers; the text ends with a line end. */
export function findingsText(terminal: Painter, { bounds, answers }: LabRecord): string {
  return `${boundsTable(terminal, bounds)}\n${answers.map((one) => `${answerText(terminal, one)}\n`).join('')}`;
}

function boundsTable(terminal: Painter, bounds: readonly BoundRecord[]): string {
  const { green, red, dim } = terminal.colours;
  return table(
    terminal,
    [
      { title: '', align: 'left' },
      { title: 'scenario', align: 'left' },
      { title: 'protection', align: 'left' },
      { title: 'what is bounded', align: 'left' },
      { title: 'bound' },
      { title: 'measured' },
    ],
    bounds.map(({ ok, scenario, protection, name, bound, measured }) => [
      ok ? green('✓ pass') : red('✗ FAIL'),
      scenario,
      protection,
      name,
      dim(bound),
      ok ? measured : red(measured),
    ]),
  );
}

function answerText({ colours }: Painter, { question, answer, numbers }: AnswerRecord): string {
  const lines = numbers.map(({ name, measured, without }) => {
    const control = without === undefined ? '' : colours.dim(` (without the cause: ${without})`);
    return `  ${name}: ${measured}${control}\n`;
  });
  return `${colours.bold(question)}\n${answer}\n${lines.join('')}`;
}

/**
 * Each claim that does not hold, and why it was made; empty where all hold.
 *
 * @param tooLate  A timer that was later than this says that the machine was busy with something else.
 */
export function failuresText({ bounds, runs, controls }: LabRecord, tooLate: Ms): string {
  const failed = bounds.filter(({ ok }) => !ok);
  const lines = failed.map(
    ({ scenario, protection, name, bound, measured, why }) =>
      `(${scenario}, ${protection}) ${name} is ${measured}; it should be ${bound}. ${why}\n`,
  );
  const lateBy = Math.max(...[...runs, ...controls].map(({ marks }) => marks.machine.lateBy));
  if (failed.length > 0 && lateBy > tooLate) {
    const late = `timers were up to ${Math.round(lateBy)} ms late`;
    lines.push(`This machine was busy with something else (${late}), which may be all that is wrong.\n`);
  }
  return lines.join('');
}

/** How many claims hold, in a line. */
export function verdictText({ bounds, took }: LabRecord): string {
  const held = bounds.filter(({ ok }) => ok).length;
  return `${held} of ${bounds.length} claims hold, after ${Math.round(took / 1000)} s.\n`;
}
