/**
 * How options of generators and policies are checked, so that all of them complain alike.
 */
import { OptionError } from './errors.js';

/** @throws {OptionError} unless `value` is a finite number of `least` or more. */
export function atLeast(least: number, option: string, value: unknown): number {
  if (typeof value === 'number' && value >= least && value < Infinity) return value;
  throw new OptionError(
    option,
    value,
    `must be a ${value === Infinity ? 'finite ' : ''}number of ${least} or more`,
  );
}

/** @throws {OptionError} unless `value` is a number in the range. `infinite`: whether `Infinity` is allowed. */
export function checkNumber(
  option: string,
  value: unknown,
  {
    least,
    most = Infinity,
    whole = false,
    infinite = false,
  }: { least: number; most?: number; whole?: boolean; infinite?: boolean },
): number {
  const isNumber = typeof value === 'number' && value >= least && value <= most;
  if (isNumber && (value === Infinity ? infinite : !whole || Number.isInteger(value))) return value;
  const range = most === Infinity ? `of ${least} or more` : `from ${least} to ${most}`;
  const kind = whole ? 'whole number' : 'number';
  throw new OptionError(option, value, `must be a ${kind} ${range}${infinite ? ', or Infinity' : ''}`);
}

/**
 * Looks for misspelt options.
 *
 * @param owner     Whose options they are, as the user writes it.
 * @param synonyms  What other libraries call an option, and what it is called here.
 * @throws {OptionError} for a key that nobody reads, with the nearest one that somebody does.
 */
export function checkKeys(
  owner: string,
  options: unknown,
  known: readonly string[],
  synonyms: Readonly<Record<string, string>> = {},
): void {
  if (Object.prototype.toString.call(options) !== '[object Object]') {
    throw new OptionError(`The options of ${owner}`, options, 'must be an object');
  }
  for (const key of Object.keys(options as object)) {
    if (known.includes(key)) continue;
    const near = (Object.hasOwn(synonyms, key) ? synonyms[key] : undefined) ?? nearest(key, known);
    const hint = near === undefined ? `the options are ${known.join(', ')}` : `did you mean ${near}?`;
    const value = (options as Record<string, unknown>)[key];
    throw new OptionError(key, value, `is not an option of ${owner} (${hint})`);
  }
}

/** The name that a mistyped one most likely stands for; `undefined` when none is near. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(1, word.length / 3) ? best.name : undefined;
}

// Levenshtein's distance, one row at a time.
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
  }
  return row[b.length] as number;
}
