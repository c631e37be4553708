/**
 * What `stampede exec` says about its work, on stderr: the command's own output is none of its business.
 */
import { type GiveUpReason, type Ms, printable, readable } from '../../core.js';
import type { Terminal } from '../terminal.js';
import type { CommandError } from './command-error.js';

/** Who is told what happens. */
export interface Reporter {
  /** A try is about to start. */
  starts(tries: number): void;
  /** A try has failed; another follows after `wait` milliseconds. */
  backsOff(error: CommandError, tries: number, wait: Ms): void;
  /** A try has failed, and no other follows. */
  givesUp(error: CommandError, tries: number, reason: GiveUpReason): void;
  /** The only try has failed, for the operator has switched retries off. */
  switchedOff(error: CommandError): void;
  succeeds(tries: number): void;
  /** A signal has come. @param isLeft  Whether the command has yet to end. */
  interrupted(signal: NodeJS.Signals, isLeft: boolean): void;
  /** Another try follows, and its stdin may be empty. */
  stdinUsedUp(): void;
}

export type Loudness = 'quiet' | 'normal' | 'verbose';

export interface ReporterOptions {
  /** As the messages name it. */
  readonly command: string;
  /** `Infinity` for no limit. */
  readonly maxTries: number;
  readonly loudness: Loudness;
}

const because: Readonly<Record<GiveUpReason, string>> = {
  giveup: 'this is not tried again',
  maxTries: 'no tries are left',
  maxTime: 'no time is left',
  waits: 'no waits are left',
  budget: 'the retry budget is empty',
};

/** Tells people, in lines that begin with `stampede:`. */
export function lineReporter(terminal: Terminal, options: ReporterOptions): Reporter {
  const { maxTries, loudness } = options;
  const command = printable(options.command);
  const { yellow, red, dim } = terminal.errColours;
  const say = (paint: (text: string) => string, text: string): void => {
    if (loudness !== 'quiet') terminal.err(`${paint('stampede:')} ${text}\n`);
  };
  const chat = (text: string): void => {
    if (loudness === 'verbose') say(dim, text);
  };
  const of = maxTries === Infinity ? '' : ` of ${maxTries}`;
  return {
    starts: (tries) => chat(`try ${tries}${of}: ${command}`),
    backsOff: ({ text }, tries, wait) =>
      say(yellow, `${command} ${text}; try ${tries + 1}${of} in ${readable(wait)}`),
    givesUp: ({ text }, tries, reason) => {
      const after = tries === 1 ? '' : ` at try ${tries}${of}`;
      say(red, `${command} ${text}${after}; ${because[reason]}`);
    },
    switchedOff: ({ text }) =>
      say(red, `${command} ${text}; STAMPEDE_DISABLED is set, so nothing is tried again`),
    succeeds: (tries) => chat(`${command} succeeded at try ${tries}${of}`),
    interrupted: (signal, isLeft) =>
      say(
        yellow,
        isLeft
          ? `${signal}: waiting for ${command} to end; once more to kill it`
          : `${signal}: no further try`,
      ),
    stdinUsedUp: () =>
      say(
        yellow,
        'what the last try has read of stdin is gone; --stdin replay gives it to every try, --stdin none to none',
      ),
  };
}
