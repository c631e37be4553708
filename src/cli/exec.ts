/**
 * `stampede exec`: runs a command, and runs it again under a policy while it fails.
 */
import { isatty } from 'node:tty';
import { type Command, Option } from 'commander';
import type { Ms } from '../core.js';
import { STDIN_MODES, type StdinMode } from './exec/given-stdin.js';
import { lineReporter } from './exec/reporter.js';
import { exec } from './exec/run.js';
import { exitCodes, positiveTime, timeLimit } from './flag-values.js';
import { addPolicyFlags, chosenPolicy } from './policy-flags.js';
import type { Terminal } from './terminal.js';

interface ExecFlags {
  readonly retryOn?: ReadonlySet<number>;
  readonly giveUpOn?: ReadonlySet<number>;
  readonly timeout?: Ms;
  readonly killAfter: Ms;
  readonly stdin: StdinMode;
  readonly foreground?: boolean;
  readonly quiet?: true;
  readonly verbose?: true;
}

const help = `
Examples:
  stampede exec -- curl -fsS https://example.com
  stampede exec --max-tries 5 --wait expo --factor 500ms -- git fetch
  stampede exec --max-time 2m --wait constant --interval 1s -- pg_isready -h db
  stampede exec --retry-on 6,7,28 --timeout 10s -- curl -fsSO https://example.com/big
  stampede exec --quiet -- sh -c 'echo "try $STAMPEDE_ATTEMPT of $STAMPEDE_MAX_TRIES"; exit 1'

Exit code: the command's own last one, and as in a shell
  124      the last try took longer than --timeout
  126      the command cannot be executed; never tried again
  127      there is no such command; never tried again
  128 + n  the command, or stampede, was ended by signal n; 130 after Ctrl-C
  2        wrong usage of stampede, or a configuration that is not valid

SIGINT, SIGTERM, SIGHUP and SIGQUIT go on to the command and all it has started, end a wait at once, and no try follows.
Whoever has not ended after --kill-after is killed, and so is everybody at a second signal.

A command that was ended from the keyboard (130, 131), or by a pipe that nobody reads (141), is not tried again.
STAMPEDE_DISABLED=1 in the environment leaves one try.
`;

/** Adds `stampede exec`. */
export function addExec(program: Command, terminal: Terminal): void {
  const command = program
    .command('exec')
    .summary('run a command, again while it fails')
    .usage('[options] -- <command> [arguments...]')
    .description('Runs a command, and runs it again under a policy while its exit code is not 0.')
    .argument('<command>', 'what to run; no shell reads it')
    .argument('[arguments...]', 'given to it as they are')
    .passThroughOptions();
  addPolicyFlags(command);
  command
    .optionsGroup('What is tried again:')
    .option('--retry-on <codes>', 'try again after these exit codes only, such as 7,28', exitCodes)
    .option('--give-up-on <codes>', 'never try again after these', exitCodes)
    .optionsGroup('The command:')
    .option('--timeout <time>', 'end a try that takes longer: SIGTERM, then SIGKILL', positiveTime)
    .addOption(
      new Option('--kill-after <time>', 'how long it may take to end when it was told to, or "unlimited"')
        .argParser(timeLimit)
        .default(5000, '5s'),
    )
    .addOption(
      new Option('--stdin <mode>', 'what it reads: our stdin, nothing, or at each try the whole of our stdin')
        .choices(STDIN_MODES)
        .default('inherit'),
    )
    .option('--foreground', 'share the terminal with it (default: when stdin is a terminal)')
    .option('--no-foreground', 'give it a session of its own')
    .optionsGroup('Output:')
    .addOption(new Option('-q, --quiet', 'say nothing').conflicts('verbose'))
    .option('-v, --verbose', 'say more')
    .addHelpText('after', help)
    .action(async (name: string, args: string[], flags: ExecFlags) => {
      const { policy, timeout: said } = chosenPolicy(command);
      const { retryOn, giveUpOn, timeout, killAfter, stdin } = flags;
      const loudness = flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal';
      terminal.exitCode = await exec(
        {
          command: name,
          args,
          policy,
          timeout: timeout ?? said ?? Infinity,
          killAfter,
          stdin,
          foreground: process.platform === 'win32' || (flags.foreground ?? isatty(0)),
          isRetried: (code) => (retryOn?.has(code) ?? !isEndedByOthers(code)) && giveUpOn?.has(code) !== true,
        },
        lineReporter(terminal, { command: name, maxTries: policy.maxTries, loudness }),
      );
    });
}

/**
 * Whether another try would be for nobody. Each is 128 and the number of a signal: SIGINT and SIGQUIT, by which somebody
 * has ended the command from the keyboard, and SIGPIPE, since nobody reads any more what it writes.
 */
function isEndedByOthers(code: number): boolean {
  return code === 130 || code === 131 || code === 141;
}
