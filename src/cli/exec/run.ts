/**
 * Runs a command under a policy until it succeeds, the policy gives up, or somebody asks us to end.
 *
 * When and whether to try again is the retry's to say; this only starts the command, ends it, and gives its exit code.
 */
import { type Ms, currentCall, onException } from '../../core.js';
import type { Policy } from '../policy.js';
import { CommandError, exitCodeOf, faultOf } from './command-error.js';
import { type StdinMode, givenStdin, isUsedUp } from './given-stdin.js';
import { onInterrupt } from '../interrupts.js';
import { later } from './later.js';
import type { Reporter } from './reporter.js';
import { RunningCommand } from './running-command.js';

export interface ExecOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly policy: Policy;
  /** How long one try may take; `Infinity` for no limit. */
  readonly timeout: Ms;
  /** How long a try may take to end after it was told to. */
  readonly killAfter: Ms;
  readonly stdin: StdinMode;
  /** Whether the command shares the terminal, and with it the signals that the keyboard sends. */
  readonly foreground: boolean;
  /** Whether an exit code is worth another try. */
  readonly isRetried: (exitCode: number) => boolean;
}

/**
 * Runs a command under a policy. When the promise settles, nothing of the command is left, whatever happened.
 *
 * @returns the exit code: the command's own last one, or 128 and the number of the signal that we were sent.
 */
export async function exec(options: ExecOptions, report: Reporter): Promise<number> {
  const { command, args, policy, killAfter, foreground } = options;
  const stop = new AbortController();
  const stdin = givenStdin(options.stdin, stop.signal);
  let running: RunningCommand | undefined;
  let interrupt: NodeJS.Signals | undefined;

  const attempt = async (): Promise<void> => {
    const { tries } = currentCall();
    const given = await stdin();
    stop.signal.throwIfAborted();
    report.starts(tries);
    const env = { ...process.env, ...environment(tries, policy.maxTries) };
    const run = (running = new RunningCommand({ command, args, env, stdin: given, foreground, killAfter }));
    let passed: Ms | undefined;
    const forget = later(options.timeout, () => {
      passed = options.timeout;
      run.end('SIGTERM');
    });
    const fault = faultOf(await run.over, passed);
    forget();
    running = undefined;
    if (fault !== undefined) throw fault;
  };

  const leave = onInterrupt(
    (signal) => {
      interrupt = signal;
      report.interrupted(signal, running !== undefined);
      // What the keyboard sends has reached the whole foreground group, and with it the command.
      const isFromKeyboard = foreground && (signal === 'SIGINT' || signal === 'SIGQUIT');
      if (isFromKeyboard) running?.endUnlessTold(signal);
      else running?.end(signal);
      stop.abort(new Error(signal));
    },
    () => running?.kill(),
  );
  const killLeft = (): void => running?.kill();
  process.once('exit', killLeft); // whatever ends this process
  try {
    await retried(attempt, options, report, stop.signal)();
    return 0;
  } catch (error) {
    await running?.over;
    if (interrupt !== undefined) return exitCodeOf(interrupt);
    if (!(error instanceof CommandError)) throw error;
    if (isSwitchedOff()) report.switchedOff(error);
    return error.exitCode;
  } finally {
    process.off('exit', killLeft);
    leave();
  }
}

function retried(
  attempt: () => Promise<void>,
  { policy, isRetried, stdin }: ExecOptions,
  report: Reporter,
  signal: AbortSignal,
): () => Promise<void> {
  const { wait, ...limits } = policy;
  return onException(wait, CommandError, {
    ...limits,
    signal,
    mode: 'async',
    log: false,
    giveup: ({ isFinal, exitCode }) => isFinal || !isRetried(exitCode),
    onBackoff: ({ error, tries, wait }) => {
      report.backsOff(error, tries, wait);
      if (stdin === 'inherit' && tries === 1 && isUsedUp()) report.stdinUsedUp();
    },
    onGiveup: ({ error, tries, reason }) => report.givesUp(error, tries, reason),
    onSuccess: ({ tries }) => report.succeeds(tries),
  })(attempt);
}

/** Whether the operator has switched retries off. Then the retry tells nobody that it gives up: it was never asked. */
function isSwitchedOff(): boolean {
  return /^(1|true)$/i.test(process.env['STAMPEDE_DISABLED'] ?? '');
}

/** What a try is told about itself. */
function environment(tries: number, maxTries: number): NodeJS.ProcessEnv {
  // Without a limit it has no value, not even one that a stampede around this one has set.
  return {
    STAMPEDE_ATTEMPT: `${tries}`,
    STAMPEDE_MAX_TRIES: maxTries === Infinity ? undefined : `${maxTries}`,
  };
}
