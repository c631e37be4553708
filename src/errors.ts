/**
 * What Stampede itself says no to, and what the caller can do next.
 *
 * An error of a wrapped function is never replaced by one of these: it reaches the caller as the very same object.
 * Two copies of the package may meet in one program, so tell our errors by `code` or `isStampedeError`, not by `instanceof`.
 */

const brand = Symbol.for('stampede.error');

/** The codes of all errors of ours. */
export type StampedeErrorCode = 'ERR_OPTION' | 'ERR_USAGE' | 'ERR_GIVE_UP' | 'ERR_TIMEOUT' | (string & {});

/** The base of what we throw. `code` says which; the message is a sentence for people. */
export class StampedeError extends Error {
  override readonly name: string = 'StampedeError';

  constructor(code: StampedeErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  readonly code: StampedeErrorCode;

  get [brand](): true {
    return true;
  }
}

/**
 * An option that cannot be meant. Thrown when a function is wrapped, a wait is made or, for options given as
 * functions, at the call; then `cause` holds the error of the wrapped function, if it had failed. Never retried.
 */
export class OptionError extends StampedeError {
  override readonly name = 'OptionError';

  /**
   * @param option   The option's name, as the user writes it.
   * @param value    What was given.
   * @param allowed  What is allowed: the rest of a sentence that starts with the option's name.
   * @param options  `cause`; `got`: how to name the value, where it does not tell.
   */
  constructor(
    option: string,
    value: unknown,
    allowed: string,
    options: { readonly cause?: unknown; readonly got?: string } = {},
  ) {
    super(
      'ERR_OPTION',
      `${option} ${allowed}; got ${options.got ?? show(value)}.`,
      'cause' in options ? { cause: options.cause } : {},
    );
    this.option = option;
    // Not to be printed with the error: the message shows what matters of it, and it may be large, or a secret.
    Object.defineProperty(this, 'value', { value });
  }

  readonly option: string;
  declare readonly value: unknown;
}

/** A wrapper used on something it cannot wrap (a class, a field, a generator function), or outside its place. */
export class UsageError extends TypeError {
  override readonly name = 'UsageError';
  readonly code: StampedeErrorCode = 'ERR_USAGE';

  get [brand](): true {
    return true;
  }
}

/** Thrown for a predicate that was never satisfied, when `raiseOnGiveup` is true. Holds the last value. */
export class GiveUpError extends StampedeError {
  override readonly name = 'GiveUpError';

  /**
   * @param what    The name of the function.
   * @param value   What it gave last.
   * @param reason  Why no other attempt was made: a `GiveUpReason`.
   * @param tries   Attempts made, the first included.
   */
  constructor(
    what: string,
    readonly value: unknown,
    readonly reason: string,
    readonly tries: number,
  ) {
    super(
      'ERR_GIVE_UP',
      `${what} gave no acceptable value after ${tries} ${tries === 1 ? 'try' : 'tries'} (${reason}).`,
    );
  }
}

/** An attempt or a whole call that took too long. An ordinary error to a retry: it may be tried again. */
export class TimeoutError extends StampedeError {
  override readonly name = 'TimeoutError';

  /**
   * @param what     What took too long, as the error is to name it.
   * @param timeout  The limit that was passed, in milliseconds.
   * @param options  `cause`; `sent`: whether the function was called at all, default true.
   */
  constructor(
    what: string,
    readonly timeout: number,
    options: { readonly cause?: unknown; readonly sent?: boolean } = {},
  ) {
    const { sent = true } = options;
    const text = sent ? `${what} took longer than ${timeout} ms.` : `There was no time left to call ${what}.`;
    super('ERR_TIMEOUT', text, 'cause' in options ? { cause: options.cause } : {});
    this.sent = sent;
  }

  /** Whether the function was called; where not, the error says nothing about what it calls. */
  readonly sent: boolean;
}

/**
 * An error of ours in place of a call that was not made (an open circuit, a full bulkhead). It ends a retry at once,
 * unless the retry's `errors` list it by a class of ours or a test; then `retryAfter` is the least wait.
 */
export class RefusalError extends StampedeError {
  override readonly name: string = 'RefusalError';
  readonly refusal = true;

  /** Milliseconds until another try makes sense; `undefined` when nobody knows. */
  get retryAfter(): number | undefined {
    return undefined;
  }
}

/** Tells our errors apart from all others, also across copies of the package. Never throws, whatever it is given. */
export function isStampedeError(error: unknown): error is StampedeError | UsageError {
  try {
    return typeof error === 'object' && error !== null && (error as { [brand]?: unknown })[brand] === true;
  } catch {
    return false; // a thrown value may be a Proxy whose traps throw
  }
}

/** Tells whether an error stands for a call that was not made. */
export function isRefusal(error: unknown): error is RefusalError {
  return isStampedeError(error) && (error as Partial<RefusalError>).refusal === true;
}

/** Whether an error of ours says that the function was not called, so that it tells nothing about what it calls. */
export function isUnsent(error: unknown): boolean {
  if (!isStampedeError(error)) return false;
  // By name: an error from above the core may be `sent: false` of a call that was made, as a refused connection is.
  return (
    isRefusal(error) || (error.name === 'TimeoutError' && (error as Partial<TimeoutError>).sent === false)
  );
}

/**
 * A text that does nothing to the terminal on which it is read: line ends, escape sequences and marks that turn the
 * direction of writing are spelt out. A text that is printable already stays as it is.
 *
 *     printable('a\u001b[31mb')   // 'a\\u{1b}[31mb'
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{C}\u2028\u2029]/gu,
    (sign) => `\\u{${(sign.codePointAt(0) as number).toString(16)}}`,
  );
}

/** A value as it may stand in a message: short, on one line, whatever the value is. */
export function show(value: unknown): string {
  try {
    const text = shown(value).replace(/\s+/g, ' ');
    return printable(text.length > 80 ? `${text.slice(0, 77)}...` : text);
  } catch {
    return 'a value that cannot be shown';
  }
}

function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return `${value}n`;
    case 'function':
      return value.name === '' ? 'a function' : `the function ${value.name}`;
    case 'symbol':
      return String(value);
    case 'object':
      return value === null ? 'null' : shownObject(value);
    default:
      return String(value);
  }
}

function shownObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (value instanceof Date) return 'a Date';
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const kind = Object.getPrototypeOf(value)?.constructor?.name;
  if (kind === 'Object' || kind === undefined) return JSON.stringify(value);
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/**
 * Gives an error that came out of a callback the error that the callback was asked about as `cause`, so that neither
 * is lost. An error that has a cause already, or takes none, is wrapped.
 */
export function withCause(error: unknown, what: string, cause: { readonly cause?: unknown }): unknown {
  if (!('cause' in cause) || error === cause.cause) return error;
  try {
    if (error instanceof Error && 'cause' in error && error.cause === cause.cause) return error;
    const free = error instanceof Error && !('cause' in error) && Object.isExtensible(error);
    if (free)
      return Object.defineProperty(error, 'cause', {
        value: cause.cause,
        writable: true,
        configurable: true,
      });
  } catch {
    // a Proxy that answers nothing is wrapped
  }
  return new OptionError(what, error, 'must not throw', cause);
}
