/**
 * What the command `stampede` can do: its commands, what they share, and how a wrong command line is answered.
 *
 * A command stands in its own file and adds itself to the program; it prints through the terminal and leaves its exit
 * code there.
 */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { isStampedeError, printable } from '../core.js';
import { addCheck } from './check.js';
import { addExec } from './exec.js';
import { EXIT } from './exit-codes.js';
import { addLab } from './lab.js';
import type { Terminal } from './terminal.js';
import { addWaits } from './waits.js';

/** Adds one command to the program. */
export type AddCommand = (program: Command, terminal: Terminal) => void;

/** One line per command, in the order of the help. */
const COMMANDS: readonly AddCommand[] = [
  addWaits, //
  addCheck,
  addExec,
  addLab,
];

const examples = `
Examples:
  stampede waits --wait fibo --max-value 13s
  stampede check stampede.yml
  stampede exec --max-tries 5 --wait expo -- curl -fsS https://example.com
  stampede lab i

Exit code: 0 it went well, 1 it did not, 2 wrong usage. exec passes on the command's own.
`;

/**
 * Runs a command line. What it has to say goes to `terminal`, and so does the exit code.
 *
 *     await run(['waits', '--wait', 'fibo'], terminal);
 *
 * @param args  What stands after `stampede` on the command line.
 * @throws Only what nobody foresaw: a fault of ours.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  try {
    await programFor(terminal).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end a run this way too; what there was to say has been said.
      terminal.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
    } else if (isStampedeError(error)) {
      terminal.err(`${terminal.errColours.red('error:')} ${error.message}\n`);
      terminal.exitCode = EXIT.usage;
    } else {
      throw error;
    }
  }
}

function programFor(terminal: Terminal): Command {
  const program = new Command('stampede')
    .description('Retry without the stampede: see what a policy does, check it, and run commands under it.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .enablePositionalOptions() // what follows `exec` is the command's own
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => {
        const harmless = text.split('\n').map(printable).join('\n'); // it repeats what was typed
        write(harmless.replace(/^error:/, terminal.errColours.red('error:')));
      },
      getOutHelpWidth: () => terminal.width,
      getErrHelpWidth: () => terminal.width,
      getOutHasColors: () => terminal.colours.isColorSupported,
      getErrHasColors: () => terminal.errColours.isColorSupported,
    })
    .configureHelp({ styleTitle: (title) => `\u001b[1m${title}\u001b[22m` }); // taken out again where colours are
  for (const add of COMMANDS) add(program, terminal);
  program.addHelpText('after', examples);
  for (const command of [program, ...program.commands]) {
    command
      .option('--no-color', 'no colours, even on a terminal')
      .on('option:no-color', () => terminal.plain());
    command.showHelpAfterError(`Run "${pathOf(command)} --help" for what there is.`);
  }
  return program;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function version(): string {
  // By the package's own name, since the depth of this file is not the same in `src/` and in `dist/`.
  const { version } = createRequire(import.meta.url)('stampede-js/package.json') as { version: string };
  return version;
}
