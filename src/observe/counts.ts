/**
 * Counting by name, in bounded memory.
 *
 * A monitoring system keeps a time series for each set of labels it has ever seen, so a name that is made of an
 * argument could fill it. Past a bound, what is new is counted as `other`.
 */

/** What there are counts of. */
export type Counted =
  | 'calls'
  | 'attempts'
  | 'retries'
  | 'giveups'
  | 'transitions'
  | 'refusals'
  | 'timeouts'
  | 'hedges'
  | 'fallbacks'
  | 'handlerErrors';

/** What takes the place of labels that are one too many. */
export const other = 'other';

/** The first so many texts are let through; those that come later are all `other`. */
export class BoundedTexts {
  readonly #known = new Set<string>();
  readonly #most: number;
  readonly #rest: string;

  constructor(most: number, rest = other) {
    this.#most = most;
    this.#rest = rest;
  }

  of(text: string): string {
    if (this.#known.has(text)) return text;
    if (this.#known.size >= this.#most) return this.#rest;
    this.#known.add(text);
    return text;
  }
}

/** How often something has happened to a name. */
export interface Count {
  readonly name: string;
  /** What tells apart what happened: an outcome, a reason, a kind; empty where nothing does. */
  readonly what: string;
  /** What kind of error it was about; empty where that is not asked. */
  readonly error: string;
  readonly times: number;
}

type Cell = { -readonly [K in keyof Count]: Count[K] };

/** The word for an error that is not told apart: OpenTelemetry's. */
export const otherError = '_OTHER';

/** Names times errors may be many, though neither are: past so many counts all further errors are one. */
const mostByError = 2000;

/** Counts of one kind of thing. Names, whats and errors are few: whoever counts sees to that. */
export class Counts {
  #size = 0;
  readonly #byName = new Map<string, Map<string, Cell>>();

  add(name: string, what = '', error = ''): void {
    const cells = this.#of(name);
    const key = error === '' ? what : `${what} ${error}`;
    const cell = cells.get(key);
    if (cell !== undefined) cell.times += 1;
    else if (this.#size >= mostByError && error !== '' && error !== otherError)
      this.add(name, what, otherError);
    else {
      this.#size += 1;
      cells.set(key, { name, what, error, times: 1 });
    }
  }

  /** Whether anything of this name is shown. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Shows a count of 0 until there is more. */
  show(name: string, what: string): void {
    const cells = this.#of(name);
    if (cells.has(what)) return;
    this.#size += 1;
    cells.set(what, { name, what, error: '', times: 0 });
  }

  #of(name: string): Map<string, Cell> {
    let cells = this.#byName.get(name);
    if (cells === undefined) this.#byName.set(name, (cells = new Map()));
    return cells;
  }

  *[Symbol.iterator](): Iterator<Count> {
    for (const cells of this.#byName.values()) yield* cells.values();
  }
}
