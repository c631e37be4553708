/**
 * Looking into a schema: which kinds of values it allows at one place.
 */
import type * as v from 'valibot';

/** What is seen of any schema of valibot. */
interface AnySchema {
  readonly type: string;
  readonly wrapped?: v.GenericSchema;
  readonly options?: readonly unknown[];
  readonly getter?: (input: unknown) => v.GenericSchema;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly value?: v.GenericSchema;
  readonly item?: v.GenericSchema;
  readonly items?: readonly v.GenericSchema[];
  readonly literal?: unknown;
}

/** A map with named options. */
export interface MapLeaf {
  readonly entries: Readonly<Record<string, v.GenericSchema>>;
}

/** What may stand at one place, taken apart. */
export interface Leaves {
  readonly maps: readonly MapLeaf[];
  /** What the values of a map by name may be. */
  readonly records: readonly v.GenericSchema[];
  /** What the items of a list may be, in each place. */
  readonly lists: readonly ((index: number) => v.GenericSchema | undefined)[];
  /** Texts that are spelt out. */
  readonly words: readonly string[];
}

/** Takes schemas apart: what is optional, one of several, or named elsewhere. */
export function leavesOf(schemas: readonly v.GenericSchema[]): Leaves {
  const maps: MapLeaf[] = [];
  const records: v.GenericSchema[] = [];
  const lists: ((index: number) => v.GenericSchema | undefined)[] = [];
  const words: string[] = [];
  const look = (schema: v.GenericSchema): void => {
    const { type, wrapped, options, getter, entries, value, item, items, literal } =
      schema as unknown as AnySchema;
    if (wrapped !== undefined) look(wrapped);
    else if (getter !== undefined) look(getter(undefined));
    else if (type === 'picklist') words.push(...((options ?? []) as readonly string[]));
    else if (options !== undefined) (options as readonly v.GenericSchema[]).forEach(look);
    else if (entries !== undefined) maps.push({ entries });
    else if (type === 'record' && value !== undefined) records.push(value);
    else if (item !== undefined) lists.push(() => item);
    else if (items !== undefined) lists.push((index) => items[index]);
    else if (typeof literal === 'string') words.push(literal);
  };
  schemas.forEach(look);
  return { maps, records, lists, words };
}

/** Of several maps those whose `type` is the one that was written; all of them where there is none to go by. */
export function mapsOfType(maps: readonly MapLeaf[], type: unknown): readonly MapLeaf[] {
  if (typeof type !== 'string') return maps;
  const fitting = maps.filter(({ entries }) => {
    const schema = entries['type'];
    return schema !== undefined && leavesOf([schema]).words.includes(type);
  });
  return fitting.length > 0 ? fitting : maps;
}
