/**
 * The command as its users start it: a process of its own, in real time. Run `npm run build` first.
 *
 * Each run gets a session of its own, and with it no terminal, so that tests do the same wherever they run.
 */
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, it } from '@jest/globals';

/** The file that `package.json#bin` names. */
export const bin = path.resolve(import.meta.dirname, '../../dist/esm/cli/bin.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface Run {
  readonly pid: number;
  /** Resolves once `text` has been written, to whichever stream. */
  says(text: string): Promise<void>;
  /** Writes to its stdin, which `stdin: 'open'` leaves open. */
  type(text: string): void;
  /** Resolves once the process has ended and everybody who writes to its streams. */
  readonly ended: Promise<Ended>;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads; `'open'`: what `type` writes. @default nothing, from the device that has nothing */
  readonly stdin?: string;
  /** Where it looks for a configuration. @default the root of the file system, where there is none */
  readonly cwd?: string;
}

const runs: number[] = [];

afterEach(() => {
  for (const leader of runs.splice(0)) for (const pid of familyOf(leader)) kill(pid);
});

/** Runs the command to its end. */
export function stampede(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}

/** Starts the command. Whoever is left of it after the test is killed. */
export function start(args: readonly string[], options: RunOptions = {}): Run {
  return startProgram(process.execPath, [bin, ...args], options);
}

/** Starts any program, with no colours and no configuration but what `options` say. */
export function startProgram(program: string, args: readonly string[], options: RunOptions = {}): Run {
  const { stdin, cwd = '/', env } = options;
  const spawned: SpawnOptions = {
    cwd,
    env: {
      ...process.env,
      ...{
        NO_COLOR: undefined,
        FORCE_COLOR: undefined,
        DEBUG: undefined,
        COLUMNS: undefined,
        HOME: '/nowhere',
      },
      ...env,
    },
    detached: true,
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  };
  const child = spawn(program, args, spawned);
  if (stdin !== 'open') child.stdin?.end(stdin);
  child.stdin?.on('error', () => {}); // nobody need read it
  let out = '';
  let err = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => void (out += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => void (err += text));
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal, out, err }));
  const says = async (text: string): Promise<void> => {
    while (!out.includes(text) && !err.includes(text)) {
      await Promise.race([once(child.stdout!, 'data'), once(child.stderr!, 'data')]);
    }
  };
  runs.push(child.pid!);
  const type = (text: string): void => void child.stdin!.write(text);
  return { pid: child.pid!, says, type, ended };
}

/** `it`, where there is a program that gives others a terminal. */
export const itOnTerminal = hasScript() ? it : it.skip;

/** Runs the command on a terminal of its own, in the foreground. @param command  As a shell reads it. */
export function startOnTerminal(command: string, options: RunOptions = {}): Run {
  const line = `${process.execPath} ${bin} ${command}`;
  return startProgram('script', ['-qefc', line, '/dev/null'], { stdin: 'open', ...options });
}

function hasScript(): boolean {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return (stdout ?? '').includes('util-linux'); // others take other flags
}

/** Whether a process runs; one that has ended and that nobody has asked about does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Resolves once a process has gone, or after five seconds. */
export async function gone(pid: number): Promise<void> {
  for (let left = 250; left > 0 && isRunning(pid); left -= 1) await pause(20);
}

/** A process and those below it, orphans of its session included. */
function familyOf(ancestor: number): number[] {
  const all = (existsSync('/proc/self') ? readdirSync('/proc') : []).flatMap((name) => {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, parent, , session] = fields
        .slice(fields.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      return [{ pid: Number(name), parent: parent!, session: session! }];
    } catch {
      return []; // no process, or none any more
    }
  });
  const found = new Set([ancestor]);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const { pid, parent, session } of all) if (found.has(parent) || found.has(session)) found.add(pid);
  }
  return [...found];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // as it should be: nobody is left
  }
}
