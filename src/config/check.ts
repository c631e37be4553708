/**
 * A document → settings, or all that is wrong with it.
 */
import * as v from 'valibot';
import { canonical } from './canonical.js';
import { ConfigError, type ConfigFault, type PlacedFault, fault } from './config-error.js';
import type { ReadDocument } from './document.js';
import { hintForWait } from './hints.js';
import type { Path } from './place.js';
import { faultsIn } from './issues.js';
import { camelCase } from './names.js';
import { shown, shownKey } from './shown.js';
import { soundPart } from './sound-part.js';

/**
 * Checks a document by a schema.
 *
 * @param also  Looks for what a schema cannot say; asked of what the schema finds no fault with.
 * @throws {ConfigError} with all faults, in the order in which they stand in the text.
 */
export function check<T>(
  document: ReadDocument,
  schema: v.GenericSchema<unknown, T>,
  also: (settings: T) => readonly PlacedFault[] = () => [],
): T {
  const named = canonical(document.value, schema);
  const { issues, output, success } = v.safeParse(schema, named.value);
  const found = unique([...named.faults, ...faultsIn(issues ?? [])]);
  if (found.length > 0 || !success) {
    const rest = v.safeParse(schema, soundPart(named.value, found));
    throw new ConfigError(placed(document, unique([...found, ...(rest.success ? also(rest.output) : [])])));
  }
  const faults = also(output);
  if (faults.length > 0) throw new ConfigError(placed(document, faults));
  return output;
}

// Faults of a document, with their places in it, in the order in which they stand there.
function placed(document: ReadDocument, faults: readonly PlacedFault[]): readonly ConfigFault[] {
  return faults
    .map(({ path, allowed, didYouMean, isKey }) => {
      const written = writtenPath(document.value, path);
      return fault({
        file: document.file,
        ...document.placeOf(path),
        path: written.path.map(shownKey).join('.'),
        value: isKey === true ? undefined : shown(written.value, written.path),
        allowed,
        didYouMean: didYouMean ?? hintForWait(written.value, allowed),
      });
    })
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

// What is wrong with a place is said once; what was left out below it is no fault of its own.
function unique(faults: readonly PlacedFault[]): readonly PlacedFault[] {
  const seen = new Set<string>();
  return faults.filter(({ path }) => {
    const places = path.map((_, index) => JSON.stringify(path.slice(0, index + 1)));
    const place = places.at(-1) ?? '';
    if (seen.has(place)) return false;
    for (const one of ['', ...places]) seen.add(one);
    return true;
  });
}

/** The path as it stands in the document, and what is there. */
function writtenPath(root: unknown, path: Path): { readonly path: Path; readonly value: unknown } {
  const written: (string | number)[] = [];
  let value = root;
  for (const step of path) {
    const key = writtenKey(value, step);
    written.push(key);
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined;
  }
  return { path: written, value };
}

function writtenKey(value: unknown, step: string | number): string | number {
  if (typeof step === 'number' || typeof value !== 'object' || value === null) return step;
  if (Object.hasOwn(value, step)) return step;
  return Object.keys(value).find((key) => camelCase(key) === step) ?? step;
}
