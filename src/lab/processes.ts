/**
 * The processes of a run: starting them, talking to them, and ending every one of them.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Ms } from '../core.js';
import type { Request } from './messages.js';

/** How long anything that a process is asked may take. */
const patience: Ms = 15_000;

/** A program of the lab that runs in a process of its own. */
export class LabProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #gone: Promise<never>;

  /**
   * @param program   The file beside this one: `'load'`.
   * @param argument  What it starts with.
   */
  constructor(program: string, argument: object, name = program) {
    this.#name = name;
    this.#child = fork(new URL(`./${program}.js`, import.meta.url), [JSON.stringify(argument)], {
      // Small programs: a young generation of 1 MB does, and fourteen of them have to share a machine.
      execArgv: ['--max-semi-space-size=1', '--max-old-space-size=96'],
    });
    this.#gone = new Promise((_, reject) => {
      const fail = (why: string): void => {
        reject(new Error(`The process of ${name} ${why}.`));
      };
      // Of a child that could not be started, and of words that did not reach one.
      this.#child.on('error', (error) => {
        fail(`cannot be reached: ${error.message}`);
      });
      this.#child.once('exit', (code, signal) => {
        fail(`ended by itself (${signal ?? code})`);
      });
    });
    this.#gone.catch(() => undefined); // it is waited for where something is asked
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Hears every message, until the process ends. */
  hear(listener: (message: object) => void): void {
    this.#child.on('message', listener);
  }

  /**
   * Waits for the first message that has such a key; asks for it, where a request is given.
   *
   * @throws when the process ends instead, or says nothing for long.
   */
  async waitFor<Message extends object>(
    key: string & keyof Message,
    request?: Request,
    within = patience,
  ): Promise<Message> {
    let stop = (): void => undefined;
    const message = new Promise<Message>((resolve, reject) => {
      const listener = (one: object): void => {
        if (key in one) resolve(one as Message);
      };
      const timer = setTimeout(() => {
        reject(new Error(`The process of ${this.#name} said nothing of "${key}" within ${within} ms.`));
      }, within);
      this.#child.on('message', listener);
      stop = () => {
        clearTimeout(timer);
        this.#child.off('message', listener);
      };
    });
    if (request !== undefined) this.#child.send(request);
    try {
      return await Promise.race([message, this.#gone]);
    } finally {
      stop();
    }
  }

  /** Says something that needs no answer. */
  tell(request: Request): void {
    this.#child.send(request);
  }

  /** Ends the process, and is done when it is gone. */
  async end(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null || this.#child.pid === undefined) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  /** Ends it without waiting: for the last moment of the main process. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
