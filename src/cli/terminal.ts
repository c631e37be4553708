/**
 * Where a command writes, and for whom: a terminal with colours and a width, a pipe, or a test.
 *
 * Commands know this interface and not `process`, so they run in a test without one. What they say stands in their own
 * files; when a colour is shown is decided here.
 */
import colours from 'picocolors';
import type { Colors } from 'picocolors/types.js';

/** What a command sees of the world that it writes to. */
export interface Terminal {
  /** Writes the answer, to stdout: what a script reads. `text` brings its own line ends. */
  out(text: string): void;
  /** Writes what is said about the work, to stderr: messages, faults, progress. */
  err(text: string): void;
  /** Paints what goes to `out`; leaves the text as it is where nobody would see colours. */
  readonly colours: Colors;
  /** Paints what goes to `err`. */
  readonly errColours: Colors;
  /** How many columns a line of `out` may have; 80 where nobody knows. */
  readonly width: number;
  /** Whether a person watches `out`, so that a progress bar makes sense. */
  readonly isInteractive: boolean;
  /** How many columns a line of `err` may have at this moment; 80 where nobody knows. */
  readonly errWidth: number;
  /** Whether lines of `err` may be drawn again: a person watches, on a terminal whose cursor can go up. */
  readonly canRedraw: boolean;
  /** From here on without colours, as `--no-color` asks. */
  plain(): void;
  /** What the process will end with. 0 until a command says otherwise. */
  exitCode: number;
}

/** The part of `process` that a terminal is made from. */
export interface Host {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Stream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/**
 * The terminal of a process. A reader that goes away early, as `head` does, is no fault: the rest of the text is dropped.
 *
 * @param host  `process`, or what a test gives for it.
 */
export function processTerminal(host: Host): Terminal {
  const { stdout, stderr, env } = host;
  const terminal: { -readonly [K in keyof Terminal]: Terminal[K] } = {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    colours: colours.createColors(wantsColours(stdout, env)),
    errColours: colours.createColors(wantsColours(stderr, env)),
    width: widthOf(stdout, env),
    isInteractive: stdout.isTTY === true,
    get errWidth() {
      return widthOf(stderr, env);
    },
    canRedraw: stderr.isTTY === true && env['TERM'] !== 'dumb',
    plain() {
      terminal.colours = terminal.errColours = colours.createColors(false);
    },
    exitCode: 0,
  };
  stdout.on('error', (error) => {
    if (error.code === 'EPIPE') return;
    terminal.exitCode = 1;
    terminal.err(`error: stdout cannot be written: ${error.message}\n`);
  });
  stderr.on('error', () => {
    // there is nobody left to tell
  });
  return terminal;
}

/**
 * Whether a stream is to be painted: never under a `NO_COLOR` that is not empty, else always under `FORCE_COLOR`, else on
 * a terminal that can.
 *
 * @see https://no-color.org
 */
export function wantsColours({ isTTY }: Pick<Stream, 'isTTY'>, env: Host['env']): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY === true && TERM !== 'dumb';
}

function widthOf({ columns }: Stream, { COLUMNS }: Host['env']): number {
  const told = columns ?? Number(COLUMNS);
  return told >= 20 ? Math.floor(told) : 80;
}
