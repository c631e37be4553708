/**
 * Starting the failing service in a process of its own, and ending it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Ms } from '../core.js';
import type { Ready } from './service.js';

export interface RunningService {
  readonly url: string;
  readonly pid: number | undefined;
  /** Ends the process, and is done when it is gone. */
  readonly stop: () => Promise<void>;
}

const patience: Ms = 2000;

/**
 * Starts the service and waits until it listens.
 *
 * @param broken  The outage that is never to end, if any.
 * @throws when it does not listen within two seconds.
 */
export async function startService(broken?: string): Promise<RunningService> {
  const child = fork(
    new URL('./service.js', import.meta.url),
    broken === undefined ? [] : [`--break=${broken}`],
  );
  const gone = once(child, 'exit').then(() => undefined);
  const listening = once(child, 'message').then(([message]) => message as Ready);

  const ready = await orKill(child, Promise.race([listening, gone]));
  if (ready === undefined) throw new Error('The service ended before it listened.');

  return {
    url: ready.url,
    pid: child.pid,
    async stop() {
      if (child.connected) child.disconnect(); // it takes that as its leave
      await orKill(child, gone);
    },
  };
}

/** Waits for something the process is about to do; kills it when that takes too long. */
async function orKill<T>(child: ChildProcess, soon: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
  }, patience);
  try {
    return await soon;
  } finally {
    clearTimeout(timer);
  }
}
