/**
 * A text, or data that somebody else has parsed → settings. Nothing is installed.
 */
import type * as v from 'valibot';
import { check } from './check.js';
import { type ReadDocument, readDocument } from './document.js';
import { file as fileSchema, policy as policySchema } from './schema/file.js';
import type { PolicySettings, StampedeSettings } from './settings.js';

/**
 * Reads one policy: the options under a name of `policies`, as YAML, as JSON, or as data.
 *
 *     parsePolicy('{ retry: { max_tries: 5, wait: fibo }, timeout: 2s }')
 *
 * @throws {ConfigError} with all that is wrong.
 */
export function parsePolicy(given: unknown): PolicySettings {
  return check(documentOf(given), policySchema as v.GenericSchema<unknown, PolicySettings>);
}

/** Reads a whole configuration. @throws {ConfigError} with all that is wrong. */
export function parseSettings(given: unknown, file?: string): StampedeSettings {
  return check(documentOf(given, file), fileSchema as v.GenericSchema<unknown, StampedeSettings>);
}

/** A text is read, data is taken as it is; nothing at all says nothing. */
export function documentOf(given: unknown, file?: string): ReadDocument {
  const document =
    typeof given === 'string'
      ? readDocument(given, file)
      : { file, value: given, placeOf: () => ({ line: undefined, column: undefined }) };
  return document.value === undefined ? { ...document, value: {} } : document;
}
