/**
 * Where the report of the outage lab goes, whether it can go there, and how it is found again.
 */
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Makes sure that a file can be written in two minutes' time. Makes its folder, and leaves the file as it is.
 *
 * @throws the system's error where it cannot.
 */
export function makeWritable(file: string): void {
  if (file === '') throw new Error('it is empty');
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

/**
 * Says where the report is, by an address of which terminals make a link.
 *
 *     foundText('outage lab.html')   // 'The pictures are in file:///home/you/outage%20lab.html\n'
 */
export function foundText(file: string): string {
  // No full stop: a terminal might take it for part of the address.
  return `The pictures are in ${pathToFileURL(file).href}\n`;
}

// The recursive mkdir of Node never comes back from `/proc/x`, where the system answers that there is no such
// folder.
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  mkdirSync(folder);
}
