/**
 * YAML or JSON text → a plain value, and where in the text each part of it stands.
 *
 * YAML 1.2: `yes` is a text, keys are unique, `<<` merges nothing. JSON is read by the same parser, being YAML.
 */
import type { Document, LineCounter, YAMLParseError } from 'yaml';
import { ConfigError, type ConfigFault, fault } from './config-error.js';
import { camelCase } from './names.js';
import { loadYaml } from './yaml.js';

/** The keys and indices that lead to a value. */
export type Path = readonly (string | number)[];

/** Where something stands, counted from 1. */
export interface Place {
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** A file that was read. */
export interface ReadDocument {
  readonly file: string | undefined;
  /** `undefined` for a text that says nothing. */
  readonly value: unknown;
  /** Where the key of this path stands, in either way of writing it; else where what is above it does. */
  placeOf(path: Path): Place;
}

const tooDeep = 'The text is nested too deeply';

/** A document that uses its aliases more often is one that explodes. */
const maxAliasCount = 100;

/** @throws {ConfigError} for what is no YAML and no JSON, naming every fault that the parser has found. */
export function readDocument(text: string, file: string | undefined): ReadDocument {
  const lines = new (loadYaml().LineCounter)();
  const document = parse(text, lines, file);
  const placeAt = (offset: number | undefined): Place => {
    if (offset === undefined) return { line: undefined, column: undefined };
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document === undefined) return { file, value: undefined, placeOf: () => placeAt(undefined) };
  if (document.errors.length > 0) {
    throw new ConfigError(
      parserFaults(document.errors, (pos) => ({ file, ...placeAt(pos) })),
      {
        cause: document.errors[0],
      },
    );
  }
  const said = document.contents !== null && !isEmpty(document.contents);
  return {
    file,
    value: said ? valueOf(document, file) : undefined,
    placeOf: (path) => placeAt(offsetOf(document, path)),
  };
}

function parse(text: string, lines: LineCounter, file: string | undefined): Document | undefined {
  try {
    const documents = loadYaml().parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: true,
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

/** A text that is broken early is full of faults that follow from the first. */
const mostParserFaults = 10;

function parserFaults(
  errors: readonly Pick<YAMLParseError, 'message' | 'pos'>[],
  placeAt: (offset: number) => Partial<ConfigFault>,
): readonly ConfigFault[] {
  if (errors.some(({ message }) => message.includes('call stack')))
    return [fault({ ...placeAt(0), allowed: tooDeep })];
  return errors
    .slice(0, mostParserFaults)
    .map(({ message, pos }) => fault({ ...placeAt(pos[0]), allowed: plain(message) }));
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

// The parser's messages go on with an excerpt; the line says as much, and an excerpt may hold a secret.
function plain(message: string): string {
  if (message.includes('stringKeys')) return 'A key must be a text';
  const [first = ''] = message.split('\n');
  return first.replace(/ at line \d+, column \d+:?$/, '').slice(0, 200);
}

function isEmpty(node: unknown): boolean {
  const { isScalar } = loadYaml();
  return isScalar(node) && node.value === null && (node.source === undefined || node.source === '');
}

function offsetOf(document: Document, path: Path): number | undefined {
  const { isAlias, isMap, isSeq } = loadYaml();
  let node: unknown = document.contents;
  let offset: number | undefined = startOf(node);
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const keyed = node.items.map((pair) => ({ pair, key: keyOf(pair.key) }));
      const found =
        keyed.find(({ key }) => key === String(step)) ??
        keyed.find(({ key }) => camelCase(key) === camelCase(String(step)));
      if (found === undefined) return offset;
      offset = startOf(found.pair.key) ?? offset;
      node = found.pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function keyOf(key: unknown): string {
  return String(loadYaml().isScalar(key) ? key.value : key);
}

function startOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
