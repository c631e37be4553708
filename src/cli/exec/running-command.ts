/**
 * One run of a command: how it is started, how it is ended, and what it ended with.
 */
import type { ChildProcess } from 'node:child_process';
import spawn from 'cross-spawn';
import type { Ms } from '../../core.js';
import { type Kin, groupKin, loneKin, treeKin } from './kin.js';
import { later, pause } from './later.js';
import { wouldEnd } from './processes.js';

/** How a run ended. */
export type Ending =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not started'; readonly error: NodeJS.ErrnoException };

export interface RunOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** What the command reads: our own stdin, nothing, or these bytes. */
  readonly stdin: 'inherit' | 'ignore' | Buffer;
  /** Whether it shares the terminal with us, and our process group; else it gets a session of its own. */
  readonly foreground: boolean;
  /** How long it may take to end after it was told to, before it is killed. */
  readonly killAfter: Ms;
}

/** A command that runs. It starts when this is made. */
export class RunningCommand {
  /** Resolves once it has ended and, if it was told to, all that it has started too. Never rejects. */
  readonly over: Promise<Ending>;
  readonly #pid: number | undefined;
  readonly #kin: Kin | undefined;
  readonly #killAfter: Ms;
  #told: NodeJS.Signals | undefined;
  #isKilled = false;
  #forget = (): void => {};

  constructor(options: RunOptions) {
    this.#killAfter = options.killAfter;
    const child = start(options);
    this.#pid = child instanceof Error ? undefined : child.pid;
    this.#kin = this.#pid === undefined ? undefined : kinOf(this.#pid, options);
    this.over = this.#watch(child);
  }

  /**
   * Tells it to end, and all that it has started. Those that take longer than `killAfter` are killed.
   *
   * @param signal  What they are sent.
   */
  end(signal: NodeJS.Signals): void {
    this.#told = signal;
    this.#kin?.signal(signal);
    this.#forget();
    this.#forget = later(this.#killAfter, () => this.kill());
  }

  /**
   * The same for a signal that the keyboard has most likely sent to it too. Most likely: somebody may have sent it to us
   * alone. It is sent on to a command that is still there and would not be, had it been told; of one that catches it
   * nobody knows.
   */
  endUnlessTold(signal: NodeJS.Signals): void {
    this.#forget = later(100, () => {
      if (this.#pid !== undefined && wouldEnd(this.#pid, signal)) this.end(signal);
    });
  }

  /** Kills it, and all that it has started, at once. */
  kill(): void {
    this.#told = 'SIGKILL';
    this.#isKilled = true;
    this.#kin?.signal('SIGKILL');
  }

  async #watch(child: ChildProcess | Error): Promise<Ending> {
    const ending = await endingOf(child);
    if (this.#told !== undefined && !this.#isKilled) await this.#goneToo();
    if (this.#isKilled) this.#kin?.signal('SIGKILL'); // whoever was born meanwhile
    this.#forget();
    return ending;
  }

  /** Waits for those that outlive the command. */
  async #goneToo(): Promise<void> {
    // What a shell starts in the background ignores SIGINT.
    if (this.#told !== 'SIGTERM' && this.#kin?.isLeft() === true) this.#kin.signal('SIGTERM');
    while (!this.#isKilled && this.#kin?.isLeft() === true) await pause(20);
  }
}

function start({ command, args, env, stdin, foreground }: RunOptions): ChildProcess | Error {
  try {
    const child = spawn(command, args, {
      env,
      stdio: [typeof stdin === 'string' ? stdin : 'pipe', 'inherit', 'inherit'],
      detached: !foreground,
    });
    // It need not read what it is given.
    if (typeof stdin !== 'string') child.stdin?.on('error', () => {}).end(stdin);
    return child;
  } catch (error) {
    return error as Error;
  }
}

function endingOf(child: ChildProcess | Error): Promise<Ending> {
  if (child instanceof Error) return Promise.resolve({ kind: 'not started', error: child });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ kind: 'not started', error });
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal });
    });
  });
}

function kinOf(pid: number, { foreground }: RunOptions): Kin {
  if (process.platform === 'win32') return loneKin(pid);
  return foreground ? treeKin(pid) : groupKin(pid);
}
