/**
 * Where the report of the outage lab goes, and whether it can go there.
 */
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes sure that a file can be written in two minutes' time. Makes its folder, and leaves the file as it is.
 *
 * @throws the system's error where it cannot.
 */
export function makeWritable(file: string): void {
  const full = path.resolve(file);
  makeFolder(path.dirname(full));
  const found = statSync(full, { throwIfNoEntry: false });
  if (found === undefined) {
    // Nobody but the system knows all that may forbid it, so it is asked.
    closeSync(openSync(full, 'wx'));
    rmSync(full);
  } else if (found.isDirectory()) throw new Error('it is a folder');
  else accessSync(full, constants.W_OK);
}

// The recursive mkdir of Node never comes back from `/proc/x`, where the system answers that there is no such
// folder.
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  mkdirSync(folder);
}
