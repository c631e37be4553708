/**
 * Where in a text something stands, by the keys and indices that lead to it.
 */
import type { Document, LineCounter, YAMLMap } from 'yaml';
import { camelCase } from './names.js';
import { type Path, type Place, nowhere } from './place.js';
import { loadYaml } from './yaml.js';

/** The place of an offset in the text. */
export function placeAt(lines: LineCounter, offset: number | undefined): Place {
  if (offset === undefined) return nowhere;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Finds the offset of the key of a path, in either way of writing it; else of what is above it. */
export function offsetsIn(document: Document): (path: Path) => number | undefined {
  const { isAlias, isMap, isSeq } = loadYaml();
  // A file may have as many faults as keys, and each of them asks.
  const known = new Map<YAMLMap, Entries>();
  const entriesOf = (map: YAMLMap): Entries => {
    const entries = known.get(map) ?? entriesIn(map);
    known.set(map, entries);
    return entries;
  };
  return (path) => {
    let node: unknown = document.contents;
    let offset = startOf(node);
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) {
        const { exact, similar } = entriesOf(node);
        const pair = exact.get(String(step)) ?? similar.get(camelCase(String(step)));
        if (pair === undefined) return offset;
        offset = startOf(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        offset = startOf(node) ?? offset;
      } else {
        return offset;
      }
    }
    return offset;
  };
}

type Entry = YAMLMap['items'][number];

interface Entries {
  /** By the key as it is written. */
  readonly exact: ReadonlyMap<string, Entry>;
  /** By the key in camelCase; the first of several. */
  readonly similar: ReadonlyMap<string, Entry>;
}

function entriesIn({ items }: YAMLMap): Entries {
  const keyed = items.map((pair) => [keyOf(pair.key), pair] as const);
  return {
    exact: new Map(keyed),
    similar: new Map(keyed.map(([key, pair]) => [camelCase(key), pair] as const).reverse()),
  };
}

/** A key as a text. */
export function keyOf(key: unknown): string {
  return String(loadYaml().isScalar(key) ? key.value : key);
}

/** Where a node begins. */
export function startOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
