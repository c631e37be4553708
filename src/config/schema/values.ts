/**
 * How single values may be written in a file: times, counts, shares, names.
 *
 * A message is the rest of a sentence that starts with the option's name, as in the core's `OptionError`. What a value
 * means to the core is checked once more by the core.
 */
import * as v from 'valibot';
import { type Ms, toMs } from '../../core.js';

type Issue = v.BaseIssue<unknown>;

/** The word for "no limit"; YAML's `.inf` is read as the same. */
export const unlimited = 'unlimited';

const timeForm = /^\d*\.?\d+ *[a-zA-Z]+$/;
const timeExamples = 'must be a time with a unit, such as 250ms, 5s or 2m';

/**
 * A text that is read by `read`, which gives `undefined` for what it cannot read.
 *
 * @param pattern  For editors: what such a text looks like.
 */
export function readText<T>(
  read: (text: string) => T | undefined,
  pattern: RegExp,
  message: string | ((issue: Issue) => string),
): v.GenericSchema<string, T> {
  const isReadable = (input: unknown): boolean => typeof input === 'string' && read(input) !== undefined;
  return v.pipe(
    v.custom<string>(isReadable, message),
    v.metadata({ pattern: pattern.source }),
    v.transform((input) => read(input) as T),
  );
}

/** Limits of a time. `infinite`: whether `unlimited` is allowed. `least`: in milliseconds, default 0. */
interface TimeLimits {
  readonly infinite?: boolean;
  readonly least?: Ms;
}

/** A time with a unit, as milliseconds. */
export function time({ infinite = false, least = 0 }: TimeLimits = {}): v.GenericSchema<string, Ms> {
  const more = `${least > 0 ? `, ${least}ms or more` : ''}${infinite ? ', or unlimited' : ''}`;
  const allowed = `${timeExamples}${more}`;
  const message = ({ input }: Issue): string =>
    typeof input === 'number' && Number.isFinite(input)
      ? `must have its unit written out: ${input}ms, or ${input}s? It ${allowed}`
      : allowed;
  const read = (input: string): Ms | undefined => {
    if (infinite && input === unlimited) return Infinity;
    const ms = timeForm.test(input) ? readTime(input) : undefined;
    return ms !== undefined && ms >= least ? ms : undefined;
  };
  const pattern = infinite ? new RegExp(`^${unlimited}$|${timeForm.source}`) : timeForm;
  return readText(read, pattern, message);
}

function readTime(text: string): Ms | undefined {
  try {
    return toMs('time', text);
  } catch {
    return undefined; // no unit that anybody knows
  }
}

interface NumberLimits {
  readonly least?: number;
  /** Not this number, but any above it. */
  readonly above?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/** A number in a range. */
export function number({ least = 0, above, most, whole = false }: NumberLimits = {}): v.GenericSchema<
  number,
  number
> {
  const from = above === undefined ? `${least}` : `above ${above}`;
  const range =
    most === undefined
      ? above === undefined
        ? `of ${least} or more`
        : from
      : above === undefined
        ? `from ${least} to ${most}`
        : `above ${above}, up to ${most}`;
  const allowed = `must be a ${whole ? 'whole ' : ''}number ${range}`;
  const checks: unknown[] = [
    v.finite(allowed),
    above === undefined ? v.minValue(least, allowed) : v.gtValue(above, allowed),
  ];
  if (most !== undefined) checks.push(v.maxValue(most, allowed));
  if (whole) checks.push(v.integer(allowed), v.safeInteger(allowed));
  const pipe = v.pipe as unknown as (...items: unknown[]) => v.GenericSchema<number, number>;
  return pipe(v.number(allowed), ...checks);
}

/** A whole number, or `unlimited`. */
export function count(least: number, what = 'number'): v.GenericSchema<number | string, number> {
  const allowed = `must be a whole ${what} of ${least} or more, or unlimited`;
  const none = v.pipe(
    v.literal(unlimited),
    v.transform(() => Infinity),
  );
  const some = v.pipe(
    v.number(allowed),
    v.integer(allowed),
    v.safeInteger(allowed),
    v.minValue(least, allowed),
  );
  return v.union([some, none], allowed);
}

/** True or false. */
export const flag: v.GenericSchema<boolean, boolean> = v.boolean(({ input }) =>
  typeof input === 'string' && /^(?:yes|no|on|off|y|n)$/i.test(input)
    ? `must be true or false; in this file ${input} is a text`
    : 'must be true or false',
);

/** A text that is not empty. */
export function text(what: string): v.GenericSchema<string, string> {
  const allowed = `must be ${what}`;
  return v.pipe(v.string(allowed), v.minLength(1, allowed));
}

/** `false`: this is left out. */
export const off: v.GenericSchema<false, false> = v.literal(false, 'must be false');

/** An option that may be missing, with the words that an editor shows for it. */
export function option<const S extends v.GenericSchema>(
  schema: S,
  description: string,
): v.OptionalSchema<
  v.SchemaWithPipe<readonly [S, v.DescriptionAction<v.InferOutput<S>, string>]>,
  undefined
> {
  // On the outside: what is read from a text has no description past its reading.
  return v.pipe(v.optional(schema), v.description(description)) as never;
}

/** An option that must be there. */
export function required<const S extends v.GenericSchema>(
  schema: S,
  description: string,
): v.SchemaWithPipe<readonly [S, v.DescriptionAction<v.InferOutput<S>, string>]> {
  // On the outside, as above.
  return v.pipe(v.union([schema]), v.description(description)) as never;
}

/** One name, or a list of names; always a list afterwards. */
export function names(what: string): v.GenericSchema<string | string[], readonly string[]> {
  const allowed = `must be ${what}, or a list of them`;
  const one = v.pipe(
    text(what),
    v.transform((given) => [given]),
  );
  const list = v.pipe(v.array(text(what), allowed), v.minLength(1, allowed));
  return v.union([one, list], allowed);
}
