/**
 * `stampede lab`: real services under real outages, and whether protection does what is claimed of it.
 *
 * What is played stands in `../lab/`; here it is chosen, watched, and turned into an exit code.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { printable } from '../core.js';
import { type ScenarioId, scenarios } from '../lab/index.js';
import { seed } from './flag-values.js';
import { makeWritable } from './lab/report-file.js';
import type { Terminal } from './terminal.js';

interface LabFlags {
  readonly short?: true;
  readonly seed: number;
  readonly report: string;
  readonly json?: true;
}

const ids = scenarios.map(({ id }) => id);

const help = `
Scenarios:
${scenarios.map(({ id, title }) => `  ${id.padEnd(3)}  ${title}`).join('\n')}

Examples:
  stampede lab                               all four, in about two minutes
  stampede lab i                             one of them
  stampede lab iii iv --short                two of them, in shorter runs
  stampede lab --report pictures/outage.html
  stampede lab ii --json | jq '(.bounds, .answers[].bounds)[] | select(.ok | not)'

Each scenario is played under four protections, two runs at a time, so give the machine nothing else to do.

Exit code: 0 every claim holds, 1 one does not, or a run or the report could not be made, 2 wrong usage.
`;

/** Adds `stampede lab`. */
export function addLab(program: Command, terminal: Terminal): void {
  const command = program
    .command('lab')
    .summary('play outages of real services, and see what protection is worth')
    .description(
      'Plays outages of real services, each under four kinds of protection, ' +
        'and says what is claimed of them and what was measured.',
    )
    .argument('[scenarios...]', `which outages: ${ids.join(', ')} (default: all)`, scenario)
    .option('--short', 'shorter runs: 6 s each in place of 9 s')
    .option('--seed <number>', 'seed of the arrivals, the same for every protection', seed, 7)
    .option('--report <file>', 'where the pictures go: one HTML file', 'outage-lab.html')
    .option('--json', 'all that was measured, for a program')
    .addHelpText('after', help)
    .action(async (chosen: readonly ScenarioId[], flags: LabFlags) => {
      const { short: isShort = false, json: isJson = false, report } = flags;
      checkReport(command, report);
      // What protection is worth is the question, not what an operator allows this process.
      delete process.env['STAMPEDE_DISABLED'];
      const only = ids.filter((id) => chosen.includes(id));
      const { play } = await import('./lab/play.js'); // what plays and draws is slow to load
      terminal.exitCode = await play(terminal, { only, isShort, seed: flags.seed, report, isJson });
    });
}

/** Says now, and not after two minutes, that a report could not be written. */
function checkReport(command: Command, report: string): void {
  try {
    makeWritable(report);
  } catch (error) {
    const why = printable((error as Error).message);
    command.error(
      `error: --report must name a file that can be written; got "${printable(report)}": ${why}.`,
    );
  }
}

/** Reads the name of a scenario, on top of those that were read before. */
function scenario(text: string, before: readonly ScenarioId[] = []): readonly ScenarioId[] {
  const id = ids.find((one) => one === text.toLowerCase());
  if (id === undefined) throw new InvalidArgumentError(`It must be one of ${ids.join(', ')}.`);
  return [...before, id];
}
