/**
 * What is added to the query of an address.
 */
import { OptionError } from '../../core.js';

type ParamItem = string | number | bigint | boolean;

/** A value, or several of one name. `null` takes a default away, `undefined` says nothing. */
export type ParamValue = ParamItem | readonly ParamItem[] | null | undefined;

/** Params as users give them: an object, a `URLSearchParams`, a `Map`, pairs, or text such as `'a=1&b=2'`. */
// `object`: an interface of the user's has no index signature. Values are checked when they are read.
export type ParamsInput =
  | Readonly<Record<string, ParamValue>>
  | Iterable<readonly [name: string, value: ParamValue]>
  | object
  | string;

/** Checked params by name; `null`: a default is taken away. */
export type Params = ReadonlyMap<string, readonly string[] | null>;

/**
 * Checks fields of a query or of a form, and makes text of them.
 *
 * @param option  The option's name, for the error.
 * @throws {OptionError} for what is no text, number or boolean, such as an object in an object.
 */
export function readParams(option: string, given: ParamsInput): Params {
  const params = new Map<string, readonly string[] | null>();
  for (const entry of entriesOf(option, given)) {
    if (!Array.isArray(entry) || entry.length !== 2) throw noParams(option, given);
    const [name, value] = entry as [unknown, unknown];
    if (value === undefined) continue;
    const key = textOf(option, name);
    const texts = value === null ? null : textsOf(`${option}[${JSON.stringify(key)}]`, value);
    params.set(key, texts && [...(params.get(key) ?? []), ...texts]);
  }
  return params;
}

function entriesOf(option: string, given: ParamsInput): Iterable<unknown> {
  if (typeof given === 'string') return new URLSearchParams(given);
  if (typeof given !== 'object' || given === null) throw noParams(option, given);
  return Symbol.iterator in given ? (given as Iterable<unknown>) : Object.entries(given);
}

function noParams(option: string, given: unknown): OptionError {
  return new OptionError(option, given, 'must be an object, a URLSearchParams, a Map, pairs, or text');
}

function textsOf(option: string, value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map((item) => textOf(option, item)) : [textOf(option, value)];
}

function textOf(option: string, value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      if (Number.isFinite(value)) return String(value);
      break;
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
  }
  throw new OptionError(option, value, 'must be text, a finite number, a boolean, or a list of them');
}

/** Params with others on top, name by name; `null` takes one away. */
export function mergedParams(base: Params, over: Params): Params {
  const merged = new Map(base);
  for (const [name, values] of over) {
    if (values === null) merged.delete(name);
    else merged.set(name, values);
  }
  return merged;
}

/** Params as they stand in a query or a form (`application/x-www-form-urlencoded`), without a question mark. */
export function encoded(params: Params): string {
  if (params.size === 0) return '';
  const pairs = new URLSearchParams();
  for (const [name, values] of params) {
    for (const value of values ?? []) pairs.append(name, value);
  }
  return pairs.toString();
}
