/**
 * The two sentences that a retry logs. Arguments are never logged: they may hold secrets.
 *
 * The default logger is the package `debug`, namespace `stampede:retry`. It is loaded when the host asks for its
 * output (`DEBUG=stampede:*`), since loading it takes longer than loading all of this library.
 */
import { type Outcome } from '../call/outcome.js';
import { OptionError, show } from '../errors.js';
import { describe } from '../events.js';
import { readable } from '../time/duration.js';
import { debugLines, debugWanted } from '../time/host.js';
import type { BackoffDetails, GiveUpDetails } from './details.js';
import { type Log, type LogLevel, tellLog } from './handlers.js';

/** Whether and where a retry logs. */
export type LogOption = false | Log | undefined;

/** @throws {OptionError} when the option `log` is neither `false` nor a function. */
export function checkLog(given: unknown): LogOption {
  if (given === undefined || given === false || typeof given === 'function') return given as LogOption;
  const { info, error } = (given ?? {}) as Partial<Record<LogLevel, unknown>>;
  const isLogger = typeof info === 'function' && typeof error === 'function';
  const hint = isLogger ? '; for a logger write log: (level, text) => logger[level](text)' : '';
  throw new OptionError('log', given, `must be false or a function (level, text, details)${hint}`);
}

export function backoffText({ name, wait, ...details }: BackoffDetails): string {
  return `Backing off ${name}(...) for ${readable(wait)} (${ended(details)})`;
}

export function giveUpText({ name, tries, ...details }: GiveUpDetails): string {
  return `Giving up ${name}(...) after ${tries} ${tries === 1 ? 'try' : 'tries'} (${ended(details)})`;
}

function ended(outcome: Outcome): string {
  return outcome.ok ? shapeOf(outcome.value) : describe(outcome.error);
}

// Of a value only the shape: what is polled may hold secrets, as arguments may.
function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string';
  return typeof value === 'object' && value !== null ? 'an object' : show(value);
}

/** Writes to a logger of the user's, or to `debug`. */
export function writeLog(
  log: LogOption,
  level: LogLevel,
  text: string,
  details: BackoffDetails | GiveUpDetails,
): void {
  if (typeof log !== 'function') debugLine(text);
  else tellLog(log, level, text, details);
}

const debugLine = /* @__PURE__ */ debugLines('stampede:retry');

let wanted: boolean | undefined;

/**
 * Whether the default logger has a reader.
 *
 * @param again  Whether to look again at the host's settings, which takes longer than a retry without a wait.
 */
export function isLogRead(again: boolean): boolean {
  if (again || wanted === undefined) wanted = debugWanted();
  return wanted;
}
