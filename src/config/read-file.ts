/**
 * A path → its text, or a fault that says why not.
 *
 * What stands at a path may be a directory, a pipe that never ends, a link to nowhere, or the wrong file altogether; it is
 * looked at before it is read.
 */
import { closeSync, fstatSync, lstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { ConfigError, fault } from './config-error.js';

/** No configuration is this long: 1 MB. */
const longest = 1_000_000;

/** `package.json` may hold more than a configuration. */
const longestPackage = 16 * longest;

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'may not be read by this process (no permission)',
  EPERM: 'may not be read by this process (no permission)',
  ELOOP: 'is a symbolic link that leads back to itself',
  EISDIR: 'is a directory; it must be a file',
  ENOENT: 'is not there',
  ENOTDIR: 'is not there: a part of its path is a file',
  ENAMETOOLONG: 'has too long a name',
};

/** @throws {ConfigError} when it is no file, cannot be read, is too long, or is not UTF-8. */
export function readConfigFile(file: string): string {
  const bytes = readBytes(file);
  if (isUtf16(bytes)) throw refused(file, 'is written in UTF-16; save it as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refused(file, 'is not written in UTF-8', cause);
  }
}

function readBytes(file: string): Buffer {
  let handle: number | undefined;
  try {
    checkKind(file);
    handle = openSync(file, 'r');
    checkSize(file, fstatSync(handle).size);
    return readFileSync(handle);
  } catch (cause) {
    throw cause instanceof ConfigError ? cause : refused(file, reasonOf(file, cause), cause);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

// Before it is opened: opening a pipe waits for somebody who writes.
function checkKind(file: string): void {
  const stat = statSync(file);
  if (stat.isDirectory()) throw refused(file, reasons['EISDIR'] as string);
  if (!stat.isFile()) throw refused(file, 'is no file of the usual kind');
}

function checkSize(file: string, size: number): void {
  const most = file.endsWith('package.json') ? longestPackage : longest;
  if (size <= most) return;
  throw refused(file, `is ${(size / 1e6).toFixed(1)} MB long; a configuration has at most ${most / 1e6} MB`);
}

function reasonOf(file: string, cause: unknown): string {
  const { code = '' } = cause as { readonly code?: string };
  if (code === 'ENOENT' && isLink(file)) return 'is a symbolic link to a file that is not there';
  return reasons[code] ?? `cannot be read (${code === '' ? String(cause) : code})`;
}

/** Whether something stands there, a link to nowhere included. */
export function stands(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch {
    return false;
  }
}

function isLink(file: string): boolean {
  try {
    return lstatSync(file).isSymbolicLink();
  } catch {
    return false;
  }
}

function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return hasMark || bytes.subarray(0, 64).includes(0);
}

function refused(file: string, allowed: string, cause?: unknown): ConfigError {
  return new ConfigError([fault({ file, allowed: `The file ${allowed}` })], { cause });
}
