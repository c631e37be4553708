/**
 * What is wrong with a configuration file: all of it at once, so that a file is mended in one go.
 */
import { StampedeError, printable } from '../core.js';

/** One thing that is wrong. */
export interface ConfigFault {
  /** The file; `undefined` for what did not come from one. */
  readonly file: string | undefined;
  /** Where the key or the value begins, counted from 1; `undefined` where nobody knows. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** As it is written: `gateways.payments.retry.max_tries`. Empty for the file as a whole. */
  readonly path: string;
  /** What is there, short and on one line; never a secret. `undefined` where nothing is. */
  readonly value: string | undefined;
  /** What is allowed, or what is wrong: the rest of a sentence that starts with the path. */
  readonly allowed: string;
  readonly didYouMean: string | undefined;
}

/** The same, before it is known where that stands in the text. The path is in the names of the schema. */
export interface PlacedFault {
  readonly path: readonly (string | number)[];
  readonly allowed: string;
  readonly didYouMean?: string | undefined;
  /** Whether the value is left out of the message. */
  readonly isKey?: boolean;
}

/** Thrown for a configuration that cannot be meant. Nothing of it has been used. */
export class ConfigError extends StampedeError {
  override readonly name = 'ConfigError';

  constructor(
    readonly faults: readonly ConfigFault[],
    options: { readonly cause?: unknown } = {},
  ) {
    super('ERR_CONFIG', messageOf(faults), options);
  }
}

/** All but what is wrong may be left out. What comes from a file does nothing to the terminal that shows it. */
export function fault(given: Partial<ConfigFault> & { readonly allowed: string }): ConfigFault {
  const { file, line, column, path = '', value, allowed, didYouMean } = given;
  return {
    file,
    line,
    column,
    path: printable(path),
    value: value && printable(value),
    allowed: printable(allowed),
    didYouMean: didYouMean && printable(didYouMean),
  };
}

// More would fill a screen and tell no more.
const mostLines = 50;

function messageOf(faults: readonly ConfigFault[]): string {
  const [first] = faults;
  const one = faults.length === 1;
  const where = first?.file === undefined ? 'The configuration' : printable(first.file);
  const left = faults.length - mostLines;
  return [
    `${where} has ${one ? 'a fault' : `${faults.length} faults`}; nothing of it is used:`,
    ...faults.slice(0, mostLines).map(lineOf),
    ...(left > 0 ? [`  ... and ${left} more`] : []),
  ].join('\n');
}

function lineOf({ line, column, path, value, allowed, didYouMean }: ConfigFault): string {
  const place = line === undefined ? '' : `${line}:${column ?? 1}  `;
  const got = value === undefined ? '' : `; got ${value}`;
  const hint = didYouMean === undefined ? '' : ` (did you mean ${didYouMean}?)`;
  return `  ${place}${path === '' ? '' : `${path} `}${allowed}${got}${hint}`;
}
