/**
 * What the tries of a command find on stdin.
 *
 * What one try has read is gone for the next, unless it is read once, kept, and given to each.
 */
import { fstatSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** `inherit`: all tries share ours. `none`: nothing. `replay`: each gets the whole of it. */
export const STDIN_MODES = ['inherit', 'none', 'replay'] as const;
export type StdinMode = (typeof STDIN_MODES)[number];

/**
 * Gives a function that gives each try its stdin.
 *
 * @param signal  Ends the reading of ours.
 */
export function givenStdin(
  mode: StdinMode,
  signal: AbortSignal,
): () => Promise<'inherit' | 'ignore' | Buffer> {
  let kept: Promise<Buffer> | undefined;
  return async () => {
    if (mode === 'inherit') return 'inherit';
    if (mode === 'none') return 'ignore';
    kept ??= buffer(addAbortSignal(signal, process.stdin));
    return kept;
  };
}

/** Whether what a try has read of our stdin is gone for the next: it is a pipe, a socket or a file. */
export function isUsedUp(): boolean {
  try {
    return !fstatSync(0).isCharacterDevice();
  } catch {
    return false; // there is none
  }
}
