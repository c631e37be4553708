/**
 * Which file counts, and what all of it comes to. Nothing is installed here.
 */
import path from 'node:path';
import { ConfigError, fault } from './config-error.js';
import { type HttpOptions, httpOptionsOf } from './convert/http.js';
import { retryConfigOptionsOf } from './convert/retry-config.js';
import type { ReadDocument } from './document.js';
import { findConfig, readNamed } from './find.js';
import { httpOf } from './inherit.js';
import { settingsOf } from './parse.js';
import type { StampedeSettings } from './settings.js';
import { shown } from './shown.js';

/** A configuration that has no fault. */
export interface Loaded {
  /** `undefined` where there is no file. */
  readonly file: string | undefined;
  readonly settings: StampedeSettings;
}

const nothing: Loaded = { file: undefined, settings: {} };

/**
 * Reads the file that is named, else the one that `STAMPEDE_CONFIG` names, else the one that is found.
 *
 * @throws {ConfigError} with all that is wrong with it.
 */
export function load(cwd: string, named?: string): Loaded {
  checkSwitch();
  const document = named === undefined ? unnamed(cwd) : readNamed(path.resolve(cwd, named), byCode);
  if (document === undefined) return nothing;
  return { file: document.file, settings: settingsOf(document) };
}

const known = /* @__PURE__ */ new Map<string, Loaded>();
const mostKnown = 100;

/**
 * The same, looked for once for each folder. A fault is looked for again: somebody may have mended it.
 *
 * @param told  Called with what was read anew.
 */
export function loadOnce(cwd: string, told: (loaded: Loaded) => void): Loaded {
  const key = `${cwd}\n${process.env['STAMPEDE_CONFIG'] ?? ''}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const loaded = load(cwd);
  if (known.size >= mostKnown) known.clear();
  known.set(key, loaded);
  told(loaded);
  return loaded;
}

/** Forgets what was found. */
export function forgetLoaded(): void {
  known.clear();
}

const byCode = { name: 'loadStampede({ file })', mayRun: true };
const byEnvironment = { name: 'STAMPEDE_CONFIG', mayRun: false };

/** The core takes what it cannot read for "no"; whoever has a configuration wants to know. */
function checkSwitch(): void {
  const value = process.env['STAMPEDE_DISABLED'];
  if (value === undefined || /^(?:|0|1|true|false)$/i.test(value)) return;
  const allowed = 'must be 1 or true (no call is retried), 0 or false, or empty';
  throw new ConfigError([fault({ path: 'STAMPEDE_DISABLED', value: shown(value, []), allowed })]);
}

function unnamed(cwd: string): ReadDocument | undefined {
  const file = process.env['STAMPEDE_CONFIG'];
  if (file === undefined || file === '') return findConfig(cwd);
  return readNamed(path.resolve(cwd, file), byEnvironment);
}

/** The folder in which the search begins. */
export function startFolder(cwd: string | undefined): string {
  try {
    return path.resolve(cwd ?? process.cwd());
  } catch (cause) {
    // The folder is gone; what would be found above it nobody knows.
    throw new ConfigError([fault({ allowed: 'The working directory is not there any more' })], { cause });
  }
}

/** What a session takes from the settings; `undefined` where they say nothing of requests. */
export function httpIn(settings: StampedeSettings, gateway?: string): HttpOptions | undefined {
  const { retryConfig, enabled } = settings;
  const own = httpOf(settings, gateway);
  const isSaid = own !== undefined || retryConfig !== undefined || enabled === false;
  if (!isSaid) return undefined;
  return {
    ...(retryConfig === undefined ? {} : retryConfigOptionsOf(retryConfig)),
    ...(own === undefined ? {} : httpOptionsOf(own)),
    ...(enabled === false ? { enabled: false } : {}),
  };
}
