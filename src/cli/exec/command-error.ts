/**
 * A run of a command that went wrong: what is said of it, and which exit code it stands for.
 */
import { constants } from 'node:os';
import type { Ms } from '../../core.js';
import { EXIT } from '../exit-codes.js';
import { timeText } from '../policy-text.js';
import type { Ending } from './running-command.js';

/** What a run that did not end with 0 is to the retry. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  /**
   * @param text      What happened: the rest of a sentence that starts with the command's name.
   * @param exitCode  As a shell would have it.
   * @param isFinal   Whether another try would be in vain, whatever the flags say.
   */
  constructor(
    readonly text: string,
    readonly exitCode: number,
    readonly isFinal = false,
  ) {
    super(text);
  }
}

/**
 * What was wrong with a run.
 *
 * @param timeout  The limit that it passed, if it did.
 * @returns `undefined` for a run that went well.
 */
export function faultOf(ending: Ending, timeout: Ms | undefined): CommandError | undefined {
  if (timeout !== undefined) return new CommandError(`took longer than ${timeText(timeout)}`, EXIT.timedOut);
  switch (ending.kind) {
    case 'exited':
      return ending.code === 0 ? undefined : new CommandError(`exited with ${ending.code}`, ending.code);
    case 'signalled':
      return new CommandError(`was ended by ${ending.signal}`, exitCodeOf(ending.signal));
    case 'not started':
      return notStarted(ending.error);
  }
}

function notStarted(error: NodeJS.ErrnoException): CommandError {
  switch (error.code) {
    case 'ENOENT':
      return new CommandError('was not found', EXIT.notFound, true);
    case 'EACCES':
      return new CommandError('cannot be executed', EXIT.notExecutable, true);
    default:
      return new CommandError(`cannot be started (${error.message})`, EXIT.notExecutable, true);
  }
}

/** The exit code of what a signal has ended, as shells have it. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return EXIT.signalled + constants.signals[signal];
}
