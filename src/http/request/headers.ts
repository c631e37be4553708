/**
 * Which headers go with a request: names in any case, checked before anything is sent, merged key by key.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { OptionError } from '../../core.js';

/** A value; a list is sent as several headers of one name. `null` takes a default away, `undefined` says nothing. */
export type HeaderValue = string | number | readonly (string | number)[] | null | undefined;

/** Headers as users give them: an object, a `Map`, a `Headers`, or pairs. */
export type HeadersInput =
  Readonly<Record<string, HeaderValue>> | Iterable<readonly [name: string, value: HeaderValue]>;

/** What becomes of one header. */
interface HeaderChange {
  /** The name as it was written. */
  readonly name: string;
  /** `null`: a default is taken away. */
  values: readonly string[] | null;
}

/** Checked headers by lower-case name: what is to be set, and what is to be taken away. */
export type HeaderChanges = ReadonlyMap<string, HeaderChange>;

/** Headers that are the connection's business, and why they are refused. */
const refused: ReadonlyMap<string, string> = new Map([
  ['transfer-encoding', 'must be left out: a body of unknown length is sent in chunks by itself'],
  ['expect', 'must be left out: "100-continue" is not supported'],
  ['upgrade', 'must be left out: a connection for requests cannot become another'],
  ['keep-alive', 'must be left out: connections are kept by themselves'],
]);

/** Headers that say nothing about who asks. */
const harmless: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'user-agent',
]);

/** Whether a header may go to an origin that it was not meant for. @param name  In lower case. */
export function isHarmless(name: string): boolean {
  return harmless.has(name);
}

/**
 * Checks headers.
 *
 * @throws {OptionError} for names and values that HTTP does not allow (RFC 9110, section 5), for headers that are the
 *   connection's business, and for a name given twice in different case. No value is shown: it may be a secret.
 */
export function readHeaders(given: HeadersInput): HeaderChanges {
  const changes = new Map<string, HeaderChange>();
  const { entries, mayRepeat } = entriesOf(given);
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) throw noHeaders(given);
    const [name, value] = entry as [unknown, unknown];
    if (value === undefined) continue;
    const lower = checkName(name).toLowerCase();
    const values = value === null ? null : valuesOf(name as string, lower, value);
    const earlier = changes.get(lower);
    if (earlier === undefined) changes.set(lower, { name: name as string, values });
    else if (!mayRepeat) throw new OptionError('headers', name, `has ${lower} twice, in different case`);
    else earlier.values = values && [...(earlier.values ?? []), ...values];
  }
  return changes;
}

function entriesOf(given: HeadersInput): { entries: Iterable<unknown>; mayRepeat: boolean } {
  if (typeof given !== 'object' || given === null) throw noHeaders(given);
  if (Symbol.iterator in given) return { entries: given as Iterable<unknown>, mayRepeat: true };
  return { entries: Object.entries(given), mayRepeat: false };
}

function noHeaders(given: unknown): OptionError {
  const got = typeof given === 'object' && given !== null ? 'something else' : `a ${typeof given}`;
  return new OptionError('headers', undefined, 'must be an object, a Map, a Headers, or pairs', { got });
}

function checkName(name: unknown): string {
  try {
    validateHeaderName(name as string);
  } catch (cause) {
    throw new OptionError('headers', name, "must have names made of letters, digits and !#$%&'*+-.^_`|~", {
      cause,
    });
  }
  return name as string;
}

function valuesOf(name: string, lower: string, value: unknown): readonly string[] {
  const values = Array.isArray(value) ? value.map((item) => textOf(name, item)) : [textOf(name, value)];
  checkMeaning(name, lower, values);
  return values;
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string' && !Number.isFinite(value)) {
    const got = typeof value === 'number' ? String(value) : kindOf(value);
    throw new OptionError(`headers[${JSON.stringify(name)}]`, undefined, 'must be text or a number', { got });
  }
  const text = String(value);
  try {
    validateHeaderValue(name, text);
  } catch {
    // The error of Node is left out: what it would show may be a secret.
    throw new OptionError(`headers[${JSON.stringify(name)}]`, undefined, allowedText, { got: wrongIn(text) });
  }
  return text;
}

const allowedText = 'must be text of Latin-1 characters without line breaks (encode others)';

function kindOf(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

function wrongIn(text: string): string {
  const at = text.search(/[^\t\x20-\x7e\x80-\xff]/);
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} at position ${at}`;
}

function checkMeaning(name: string, lower: string, values: readonly string[]): void {
  const why = refused.get(lower);
  if (why !== undefined) throw new OptionError(`headers[${JSON.stringify(name)}]`, values[0], why);
  if (lower === 'connection' && !values.every((value) => /^(close|keep-alive)$/i.test(value.trim()))) {
    throw new OptionError('headers.connection', values.join(', '), 'must be "close" or "keep-alive"');
  }
  if ((lower === 'host' || lower === 'content-length') && values.length !== 1) {
    throw new OptionError(`headers.${lower}`, values, 'must be one value');
  }
  if (lower === 'content-length' && !/^\d{1,15}$/.test(values[0] as string)) {
    throw new OptionError('headers.content-length', values[0], 'must be a number of bytes');
  }
}

/**
 * The headers of a request.
 *
 *     const headers = HeaderBag.from({ Accept: 'text/plain', 'X-Tag': ['a', 'b'] });
 *     headers.get('accept')                    // 'text/plain'
 *     headers.merged({ accept: null }).toWire()  // ['X-Tag', 'a', 'X-Tag', 'b']
 */
export class HeaderBag {
  // One place of `#names` for each pair of `#wire`. A few headers are found faster so than by a Map, and copied so.
  readonly #names: string[];
  readonly #wire: string[];

  private constructor(names: string[], wire: string[]) {
    this.#names = names;
    this.#wire = wire;
  }

  /** @throws {OptionError} as `readHeaders`. */
  static from(given: HeadersInput = []): HeaderBag {
    return new HeaderBag([], []).changed(readHeaders(given));
  }

  /** The value; several of one name are joined (cookies by a semicolon, others by a comma). */
  get(name: string): string | undefined {
    const lower = name.toLowerCase();
    const first = this.#names.indexOf(lower);
    if (first < 0) return undefined;
    if (!this.#names.includes(lower, first + 1)) return this.#wire[2 * first + 1];
    const values = this.#wire.filter((_, at) => at % 2 === 1 && this.#names[(at - 1) / 2] === lower);
    return values.join(lower === 'cookie' ? '; ' : ', ');
  }

  has(name: string): boolean {
    return this.#names.includes(name.toLowerCase());
  }

  /** Sets a header in place of all of its name. @throws {OptionError} when HTTP does not allow it. */
  set(name: string, value: string | number | readonly (string | number)[]): void {
    this.#apply(readHeaders({ [name]: value }));
  }

  /** @returns Whether there was one. */
  delete(name: string): boolean {
    const lower = name.toLowerCase();
    let found = false;
    for (let at = this.#names.indexOf(lower); at >= 0; at = this.#names.indexOf(lower)) {
      this.#names.splice(at, 1);
      this.#wire.splice(2 * at, 2);
      found = true;
    }
    return found;
  }

  /** Pairs of lower-case name and value; a name that is sent twice comes twice. */
  *entries(): IterableIterator<[name: string, value: string]> {
    for (const [at, name] of this.#names.entries()) yield [name, this.#wire[2 * at + 1] as string];
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.entries();
  }

  /** What undici is given: name, value, name, value ..., in the order and the case they were given in. */
  toWire(): string[] {
    return this.#wire.slice();
  }

  copy(): HeaderBag {
    return new HeaderBag(this.#names.slice(), this.#wire.slice());
  }

  /** A copy with other headers on top; `null` takes one away. @throws {OptionError} as `readHeaders`. */
  merged(over: HeadersInput): HeaderBag {
    return this.changed(readHeaders(over));
  }

  /** A copy with checked headers on top. */
  changed(changes: HeaderChanges): HeaderBag {
    const copy = this.copy();
    copy.#apply(changes);
    return copy;
  }

  /** A copy of what `keeps` says yes to. It is asked with lower-case names. */
  filter(keeps: (name: string) => boolean): HeaderBag {
    const copy = new HeaderBag([], []);
    for (const [at, name] of this.#names.entries()) {
      if (keeps(name)) copy.#push(name, this.#wire[2 * at] as string, this.#wire[2 * at + 1] as string);
    }
    return copy;
  }

  #apply(changes: HeaderChanges): void {
    for (const [lower, { name, values }] of changes) {
      if (this.#names.includes(lower)) this.delete(lower);
      for (const value of values ?? []) this.#push(lower, name, value);
    }
  }

  #push(lower: string, name: string, value: string): void {
    this.#names.push(lower);
    this.#wire.push(name, value);
  }
}
