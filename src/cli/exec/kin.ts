/**
 * A command and all that came of it: how they are told to end, and whether any is left.
 *
 * A command in a session of its own leads a process group, to which its children belong unless they leave it. One that
 * shares the terminal with us shares our group too, so its descendants are looked up one by one.
 */
import { type ListedProcess, listProcesses } from './processes.js';

/** A command and what it has started. */
export interface Kin {
  /** Sends a signal to all that are left. */
  signal(name: NodeJS.Signals): void;
  /** Whether any of them still runs. */
  isLeft(): boolean;
}

/** The process group that `leader` leads. */
export function groupKin(leader: number): Kin {
  return {
    signal: (name) => void send(-leader, name),
    isLeft: () =>
      send(-leader, 0) && listProcesses().some(({ group, isZombie }) => group === leader && !isZombie),
  };
}

/** `root` and its descendants. Whoever was seen once is remembered, since an orphan is nobody's descendant. */
export function treeKin(root: number): Kin {
  const known = new Set([root]);
  return {
    signal(name) {
      for (const pid of withDescendants(known, listProcesses())) {
        known.add(pid);
        send(pid, name);
      }
    },
    isLeft: () => listProcesses().some(({ pid, isZombie }) => known.has(pid) && !isZombie),
  };
}

/** Where there are no groups and no list, as on Windows: the command alone. */
export function loneKin(pid: number): Kin {
  return { signal: (name) => void send(pid, name), isLeft: () => send(pid, 0) };
}

function withDescendants(roots: ReadonlySet<number>, all: readonly ListedProcess[]): ReadonlySet<number> {
  const found = new Set(roots);
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return found;
}

/** @returns whether there is somebody to send it to. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's by now, as `sudo` makes it
  }
}
