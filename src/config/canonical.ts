/**
 * A value as it was written → the same with the names that the schema knows, and all keys that nobody reads.
 *
 * Keys and words may be written in snake_case or camelCase; names that users choose (of gateways, of headers) are left as
 * they are. What a value may be is the schema's own business.
 */
import type * as v from 'valibot';
import type { PlacedFault } from './config-error.js';
import type { Path } from './place.js';
import { hintFor } from './hints.js';
import { camelCase, snakeCase } from './names.js';
import { type Leaves, leavesOf, mapsOfType } from './schema/leaves.js';
import { unlimited } from './schema/values.js';

/** Keys by which a prototype could be reached, and none at all. */
const noNames = new Set(['__proto__', 'constructor', 'prototype', '']);

const deepest = 40;
const dropped = Symbol('dropped');

/** Sections that say nothing when they are empty, as a file whose examples are all commented out has them. */
const mayBeEmpty = [/^(?:policies|gateways|http|retryConfig)$/, /^(?:policies|gateways)\n[^\n]*$/];

/** Walks a value beside its schema. */
export function canonical(
  value: unknown,
  schema: v.GenericSchema,
): { readonly value: unknown; readonly faults: readonly PlacedFault[] } {
  const walk = new Walk();
  const result = walk.visit(value, [schema], []);
  return { value: result === dropped ? undefined : result, faults: walk.faults };
}

class Walk {
  readonly faults: PlacedFault[] = [];
  readonly #above = new Set<object>();

  visit(value: unknown, schemas: readonly v.GenericSchema[], path: Path): unknown {
    if (value === null) return this.#empty(path);
    if (value === Infinity) return unlimited;
    if (typeof value !== 'object' && typeof value !== 'string') return value;
    const leaves = leavesOf(schemas);
    if (typeof value === 'string') return wordOf(value, leaves.words);
    if (path.length > deepest) return this.#drop(path, 'is nested too deeply');
    if (this.#above.has(value)) return this.#drop(path, 'is an alias of what it stands in');
    this.#above.add(value);
    const visited = Array.isArray(value) ? this.#list(value, leaves, path) : this.#map(value, leaves, path);
    this.#above.delete(value);
    return visited;
  }

  #empty(path: Path): unknown {
    if (mayBeEmpty.some((place) => place.test(path.join('\n')))) return {};
    return this.#drop(path, 'is empty; write a value, or take the line out');
  }

  #list(items: readonly unknown[], { lists, maps, records }: Leaves, path: Path): unknown {
    if (lists.length === 0) {
      // A schema of a map takes a list for one.
      return maps.length + records.length > 0 ? this.#drop(path, 'must be a map, not a list') : items;
    }
    const visited = items.map((item, index) =>
      this.visit(
        item,
        lists.map((schemaOf) => schemaOf(index)).filter((schema) => schema !== undefined),
        [...path, index],
      ),
    );
    return visited.includes(dropped) ? dropped : visited;
  }

  #map(map: object, { maps, records }: Leaves, path: Path): unknown {
    if (maps.length === 0 && records.length === 0) return map;
    // A program may export anything; the keys of a `Map` are not its own.
    if (Object.prototype.toString.call(map) !== '[object Object]')
      return this.#drop(path, 'must be a plain object');
    const fitting = mapsOfType(maps, wordOf((map as { type?: unknown }).type, typesOf(maps)));
    const known = [...new Set(fitting.flatMap(({ entries }) => Object.keys(entries)))];
    const result: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(map)) {
      if (value === undefined) continue;
      if (noNames.has(key)) {
        this.#fault({ path: [...path, key], allowed: 'is no name for anything', isKey: true });
        continue;
      }
      const name = records.length > 0 ? key : known.includes(key) ? key : camelCase(key);
      if (records.length === 0 && !known.includes(name)) {
        this.#fault({ path: [...path, key], ...hintFor(key, known), isKey: true });
        continue;
      }
      if (Object.hasOwn(result, name)) {
        const allowed = `is there twice, as ${snakeCase(name)} and as ${name}; write one of them`;
        this.#fault({ path: [...path, name], allowed, isKey: true });
        continue;
      }
      const schemas = records.length > 0 ? records : fitting.flatMap(({ entries }) => entries[name] ?? []);
      const visited = this.visit(value, schemas, [...path, name]);
      if (visited !== dropped) result[name] = visited;
    }
    return result;
  }

  #drop(path: Path, allowed: string): typeof dropped {
    this.#fault({ path, allowed });
    return dropped;
  }

  #fault(fault: PlacedFault): void {
    this.faults.push(fault);
  }
}

function typesOf(maps: Leaves['maps']): readonly string[] {
  return leavesOf(maps.flatMap(({ entries }) => entries['type'] ?? [])).words;
}

// `retry_after` is the word `retryAfter`.
function wordOf(value: unknown, words: readonly string[]): unknown {
  if (typeof value !== 'string' || words.includes(value)) return value;
  const word = camelCase(value);
  return words.includes(word) ? word : value;
}
