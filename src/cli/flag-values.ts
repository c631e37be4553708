/**
 * How the values of flags are read: times with a unit, counts, lists of exit codes.
 *
 * Each reader is given to commander, which names the flag in front of what a reader complains about.
 */
import { InvalidArgumentError } from 'commander';
import { type Ms, isStampedeError, toMs } from '../core.js';

/**
 * Reads a time. A unit is demanded, since other tools mean seconds by a bare number and we milliseconds; 0 needs none.
 *
 *     time('1.5s')   // 1500
 *     time('300')    // refused: "write 300ms or 300s"
 *
 * @returns Milliseconds, 0 or more.
 */
export function time(text: string): Ms {
  if (isNumber(text) && Number(text) === 0) return 0;
  if (isNumber(text)) throw new InvalidArgumentError(`A time needs a unit: write ${text}ms or ${text}s.`);
  try {
    return toMs('time', text);
  } catch (error) {
    if (!isStampedeError(error)) throw error;
    throw new InvalidArgumentError('It must be a time with a unit, such as 250ms, 5s or 2m.');
  }
}

/** Reads a time of more than 0. */
export function positiveTime(text: string): Ms {
  const ms = time(text);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('It must be a time of more than 0, such as 250ms, 5s or 2m.');
}

/** Reads a time, or `unlimited`. */
export function timeLimit(text: string): Ms {
  return text === 'unlimited' ? Infinity : time(text);
}

/** Reads one time or several with commas between them: `100ms,500ms,2s`. */
export function times(text: string): Ms | Ms[] {
  const all = text.split(',').map((one) => time(one.trim()));
  return all.length === 1 ? (all[0] as Ms) : all;
}

/** Reads a number of tries, or `unlimited`. */
export function tries(text: string): number {
  return text === 'unlimited' ? Infinity : count(text);
}

/** Reads a whole number of 1 or more. */
export function count(text: string): number {
  const read = Number(text);
  if (isNumber(text) && Number.isInteger(read) && read >= 1) return read;
  throw new InvalidArgumentError('It must be a whole number of 1 or more.');
}

/** Reads a number of 0 or more. */
export function number(text: string): number {
  if (isNumber(text) && Number(text) >= 0) return Number(text);
  throw new InvalidArgumentError('It must be a number of 0 or more.');
}

/** Reads the seed of dice: a whole number. */
export function seed(text: string): number {
  const read = Number(text);
  if (isNumber(text) && Number.isSafeInteger(read)) return read;
  throw new InvalidArgumentError('It must be a whole number.');
}

/** Reads exit codes with commas between them: `7,28,6`. */
export function exitCodes(text: string): ReadonlySet<number> {
  const codes = text.split(',').map((one) => (isNumber(one.trim()) ? Number(one) : NaN));
  if (codes.every((code) => Number.isInteger(code) && code >= 1 && code <= 255)) return new Set(codes);
  throw new InvalidArgumentError(
    'It must be exit codes from 1 to 255 with commas between them, such as 7,28.',
  );
}

function isNumber(text: string): boolean {
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text);
}
