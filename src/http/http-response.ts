/**
 * What the caller gets: the answer, as its headers say and as much of its body as is wanted.
 *
 * Browsers get it, too, and their projects lack the types of Node: the one property that needs them, `body`, is added
 * in `response.ts`.
 */
/// <reference lib="esnext.disposable" preserve="true" />
import type { Ms } from '../core.js';
import type { HttpAttempt } from './attempt-trail.js';
import type { HttpLink } from './links.js';

/** Bytes that belong to nobody else, so that `new Blob([bytes])` takes them. */
export type Bytes = ReturnType<Uint8ArrayConstructor['of']>;

/** Headers by name, in lower case, as Node has them. */
export interface HeaderFields {
  'set-cookie'?: string[] | undefined;
  [name: string]: string | string[] | undefined;
}

/** The headers of an answer. Names in any case. */
export interface ResponseHeaders extends Iterable<[name: string, value: string]> {
  /** The value; several of one name are joined by a comma. `undefined` where there is none. */
  get(name: string): string | undefined;
  /** All values of one name, as `set-cookie` needs it. */
  getAll(name: string): readonly string[];
  has(name: string): boolean;
  /** As an object with lower-case names. With the cookies: `console.log(headers)` does not show what they hold. */
  toJSON(): HeaderFields;
}

/**
 * An answer.
 *
 * Its body is read as a whole, by `bytes()`, `text()`, `json()`, `arrayBuffer()` and `blob()`, as often as you like and
 * in any order; or as it comes, once, by `body` or `lines()`. After a whole one `body` and `lines()` still give it, from
 * memory; after `body` or `lines()` the others reject with a `UsageError`.
 *
 * Without `stream: true` all of the body has been read before you get the answer, so that reading it cannot fail but for
 * what was wrong with it. With `stream: true` it comes when it is asked for, and may fail on its way; one that nobody
 * wants is to be let go of by `close()` or `await using`.
 *
 *     const response = await session.get('/users');
 *     const users = await response.raiseForStatus().json();
 *
 * @see requests.Response, whose words these are
 */
export interface HttpResponse extends AsyncDisposable {
  readonly status: number;
  /** Whether the status is below 400. (That of `fetch` is true for 2xx only.) */
  readonly ok: boolean;
  /** The reason phrase, as the server has it. */
  readonly reason: string;
  readonly headers: ResponseHeaders;
  /** The method that was answered, which a redirect may have changed. */
  readonly method: string;
  /** Where it came from in the end, with the query and without credentials. */
  readonly url: string;
  /** The cookies that this very answer sets, by name. Those of all answers are in the session's `jar`. */
  readonly cookies: Readonly<Record<string, string>>;
  /**
   * The header `link` (RFC 8288) by relation, addresses made absolute. Empty where there is none.
   *
   *     const next = response.links['next']?.url;
   */
  readonly links: Readonly<Record<string, HttpLink>>;
  /** The redirects that led here, oldest first. */
  readonly history: readonly HttpResponse[];
  /** Milliseconds from sending the request to its headers. Of the last request, where there were several. */
  readonly elapsed: Ms;
  /** The requests that led here, this one included: the first and the last nine. */
  readonly attempts: readonly HttpAttempt[];
  /** Milliseconds the server asks us to stay away; `undefined` when it asks nothing. */
  readonly retryAfter: Ms | undefined;
  /**
   * The whole body, decoded as `content-encoding` says unless `decompress` is false. Every call gives the same bytes.
   *
   * @throws {ResponseSizeError} above `maxResponseSize` bytes (64 MiB unless told otherwise), inflated.
   * @throws {DecodeError} for what is not encoded as it claims. An encoding that nobody knows is left as it is.
   * @throws {ReadTimeoutError | TotalTimeoutError | ConnectionError} for a body that was cut short. All as a rejection.
   * @throws {UsageError} after `body`, `lines()` or `close()`.
   */
  bytes(): Promise<Bytes>;
  /**
   * The whole body as text, in the charset that `content-type` names; UTF-8 where it names none, or one nobody knows.
   *
   * @throws what `bytes()` throws.
   */
  text(): Promise<string>;
  /**
   * The whole body, parsed. JSON is UTF-8 whatever the headers say (RFC 8259). Every call gives a new value.
   *
   * @throws {JsonError} for what is not JSON, an empty body too; and what `bytes()` throws.
   */
  json<T = any>(): Promise<T>;
  /** The whole body, in memory of its own: every call gives a copy. @throws what `bytes()` throws. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** The whole body, with the type that `content-type` names. @throws what `bytes()` throws. */
  blob(): Promise<Blob>;
  /**
   * The body as lines, which end in LF or CR LF, without their ends; in the charset of `text()`. To be read once.
   *
   *     for await (const line of response.lines()) console.log(JSON.parse(line));
   *
   * @throws {ResponseSizeError} for one line of more than `maxResponseSize` characters; and what `bytes()` throws.
   */
  lines(): AsyncIterable<string>;
  /** @returns The answer itself. @throws {HttpStatusError} for a status of 400 and above; it holds the answer. */
  raiseForStatus(): this;
  /**
   * Lets go of a body that nobody wants: of a small one the rest is read, so that the connection can serve again; that of
   * a large one is closed. What has been read stays. May be called twice, and at any time.
   */
  close(): void;
}
