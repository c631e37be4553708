/**
 * How the options that all bridges have are checked.
 */
import { OptionError } from '../core.js';

/** @throws {OptionError} unless it is a whole number of 1 or more. */
export function checkMaxNames(maxNames: unknown): number {
  if (typeof maxNames === 'number' && Number.isInteger(maxNames) && maxNames >= 1) return maxNames;
  throw new OptionError('maxNames', maxNames, 'must be a whole number of 1 or more');
}
