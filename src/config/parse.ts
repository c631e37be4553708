/**
 * A text, or data that somebody else has parsed → settings. Nothing is installed.
 */
import { check } from './check.js';
import { type ReadDocument, readDocument } from './document.js';
import { nowhere } from './place.js';
import { policySchema, settingsSchema } from './schema/file.js';
import type { PolicySettings, StampedeSettings } from './settings.js';
import { faultsOf } from './verify.js';

/**
 * Reads one policy: the options under a name of `policies`, as YAML, as JSON, or as data.
 *
 *     parsePolicy('{ retry: { max_tries: 5, wait: fibo }, timeout: 2s }')
 *
 * @throws {ConfigError} with all that is wrong.
 */
export function parsePolicy(given: unknown): PolicySettings {
  return check(documentOf(given), policySchema, (policy) =>
    faultsOf({ policies: { policy } }).map((one) => ({ ...one, path: one.path.slice(2) })),
  );
}

/**
 * Reads a whole configuration, as YAML, as JSON, or as data.
 *
 * @throws {ConfigError} with all that is wrong.
 */
export function parseSettings(given: unknown, file?: string): StampedeSettings {
  return settingsOf(documentOf(given, file));
}

/** Settings in which everything fits together. @throws {ConfigError} */
export function settingsOf(document: ReadDocument): StampedeSettings {
  return check(saying(document), settingsSchema, faultsOf);
}

/** A text is read, data is taken as it is. */
function documentOf(given: unknown, file?: string): ReadDocument {
  return saying(
    typeof given === 'string' ? readDocument(given, file) : { file, value: given, placeOf: () => nowhere },
  );
}

// What says nothing has no fault, and means the defaults.
function saying(document: ReadDocument): ReadDocument {
  return document.value === undefined ? { ...document, value: {} } : document;
}
