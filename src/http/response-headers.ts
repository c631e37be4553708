/**
 * The headers of an answer, by names in any case.
 */
import type { HeaderFields, ResponseHeaders } from './http-response.js';

// By this Node's `inspect` and `console` ask; by its name, since `node:util` is not there in a browser.
const inspected: unique symbol = /* @__PURE__ */ Symbol.for('nodejs.util.inspect.custom');

/** Looks at what the transport gives; copies nothing. */
export class AnswerHeaders implements ResponseHeaders {
  readonly #raw: HeaderFields;

  /** @param raw  Names in lower case, as undici and Node give them. */
  constructor(raw: HeaderFields) {
    this.#raw = raw;
  }

  get(name: string): string | undefined {
    const value = this.#valueOf(name);
    return Array.isArray(value) ? value.join(', ') : value;
  }

  getAll(name: string): readonly string[] {
    const value = this.#valueOf(name);
    if (value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }

  has(name: string): boolean {
    return this.#valueOf(name) !== undefined;
  }

  toJSON(): HeaderFields {
    return { ...this.#raw };
  }

  /** What `console.log` shows: a cookie is a secret. */
  [inspected](): object {
    return 'set-cookie' in this.#raw ? { ...this.#raw, 'set-cookie': '(not shown)' } : this.toJSON();
  }

  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    for (const name of Object.keys(this.#raw)) {
      for (const value of this.getAll(name)) yield [name, value];
    }
  }

  #valueOf(name: string): string | string[] | undefined {
    const key = name.toLowerCase();
    return Object.hasOwn(this.#raw, key) ? this.#raw[key] : undefined; // not what Object.prototype has
  }
}
