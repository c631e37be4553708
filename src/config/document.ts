/**
 * YAML or JSON text → a plain value, and where in the text each part of it stands.
 *
 * YAML 1.2: `yes` is a text, keys are unique, `<<` merges nothing. JSON is read by the same parser, being YAML.
 */
import type { Document, LineCounter } from 'yaml';
import { ConfigError, fault } from './config-error.js';
import { offsetsIn, placeAt } from './offsets.js';
import { type Path, type Place, nowhere } from './place.js';
import { type TextFault, plain, textFaults, tooDeep } from './text-faults.js';
import { loadYaml } from './yaml.js';

/** A file that was read. */
export interface ReadDocument {
  readonly file: string | undefined;
  /** `undefined` for a text that says nothing. */
  readonly value: unknown;
  /** Where the key of this path stands, in either way of writing it; else where what is above it does. */
  placeOf(path: Path): Place;
}

/** A document that uses its aliases more often is one that explodes. */
const maxAliasCount = 100;

/** @throws {ConfigError} for what is no YAML and no JSON, naming every fault that the parser has found. */
export function readDocument(text: string, file: string | undefined): ReadDocument {
  const lines = new (loadYaml().LineCounter)();
  const document = parse(text, lines, file);
  if (document === undefined) return { file, value: undefined, placeOf: () => nowhere };
  const faults = faultsIn(document, file);
  if (faults.length > 0) {
    throw new ConfigError(
      faults.map(({ says, offset }) => fault({ file, ...placeAt(lines, offset), allowed: says })),
      { cause: document.errors[0] },
    );
  }
  const said = document.contents !== null && !isEmpty(document.contents);
  const offsetOf = offsetsIn(document);
  return {
    file,
    value: said ? valueOf(document, file) : undefined,
    placeOf: (path) => placeAt(lines, offsetOf(path)),
  };
}

function parse(text: string, lines: LineCounter, file: string | undefined): Document | undefined {
  try {
    const documents = loadYaml().parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false, // `text-faults.ts` does it
      version: '1.2',
      schema: 'core',
      merge: false,
      stringKeys: true,
      logLevel: 'silent',
    }) as Document[] & { empty?: true };
    if (documents.length > 1)
      throw new ConfigError([
        fault({ file, allowed: 'The text holds several YAML documents (---); write one' }),
      ]);
    return documents[0];
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw unreadable(error, file);
  }
}

function faultsIn(document: Document, file: string | undefined): readonly TextFault[] {
  try {
    return textFaults(document);
  } catch (error) {
    throw unreadable(error, file);
  }
}

function valueOf(document: Document, file: string | undefined): unknown {
  try {
    return document.toJS({ maxAliasCount }) as unknown;
  } catch (error) {
    throw unreadable(error, file);
  }
}

// The parser descends as deep as the text does, and an alias may stand for anything.
function unreadable(error: unknown, file: string | undefined): ConfigError {
  const allowed =
    error instanceof RangeError
      ? tooDeep
      : `The text cannot be read: ${plain(error instanceof Error ? error.message : String(error))}`;
  return new ConfigError([fault({ file, allowed })], { cause: error });
}

function isEmpty(node: unknown): boolean {
  const { isScalar } = loadYaml();
  return isScalar(node) && node.value === null && (node.source === undefined || node.source === '');
}
