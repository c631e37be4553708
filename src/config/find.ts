/**
 * Where a configuration is found: here, in each folder above up to `/`, then at home. The first one wins, and nothing is
 * merged.
 *
 * Only data is searched for, so that nothing runs because somebody put it into a folder above. That is why lilconfig does
 * the search: cosmiconfig 9 has the same rules, but runs `.config/config.js` of the working directory whenever it is
 * merely called, and cosmiconfig 10 needs Node 22.
 */
import { homedir } from 'node:os';
import path from 'node:path';
import { type LoadersSync, lilconfigSync } from 'lilconfig';
import { ConfigError, fault } from './config-error.js';
import { type ReadDocument, readDocument } from './document.js';
import { readConfigFile, stands } from './read-file.js';
import { runConfig } from './run-config.js';

/** In the order in which they are looked for in each folder. */
export const searchPlaces = [
  'stampede.yml',
  'stampede.yaml',
  '.stampederc',
  '.stampederc.json',
  '.stampederc.yaml',
  '.stampederc.yml',
  'package.json',
] as const;

const packageKey = 'stampede';
const programs = /\.[cm]?js$/;

const loaders: LoadersSync = {
  '.yml': read,
  '.yaml': read,
  '.json': (file) =>
    path.basename(file) === 'package.json' ? { [packageKey]: readPackage(file) } : read(file),
  noExt: read,
};

/**
 * The first configuration on the way from a folder upward, then at home.
 *
 * @returns `undefined` where there is none.
 * @throws {ConfigError} when the first one that stands there cannot be read: it is never passed over for another.
 */
export function findConfig(from: string): ReadDocument | undefined {
  const top = path.parse(from).root;
  const home = homeFolder();
  const isPassed = home !== undefined && foldersFrom(from).includes(home);
  return searchedIn(from, top) ?? (home === undefined || isPassed ? undefined : searchedIn(home, home));
}

function searchedIn(from: string, stopDir: string): ReadDocument | undefined {
  const folders = foldersFrom(from);
  guard(folders.slice(0, folders.indexOf(stopDir) + 1));
  const options = {
    searchPlaces: [...searchPlaces],
    stopDir,
    loaders,
    packageProp: packageKey,
    ignoreEmptySearchPlaces: false,
    cache: false,
  };
  const found = lilconfigSync(packageKey, options).search(from);
  if (found === null || found.filepath === '') return undefined;
  return found.isEmpty === true ? emptyDocument(found.filepath) : (found.config as ReadDocument);
}

// lilconfig passes over a link to nowhere, waits for a pipe, and does not say which file it could not read.
function guard(folders: readonly string[]): void {
  for (const folder of folders) {
    for (const place of searchPlaces) {
      const file = path.join(folder, place);
      if (!stands(file)) continue;
      readConfigFile(file);
      if (place !== 'package.json') return;
    }
  }
}

function foldersFrom(from: string): readonly string[] {
  const above = path.dirname(from);
  return above === from ? [from] : [from, ...foldersFrom(above)];
}

function homeFolder(): string | undefined {
  try {
    const home = homedir();
    return path.isAbsolute(home) ? path.resolve(home) : undefined;
  } catch {
    return undefined; // a user without one
  }
}

function read(file: string): ReadDocument {
  return readDocument(readConfigFile(file), file);
}

function emptyDocument(file: string): ReadDocument {
  return readDocument('', file);
}

/** What a `package.json` says under its key. One that says nothing of us is none of our business, broken or not. */
function readPackage(file: string): ReadDocument | undefined {
  const text = readConfigFile(file);
  if (!text.includes(`"${packageKey}"`)) return undefined;
  const whole = readDocument(text, file);
  const { value } = whole;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, packageKey)) return undefined;
  return {
    file,
    value: (value as Record<string, unknown>)[packageKey],
    placeOf: (way) => whole.placeOf([packageKey, ...way]),
  };
}

/**
 * A file that somebody has named. It may be a program, which is run.
 *
 * @param by  Who named it, for the error.
 * @throws {ConfigError} when it is not there, or cannot be read.
 */
export function readNamed(
  file: string,
  by: { readonly name: string; readonly mayRun: boolean },
): ReadDocument {
  if (!stands(file)) {
    throw new ConfigError([fault({ file, allowed: `${by.name} names a file that is not there` })]);
  }
  if (/\.[cm]?ts$/.test(file)) {
    throw new ConfigError([fault({ file, allowed: 'TypeScript is not read; write .yml, .json or .mjs' })]);
  }
  if (programs.test(file)) {
    if (by.mayRun) return runConfig(file);
    const allowed = `${by.name} names a program; only loadStampede({ file }) runs one`;
    throw new ConfigError([fault({ file, allowed })]);
  }
  if (path.basename(file) !== 'package.json') return read(file);
  return readPackage(file) ?? emptyDocument(file);
}
