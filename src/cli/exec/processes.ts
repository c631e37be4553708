/**
 * Who runs on this machine, as far as a command and what it has started are concerned. Not on Windows.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';

/** A process as the system lists it. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  /** Its process group. */
  readonly group: number;
  /** Whether it has ended, and nobody has asked how. */
  readonly isZombie: boolean;
}

/** All processes; none where the system does not tell. */
export function listProcesses(): ListedProcess[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

// `ps` is missing in slim images; `/proc` is not.
function fromProc(): ListedProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The name of the program stands in brackets before these, and may hold anything.
        const [state, parent, group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
        return [listed(name, parent, group, state)];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}

function fromPs(): ListedProcess[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [pid, parent, group, state] = line.trim().split(/\s+/);
    return state === undefined ? [] : [listed(pid, parent, group, state)];
  });
}

/**
 * Whether a signal would end a process by itself: it neither catches nor ignores it.
 *
 * @returns `false`, too, where the system does not tell, or the process has ended.
 */
export function wouldEnd(pid: number, signal: NodeJS.Signals): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const has = (set: string): boolean => {
      const bits = BigInt(`0x${new RegExp(`^${set}:\\s*(\\w+)`, 'm').exec(text)?.[1]}`);
      return ((bits >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
    };
    return !has('SigCgt') && !has('SigIgn') && !has('SigBlk');
  } catch {
    return false;
  }
}

function listed(pid?: string, parent?: string, group?: string, state?: string): ListedProcess {
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    isZombie: state?.startsWith('Z') === true || state?.startsWith('X') === true,
  };
}
