/**
 * What the exit code of `stampede` means, beyond 0: it went well, and 1: it did not.
 *
 * The numbers from 124 up are those of shells and of `timeout(1)`, so that a script that knows them knows ours.
 */
export const EXIT = {
  /** Wrong usage: the command line, or the configuration that it names, is not valid. */
  usage: 2,
  /** The last attempt took longer than `--timeout`. */
  timedOut: 124,
  /** The command was found and cannot be executed. */
  notExecutable: 126,
  /** There is no such command. */
  notFound: 127,
  /** Ended by a signal: this and the signal's number. */
  signalled: 128,
} as const;
